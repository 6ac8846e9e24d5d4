"""Who works: a row a process, its signs of life, and the renewal of its lease with each of them."""

import os
import socket
from dataclasses import dataclass

import psutil
import sqlalchemy as sa

from tuner.database.connection import Database, utc_now
from tuner.database.leases import GAP_S, release, renew_all
from tuner.database.tables import WorkerRow


@dataclass(frozen=True)
class WorkerView:
    """seen_s: seconds since its last sign of life, by the database's clock. stage: what it does, in a word."""

    worker_id: str
    host: str
    pid: int
    device: str
    study_name: str | None
    stage: str
    seen_s: float


def enter(db: Database, worker_id: str, device: str) -> None:
    """A worker process starts."""
    with db.session() as session, session.begin():
        if session.get(WorkerRow, worker_id) is not None:
            return  # said already, but the answer was lost
        session.execute(
            sa.insert(WorkerRow).values(
                worker_id=worker_id,
                host=socket.gethostname(),
                pid=os.getpid(),
                pid_started_at=psutil.Process().create_time(),
                device=device,
                started_at=utc_now(),
                seen_at=utc_now(),
                steady_since=utc_now(),
            )
        )


def beat(db: Database, worker_id: str, study_name: str | None, stage: str) -> None:
    """A sign of life, which renews what the worker holds: its trial, and what it is delivering to MLflow."""
    # Either way: a clock that went back is a gap, too.
    gap = sa.func.abs(utc_now() - WorkerRow.seen_at) > GAP_S
    with db.session() as session, session.begin():
        session.execute(
            sa.update(WorkerRow)
            .where(WorkerRow.worker_id == worker_id)
            .values(
                seen_at=utc_now(),
                steady_since=sa.case((gap, utc_now()), else_=WorkerRow.steady_since),
                study_name=study_name,
                stage=stage,
            )
        )
        renew_all(session, worker_id)


def leave(db: Database, worker_id: str) -> None:
    """A worker process ends of its own will."""
    with db.session() as session, session.begin():
        session.execute(sa.update(WorkerRow).where(WorkerRow.worker_id == worker_id).values(stopped_at=utc_now()))


def bury(db: Database, worker_id: str, against: int | None = None, reason: str = "") -> None:
    """A worker process is known to be dead: what it held is free at once. against, reason: as `leases.release` says."""
    leave(db, worker_id)
    release(db, worker_id, against, reason)


def bury_the_dead(db: Database) -> int:
    """Free what this machine's workers held that are gone, such as after a reboot; gives how many there were."""
    with db.session() as session:
        rows = session.scalars(
            sa.select(WorkerRow).where(WorkerRow.host == socket.gethostname(), WorkerRow.stopped_at.is_(None))
        ).all()
    dead = [row.worker_id for row in rows if not _alive(row.pid, row.pid_started_at)]
    for worker_id in dead:
        bury(db, worker_id)
    return len(dead)


def view_workers(db: Database, study_name: str | None = None) -> list[WorkerView]:
    """Workers that have not left, of one study or of all; of those on this machine only the ones that live."""
    with db.session() as session:
        found = session.execute(
            sa.select(WorkerRow, utc_now() - WorkerRow.seen_at)
            .where(WorkerRow.stopped_at.is_(None))
            .where(WorkerRow.study_name == study_name if study_name is not None else sa.true())
            .order_by(WorkerRow.started_at)
        ).all()
    here = socket.gethostname()
    return [
        WorkerView(row.worker_id, row.host, row.pid, row.device, row.study_name, row.stage, abs(float(seen_s)))
        for row, seen_s in found
        if row.host != here or _alive(row.pid, row.pid_started_at)
    ]


def _alive(pid: int, started_at: float) -> bool:
    try:
        process = psutil.Process(pid)
        # A pid is used again after a reboot; the time at which the process began tells the two apart. One that ended
        # and was not waited for, such as a killed study's where no init reaps, is as dead as any.
        return process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - started_at) < 2.0
    except psutil.Error:
        return False
