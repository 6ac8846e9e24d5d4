"""A worker and whoever started it: it is told to leave, and it tells what makes it stand still.

Leaves to others: what it does meanwhile (loop), its signs of life (heartbeat).
"""

import contextlib
import logging
import os
import signal
import threading

from tuner.database import patience
from tuner.database.error_kinds import is_full


class Leaving:
    """Whether this process was told to go: finish the epoch, hand the trial back, leave."""

    def __init__(self) -> None:
        self._told = threading.Event()

    def listen(self) -> None:
        """Let SIGTERM, SIGINT and SIGHUP set it; the last one not under `nohup`.

        While the database is away there is nothing to finish: it is left at once.
        """
        patience.leave_when(self.wait)
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if each != signal.SIGHUP or signal.getsignal(each) is not signal.SIG_IGN:
                signal.signal(each, self._tell)

    def _tell(self, *_: object) -> None:
        self._told.set()
        patience.told_to_leave()

    def __call__(self) -> bool:
        return self._told.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep, but not past being told."""
        return self._told.wait(seconds)


class ToPool(logging.Handler):
    """Tells the pool, over a pipe, what makes this worker stand still: a full disk takes no log, and no SQL either."""

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
