"""Follow a study: all of it is read once, then what is new, however many trials it has.

Owns: putting what is new to what is known already.
Leaves to others: what is new (database), what a study is at one moment (status).
"""

import threading
from dataclasses import dataclass, replace

from tuner.database.changes import Changes, changes_since
from tuner.database.connection import Database
from tuner.database.runs import RunView
from tuner.database.studies import StudyView
from tuner.database.tables import RunKey
from tuner.errors import NotFound
from tuner.studies.status import StudyStatus, status_of


@dataclass(frozen=True)
class Followed:
    """A study as it is at one moment. number: of the last change that is in it."""

    number: int
    status: StudyStatus


class StudyFollower:
    """Of one study, with every epoch. Several threads may look."""

    def __init__(self, db: Database, study_name: str) -> None:
        self._db = db
        self._study_name = study_name
        self._lock = threading.Lock()
        self._number = 0
        self._study: StudyView | None = None
        self._runs: dict[RunKey, RunView] = {}
        self._held: frozenset[RunKey] = frozenset()

    def look(self) -> StudyStatus:
        """The study as it is now: what `study_status` gives with epochs. Raises NotFound."""
        return self.follow().status

    def follow(self) -> Followed:
        """The same, with its number. Raises NotFound."""
        with self._lock:
            new = changes_since(self._db, self._study_name, self._number)
            if self._study is not None and new.created_at != self._study.created_at:
                # It was deleted, and another one was made.
                new = changes_since(self._db, self._study_name, 0)
            self._take(new)
            if self._study is None:
                raise NotFound(f"there is no study {self._study_name!r} any more.")
            status = status_of(self._db, self._study, list(self._runs.values()), new.workers)
            return Followed(self._number, status)

    def _take(self, new: Changes) -> None:
        if new.whole:
            self._runs = {}
        known = len(self._runs)
        for view in new.runs:
            before = self._runs.get(view.key)
            epochs = (*(before.epochs if before else ()), *new.epochs.get(view.key, ()))
            self._runs[view.key] = replace(view, epochs=epochs)
        if len(self._runs) > known:
            # In the order in which they are read at once.
            self._runs = dict(sorted(self._runs.items(), key=lambda each: (each[1].round, each[1].ordinal)))
        for key in {*self._held, *new.held, *(each.key for each in new.runs)} & self._runs.keys():
            # A lease runs out without a write.
            if self._runs[key].held != (key in new.held):
                self._runs[key] = replace(self._runs[key], held=key in new.held)
        self._held = new.held
        study = new.study or self._study
        if study is not None:
            left_s = study.timeout_s if study.deadline_at is None else study.deadline_at - new.now
            began_at = min([each.started_at for each in self._runs.values() if each.role == "search"], default=None)
            self._study = replace(study, age_s=new.now - study.created_at, left_s=left_s, began_at=began_at)
        self._number = new.number
