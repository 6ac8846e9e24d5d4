"""Ends a search that has reached its target: this trial's, or another's.

Leaves to others: what is as good as the target (stopping_rules), that no trial begins afterwards (database).
"""

from tuner.database import rules
from tuner.database.connection import Database
from tuner.runs.observers.port import Beginning, Decision, EpochEnd
from tuner.spec.study_spec import StudySpec
from tuner.studies.stopping_rules import reached


class Target:
    def __init__(self, db: Database, spec: StudySpec) -> None:
        self._db = db
        self._spec = spec

    def begins(self, beginning: Beginning) -> Decision | None:
        return None

    def epoch_ended(self, end: EpochEnd) -> Decision | None:
        study = end.study
        # Whether it keeps to the constraints, only its end shows: `stopping_rules` looks then.
        if not self._spec.constraints and reached(self._spec, study.options.limits, end.result.best):
            rules.end(self._db, study.study_name, "target")
            return Decision("complete", f"the target is reached, at {end.words}")
        if study.ended == "target":
            return Decision("complete", f"another trial has reached the target, at {end.words}")
        return None
