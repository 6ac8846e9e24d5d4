"""The best few configurations, to be trained again over seeds: planned once.

Owns: that a plan is made once however many workers make it, and which of it is still to be trained.
Leaves to others: which configurations, when one is clearly worse (studies); what becomes of each (runs).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import adoption
from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.runs import Job
from tuner.database.sequence import stamp
from tuner.database.tables import FINALISTS, UNSTAMPED, RunRow, StudyRow

FinalistRole = Literal["compare", "final"]


@dataclass(frozen=True)
class Planned:
    """One configuration and one seed to train it with. The fields are the row's."""

    role: FinalistRole
    trial_ordinal: int
    trial_number: int
    seed_number: int
    seed: int
    planned_epochs: int = 0


@patient
def plan(db: Database, study_name: str, round: int, role: FinalistRole, jobs: Sequence[Planned]) -> bool:
    """Store the runs of one role, unless they are there or the search went on; tells whether it was us."""
    with db.session() as session, session.begin():
        # This write comes first: it locks the study, so that one worker's plan is the plan.
        locked: Any = session.execute(
            sa.update(StudyRow)
            .where(StudyRow.study_name == study_name, StudyRow.round == round, StudyRow.finished_at.is_(None))
            .values(round=round)
        )
        every = session.scalars(_round(study_name, round)).all()
        if locked.rowcount != 1 or any(row.role == role for row in every):
            return False
        session.execute(
            sa.insert(RunRow),
            [
                {"study_name": study_name, "round": round, "ordinal": ordinal, **vars(job)}
                for ordinal, job in enumerate(jobs, start=len(every))
            ],
        )
        stamp(session, study_name)
    return True


@patient
def take(db: Database, study_name: str, round: int, worker_id: str) -> Job | None:
    """Take the next run of a round that nobody holds, or whose worker is gone; None where there is none."""
    return adoption.adopt(db, study_name, FINALISTS, round, worker_id)


@patient
def take_many(
    db: Database, study_name: str, round: int, worker_id: str, most: int, held: Collection[int] = ()
) -> list[Job]:
    """The same of so many at most. held: the ordinals of those that this worker knows it has."""
    return adoption.adopt_many(db, study_name, FINALISTS, round, worker_id, most, held)


@patient
def drop(db: Database, study_name: str, round: int, trial_ordinal: int, reason: str) -> None:
    """A configuration is out: what is not begun is skipped, what runs stops at its epoch's end."""
    which = (
        RunRow.study_name == study_name,
        RunRow.role == "compare",
        RunRow.round == round,
        RunRow.trial_ordinal == trial_ordinal,
        ~RunRow.finalized,
    )
    with db.session() as session, session.begin():
        session.execute(sa.update(RunRow).where(*which).values(dropped=reason, sequence=UNSTAMPED))
        session.execute(
            sa.update(RunRow)
            .where(*which, RunRow.state == "waiting")
            .values(state="skipped", reason=reason, finalized=True)
        )
        stamp(session, study_name)


@patient
def any_planned(db: Database, study_name: str, round: int) -> bool:
    """Whether finalists of this round are there."""
    with db.reading() as session:
        return session.scalar(_round(study_name, round).limit(1)) is not None


def abandon(session: Session, study_name: str) -> None:
    """The search goes on: what is left of earlier rounds is not trained any more, and whoever trains it steps back.

    The rows are marked, and numbered at the end of the transaction (`sequence`).
    """
    open_rows = (RunRow.study_name == study_name, RunRow.role.in_(FINALISTS), ~RunRow.finalized)
    reason = "the search went on"
    session.execute(
        sa.update(RunRow)
        .where(*open_rows, RunRow.state == "waiting")
        .values(state="skipped", reason=reason, finalized=True, sequence=UNSTAMPED)
    )
    session.execute(
        sa.update(RunRow)
        .where(*open_rows)
        .values(
            state="pruned",
            reason=reason,
            finalized=True,
            finished_at=utc_now(),
            attempt=RunRow.attempt + 1,
            changes=RunRow.changes + 1,
            sequence=UNSTAMPED,
        )
    )


def _round(study_name: str, round: int) -> sa.Select[RunRow]:
    return (
        sa.select(RunRow)
        .where(RunRow.study_name == study_name, RunRow.role.in_(FINALISTS), RunRow.round == round)
        .order_by(RunRow.ordinal)
    )
