"""Runs that a worker takes: those that nobody holds, or whose worker is gone.

Owns: of which kind and round they are, and how many at once.
Leaves to others: when a run is free (leases), whether a study has room for a worker (sharing), new places of the budget
(budget).
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import leases, sharing, strikes
from tuner.database.connection import Database
from tuner.database.patience import patient
from tuner.database.runs import Job
from tuner.database.tables import Role, RunRow


def adopt(
    db: Database,
    study_name: str,
    roles: Sequence[Role],
    round: int,
    worker_id: str,
    also: sa.ColumnElement[bool] | None = None,
) -> Job | None:
    """Take the first of a study's runs that nobody holds, or whose worker is gone; None where there is none.

    also: what else has to be true of it. Made twice, the second time gives the one that the first has taken.
    """
    which = _of_study(study_name, roles, round)
    if also is not None:
        which = sa.and_(which, also)

    def may(session: Session) -> bool:
        # What is its own, or only has to be told, takes no room.
        return also is not None or sharing.may_take(session, study_name, worker_id)

    return next((_job(each, worker_id) for each in leases.adopt(db, study_name, which, worker_id, may)), None)


def adopt_many(
    db: Database,
    study_name: str,
    roles: Sequence[Role],
    round: int,
    worker_id: str,
    most: int,
    held: Collection[int],
) -> list[Job]:
    """The same of so many at most, in one transaction. held: the ordinals of those that this worker knows it has.

    Made twice, the second time gives those that the first has taken, and others where these are fewer.
    """
    which = sa.and_(_of_study(study_name, roles, round), RunRow.ordinal.not_in(held))

    def may(session: Session) -> bool:
        return sharing.may_take(session, study_name, worker_id)

    taken = leases.adopt(db, study_name, which, worker_id, may, most, in_company=bool(held)) if most > 0 else []
    return [_job(each, worker_id) for each in taken]


@patient
def suspects_wait(db: Database, job: Job) -> bool:
    """Whether others of its kind wait to be trained alone by a worker that holds nothing."""
    which = sa.and_(_of_study(job.study_name, [job.role], job.round), RunRow.ordinal != job.ordinal)
    with db.session() as session:
        return leases.any_suspect(session, which, job.worker_id)


def _of_study(study_name: str, roles: Sequence[Role], round: int) -> sa.ColumnElement[bool]:
    return sa.and_(RunRow.study_name == study_name, RunRow.role.in_(roles), RunRow.round == round)


def _job(row: RunRow, worker_id: str) -> Job:
    return Job(
        study_name=row.study_name,
        role=row.role,
        round=row.round,
        ordinal=row.ordinal,
        attempt=row.attempt,
        worker_id=worker_id,
        trial_ordinal=row.trial_ordinal,
        trial_number=row.trial_number,
        seed_number=row.seed_number,
        seed=row.seed,
        planned_epochs=row.planned_epochs,
        state=row.state,
        given_up=row.strikes >= strikes.GIVEN_UP,
        suspect=row.strikes >= strikes.SUSPECT,
        checkpoint=row.checkpoint,
    )
