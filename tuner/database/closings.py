"""Who closes a study, and that nobody else does: a lease on its row, fenced like a trial's.

Owns: that one worker closes a study at a time, none while a trial runs, and that whoever lost it - it was silent for a
lease, or a person let the search go on meanwhile - writes no outcome. What its test rows came to is kept with the trial
as soon as it is known, so that a network is scored once, whoever ends the closing.
Leaves to others: when a search is over, the outcome (studies), the rules of a lease (leases).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import outbox
from tuner.database.connection import Database, utc_now
from tuner.database.facts import Outcome
from tuner.database.leases import LEASE_S, LeaseLost, free_for
from tuner.database.patience import patient
from tuner.database.sequence import stamp
from tuner.database.service_tables import Event
from tuner.database.tables import UNSTAMPED, RunRow, StudyRow, keyed


@dataclass(frozen=True)
class Closing:
    """That a worker closes a study. attempt: as it was when the worker took it."""

    study_name: str
    worker_id: str
    attempt: int


@patient
def claim(db: Database, study_name: str, worker_id: str, seen: int) -> Closing | None:
    """Take a study's closing; None where another has it, it is done, a trial runs, or the search went on.

    seen: the study's `closing_attempt` when the search was found to be over. Made twice, it is taken once.
    """
    free = free_for(StudyRow.closing_until, StudyRow.closer, worker_id)
    mine = sa.and_(StudyRow.closing_attempt == seen + 1, StudyRow.closer == worker_id)
    with db.session() as session:
        # The write comes first: it locks the study, and no trial begins between the count and the end.
        claimed: Any = session.execute(
            sa.update(StudyRow)
            .where(StudyRow.study_name == study_name, StudyRow.finished_at.is_(None))
            .where(sa.or_(sa.and_(StudyRow.closing_attempt == seen, free), mine))
            .values(closer=worker_id, closing_until=utc_now() + LEASE_S, closing_attempt=seen + 1, sequence=UNSTAMPED)
        )
        of_search = (RunRow.study_name == study_name, RunRow.role == "search")
        running = sa.select(RunRow.ordinal).where(*of_search, ~RunRow.finalized).limit(1)
        if claimed.rowcount != 1 or session.scalar(running) is not None:
            return None
        stamp(session, study_name)
        session.commit()
    return Closing(study_name, worker_id, seen + 1)


@patient
def keep_score(db: Database, closing: Closing, ordinal: int, test: Mapping[str, float]) -> None:
    """What a trial's network came to on the test rows. Raises LeaseLost."""
    with db.session() as session, session.begin():
        _fenced(session, closing, closing_until=utc_now() + LEASE_S)
        session.execute(
            sa.update(RunRow)
            .where(*keyed(RunRow, (closing.study_name, "search", 0, ordinal)))
            .values(test=dict(test), sequence=UNSTAMPED)
        )
        stamp(session, closing.study_name)


@patient
def close(db: Database, closing: Closing, outcome: Outcome) -> None:
    """The search is over, and this came of it; those who want to know are to be told. Raises LeaseLost."""
    with db.session() as session, session.begin():
        _fenced(session, closing, outcome=outcome, finished_at=utc_now(), changes=StudyRow.changes + 1)
        event: Event = "failed" if outcome.best_ordinal is None else "ended"
        outbox.happened(session, closing.study_name, event, closing.attempt)
        stamp(session, closing.study_name)


def _fenced(session: Session, closing: Closing, **values: Any) -> None:
    written: Any = session.execute(
        sa.update(StudyRow)
        .where(
            StudyRow.study_name == closing.study_name,
            StudyRow.closer == closing.worker_id,
            StudyRow.closing_attempt == closing.attempt,
        )
        .values(**values, sequence=UNSTAMPED)
    )
    if written.rowcount != 1:
        raise LeaseLost(f"the closing of {closing.study_name} is another's, or its search goes on")
