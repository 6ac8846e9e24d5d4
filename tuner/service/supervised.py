"""The workers of a study that this Python process started, and the thread that watches over them.

Owns: that thread, what it heard, and that no worker is left behind when this process ends as it should.
Leaves to others: the processes themselves (workers).
"""

import atexit
import logging
import threading
import weakref
from contextlib import AbstractContextManager, nullcontext

from tuner.engines.port import Supervision

_GOODBYE_S = 15.0
_alive: "weakref.WeakSet[Supervised]" = weakref.WeakSet()


class _Leave(Exception):
    """This process has no more use for the workers."""


class Supervised:
    """Looks after workers in a thread of its own until the study has ended, was stopped, or cannot go on.

    The workers are processes: what they train is not this process' concern, and the thread ends with it. beside:
    what else goes on meanwhile. said: what the supervisor warned of last. error: what ended the workers, if it was no
    good end.
    """

    def __init__(
        self, study_name: str, workers: Supervision, beside: AbstractContextManager[None] | None = None
    ) -> None:
        self.said = ""
        self.error: Exception | None = None
        self._leave = threading.Event()
        self._workers = workers
        self._beside = beside or nullcontext()
        self._thread = threading.Thread(target=self._run, name=f"tuner {study_name}", daemon=True)
        _alive.add(self)
        self._thread.start()

    @property
    def works(self) -> bool:
        """The workers are looked after."""
        return self._thread.is_alive()

    def leave(self) -> None:
        """Tell the workers to go: they finish the epoch that runs and hand back what is left of their trials."""
        self._leave.set()

    def join(self, timeout_s: float | None = None) -> None:
        """Until no worker is left, or so long."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        handler = _Heard(self)
        logging.getLogger("tuner").addHandler(handler)
        try:
            with self._beside:
                self._workers.run(self._look)
        except _Leave:
            pass
        except Exception as error:
            self.error = error
        finally:
            logging.getLogger("tuner").removeHandler(handler)

    def _look(self) -> None:
        if self._leave.is_set():
            raise _Leave


class _Heard(logging.Handler):
    """What is warned of in that thread. With it, nothing of that is printed into whichever cell runs."""

    def __init__(self, supervised: "Supervised") -> None:
        super().__init__(logging.WARNING)
        self._supervised = supervised
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._supervised.said = record.getMessage()


@atexit.register
def _leave_all() -> None:
    """A kernel that is restarted, a script that has ended: its studies can be resumed."""
    every = list(_alive)
    for each in every:
        each.leave()
    for each in every:
        each.join(_GOODBYE_S)
