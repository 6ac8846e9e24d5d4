"""Studies as they are looked at again and again: each is read once, then what is new of it.

Owns: which studies are kept at hand: those that were asked for last.
Leaves to others: following one (studies.follower).
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from tuner.database.connection import Database
from tuner.errors import NotFound
from tuner.studies.follower import StudyFollower
from tuner.studies.status import StudyStatus

_KEPT = 16
_KEPT_TRIALS = 20_000
"""10,000 of 10 epochs take 114 MB."""


@dataclass
class _Kept:
    follower: StudyFollower
    trials: int = 0


class Looks:
    """Several threads may look."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def status(self, study_name: str) -> StudyStatus:
        """With the epochs. Raises NotFound."""
        with self._lock:
            kept = self._kept.pop(study_name, None) or _Kept(StudyFollower(self._db, study_name))
            self._kept[study_name] = kept
        try:
            status = kept.follower.look()
        except NotFound:
            with self._lock:
                self._kept.pop(study_name, None)
            raise
        with self._lock:
            kept.trials = len(status.trials)
            self._let_go()
        return status

    def _let_go(self) -> None:
        """Of those that were asked for longest ago, while all together are too many; never of the last one."""
        trials = sum(each.trials for each in self._kept.values())
        while len(self._kept) > 1 and (len(self._kept) > _KEPT or trials > _KEPT_TRIALS):
            _, gone = self._kept.popitem(last=False)
            trials -= gone.trials
