"""A trial of the search: an Optuna trial answers what its network asks, and is told how it ended.

Leaves to others: which trial (database), its lifecycle (run), when it is delivered to MLflow (delivery).
"""

from tuner.database.runs import Job
from tuner.runs.checkpoints import Checkpoints
from tuner.runs.configurations import Asked
from tuner.runs.fold_pruning import fold_pruning
from tuner.runs.here import Here
from tuner.runs.job_guard import holding
from tuner.runs.observers.leaving import Leaving
from tuner.runs.observers.port import Observer
from tuner.runs.observers.row import Row
from tuner.runs.observers.sign_of_life import SignOfLife
from tuner.runs.observers.system_metrics import measure_of
from tuner.runs.optuna_trial import OptunaTrial
from tuner.runs.records import StoredRecord
from tuner.runs.roles import SEARCH, Order
from tuner.runs.run import Run
from tuner.runs.search_rules import search_rules
from tuner.runs.study_context import StudyContext
from tuner.search.algorithms import trial_seed


def run_trial(context: StudyContext, job: Job) -> None:
    """Run the trial that this worker holds to its end, unless the worker has to leave or has lost it."""
    with holding(context, job, SEARCH):
        asked = OptunaTrial(context.db, context.study, context.spec, job, keeps_to=context.keeps_to)
        here = Here(StoredRecord(context.db, job), Checkpoints(context.store, job), last=(Leaving(context.hand_back),))
        trial_run(context, job, asked, here)()


def trial_run(context: StudyContext, job: Job, asked: OptunaTrial, here: Here) -> Run:
    """The trial that this worker holds."""
    folds = fold_pruning(context.db, job, context.spec, asked.baseline is not None)
    observers: list[Observer] = [
        SignOfLife(context.watch),
        Row(here.record, here.checkpoints, measure_of(context.study), validated=True),
        *([] if folds is None else [folds]),
        *search_rules(context.db, context.spec, job, asked),
        *here.last,
    ]
    order = Order(SEARCH, trial_seed(context.study.seed, job.ordinal, "training"), f"trial {asked.number}")
    held = (job, here.checkpoints)
    begun_with = here.record.view().params if job.attempt > 1 and context.spec.code is None else None
    asking = Asked(context, asked, begun_with)
    return Run(context, order, asking, here.record, observers, held, here.look, here.compiling, folds)
