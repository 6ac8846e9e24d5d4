"""A process that dies with the one that started it: ``python -m tuner.engines.ray.attached PARENT COMMAND...``

It asks the system (Linux) to be killed when its parent ends, then becomes the command; that outlives becoming. A Ray
worker that is killed, with its node's raylet or for want of memory, so leaves no process behind that holds a GPU whose
place is given to others.
"""

import ctypes
import os
import signal
import sys

_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before it was asked
            sys.exit(f"the process {parent} that started this has ended")
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
