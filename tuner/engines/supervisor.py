"""Workers on any engine: started, watched, replaced when they die, until a study has ended.

Owns: who takes a dead worker's place and when that is hopeless; both stages of Ctrl+C; what a person is told meanwhile.
Leaves to others: where workers run (port, and its adapters), what a worker does (workers), what a person sees (a
callback).
"""

import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tuner.database import budget, outbox, strikes, studies, workers
from tuner.database.connection import OUTAGE_S, Database, is_outage
from tuner.database.epochs import epochs_stored
from tuner.engines.port import Engine, Notice, WorkerEnded, WorkerOrder
from tuner.errors import DiskFull, ServiceDown, TunerError

logger = logging.getLogger(__name__)

_LOOK_S = 0.25
_HAND_BACK_S = 10.0
_GOODBYE_S = 2.0
_MOMENT_S = 0.01
_HOPELESS = 3
"""Workers that crash in a row - or as many places twice over - with nothing achieved between, before it is given up."""

_FOLLOW_S = 1.0
_UNKNOWN = object()

_MOST_PAUSE_S = 60.0
_STOP_S = 1.0
_SAID_S = 20.0
"""Several workers say the same within so long; after a longer silence it is news."""


@dataclass(eq=False)
class Supervisor:
    """The workers of one study, or of every study, on one engine.

    Whoever dies is replaced, after a pause that doubles with every death in a row, up to a minute. It is given up only
    where nothing at all was achieved meanwhile - no epoch ended in the whole study, no trial either - and the deaths
    say that it would not be: three that crashed, more where there are more places, and two and a half times as many
    that were killed with no word of why. That somebody tells workers to go never counts.

    orders: one a worker, all of the same study, or of whichever is open. serves: it is there for studies that others
    started: Ctrl+C ends the workers, and no study.
    """

    db: Database
    engine: Engine
    orders: Sequence[WorkerOrder]
    serves: bool = False
    _stopping: bool = False
    _told: bool = False
    _away: bool = False
    _due: list[tuple[float, WorkerOrder]] = field(default_factory=list)
    _deaths: int = 0
    _against: int = 0
    _done_at_death: int = -1
    _said: dict[str, float] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)
    _leaving: set[str] = field(default_factory=set)
    _wanted: object = _UNKNOWN
    _follow_at: float = 0.0

    def __post_init__(self) -> None:
        self.db = self.db.waiting(OUTAGE_S)
        self.orders = list(self.orders)[: self.engine.most_workers]
        self._study_name = self.orders[0].study_name

    def run(self, look: Callable[[], None]) -> None:
        """Run until the study has ended, was stopped, or cannot go on: then those who want to know are told.

        look: called several times a second, to show progress. Raises what ended the workers, in their words;
        KeyboardInterrupt after Ctrl+C, when what ran is finished (first) or handed back (second).
        """
        try:
            self._run(look)
        except TunerError as error:
            with contextlib.suppress(ServiceDown, DiskFull):
                self._tell(error)
            raise

    def _tell(self, error: TunerError) -> None:
        db, name = self.db.waiting(_GOODBYE_S), self._study_name
        if name is None or isinstance(error, ServiceDown) or workers.view_workers(db, name):
            return  # others go on with it
        outbox.tell(db, name, "failed", f"its workers {secrets.token_hex(8)}", str(error))

    def _run(self, look: Callable[[], None]) -> None:
        interrupted = False
        try:
            for order in self.orders:
                self._launch(order)
            while self.engine.running() or self._due:
                try:
                    self._show(look)
                    time.sleep(_LOOK_S)
                    if self._told:
                        self._told = False
                        self.stop()
                    self._hear()
                    self._start_due()
                    self._follow()
                except KeyboardInterrupt:
                    if interrupted:
                        self._end()
                        raise
                    interrupted = True
                    self.stop()
            self._show(look)
        finally:
            self._end()
        if interrupted and not self.serves:
            raise KeyboardInterrupt

    def ask_to_stop(self) -> None:
        """The same as a first Ctrl+C, from another thread than the one that runs this."""
        self._told = True

    def stop(self) -> None:
        """Let the workers finish their trials and take no more; where it serves, their epochs."""
        self._stopping = True
        if self.serves or self._study_name is None:
            self.engine.leave(self.engine.running())
            logger.warning("leaving: running epochs are finished first, and what is left is handed back")
            return
        name = self._study_name
        try:
            studies.set_desired_state(self.db.waiting(_STOP_S), name, "stopping")
        except (ServiceDown, DiskFull) as error:
            # Nobody could read it either: what runs is handed back.
            logger.warning("%s", error)
            self._away = True
            raise KeyboardInterrupt from error
        logger.warning("stopping: running trials are finished first; Ctrl+C again stops at once")

    def _show(self, look: Callable[[], None]) -> None:
        """What a person sees stands still while the database is away."""
        try:
            look()
        except Exception as error:
            if not is_outage(error):
                raise

    def _hear(self) -> None:
        for event in self.engine.look():
            if isinstance(event, Notice):
                self._say(event)
                continue
            # One that was told to leave may have died of it, before it could listen.
            died = event.how == "died" and event.worker_id not in self._leaving
            pause_s = self._died(event) if died else self._left(event)
            del self._places[event.worker_id]
            if event.place <= len(self.orders) and not self._over():
                self._due.append((time.monotonic() + pause_s, self.orders[event.place - 1]))

    def _say(self, notice: Notice) -> None:
        """What makes workers stand still is said here, at once, and once for all of them."""
        about = notice.words.partition("(")[0]
        if time.monotonic() - self._said.get(about, -_SAID_S) >= _SAID_S:
            logger.warning(notice.words)
        self._said[about] = time.monotonic()

    def _start_due(self) -> None:
        over = bool(self._due) and self._over()
        for at, order in list(self._due):
            if over or time.monotonic() >= at:
                self._due.remove((at, order))
                if not over:
                    self._launch(order)

    def _launch(self, order: WorkerOrder) -> None:
        self._places[self.engine.launch(order)] = order.place

    def _follow(self) -> None:
        """As many workers as a person last wanted of a study that runs: more at once, fewer after their epochs."""
        if self._study_name is None or self._stopping or time.monotonic() < self._follow_at:
            return
        self._follow_at = time.monotonic() + _FOLLOW_S
        try:
            wanted = studies.view_study(self.db.waiting(_MOMENT_S), self._study_name).options.workers
        except (ServiceDown, DiskFull):
            return
        # What was wanted before these workers began was said to others.
        news, self._wanted = self._wanted not in (_UNKNOWN, wanted), wanted
        if news and isinstance(wanted, int):
            self._resize(min(wanted, self.engine.most_workers or wanted))

    def _resize(self, count: int) -> None:
        logger.warning("%d worker%s from now on", count, "" if count == 1 else "s")
        known = self.orders
        self.orders = [replace(known[each % len(known)], place=each + 1) for each in range(count)]
        surplus = [worker_id for worker_id, place in self._places.items() if place > count]
        self._leaving.update(surplus)
        self.engine.leave(surplus)
        self._due = [each for each in self._due if each[1].place <= count]
        busy = {*self._places.values(), *(order.place for _, order in self._due)}
        self._due += [(time.monotonic(), each) for each in self.orders if each.place not in busy]

    def _over(self) -> bool:
        name = self._study_name
        if self._stopping or name is None:
            return self._stopping
        view = studies.view_study(self.db, name)
        return view.finished_at is not None or view.desired_state != "running"

    def _left(self, event: WorkerEnded) -> float:
        """A worker ended as it should, or because somebody told it to go."""
        workers.mark_dead(self.db, event.worker_id, strikes.NONE)
        return 0.0

    def _died(self, event: WorkerEnded) -> float:
        """A worker died: gives the seconds until another is started. Raises what it says where that will not change,
        and where nothing is achieved any more."""
        said = f"its last worker died: {event.death}"
        workers.mark_dead(self.db, event.worker_id, event.strikes, said)
        if event.error is not None:
            raise event.error
        words = event.last_words
        logger.warning("worker %s died (%s): %s", event.worker_id, event.death, words or "no last words")
        done = self._achieved()
        if done != self._done_at_death:
            self._deaths, self._against, self._done_at_death = 0, 0, done
        self._deaths += 1
        self._against += event.strikes
        if self._against >= strikes.CRASH * max(_HOPELESS, 2 * len(self.orders)):
            raise TunerError(
                f"{self._deaths} workers died in a row and nothing was achieved ({event.death}): {words}. "
                f"See {event.log or 'above'}."
            )
        return min(_MOST_PAUSE_S, 2.0 ** (self._deaths - 2)) if self._deaths > 1 else 0.0

    def _achieved(self) -> int:
        every = [self._study_name] if self._study_name else [each.study_name for each in studies.view_studies(self.db)]
        return sum(epochs_stored(self.db, name) + budget.finalized(self.db, name) for name in every)

    def _end(self) -> None:
        """End what still runs. What the workers held is free for others."""
        ended = self.engine.end(_HAND_BACK_S)
        until = time.monotonic() + (0.0 if self._away else _GOODBYE_S)
        # Where the database is away, the leases run out in their own time.
        with contextlib.suppress(ServiceDown, DiskFull):
            for worker_id in ended:
                left_s = max(_MOMENT_S, until - time.monotonic())
                workers.mark_dead(self.db.waiting(left_s), worker_id, strikes.NONE)
        self._due.clear()
