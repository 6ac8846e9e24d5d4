"""What a process has at hand that programs ask for trials.

Owns: the Optuna trials of those that train, as a worker has its own, so that an epoch does not read the study anew.
Leaves to others: everything that is stored (external_asking, external_reporting), the record (record_keeper).
"""

import threading
from collections import OrderedDict
from typing import Protocol

from tuner.database.connection import Database
from tuner.database.runs import Job
from tuner.database.studies import StudyView
from tuner.runs.optuna_trial import OptunaTrial
from tuner.spec.study_spec import StudySpec

_KEPT = 200


class Records(Protocol):
    """Whoever delivers what is stored to the record that people compare runs in."""

    def watch(self, study_name: str) -> None: ...

    def ended(self, study_name: str) -> None:
        """The study was closed just now."""
        ...


class ProgramsHere:
    """Several threads may use it. db: of the studies. records: delivers what is stored."""

    def __init__(self, db: Database, records: Records) -> None:
        self.db = db
        self.records = records
        self._lock = threading.Lock()
        self._trials: OrderedDict[tuple[str, float, int, int], OptunaTrial] = OrderedDict()

    def optuna_trial(self, study: StudyView, spec: StudySpec, job: Job) -> OptunaTrial:
        """As long as the same program holds it, the same object."""
        key = (study.study_name, study.created_at, job.ordinal, job.attempt)
        with self._lock:
            found = self._trials.pop(key, None)
        found = found or OptunaTrial(self.db, study, spec, job)
        with self._lock:
            self._trials[key] = found
            while len(self._trials) > _KEPT:
                self._trials.popitem(last=False)
        return found
