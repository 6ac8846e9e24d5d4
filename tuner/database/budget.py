"""The budget of a study and the trials that spend it.

Owns: exactness. A place of the budget is a row whose primary key is its ordinal, so two workers cannot take one place;
a place and its Optuna trial are made in one transaction.
Leaves to others: what a trial has in common with other runs (runs), what an Optuna trial begins with (search).
"""

from typing import TYPE_CHECKING

import sqlalchemy as sa

from tuner.database import admission, leases, runs
from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.rules import may_begin
from tuner.database.runs import Job
from tuner.database.sequence import stamp_run
from tuner.database.tables import RunRow, StudyRow, keyed

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


@patient
def take(db: Database, study_name: str, worker_id: str, begun_only: bool = False) -> Job | None:
    """Take one trial: one whose worker is gone, else the next place of the budget; None where there is neither.

    begun_only: nothing new; what a dead worker left has to be ended.
    """
    adopted = runs.adopt(db, study_name, ["search"], 0, worker_id)
    return adopted if adopted is not None or begun_only else _reserve(db, study_name, worker_id)


@patient
def take_own(db: Database, study_name: str, worker_id: str) -> Job | None:
    """The trial that this worker has already, as after a call whose answer was lost; None where it has none."""
    return runs.adopt(db, study_name, ["search"], 0, worker_id, RunRow.worker_id == worker_id)


@patient
def take_untold(db: Database, study_name: str, worker_id: str) -> Job | None:
    """One that a person ended, and of which Optuna has still to be told."""
    return runs.adopt(db, study_name, ["search"], 0, worker_id, RunRow.state != "running")


def _reserve(db: Database, study_name: str, worker_id: str) -> Job | None:
    while True:
        with db.session() as session:
            taken = session.scalar(sa.select(sa.func.count()).where(*_search(study_name))) or 0
            chosen = sa.select(StudyRow.trials, StudyRow.admitted_at).where(StudyRow.study_name == study_name)
            budget, admitted_at = session.execute(chosen).one_or_none() or (0, None)
        if taken >= budget or (admitted_at is None and not admission.ask(db, study_name)):
            return None
        job = Job(study_name, "search", 0, taken, 1, worker_id, taken)
        try:
            with db.session() as session, session.begin():
                # It is asked again, now that the study is locked: a person may have asked for fewer trials.
                if not may_begin(session, study_name, taken, worker_id):
                    return None
                session.execute(
                    sa.insert(RunRow).values(
                        study_name=study_name,
                        role="search",
                        round=0,
                        ordinal=taken,
                        trial_ordinal=taken,
                        state="running",
                        attempt=1,
                        worker_id=worker_id,
                        epoch_limit=1,
                        changes=1,
                        started_at=utc_now(),
                        lease_until=utc_now() + leases.LEASE_S,
                    )
                )
                stamp_run(session, job.lease.key)
            return job
        except sa.exc.IntegrityError:
            continue  # another worker took this place; the next may be free


@patient
def fill(db: Database, job: Job, template: "FrozenTrial", baseline: str) -> int:
    """Make the Optuna trial of this place and bind it to it, in one transaction; gives its number. Raises LeaseLost.

    A place has one trial, and no trial is without a place, wherever the worker stalls or dies. Done twice, the second
    time changes nothing.
    """
    with db.session() as session, session.begin():
        leases.fenced(session, job.lease, baseline=baseline)
        there = session.scalar(sa.select(RunRow.trial_number).where(*keyed(RunRow, job.lease.key)))
        if there is not None:
            return there
        storage = db.optuna_within(session)
        trial_id = storage.create_new_trial(storage.get_study_id_from_name(job.study_name), template)
        number = storage.get_trial(trial_id).number
        leases.fenced(session, job.lease, trial_number=number)
        stamp_run(session, job.lease.key)
    return number


@patient
def open_places(db: Database, study_name: str) -> int:
    """Trials of the budget that are not yet final and told: 0 when the search is over."""
    with db.session() as session:
        budget = session.scalar(sa.select(StudyRow.trials).where(StudyRow.study_name == study_name)) or 0
    return int(budget - finalized(db, study_name))


@patient
def finalized(db: Database, study_name: str) -> int:
    """Trials that are final and told."""
    with db.session() as session:
        count = session.scalar(sa.select(sa.func.count()).where(*_search(study_name), RunRow.finalized))
    return int(count or 0)


@patient
def running(db: Database, study_name: str) -> int:
    """Trials that were begun and are not final and told."""
    with db.session() as session:
        count = session.scalar(sa.select(sa.func.count()).where(*_search(study_name), ~RunRow.finalized))
    return int(count or 0)


@patient
def has_begun(db: Database, study_name: str) -> bool:
    """Whether a trial was taken."""
    with db.session() as session:
        return session.scalar(sa.select(RunRow.ordinal).where(*_search(study_name)).limit(1)) is not None


def _search(study_name: str) -> tuple[sa.ColumnElement[bool], ...]:
    return RunRow.study_name == study_name, RunRow.role == "search"
