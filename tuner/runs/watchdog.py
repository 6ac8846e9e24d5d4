"""Whether what a worker does still goes on, or will never end: how long an honest step may take.

Owns: the rule and its words; the silence, counted in time in which this process was awake and the database answered.
Leaves to others: asking from time to time, ending the process (workers); what becomes of a trial that hangs
(job_guard).

The rule. Networks of one study differ - a batch of one row takes a hundred times as long as the whole set at once - so
nothing is called hanging that is only slow. A trial that has ended an epoch is known: its next one may take ten times
as long as its longest, five minutes at least. Its first epoch, building, exporting and scoring may take thirty times
the longest epoch of the study, a quarter of an hour at least; an hour where the study has no epoch yet. Of a training
that is one call of a person's `fit` only what it tells is seen, so all of this is three times as long, and while the
study has no epoch there is no limit. `search.epoch_timeout` says it instead: of an epoch, and twice as long and a
minute of the rest. Once the study's time is up nobody waits for long: three times the longest epoch, a minute at least
for an epoch and five for the rest; where it has no epoch at all, twice as long as it was given, a quarter of an hour at
least. Reading the data and scoring the winner have the time that they have: without them no study ends.

A stopped process, a laptop that sleeps, a database that is away: of any gap between two looks only a moment counts; and
of waiting for a database or for space on a disk, nothing.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from tuner.database import patience, studies
from tuner.database.connection import Database
from tuner.database.epochs import longest_epoch
from tuner.formatting import duration
from tuner.studies.limits import search_left_s
from tuner.studies.status import CLOSING
from tuner.studies.stored_study import spec_of

Step = Literal["loading", "building", "first epoch", "epoch", "finishing", "closing"]

LastWords = Callable[[str], None]
"""Writes how a step ended that never will, in the thread that noticed it."""

LAST_WORDS_S = 60.0
"""How long the last words of a step that hangs wait for a database that is away; then they are lost."""

_MOST_BETWEEN_S = 10.0
_QUIET_S = 20.0

_EPOCH, _LEAST_EPOCH_S = 10.0, 300.0
_OTHER, _LEAST_OTHER_S, _UNKNOWN_S = 30.0, 900.0, 3600.0
_LOADING_S = 7200.0
_WHOLE = 3.0
_LATE, _LEAST_LATE_S, _LATE_UNKNOWN = 3.0, 60.0, 2.0
_NEVER_LATE: tuple[Step, ...] = ("loading", "closing")

_WORDS: dict[Step, str] = {
    "loading": "reading the data had taken {s} s and was not done",
    "building": "building the network had taken {s} s and was not done",
    "first epoch": "the first epoch had not ended after {s} s",
    "epoch": "no epoch ended in {s} s",
    "finishing": "after its last epoch, asking and exporting the network had taken {s} s and was not done",
    "closing": "scoring the winner had taken {s} s and was not done",
}


@dataclass(frozen=True)
class Pace:
    """What is known of how long an honest step takes, in seconds; 0 where it is not.

    own: the longest epoch of this training, in this process. study: of the study. whole: it is one call of a person's
    `fit`. given: `search.epoch_timeout`. late: the study's time is up. timeout_s: how much it was given.
    """

    own: float = 0.0
    study: float = 0.0
    whole: bool = False
    given: float | None = None
    late: bool = False
    timeout_s: float | None = None


def limit_s(step: Step, pace: Pace) -> float:
    """After how many seconds of silence a step hangs."""
    known = max(pace.own, pace.study)
    if step == "loading":
        limit = _LOADING_S
    elif pace.given is not None:
        limit = pace.given if step == "epoch" else 2 * pace.given + 60.0
    else:
        if step == "epoch" and pace.own:
            limit = max(_LEAST_EPOCH_S, _EPOCH * pace.own)
        elif known:
            limit = max(_LEAST_OTHER_S, _OTHER * known)
        else:
            limit = math.inf if pace.whole else _UNKNOWN_S
        limit *= _WHOLE if pace.whole else 1.0
    if not pace.late or step in _NEVER_LATE:
        return limit
    if not known:
        return min(limit, max(_LEAST_OTHER_S, _LATE_UNKNOWN * (pace.timeout_s or 0.0)))
    longest = pace.own if step == "epoch" and pace.own else known
    return min(limit, max(_LEAST_LATE_S if step == "epoch" else _LEAST_EPOCH_S, _LATE * longest))


def words(step: Step, silent_s: float, pace: Pace) -> str:
    """How a step that hangs is told."""
    said = f"hung: {_WORDS[step].format(s=round(silent_s))}"
    longest = pace.own if step == "epoch" and pace.own else pace.study
    if longest and step != "loading":
        before = "before" if step == "epoch" and pace.own else "of the study"
        said += f", the longest {before} took {longest:.3g} s"
    return said + (", and the study's time was up" if pace.late and step not in _NEVER_LATE else "")


@dataclass(frozen=True)
class _Task:
    study_name: str
    last_words: LastWords
    step: Step
    given: float | None
    search: bool
    whole: bool = False
    own: float = 0.0


@dataclass(frozen=True)
class Hang:
    """A step that will never end. write: its last words, where they are to be found."""

    step: Step
    words: str
    write: Callable[[], None]


@dataclass
class Watch:
    """Told by the thread that trains what it begins and ends, and asked by another whether that still goes on.

    says: what a person is told meanwhile, such as ``no epoch for 2:10``; empty while nothing is unusual.
    """

    now: Callable[[], float] = time.monotonic
    says: str = ""
    _task: _Task | None = None
    _silent_s: float = 0.0
    _looked_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def during(
        self, step: Step, study_name: str, last_words: LastWords, given: float | None = None, search: bool = False
    ) -> Iterator[None]:
        """While a step is done, and those that follow it.

        given: `search.epoch_timeout`. search: its time is up when the search's is, not when the study's is.
        """
        self._set(_Task(study_name, last_words, step, given, search))
        try:
            yield
        finally:
            self._set(None)

    def step(self, step: Step, whole: bool = False) -> None:
        """The next step begins. whole: a training that is one call of a person's `fit`."""
        if (task := self._task) is not None:
            self._set(replace(task, step=step, whole=whole or task.whole))

    def epoch(self, seconds: float) -> None:
        """An epoch has ended."""
        if (task := self._task) is not None:
            self._set(replace(task, step="epoch", own=max(seconds, task.own)))

    def _set(self, task: _Task | None) -> None:
        with self._lock:
            self._task, self._silent_s, self._looked_at = task, 0.0, self.now()
            self.says = CLOSING if task is not None and task.step == "closing" else ""

    def look(self, db: Database) -> Hang | None:
        """Asked every few seconds in which the database answers: the step that hangs, if it does."""
        with self._lock:
            now = self.now()
            if not patience.is_waiting():
                self._silent_s += min(max(0.0, now - self._looked_at), _MOST_BETWEEN_S)
            self._looked_at = now
            task, silent_s = self._task, self._silent_s
        if task is None or silent_s < min(_QUIET_S, task.given or _QUIET_S):
            return None
        pace = self._pace(db, task)
        longest = task.own or pace.study
        if silent_s > max(_QUIET_S, 2 * longest):
            self.says = f"{'no epoch' if 'epoch' in task.step else task.step} for {duration(silent_s)}"
        if silent_s <= limit_s(task.step, pace):
            return None
        with self._lock:
            if self._task is not task:
                return None  # it has ended in this moment
        told = words(task.step, silent_s, pace)
        return Hang(task.step, told, lambda: task.last_words(told))

    def _pace(self, db: Database, task: _Task) -> Pace:
        view = studies.view_study(db, task.study_name)
        spec = spec_of(view)
        left_s = search_left_s(db, view, spec) if task.search else view.left_s
        return Pace(
            own=task.own,
            study=longest_epoch(db, task.study_name),
            whole=task.whole,
            given=task.given,
            late=left_s is not None and left_s <= 0,
            timeout_s=view.timeout_s,
        )
