"""A trial of the search: an Optuna trial answers what its network asks, and is told how it ended.

Leaves to others: which trial (database), its lifecycle (run), when it is delivered to MLflow (delivery).
"""

from tuner.database.connection import Database
from tuner.database.epochs import quickest_epoch
from tuner.database.runs import Job
from tuner.runs.checkpoints import Checkpoints
from tuner.runs.configurations import Asked
from tuner.runs.job_guard import holding
from tuner.runs.observers.deadline import Deadline
from tuner.runs.observers.epoch_budget import EpochBudget
from tuner.runs.observers.leaving import Leaving
from tuner.runs.observers.port import Observer
from tuner.runs.observers.pruning import Pruning
from tuner.runs.observers.row import Row
from tuner.runs.observers.sign_of_life import SignOfLife
from tuner.runs.observers.system_metrics import measure_of
from tuner.runs.observers.target import Target
from tuner.runs.records import StoredRecord
from tuner.runs.roles import SEARCH, Order
from tuner.runs.run import Run
from tuner.runs.study_context import StudyContext
from tuner.search.algorithms import trial_seed
from tuner.studies.limits import is_first, search_left_s


def run_trial(context: StudyContext, job: Job) -> None:
    """Run the trial that this worker holds to its end, unless the worker has to leave or has lost it."""
    with holding(context, job, SEARCH):
        db, spec = context.db, context.spec
        asked = Asked(context, job)
        record, checkpoints = StoredRecord(db, job), Checkpoints(context.store, job)
        observers: list[Observer] = [
            SignOfLife(context.watch),
            Row(record, checkpoints, measure_of(context.study), validated=True),
            Pruning(asked.trial, spec, asked.reported(), asked.is_baseline),
            Target(db, spec),
            Deadline(lambda view: search_left_s(db, view, spec), SEARCH.late, lambda: _quickest_s(db, job)),
            EpochBudget(db, job),
            Leaving(context.hand_back),
        ]
        order = Order(SEARCH, trial_seed(context.study.seed, job.ordinal, "training"), f"trial {asked.trial.number}")
        Run(context, order, asked, record, observers, (job, checkpoints))()


def _quickest_s(db: Database, job: Job) -> float | None:
    """How long the shortest epoch took; None for the study's first trial, which is given one however late it is."""
    return None if is_first(db, job) else quickest_epoch(db, job.study_name)
