"""What a worker process died of, as far as its machine can tell, in words and in strikes.

Owns: the reading of exit codes, and of the system's count of processes that it killed for want of memory.
Leaves to others: what strikes come to (database), who is started in its place (supervisor).
"""

import re
import signal
from dataclasses import dataclass
from pathlib import Path

from tuner.database import strikes

_TOLD_TO_GO = tuple(int(getattr(signal, name)) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name))
_KILLED = int(getattr(signal, "SIGKILL", 9))
"""Windows has neither SIGHUP nor SIGKILL, and gives no process a negative exit code."""

_COUNTERS = (Path("/sys/fs/cgroup/memory.events"), Path("/proc/vmstat"))
"""Of this container; where it is none, of the whole machine. Neither is there but on Linux."""


@dataclass(frozen=True)
class Death:
    """strikes: against what the worker held. words: such as ``signal 9`` or ``exit code 3``."""

    strikes: int
    words: str


def of_exit(code: int, memory_kills: int = 0) -> Death:
    """What an exit code says, as `subprocess` gives it. memory_kills: of this system since the worker began."""
    if code >= 0:
        return Death(strikes.CRASH, f"exit code {code}")
    words = f"signal {-code}"
    if -code in _TOLD_TO_GO:
        return Death(strikes.NONE, words)
    if -code != _KILLED:
        return Death(strikes.CRASH, words)
    if memory_kills:
        return Death(strikes.NO_MEMORY, f"{words}, and the system had no memory left")
    return Death(strikes.UNKNOWN, words)


def memory_kills() -> int:
    """How many processes the system has killed so far for want of memory; 0 where it does not say."""
    for path in _COUNTERS:
        try:
            found = re.search(r"^oom_kill (\d+)$", path.read_text(encoding="ascii", errors="replace"), re.MULTILINE)
        except OSError:
            continue
        if found:
            return int(found.group(1))
    return 0
