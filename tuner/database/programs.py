"""Programs that ask for trials over HTTP: workers of which only their own words are known.

Owns: that each has a row while it is there, by whose signs of life its lease goes on as any worker's.
Leaves to others: leases (leases), workers that are processes here (workers).

Nothing can tell that such a program is dead but its silence: its row names no machine and no process.
"""

import sqlalchemy as sa

from tuner.database import leases
from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.tables import WorkerRow
from tuner.database.workers import beat

PROGRAM = "program"
"""What stands where other workers name their device."""

_FORGOTTEN_S = 3600.0


@patient
def enter(db: Database, worker_id: str, study_name: str, host: str, stage: str) -> None:
    """It asks, or is there still. A row that says so goes on; its steadiness is that of its own signs of life."""
    with db.session() as session, session.begin():
        silent = sa.func.abs(utc_now() - WorkerRow.seen_at) > _FORGOTTEN_S
        session.execute(sa.delete(WorkerRow).where(WorkerRow.device == PROGRAM, silent))
        there = session.scalar(sa.select(WorkerRow.worker_id).where(WorkerRow.worker_id == worker_id))
        if there is None:
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
    if there is not None:
        beat(db, worker_id, study_name, stage)


@patient
def leave(db: Database, worker_id: str) -> None:
    """It holds nothing and asks for nothing: of thousands of them, none leaves a row."""
    with db.session() as session, session.begin():
        session.execute(sa.delete(WorkerRow).where(WorkerRow.worker_id == worker_id, WorkerRow.device == PROGRAM))
    leases.release(db, worker_id)
