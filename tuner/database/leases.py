"""Who holds a run, and that nobody else writes to it.

Owns: the lease. It is taken in one statement; every write names the attempt, so a worker that lost its
lease cannot write; a sign of life renews it. Delivery to MLflow is claimed in the same way, for as long.
Leaves to others: what there is to be held (budget, finalists), when to give a sign of life (workers).

When silence is death. A worker that handed its trial back, or whose process its machine saw die, holds nothing from
then on: its trial is free at once. Of any other, one only knows that it was silent for a lease - and after an outage
of the database everybody was. So a silent worker's trial is taken only by one whose own signs of life reached the
database without a gap for GRACE_S: a live owner had as long to say so. All of it is one statement, by the database's
clock.

When the clock jumps. Whoever lives renews its leases every few seconds, so none ends later than a lease from now: one
that does was written before the clock went back, and has run out like any other. A jump, either way, is a gap between
two signs of life, after which nobody takes a silent worker's trial for GRACE_S.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import strikes
from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.sequence import stamp, stamp_run
from tuner.database.tables import UNSTAMPED, GpuClaimRow, Key, RunKey, RunRow, StudyRow, WorkerRow, keyed

LEASE_S = 60.0
"""How long a worker may be silent before its trial is another's."""

GAP_S = 15.0
"""Between two signs of life of one worker: after a longer time the database, or the worker, was away."""

GRACE_S = 30.0
"""How long the database has to be back before a silent worker counts as dead; it beats every few seconds."""

_SLACK_S = 5.0
"""A lease may seem longer by so much: on SQLite it is read by another process than wrote it, on a clock that is set."""


class LeaseLost(Exception):
    """This run is another worker's by now; whoever catches this steps back and writes nothing."""


@dataclass(frozen=True)
class Lease:
    """That a worker holds a run. key: of its row. attempt: as it was when the worker took it. what: it is, in words."""

    key: Key
    worker_id: str
    attempt: int
    what: str


def adopt(
    db: Database,
    study_name: str,
    which: sa.ColumnElement[bool],
    worker_id: str,
    may_take: Callable[[Session], bool],
    most: int = 1,
    in_company: bool = False,
) -> list[RunRow]:
    """Take the first runs, of those in question, that nobody holds or whose worker is gone: so many at most.

    which: of one study. may_take: asked first in the transaction that takes them; without its leave none is taken.
    in_company: this worker trains others meanwhile. A suspect (`strikes`) is taken without company: by a worker that
    holds nothing it is taken first, and nothing with it. Gives the rows as they are now.
    """
    row = RunRow
    free = sa.and_(which, ~row.finalized, free_for(row.lease_until, row.worker_id, worker_id))
    suspect = _strikes_for(worker_id) >= strikes.SUSPECT
    if in_company:
        free = sa.and_(free, ~suspect)
    with db.reading() as session:
        # Most of the time there is none, and nothing has to be locked.
        if session.scalar(sa.select(row.ordinal).where(free).limit(1)) is None:
            return []
    with db.session() as session, session.begin():
        if not may_take(session):
            return []
        if most > 1 and not in_company:
            alone = session.scalar(sa.select(row.ordinal).where(free, suspect).limit(1)) is not None
            free, most = (sa.and_(free, suspect), 1) if alone else (sa.and_(free, ~suspect), most)
        # In their order, as everybody locks several.
        found = sa.select(row, utc_now()).where(free).order_by(row.ordinal).limit(most)
        taken = session.execute(found.with_for_update(skip_locked=True)).all()
        for each, now in taken:
            # A worker that handed it back, and one whose death was counted, left no name; one that left its name died.
            died = each.worker_id not in (None, worker_id) and each.state == "running"
            each.strikes += strikes.UNKNOWN if died else 0
            each.worker_id, each.lease_until = worker_id, now + LEASE_S
            each.attempt += 1
            each.sequence = UNSTAMPED
            if each.state == "waiting":
                each.state, each.started_at = "running", now
        if taken:
            session.flush()
            stamp(session, study_name)
    return [each for each, _ in taken]


def any_suspect(session: Session, which: sa.ColumnElement[bool], worker_id: str) -> bool:
    """Whether a worker that holds nothing would be given one of those in question to train alone."""
    row = RunRow
    free = (which, ~row.finalized, free_for(row.lease_until, row.worker_id, worker_id))
    suspect = _strikes_for(worker_id) >= strikes.SUSPECT
    return session.scalar(sa.select(row.ordinal).where(*free, suspect).limit(1)) is not None


def _strikes_for(worker_id: str) -> sa.ColumnElement[int]:
    """Of a run, once this worker has it: see `adopt`."""
    died = sa.and_(RunRow.worker_id.is_not(None), RunRow.worker_id != worker_id, RunRow.state == "running")
    return RunRow.strikes + sa.case((died, strikes.UNKNOWN), else_=0)


def free_for(until: Any, holder: Any, worker_id: str) -> sa.ColumnElement[bool]:
    """Which rows a worker may take: released ones, silent ones, and its own. until, holder: the columns of the lease.

    Its own, because whoever asks for a trial is training none: what carries its name was given to it by a call whose
    answer was lost.
    """
    steady = sa.exists().where(
        WorkerRow.worker_id == worker_id,
        sa.func.abs(utc_now() - WorkerRow.seen_at) < GAP_S,
        utc_now() - WorkerRow.steady_since > GRACE_S,
    )
    return sa.or_(until == 0.0, holder == worker_id, sa.and_(run_out(until), steady))


@patient
def free_in_s(db: Database, study_name: str, living: Collection[str]) -> float | None:
    """Seconds until the leases of all but these workers have run out; None where the others hold nothing."""
    with db.reading() as session:
        left_s = session.scalar(
            sa.select(sa.func.max(RunRow.lease_until - utc_now())).where(
                RunRow.study_name == study_name,
                RunRow.role != "reproduction",  # which nobody waits for
                RunRow.worker_id.is_not(None),
                RunRow.worker_id.not_in(living),
                ~RunRow.finalized,
                ~run_out(RunRow.lease_until),
            )
        )
    return None if left_s is None else max(0.0, float(left_s))


def held(session: Session, study_name: str) -> frozenset[RunKey]:
    """The runs of a study that a worker has just now."""
    found = session.execute(
        sa.select(RunRow.role, RunRow.round, RunRow.ordinal).where(RunRow.study_name == study_name, is_held())
    )
    return frozenset((study_name, role, round, ordinal) for role, round, ordinal in found)


def is_held() -> sa.ColumnElement[bool]:
    """Whether a worker has a run just now."""
    return sa.and_(RunRow.worker_id.is_not(None), ~RunRow.finalized, ~run_out(RunRow.lease_until))


def run_out(until: Any) -> sa.ColumnElement[bool]:
    """Whether a lease is none any more. until: its column."""
    return sa.or_(until < utc_now(), until > utc_now() + LEASE_S + _SLACK_S)


def write(db: Database, lease: Lease, **values: Any) -> None:
    """Write to what this worker holds. Raises LeaseLost."""
    with db.session() as session, session.begin():
        fenced(session, lease, **values)
        stamp_run(session, lease.key)


def fenced(session: Session, lease: Lease, **values: Any) -> None:
    """Write only while it is this worker's. The write comes first, so that it locks the row. Raises LeaseLost.

    Leaves to others: to number it (`sequence`), at the end of the transaction.
    """
    if not _one(session.execute(sa.update(RunRow).where(*holding(lease)).values(**values))):
        raise lost(lease)


def lost(lease: Lease) -> LeaseLost:
    return LeaseLost(f"{lease.what} is another worker's")


@patient
def renew(db: Database, lease: Lease) -> None:
    """Make sure that it is still this worker's, for a whole lease. Raises LeaseLost."""
    with db.session() as session, session.begin():
        fenced(session, lease, lease_until=utc_now() + LEASE_S)


@patient
def note_death(db: Database, lease: Lease, reason: str, against: int) -> None:
    """Leave word of what is about to end this worker, and what it held to others. Not an error where that was lost.

    against: strikes for it.
    """
    with db.session() as session, session.begin():
        _count(session, holding(lease), against, reason)
        stamp_run(session, lease.key)


@patient
def fail(db: Database, lease: Lease, reason: str) -> None:
    """End what this worker holds, in place of the thread that will not. No error where it has ended, or was lost."""
    values = {"state": "failed", "reason": reason, "value": None, "best_epoch": 0, "finished_at": utc_now()}
    with db.session() as session, session.begin():
        session.execute(
            sa.update(RunRow)
            .where(*holding(lease), RunRow.state == "running")
            # Of a search, Optuna has still to be told.
            .values(**values, finalized=RunRow.role != "search", changes=RunRow.changes + 1)
        )
        stamp_run(session, lease.key)


@patient
def hand_back(db: Database, lease: Lease) -> None:
    """Leave it to whoever takes it next. Not an error where it was lost already."""
    with db.session() as session, session.begin():
        session.execute(
            sa.update(RunRow).where(*holding(lease), ~RunRow.finalized).values(worker_id=None, lease_until=0.0)
        )
        stamp_run(session, lease.key)


def release(db: Database, worker_id: str, against: int | None = None, reason: str = "") -> None:
    """A worker is known to be dead: its leases end now.

    against: strikes for what it held, and why, where that is known; else its name stays, and its death counts as one
    of which nothing is known.
    """
    with db.session() as session, session.begin():
        _reset(session, worker_id, 0.0)
        held = (RunRow.worker_id == worker_id, ~RunRow.finalized)
        freed = sa.update(RunRow).where(*held).values(sequence=UNSTAMPED).returning(RunRow.study_name)
        studies = session.scalars(freed).all()
        if against is not None:
            _count(session, held, against, reason)
        stamp(session, *studies)


def _count(session: Session, which: tuple[sa.ColumnElement[bool], ...], against: int, reason: str) -> None:
    session.execute(
        sa.update(RunRow)
        .where(*which, RunRow.state == "running")
        .values(reason=reason, strikes=RunRow.strikes + against, worker_id=None, lease_until=0.0)
    )


def renew_all(session: Session, worker_id: str) -> None:
    """A worker lives: what it trains, what it is delivering to MLflow, its GPU is its own for a whole lease."""
    _reset(session, worker_id, utc_now() + LEASE_S)


def _reset(session: Session, worker_id: str, until: Any) -> None:
    # Studies first, as everybody locks them: in another order two of them would wait for each other.
    study = StudyRow
    delivers, closes = study.recorder == worker_id, sa.and_(study.closer == worker_id, study.finished_at.is_(None))
    session.execute(
        sa.update(study)
        .where(sa.or_(delivers, closes))
        .values(
            recording_until=sa.case((delivers, until), else_=study.recording_until),
            closing_until=sa.case((closes, until), else_=study.closing_until),
        )
    )
    held, records = sa.and_(RunRow.worker_id == worker_id, ~RunRow.finalized), RunRow.recorder == worker_id
    # Runs in the order of their keys, too: it may hold many, and write to them meanwhile.
    found = sa.select(held, records).where(sa.or_(held, records)).order_by(*RunRow.__table__.primary_key)
    rows = session.execute(found.with_for_update()).all()
    if any(delivered for _, delivered in rows):
        session.execute(sa.update(RunRow).where(records).values(recording_until=until))
    if any(trained for trained, _ in rows):
        session.execute(sa.update(RunRow).where(held).values(lease_until=until))
    session.execute(sa.update(GpuClaimRow).where(GpuClaimRow.worker_id == worker_id).values(lease_until=until))


def holding(lease: Lease) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions for what this worker holds."""
    return *keyed(RunRow, lease.key), RunRow.worker_id == lease.worker_id, RunRow.attempt == lease.attempt


def _one(result: Any) -> bool:
    return bool(result.rowcount == 1)
