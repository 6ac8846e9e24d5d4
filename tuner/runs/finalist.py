"""A finalist: a trial's configuration trained again with another seed, or the winner's on all rows for use.

Leaves to others: which configuration and seed (finalists), its lifecycle (run), who holds it (database).
"""

from tuner.database import runs
from tuner.database.runs import Job
from tuner.database.trial_facts import TrialFacts
from tuner.runs.checkpoints import Checkpoints
from tuner.runs.configurations import Known
from tuner.runs.here import Here
from tuner.runs.job_guard import holding
from tuner.runs.observers.deadline import Deadline
from tuner.runs.observers.leaving import Leaving
from tuner.runs.observers.port import Observer
from tuner.runs.observers.row import Row
from tuner.runs.observers.sign_of_life import SignOfLife
from tuner.runs.observers.system_metrics import measure_of
from tuner.runs.records import StoredRecord
from tuner.runs.roles import COMPARE, FINAL, Order, Role
from tuner.runs.run import Run
from tuner.runs.study_context import StudyContext
from tuner.studies.finalists import known_value


def run_finalist(context: StudyContext, job: Job) -> None:
    """Run the finalist that this worker holds to its end, unless the worker has to leave or has lost it."""
    with holding(context, job, role_of(job)):
        here = Here(StoredRecord(context.db, job), Checkpoints(context.store, job), last=(Leaving(context.hand_back),))
        finalist_run(context, job, here)()


def finalist_run(context: StudyContext, job: Job, here: Here) -> Run:
    """The finalist that this worker holds."""
    db, role = context.db, role_of(job)
    trial = runs.view_trial(db, job.study_name, job.trial_ordinal)
    rows = (context.all_rows() if role.all_rows else context).dataset.info.train_rows
    order = Order(
        role,
        job.seed,
        f"finalist {job.ordinal}, trial {job.trial_number} seed {job.seed_number}",
        job.planned_epochs,
        known_value(runs.view_finalists(db, job.study_name, job.round), trial) if role.all_rows else None,
        TrialFacts(
            seed_number=job.seed_number,
            kind=job.role,
            learnt_from="training and validation rows" if role.all_rows else "training rows",
            rows_train=rows,
        ),
    )
    observers: list[Observer] = [
        SignOfLife(context.watch),
        Row(here.record, here.checkpoints, measure_of(context.study), validated=not role.all_rows),
        Deadline(lambda view: view.left_s, role.late),
        *here.last,
    ]
    known = Known(context, trial.params, job.trial_number or 0)
    return Run(context, order, known, here.record, observers, (job, here.checkpoints), here.look, here.compiling)


def role_of(job: Job) -> Role:
    return FINAL if job.role == "final" else COMPARE
