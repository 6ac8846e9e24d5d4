"""Who works: a row a process, its signs of life, and the renewal of its lease with each of them.

Owns: who is known to be dead. A process of this very space of pids is looked at; a worker of this machine before its
last boot is dead, too. Of every other one only knows how long it has been silent.
Leaves to others: where this process is (machine), what a worker held (leases).
"""

import os
import socket
from dataclasses import dataclass

import sqlalchemy as sa

from tuner.database import machine
from tuner.database.connection import Database, utc_now
from tuner.database.leases import GAP_S, LEASE_S, release, renew_all
from tuner.database.patience import patient
from tuner.database.tables import PassedOverRow, WorkerRow

_seen = sa.func.abs(utc_now() - WorkerRow.seen_at) < LEASE_S


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


@patient
def enter(db: Database, worker_id: str, device: str) -> None:
    """A worker process starts."""
    place = machine.here()
    with db.session() as session, session.begin():
        if session.get(WorkerRow, worker_id) is not None:
            return  # said already, but the answer was lost
        session.execute(
            sa.insert(WorkerRow).values(
                worker_id=worker_id,
                host=socket.gethostname(),
                machine=place.machine,
                boot=place.boot,
                pid_space=place.space,
                pid=os.getpid(),
                pid_started_at=machine.began(os.getpid()) if place.space else 0.0,
                device=device,
                started_at=utc_now(),
                seen_at=utc_now(),
                steady_since=utc_now(),
            )
        )


@patient
def beat(db: Database, worker_id: str, study_name: str | None, stage: str) -> None:
    """A sign of life, which renews what the worker holds: its trial, its GPU, what it is delivering to MLflow."""
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


@patient
def leave(db: Database, worker_id: str) -> None:
    """A worker process ends of its own will."""
    with db.session() as session, session.begin():
        session.execute(sa.update(WorkerRow).where(WorkerRow.worker_id == worker_id).values(stopped_at=utc_now()))
        session.execute(sa.delete(PassedOverRow).where(PassedOverRow.worker_id == worker_id, ~PassedOverRow.left))


@patient
def mark_dead(db: Database, worker_id: str, against: int | None = None, reason: str = "") -> None:
    """A worker process is known to be dead: what it held is free at once. against, reason: as `leases.release` says."""
    leave(db, worker_id)
    release(db, worker_id, against, reason)


@patient
def reap_local_workers(db: Database) -> int:
    """Free what workers held that are known to be dead, such as after a reboot; gives how many there were."""
    place = machine.here()
    known = [WorkerRow.pid_space == place.space] if place.space else []
    known += [WorkerRow.machine == place.machine] if place.machine else []
    dead = [row.worker_id for row, silent_s in _there(db, sa.or_(sa.false(), *known)) if _is_dead(row, silent_s)]
    for worker_id in dead:
        mark_dead(db, worker_id)
    return len(dead)


@patient
def view_workers(db: Database, study_name: str | None = None) -> list[WorkerView]:
    """The workers that live, of one study or of all: neither known to be dead nor silent for a lease."""
    which = [_seen]
    if study_name is not None:
        which.append(WorkerRow.study_name == study_name)
    return [
        WorkerView(row.worker_id, row.host, row.pid, row.device, row.study_name, row.stage, silent_s)
        for row, silent_s in _there(db, *which)
        if not _is_dead(row, silent_s)
    ]


@patient
def workers_here(db: Database) -> int:
    """How many workers live on this machine, in all of its containers; 0 where nobody can tell which machine it is."""
    boot = machine.here().boot
    living = _there(db, WorkerRow.boot == boot, _seen) if boot else []
    return sum(not _is_dead(row, silent_s) for row, silent_s in living)


def _there(db: Database, *which: sa.ColumnElement[bool]) -> list[tuple[WorkerRow, float]]:
    """The workers that have not left, and for how many seconds each has been silent."""
    with db.reading() as session:
        found = session.execute(
            sa.select(WorkerRow, utc_now() - WorkerRow.seen_at)
            .where(WorkerRow.stopped_at.is_(None), *which)
            .order_by(WorkerRow.started_at)
        ).all()
    return [(row, abs(float(silent_s))) for row, silent_s in found]


def _is_dead(row: WorkerRow, silent_s: float) -> bool:
    """Whether it is sure that the process is gone."""
    place = machine.here()
    if place.space and row.pid_space == place.space:
        return not machine.lives(row.pid, row.pid_started_at)
    # Silent since before this boot, too: machines that were copied, down to their names, are told apart by it.
    rebooted = place.machine != "" and row.machine == place.machine and row.boot != place.boot
    return rebooted and silent_s > machine.uptime_s()
