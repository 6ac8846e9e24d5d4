"""What a person ends before its time: one trial, or all that runs in a study.

Owns: that whoever holds it steps back. The attempt is raised, so that its worker's next write is refused; the place of
the budget is spent.
Leaves to others: telling Optuna, which whoever takes the row next does (studies), the rules of a lease (leases).
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import audit
from tuner.database.audit import AuditEntry
from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.runs import CANCELLED
from tuner.database.sequence import stamp
from tuner.database.tables import FINALISTS, UNSTAMPED, RunRow, StudyRow

_REASON = "cancelled by a person"


@patient
def cancel_trial(db: Database, study_name: str, ordinal: int, *, entry: AuditEntry | None = None) -> bool:
    """End one trial; tells whether it was not over by then."""
    with db.session() as session, session.begin():
        if _cancel(session, study_name, RunRow.ordinal == ordinal) != 1:
            return False
        audit.write(session, entry)
    return True


@patient
def cancel_study(db: Database, study_name: str, *, entry: AuditEntry | None = None) -> int | None:
    """End all trials that run, and let the study rest; gives how many. None where it has ended already.

    Finalists that run are left to whoever goes on with the study: they are part of its result.
    """
    with db.session() as session, session.begin():
        # The study first, as everybody locks them: from now on no trial of it begins.
        stopped = session.execute(
            sa.update(StudyRow)
            .where(StudyRow.study_name == study_name, StudyRow.finished_at.is_(None))
            .values(
                desired_state=CANCELLED,
                closer=None,
                closing_until=0.0,
                closing_attempt=StudyRow.closing_attempt + 1,
                changes=StudyRow.changes + 1,
                sequence=UNSTAMPED,
            )
        )
        if not stopped.rowcount:  # type: ignore[attr-defined]
            return None
        session.execute(
            sa.update(RunRow)
            .where(
                RunRow.study_name == study_name,
                RunRow.role.in_(FINALISTS),
                ~RunRow.finalized,
                RunRow.worker_id.is_not(None),
            )
            .values(attempt=RunRow.attempt + 1, worker_id=None, lease_until=0.0, sequence=UNSTAMPED)
        )
        audit.write(session, entry)
        return _cancel(session, study_name)


def _cancel(session: Session, study_name: str, *which: sa.ColumnElement[bool]) -> int:
    """The end of a transaction: what it wrote is numbered, too."""
    done = session.execute(
        sa.update(RunRow)
        .where(RunRow.study_name == study_name, *which, RunRow.role == "search", RunRow.state == "running")
        .values(
            state=CANCELLED,
            reason=_REASON,
            value=None,
            best_epoch=0,
            finished_at=utc_now(),
            attempt=RunRow.attempt + 1,
            worker_id=None,
            lease_until=0.0,
            changes=RunRow.changes + 1,
            sequence=UNSTAMPED,
        )
    )
    stamp(session, study_name)
    return int(done.rowcount)  # type: ignore[attr-defined]
