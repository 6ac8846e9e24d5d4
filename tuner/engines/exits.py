"""A worker process' command line, and what its exit code and last words say: the same wherever it ran.

Leaves to others: starting it (local, ray), what a signal means (deaths), who takes its place (supervisor).
"""

import os
import sys
from collections.abc import Sequence

from tuner.engines import deaths
from tuner.engines.port import WorkerEnded, WorkerOrder
from tuner.errors import DiskFull, InputError, NotFound, ServiceDown, TunerError
from tuner.workers.heartbeat import EXIT_DONE, EXIT_NO_SPACE, EXIT_REPLACE_ME

_ERRORS = {each.exit_code: each for each in (InputError, NotFound, ServiceDown)}


def worker_command(order: WorkerOrder, worker_id: str, python: str = sys.executable) -> list[str]:
    """Without the database: arguments are read by everybody on the machine."""
    return [
        *(python, "-m", "tuner.cli.main", "worker"),
        *(("--study", order.study_name) if order.study_name else ()),
        *("--worker-id", worker_id),
        *(("--fit",) if order.fit else ()),
        *(word for each in order.codes for word in ("--code", each)),
    ]


def ended(worker_id: str, place: int, code: int, words: str, memory_kills: int = 0, log: str = "") -> WorkerEnded:
    """What a worker's end says. words: its last. memory_kills: as of `deaths.of_exit`. log: where the others are."""
    if code in (EXIT_DONE, EXIT_REPLACE_ME):
        return WorkerEnded(worker_id, place, "done" if code == EXIT_DONE else "recycle")
    death = deaths.of_exit(code, memory_kills)
    error: TunerError | None = None
    if code in _ERRORS:
        error = error_of(code, words)
    elif code == EXIT_NO_SPACE:
        error = DiskFull(words)
    return WorkerEnded(worker_id, place, "died", words, death.words, death.strikes, error, log)


def error_of(code: int, words: str) -> TunerError:
    """The error that a process ended with, by its exit code."""
    return _ERRORS.get(code, TunerError)(words)


def last_words(lines: Sequence[str]) -> str:
    """The last line that is not empty."""
    return next((line.strip().removeprefix("tune: ") for line in reversed(lines) if line.strip()), "")


def read_lines(pipe: int) -> list[str]:
    """What came over a worker's pipe of notices since; a line is written in one piece."""
    try:
        return os.read(pipe, 1 << 16).decode(errors="replace").splitlines()
    except BlockingIOError:
        return []
