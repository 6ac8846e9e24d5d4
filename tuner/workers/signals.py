"""A worker's process and whoever started it: it is told to leave, and it tells what makes it stand still.

Owns: which signals tell it, on each system, and the pipe.
Leaves to others: what it does then (leaving, loop), its signs of life (heartbeat).
"""

import contextlib
import logging
import os
import signal

from tuner.database import patience
from tuner.database.error_kinds import is_full
from tuner.workers.leaving import Leaving

_TOLD_BY = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")
"""SIGHUP is there but on Windows, SIGBREAK on Windows alone."""


def listen(leaving: Leaving) -> None:
    """Let each of the signals that end a process tell it to leave; SIGHUP not under `nohup`.

    While the database is away there is nothing to finish: it is left at once.
    """
    patience.leave_when(leaving.wait)

    def told(*_: object) -> None:
        leaving.tell()
        patience.told_to_leave()

    for number in (getattr(signal, name) for name in _TOLD_BY if hasattr(signal, name)):
        if number != getattr(signal, "SIGHUP", None) or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, told)


class ToSupervisor(logging.Handler):
    """Tells, over a pipe, what makes this worker stand still: a full disk takes no log, and no SQL either."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(logging.WARNING)
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if record.name == patience.logger.name:
            words = record.getMessage()
        elif is_full(error):
            words = f"the disk is full: {record.getMessage()} ({patience.first_words(error or Exception())})"
        else:
            return
        with contextlib.suppress(OSError):
            os.write(self._descriptor, (" ".join(words.split())[:500] + "\n").encode())
