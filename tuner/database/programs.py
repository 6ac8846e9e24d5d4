"""Programs that ask for trials over HTTP: workers of which only their own words are known.

Owns: that each has a row while it is there, by whose signs of life its lease goes on as any worker's.
Leaves to others: leases (leases), workers that are processes here (workers).

Nothing can tell that such a program is dead but its silence: its row names no machine and no process.
"""

from typing import Any

import sqlalchemy as sa

from tuner.database.connection import Database, utc_now
from tuner.database.leases import GAP_S
from tuner.database.patience import patient
from tuner.database.tables import WorkerRow

PROGRAM = "program"
"""What stands where other workers name their device."""

_FORGOTTEN_S = 3600.0


_SEEN_S = 5.0
"""A sign of life is written down where the last one that was is so long ago: an epoch may take a millisecond."""


@patient
def enter(db: Database, worker_id: str, study_name: str, host: str, stage: str) -> None:
    """It asks, or was given a trial. A row that says so goes on; its steadiness is that of its own signs of life."""
    gap = sa.func.abs(utc_now() - WorkerRow.seen_at) > GAP_S
    with db.session() as session, session.begin():
        there: Any = session.execute(
            sa.update(WorkerRow)
            .where(WorkerRow.worker_id == worker_id)
            .values(
                seen_at=utc_now(),
                steady_since=sa.case((gap, utc_now()), else_=WorkerRow.steady_since),
                study_name=study_name,
                stage=stage,
            )
        )
        if there.rowcount:
            return
        silent = sa.func.abs(utc_now() - WorkerRow.seen_at) > _FORGOTTEN_S
        session.execute(sa.delete(WorkerRow).where(WorkerRow.device == PROGRAM, silent))
        session.execute(
            sa.insert(WorkerRow).values(
                worker_id=worker_id,
                host=host,
                pid=0,
                pid_started_at=0.0,
                device=PROGRAM,
                study_name=study_name,
                stage=stage,
                started_at=utc_now(),
                seen_at=utc_now(),
                steady_since=utc_now(),
            )
        )


@patient
def lives(db: Database, worker_id: str) -> None:
    """A sign of life of one that trains; its lease is renewed with what it reports."""
    late = sa.func.abs(utc_now() - WorkerRow.seen_at) > _SEEN_S
    with db.session() as session, session.begin():
        session.execute(sa.update(WorkerRow).where(WorkerRow.worker_id == worker_id, late).values(seen_at=utc_now()))


@patient
def leave(db: Database, worker_id: str) -> None:
    """It holds nothing and asks for nothing: of thousands of them, none leaves a row."""
    with db.session() as session, session.begin():
        session.execute(sa.delete(WorkerRow).where(WorkerRow.worker_id == worker_id, WorkerRow.device == PROGRAM))
