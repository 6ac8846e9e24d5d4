"""Asks for each epoch of a search that has a budget of them, before it is trained.

Leaves to others: what is granted, exactly (database).
"""

from tuner.database import rules
from tuner.database.connection import Database
from tuner.database.runs import Job
from tuner.runs.observers.port import Beginning, Decision, EpochEnd, Moment


class EpochBudget:
    """Comes after whatever else may end a training: no epoch is granted that nobody trains."""

    def __init__(self, db: Database, job: Job) -> None:
        self._db = db
        self._job = job

    def begins(self, beginning: Beginning) -> Decision | None:
        done = beginning.decision is not None or beginning.epoch == beginning.planned
        return None if done else self._ask(beginning)

    def epoch_ended(self, end: EpochEnd) -> Decision | None:
        return None if end.decision is not None or end.is_last else self._ask(end)

    def _ask(self, moment: Moment) -> Decision | None:
        db, job = self._db, self._job
        budget, after = moment.study.options.limits.epochs, moment.epoch + 1
        if budget is None or rules.grant(db, job.study_name, job.ordinal, job.attempt, after):
            return None
        return Decision("complete", f"the budget of epochs is spent, at {moment.words}")
