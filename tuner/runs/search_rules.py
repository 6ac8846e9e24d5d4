"""What ends a trial of the search early, whoever trains it: a pruner, a target, the clock, a budget of epochs.

Leaves to others: each rule (observers), what is done at an epoch's end beside (trial, service).
"""

from collections.abc import Sequence

from tuner.database.connection import Database
from tuner.database.epochs import EpochView, quickest_epoch
from tuner.database.runs import Job
from tuner.runs.observers.deadline import Deadline
from tuner.runs.observers.epoch_budget import EpochBudget
from tuner.runs.observers.front_pruning import FrontPruning
from tuner.runs.observers.port import Observer
from tuner.runs.observers.pruning import Pruning
from tuner.runs.observers.target import Target
from tuner.runs.optuna_trial import OptunaTrial
from tuner.spec.study_spec import StudySpec
from tuner.studies.limits import is_first, search_left_s


def search_rules(
    db: Database, spec: StudySpec, job: Job, asked: OptunaTrial, rows: Sequence[EpochView] = ()
) -> list[Observer]:
    """In the order in which they are asked, after the epoch's row is stored.

    rows: the epochs so far, where nobody says them at the beginning.
    """
    return [
        *_pruning(db, spec, job, asked, rows),
        Target(db, spec),
        Deadline(lambda view: search_left_s(db, view, spec), "complete", lambda: _quickest_s(db, job)),
        EpochBudget(db, job),
    ]


def _pruning(db: Database, spec: StudySpec, job: Job, asked: OptunaTrial, rows: Sequence[EpochView]) -> list[Observer]:
    never_prune = asked.baseline is not None
    if len(spec.objectives) == 1:
        return [Pruning(asked.trial, spec, asked.reported(), never_prune)]
    return [] if never_prune else [FrontPruning(db, job.study_name, spec, rows)]


def _quickest_s(db: Database, job: Job) -> float | None:
    """How long the shortest epoch took; None for the study's first trial, which is given one however late it is."""
    return None if is_first(db, job) else quickest_epoch(db, job.study_name)
