"""A command of our own that is waited for no longer than said, whatever becomes of it.

Owns: that nobody hangs with it: a process inside a sick driver does not end even when it is killed.
Leaves to others: what is run, and what its answer means (gpus, device_checks).
"""

import contextlib
import subprocess
from collections.abc import Mapping, Sequence

_KILLED_S = 1.0


def run_within(
    seconds: float, command: Sequence[str], environment: Mapping[str, str]
) -> "subprocess.CompletedProcess[str] | None":
    """How it ended and what it wrote; None where it had not ended in so many seconds."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=dict(environment),
    )
    try:
        out, error = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _leave(process)
        return None
    except BaseException:
        _leave(process)
        raise
    return subprocess.CompletedProcess(command, process.returncode, out, error)


def _leave(process: "subprocess.Popen[str]") -> None:
    process.kill()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_KILLED_S)
