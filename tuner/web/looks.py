"""Studies as they are looked at again and again: each is read once, then what is new of it.

Owns: which studies are kept at hand: those that were asked for last.
Leaves to others: following one (studies.follower).
"""

import threading
from collections import OrderedDict

from tuner.database.connection import Database
from tuner.errors import NotFound
from tuner.studies.follower import StudyFollower
from tuner.studies.status import StudyStatus

_KEPT = 16
"""Of 10,000 trials one takes some 100 MB."""


class Looks:
    """Several threads may look."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = threading.Lock()
        self._followers: OrderedDict[str, StudyFollower] = OrderedDict()

    def status(self, study_name: str) -> StudyStatus:
        """With the epochs. Raises NotFound."""
        with self._lock:
            follower = self._followers.pop(study_name, None) or StudyFollower(self._db, study_name)
            self._followers[study_name] = follower
            while len(self._followers) > _KEPT:
                self._followers.popitem(last=False)
        try:
            return follower.look()
        except NotFound:
            with self._lock:
                self._followers.pop(study_name, None)
            raise
