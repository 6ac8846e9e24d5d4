"""Studies as they are looked at again and again: each is read once, then what is new of it.

Owns: which studies are kept at hand: those that were asked for last.
Leaves to others: following one (studies.follower).
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from tuner.database.changes import Mark, mark_of
from tuner.database.connection import Database
from tuner.errors import NotFound
from tuner.studies.follower import Followed, StudyFollower
from tuner.studies.status import StudyStatus

_KEPT = 16
_KEPT_TRIALS = 20_000
"""10,000 of 10 epochs take 114 MB."""


_FRESH_S = 1.0
"""What changes without a write - who lives, which leases hold - may be older by so much."""


@dataclass
class _Kept:
    follower: StudyFollower
    lock: threading.Lock = field(default_factory=threading.Lock)
    last: Followed | None = None
    looked_at: float = 0.0

    @property
    def trials(self) -> int:
        return 0 if self.last is None else len(self.last.status.trials)


class Looks:
    """Several threads may look."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def status(self, study_name: str) -> StudyStatus:
        """With the epochs. Raises NotFound."""
        return self.follow(study_name).status

    def follow(self, study_name: str) -> Followed:
        """The same, with the number of its last change: whatever was written before is in it. Raises NotFound."""
        with self._lock:
            kept = self._kept.pop(study_name, None) or _Kept(StudyFollower(self._db, study_name))
            self._kept[study_name] = kept
        try:
            found = self._look(kept, study_name)
        except NotFound:
            with self._lock:
                self._kept.pop(study_name, None)
            raise
        with self._lock:
            self._let_go()
        return found

    def _look(self, kept: _Kept, study_name: str) -> Followed:
        # Those that wait for one that looks take what it has seen, where nothing was written meanwhile.
        with kept.lock:
            fresh = time.monotonic() - kept.looked_at < _FRESH_S
            if kept.last is None or not fresh or mark_of(self._db, study_name) != _mark(kept.last):
                kept.last = kept.follower.follow()
                kept.looked_at = time.monotonic()
            return kept.last

    def _let_go(self) -> None:
        """Of those that were asked for longest ago, while all together are too many; never of the last one."""
        trials = sum(each.trials for each in self._kept.values())
        while len(self._kept) > 1 and (len(self._kept) > _KEPT or trials > _KEPT_TRIALS):
            _, gone = self._kept.popitem(last=False)
            trials -= gone.trials


def _mark(followed: Followed) -> Mark:
    return followed.number, followed.status.study.created_at
