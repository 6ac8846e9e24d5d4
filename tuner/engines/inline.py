"""A worker in this process: for tests, and for where no processes can be started.

Owns: the thread, and what its end says.
Leaves to others: the worker itself (workers.hosting), who takes its place (supervisor).

One at a time, since Keras keeps one state a process. It can be told to leave, but not be killed: what hangs in it hangs
in this process. Its device and threads are those of this process, and cannot be changed once a framework is in use.
"""

import logging
import threading
import traceback
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from tuner.database import strikes
from tuner.database.connection import OUTAGE_S, open_database
from tuner.engines.port import Event, WorkerEnded, WorkerOrder
from tuner.errors import DiskFull, InputError, NotFound, ServiceDown, TunerError
from tuner.runs.watchdog import Hang
from tuner.settings import Settings, read_share
from tuner.spec.code import find_code
from tuner.workers.hosting import host
from tuner.workers.leaving import Leaving
from tuner.workers.told import WorkerEnd, WorkerSettings

logger = logging.getLogger(__name__)

_HOPELESS = (InputError, NotFound, ServiceDown, DiskFull)


@dataclass(eq=False)
class _Hosted:
    order: WorkerOrder
    worker_id: str
    leaving: Leaving
    thread: threading.Thread | None = None
    ended: WorkerEnded | None = None


class InlineEngine:
    """settings: of the worker; its database is the order's."""

    most_workers: int | None = 1

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._hosted: _Hosted | None = None

    def launch(self, order: WorkerOrder) -> str:
        """Raises TunerError while one runs."""
        if self._hosted is not None:
            raise TunerError("this process has a worker already. Let it end first.")
        hosted = _Hosted(order, f"{order.place}-{uuid.uuid4().hex[:10]}", Leaving())
        hosted.thread = threading.Thread(target=self._run, args=(hosted,), name=hosted.worker_id, daemon=True)
        self._hosted = hosted
        hosted.thread.start()
        return hosted.worker_id

    def look(self) -> Sequence[Event]:
        hosted = self._hosted
        if hosted is None or hosted.ended is None:
            return []
        self._hosted = None
        return [hosted.ended]

    def running(self) -> Sequence[str]:
        return [] if self._hosted is None else [self._hosted.worker_id]

    def leave(self, worker_ids: Sequence[str]) -> None:
        if self._hosted is not None and self._hosted.worker_id in worker_ids:
            self._hosted.leaving.tell()

    def end(self, within_s: float) -> Sequence[str]:
        hosted = self._hosted
        if hosted is None:
            return []
        hosted.leaving.tell()
        if hosted.thread is not None:
            hosted.thread.join(within_s)
            if hosted.thread.is_alive():
                logger.warning("worker %s does not leave, and cannot be ended in this process", hosted.worker_id)
        self._hosted = None
        return [hosted.worker_id]

    def _run(self, hosted: _Hosted) -> None:
        try:
            hosted.ended = _of_end(hosted, self._work(hosted))
        except Exception as error:
            logger.debug("worker %s died", hosted.worker_id, exc_info=True)
            hosted.ended = _of_error(hosted, error)

    def _work(self, hosted: _Hosted) -> WorkerEnd:
        order = hosted.order

        def hangs(hang: Hang) -> None:
            words = f"{hang.words} In this process it cannot be ended: end the process."
            hosted.ended = _of_error(hosted, TunerError(words), hopeless=True)

        share = order.slot.share(read_share())
        told = WorkerSettings(
            self._settings,
            share,
            hosted.worker_id,
            order.study_name,
            path="fit" if order.fit else "auto",
            codes=tuple(find_code(each) for each in order.codes),
        )
        return host(open_database(order.storage, wait_s=OUTAGE_S), told, hosted.leaving, hangs)


def _of_end(hosted: _Hosted, how: WorkerEnd) -> WorkerEnded:
    return WorkerEnded(hosted.worker_id, hosted.order.place, how)


def _of_error(hosted: _Hosted, error: Exception, hopeless: bool = False) -> WorkerEnded:
    words = str(error) if isinstance(error, TunerError) else traceback.format_exception_only(error)[-1].strip()
    ends_all = error if isinstance(error, TunerError) and (hopeless or isinstance(error, _HOPELESS)) else None
    death = f"{type(error).__name__}"
    return WorkerEnded(hosted.worker_id, hosted.order.place, "died", words, death, strikes.CRASH, ends_all)
