"""What nobody writes down when it happens: a study that is stuck, a new best trial.

Owns: when a study counts as stuck, and when a new best is worth a message.
Leaves to others: that it is told once (database.outbox), how long an honest step takes (runs.watchdog).

A study is stuck where it should run - nobody stopped it, it has not ended, it does not wait for one of its owner's
places - and no epoch and no training has ended for long. Where workers work on it, that is as long as the watchdog
gives to a first epoch: thirty times the longest of the study, a quarter of an hour at least, an hour where it has
none yet; three times as long where a person's code trains; two hours while data are read, or the study is closed.
Where no worker works on it - they died, they pass it over, nobody started one - it is a quarter of an hour. Programs
that ask for trials are no workers: they have as long as workers have. Of time in which this process slept, as a
laptop does, only a moment counts.

A new best is told once ten trials are complete, and at most every quarter of an hour: meanwhile, the last one counts.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tuner.database import outbox, progress
from tuner.database.connection import Database
from tuner.database.epochs import longest_epoch
from tuner.database.receivers import receivers_of
from tuner.database.service_tables import Event
from tuner.database.studies import StudyView, view_study
from tuner.database.workers import view_workers
from tuner.formatting import duration
from tuner.hints import command
from tuner.runs.watchdog import Pace, limit_s
from tuner.studies.skipped_study import reasons
from tuner.studies.status import CLOSING
from tuner.studies.stored_study import is_external, spec_of

BEST_AFTER = 10
BEST_EVERY_S = 900.0

UNATTENDED_S = 900.0
_SURELY_S = 120.0
"""For so long the study is watched by this process before it counts as stuck."""
_MOST_BETWEEN_S = 30.0
_UNKNOWN_S = 10_800.0
"""The watchdog gives all the time there is to code of a person that has told of no epoch yet."""


@dataclass
class _Quiet:
    """at: of the study's last progress. seen_s: that it was watched since."""

    at: float
    looked_at: float
    seen_s: float = 0.0


@dataclass
class Watcher:
    """surely_s: for so long a quiet study is watched first, in time in which this process was awake."""

    db: Database
    surely_s: float = _SURELY_S
    now: Callable[[], float] = time.monotonic
    _quiet: dict[str, _Quiet] = field(default_factory=dict)

    def look(self, study_name: str) -> None:
        """Write down what is to be told of a study now. Raises NotFound, SpecError."""
        view = view_study(self.db, study_name)
        wanted: set[Event] = {each for one in receivers_of(self.db, study_name, view.owner) for each in one.events}
        if view.finished_at is not None or view.desired_state != "running" or not wanted & {"best", "stuck"}:
            self._quiet.pop(study_name, None)
            return
        if "best" in wanted:
            self._best(view)
        if "stuck" in wanted and view.admitted_at is not None:
            self._stuck(view)

    def _best(self, view: StudyView) -> None:
        found = progress.leader(self.db, view.study_name, spec_of(view).objective.direction)
        if found is not None and found.complete >= BEST_AFTER:
            outbox.tell_of_best(self.db, view.study_name, found.ordinal, BEST_EVERY_S)

    def _stuck(self, view: StudyView) -> None:
        name, now = view.study_name, self.now()
        found = progress.last_progress(self.db, name)
        known = self._quiet.setdefault(name, _Quiet(found.at, now))
        if known.at != found.at:
            known = self._quiet[name] = _Quiet(found.at, now)
        known.seen_s += min(max(0.0, now - known.looked_at), _MOST_BETWEEN_S)
        known.looked_at = now
        if known.seen_s < self.surely_s or found.quiet_s < UNATTENDED_S:
            return
        if (words := self._why(view, found.quiet_s)) is not None:
            outbox.tell(self.db, name, "stuck", found.at, words)

    def _why(self, view: StudyView, quiet_s: float) -> str | None:
        """In a line, where it is stuck; None while it may go on by itself."""
        name, for_s = view.study_name, duration(quiet_s)
        working = view_workers(self.db, name)
        passed_over = reasons(self.db, name)
        external = is_external(view)
        if not working and not external:
            if passed_over:
                return f"no worker works on it for {for_s}"  # why not stands beside it
            return f"no worker works on it for {for_s}. Start one: {command('tune worker --study', name)}"
        if any(each.stage in ("loading", CLOSING) for each in working):
            limit = limit_s("loading", Pace())
        else:
            spec, longest_s = spec_of(view), longest_epoch(self.db, name)
            pace = Pace(study=longest_s, whole=spec.code is not None, given=spec.search.epoch_timeout)
            limit = min(limit_s("first epoch", pace), math.inf if longest_s else _UNKNOWN_S)
        return None if quiet_s <= limit else f"no epoch and no trial has ended for {for_s}"
