"""The actor of a study: it supervises the study's workers, so that whoever started them may go.

Owns: its thread, what those who follow are told, its end; and its second life on another node, where it goes on.
Leaves to others: whom it replaces and when that is hopeless (supervisor), tasks (engine), who makes it (cluster).

It takes no CPU and is on the head node: any other is given back by an autoscaler when the last worker has left it. Its
workers end with it: Ray ends the tasks of an owner that is gone.
"""

import contextlib
import logging
import os
import threading
import time
import traceback
from collections.abc import Collection, Sequence
from dataclasses import replace

from tuner.database import strikes, studies, workers
from tuner.database.connection import OUTAGE_S, Database, open_database
from tuner.engines.port import WorkerOrder
from tuner.engines.ray.engine import RayEngine
from tuner.engines.ray.launch import Heard, Launch
from tuner.engines.ray.library import NAMESPACE, load
from tuner.engines.supervisor import Supervisor
from tuner.errors import DiskFull, NotFound, ServiceDown, TunerError
from tuner.redaction import Formatter, keep_secrets_of, redacted

logger = logging.getLogger(__name__)

_LOOK_S = 2.0
_NO_ROOM_S = 30.0
_LINGER_S = 20.0
"""So long it tells those who follow how it ended; then it is gone."""


class _Leave(Exception):
    """Somebody wants the workers to go, now."""


class Keeper:
    """Hosted by Ray: it is made anew, with the same arguments, where its node is gone."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        # Read here by what is beside the workers, such as what is sent by e-mail.
        os.environ.update(launch.environment)
        keep_secrets_of(launch.storage)
        self._anew = bool(load().get_runtime_context().was_current_actor_reconstructed)
        self._words: list[str] = []
        self._over, self._told_of_the_end = threading.Event(), threading.Event()
        self._leave = threading.Event()
        self._error: TunerError | None = None
        self._engine: RayEngine | None = None
        in_its_log = logging.StreamHandler()
        in_its_log.setFormatter(Formatter("%(asctime)s %(levelname)s %(message)s"))
        for handler in (in_its_log, _Said(self._words)):
            logging.getLogger("tuner").addHandler(handler)
        threading.Thread(target=self._run, name="keeper", daemon=True).start()

    def heard(self, since: int) -> Heard:
        """What is new since a number, which the last answer gave."""
        over, words = self._over.is_set(), tuple(self._words)
        if over:
            self._told_of_the_end.set()
        error, code = ("", 0) if self._error is None else (redacted(str(self._error)), self._error.exit_code)
        return Heard(words[since:], len(words), over, error, code)

    def notice(self, worker_id: str, words: str) -> None:
        """A worker stands still, such as for a full disk."""
        if self._engine is not None:
            self._engine.notice(worker_id, words)

    def leave(self) -> None:
        """Let the workers finish their epochs, hand back what they hold, and end."""
        self._leave.set()

    def _run(self) -> None:
        try:
            self._supervise()
        except _Leave:
            pass
        except TunerError as error:
            self._error = error
        except BaseException as error:
            logger.exception("a fault of its own")
            self._error = TunerError(redacted(traceback.format_exception_only(error)[-1].strip()))
        self._over.set()
        self._told_of_the_end.wait(_LINGER_S)
        time.sleep(1.0)  # the answer is on its way
        ray = load()
        ray.kill(ray.get_actor(self._launch.actor_name, namespace=NAMESPACE), no_restart=True)

    def _supervise(self) -> None:
        told = self._launch
        db = open_database(told.storage, wait_s=OUTAGE_S)
        if self._anew:
            free_former(db, told)
        if is_over(db, told.study_name):
            return
        orders = orders_now(db, told) if self._anew else told.orders
        engine = self._engine = RayEngine(told.needs, told.environment, told.prefix, told.actor_name)
        with told.beside(db, told.study_name):
            watch = _Watch(db, told, engine, self._leave)
            Supervisor(db, engine, orders).run(watch.look)


class _Watch:
    """What is looked after beside the supervisor: workers that have no room yet."""

    def __init__(self, db: Database, launch: Launch, engine: RayEngine, leave: threading.Event) -> None:
        self._db, self._launch, self._engine, self._leave = db, launch, engine, leave
        self._look_at = 0.0
        self._since: dict[str, float] = {}
        self._said: int | None = None

    def look(self) -> None:
        if self._leave.is_set():
            raise _Leave
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + _LOOK_S
        with contextlib.suppress(ServiceDown, DiskFull):
            self._look(now)

    def _look(self, now: float) -> None:
        db, name = self._db.waiting(0.01), self._launch.study_name
        waiting = without_a_sign(self._engine.running(), workers.view_workers(db, name))
        self._since = {each: self._since.get(each, now) for each in waiting}
        if waiting and is_over(db, name):
            # Nothing of the study is theirs: else they would be waited for, by it and by an autoscaler, without end.
            self._engine.leave(waiting)
            return
        late = sum(now - since > _NO_ROOM_S for since in self._since.values())
        if late != (self._said or 0):
            if late:
                needs = self._launch.needs.in_words
                wait = "1 worker waits" if late == 1 else f"{late} workers wait"
                logger.warning("%s for room on the cluster: each needs %s", wait, needs)
            self._said = late


def without_a_sign(running: Sequence[str], seen: Sequence[workers.WorkerView]) -> list[str]:
    """Those of the workers that have not shown themselves in the database: they have no room on the cluster yet."""
    known = {each.worker_id for each in seen}
    return [each for each in running if each not in known]


def is_over(db: Database, study_name: str) -> bool:
    view = studies.view_study(db, study_name)
    return view.finished_at is not None or view.desired_state != "running"


def free_former(db: Database, launch: Launch) -> Collection[str]:
    """What workers of an earlier life of this actor held is free at once: Ray ends them with it."""
    former = [
        each.worker_id
        for each in workers.view_workers(db, launch.study_name)
        if each.worker_id.startswith(f"{launch.prefix}-")
    ]
    for worker_id in former:
        workers.mark_dead(db, worker_id, strikes.NONE)
    return former


def orders_now(db: Database, launch: Launch) -> tuple[WorkerOrder, ...]:
    """As many as a person has wanted since."""
    with contextlib.suppress(NotFound):
        wanted = studies.view_study(db, launch.study_name).options.workers
        if wanted is not None and wanted != launch.wanted:
            known = launch.orders
            return tuple(replace(known[each % len(known)], place=each + 1) for each in range(wanted))
    return launch.orders


class _Said(logging.Handler):
    """Keeps what was warned of."""

    def __init__(self, words: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._kept = words

    def emit(self, record: logging.LogRecord) -> None:
        self._kept.append(redacted(record.getMessage()))
