"""The best few configurations, retrained over seeds: planned once, each held under a lease like a trial.

Owns: that a plan is made once however many workers make it, who holds which job, and that a worker which lost its
lease cannot write.
Leaves to others: which configurations, when one is clearly worse (studies); what silence means (trials).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database.connection import Database, utc_now
from tuner.database.tables import FinalistEpochRow, FinalistRow, StudyRow
from tuner.database.trials import LEASE_S, STRIKES, EpochView, LeaseLost, free_for

Kind = Literal["compare", "final"]


@dataclass(frozen=True)
class Planned:
    """One configuration and one seed to train it with. The fields are the row's."""

    kind: Kind
    trial_ordinal: int
    trial_number: int
    seed_number: int
    seed: int
    epochs: int = 0


@dataclass(frozen=True)
class FinalistJob:
    """A finalist that this worker holds. given_up, checkpoint: as of a trial's job."""

    study_name: str
    round: int
    ordinal: int
    attempt: int
    worker_id: str
    plan: Planned
    given_up: bool
    checkpoint: str


@dataclass(frozen=True)
class FinalistView:
    """One finalist as the database has it; epochs only where they were asked for."""

    study_name: str
    round: int
    ordinal: int
    plan: Planned
    dropped: str
    state: str
    reason: str
    tags: Mapping[str, str]
    value: float | None
    best_epoch: int
    test: Mapping[str, float] | None
    started_at: float
    finished_at: float | None
    worker_id: str | None
    settled: bool
    held: bool
    mlflow_run_id: str | None
    changes: int
    epochs: tuple[EpochView, ...] = ()


def plan(db: Database, study_name: str, round: int, kind: Kind, jobs: Sequence[Planned]) -> bool:
    """Store the jobs of one kind, unless they are there or the search went on; tells whether it was us."""
    with db.session() as session, session.begin():
        # This write comes first: it locks the study, so that one worker's plan is the plan.
        locked: Any = session.execute(
            sa.update(StudyRow)
            .where(StudyRow.study_name == study_name, StudyRow.round == round, StudyRow.finished_at.is_(None))
            .values(round=round)
        )
        every = session.scalars(_round(study_name, round)).all()
        if locked.rowcount != 1 or any(row.kind == kind for row in every):
            return False
        session.execute(
            sa.insert(FinalistRow),
            [
                {"study_name": study_name, "round": round, "ordinal": ordinal, **vars(job)}
                for ordinal, job in enumerate(jobs, start=len(every))
            ],
        )
    return True


def take(db: Database, study_name: str, round: int, worker_id: str) -> FinalistJob | None:
    """Take the next job that nobody holds, or whose worker is gone; None where there is none."""
    free = sa.and_(~FinalistRow.settled, free_for(FinalistRow, worker_id))
    with db.session() as session:
        rows = session.scalars(_round(study_name, round).where(free)).all()
    for row in rows:
        died = row.worker_id not in (None, worker_id)
        strikes = row.strikes + died
        with db.session() as session, session.begin():
            claimed: Any = session.execute(
                sa.update(FinalistRow)
                .where(free, *_key(study_name, round, row.ordinal), FinalistRow.attempt == row.attempt)
                .values(
                    worker_id=worker_id,
                    lease_until=utc_now() + LEASE_S,
                    attempt=row.attempt + 1,
                    strikes=strikes,
                    state="running",
                    started_at=sa.case((FinalistRow.started_at == 0.0, utc_now()), else_=FinalistRow.started_at),
                )
            )
        if claimed.rowcount == 1:
            return FinalistJob(
                study_name, round, row.ordinal, row.attempt + 1, worker_id, _plan(row), strikes >= STRIKES,
                row.checkpoint,
            )  # fmt: skip
    return None


def start(db: Database, job: FinalistJob, tags: Mapping[str, str]) -> None:
    """Say what is about to be trained, where and how. Raises LeaseLost."""
    _write(db, job, tags=dict(tags), changes=FinalistRow.changes + 1)


def renew(db: Database, job: FinalistJob) -> None:
    """Make sure that the job is still this worker's, for a whole lease. Raises LeaseLost."""
    _write(db, job, lease_until=utc_now() + LEASE_S)


def finish_epoch(
    db: Database, job: FinalistJob, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str
) -> str:
    """Store an epoch, once; gives why the configuration is out by now, or nothing. Raises LeaseLost."""
    with db.session() as session, session.begin():
        _fenced(
            session,
            job,
            value=value,
            best_epoch=best_epoch,
            strikes=0,
            checkpoint=checkpoint,
            changes=FinalistRow.changes + 1,
            lease_until=utc_now() + LEASE_S,
        )
        key = {"study_name": job.study_name, "round": job.round, "ordinal": job.ordinal, "epoch": epoch.epoch}
        if session.get(FinalistEpochRow, tuple(key.values())) is None:
            session.add(
                FinalistEpochRow(
                    **key,
                    metrics=dict(epoch.metrics),
                    seconds=epoch.seconds,
                    measured_at=epoch.measured_at,
                    worker_id=job.worker_id,
                )
            )
        return session.scalar(sa.select(FinalistRow.dropped).where(*_key(job.study_name, job.round, job.ordinal))) or ""


def finish(
    db: Database,
    job: FinalistJob,
    state: str,
    reason: str,
    value: float | None,
    best_epoch: int,
    tags: Mapping[str, str],
    test: Mapping[str, float] | None = None,
) -> None:
    """Write how it ended. test: on the test rows, of a final. Raises LeaseLost."""
    _write(
        db,
        job,
        state=state,
        reason=reason,
        value=value,
        best_epoch=best_epoch,
        tags=dict(tags),
        test=None if test is None else dict(test),
        finished_at=utc_now(),
        settled=True,
        changes=FinalistRow.changes + 1,
    )


def drop(db: Database, study_name: str, round: int, trial_ordinal: int, reason: str) -> None:
    """A configuration is out: what is not begun is skipped, what runs stops at its epoch's end."""
    which = (
        FinalistRow.study_name == study_name,
        FinalistRow.round == round,
        FinalistRow.trial_ordinal == trial_ordinal,
        FinalistRow.kind == "compare",
        ~FinalistRow.settled,
    )
    with db.session() as session, session.begin():
        session.execute(sa.update(FinalistRow).where(*which).values(dropped=reason))
        session.execute(
            sa.update(FinalistRow)
            .where(*which, FinalistRow.state == "waiting")
            .values(state="skipped", reason=reason, settled=True)
        )


def note_death(db: Database, job: FinalistJob, reason: str) -> None:
    """Leave word of what is about to end this worker. Not an error where the job was lost."""
    with db.session() as session, session.begin():
        session.execute(sa.update(FinalistRow).where(*_held(job)).values(reason=reason))


def hand_back(db: Database, job: FinalistJob) -> None:
    """Leave the job to whoever takes it next. Not an error where it was lost already."""
    with db.session() as session, session.begin():
        session.execute(
            sa.update(FinalistRow).where(*_held(job), ~FinalistRow.settled).values(worker_id=None, lease_until=0.0)
        )


def view_finalists(db: Database, study_name: str, round: int | None = None, epochs: bool = False) -> list[FinalistView]:
    """The finalists of a round, or of all, in the order in which they are trained."""
    where = [FinalistRow.study_name == study_name]
    if round is not None:
        where.append(FinalistRow.round == round)
    return _views(db, where, epochs)


def view_finalist(db: Database, study_name: str, round: int, ordinal: int) -> FinalistView:
    """One finalist, with its epochs."""
    return _views(db, list(_key(study_name, round, ordinal)), epochs=True)[0]


def _views(db: Database, where: list[sa.ColumnElement[bool]], epochs: bool) -> list[FinalistView]:
    held = sa.and_(FinalistRow.worker_id.is_not(None), FinalistRow.lease_until > utc_now(), ~FinalistRow.settled)
    with db.session() as session:
        rows = session.execute(
            sa.select(FinalistRow, held).where(*where).order_by(FinalistRow.round, FinalistRow.ordinal)
        ).all()
        found: dict[tuple[int, int], list[EpochView]] = {}
        if epochs and rows:
            keys = [FinalistEpochRow.study_name == rows[0][0].study_name]
            if len(rows) == 1:
                keys += [FinalistEpochRow.round == rows[0][0].round, FinalistEpochRow.ordinal == rows[0][0].ordinal]
            for each in session.scalars(sa.select(FinalistEpochRow).where(*keys).order_by(FinalistEpochRow.epoch)):
                view = EpochView(each.epoch, each.metrics, each.seconds, each.measured_at, each.worker_id)
                found.setdefault((each.round, each.ordinal), []).append(view)
    return [
        FinalistView(
            study_name=row.study_name,
            round=row.round,
            ordinal=row.ordinal,
            plan=_plan(row),
            dropped=row.dropped,
            state=row.state,
            reason=row.reason,
            tags=row.tags or {},
            value=row.value,
            best_epoch=row.best_epoch,
            test=row.test,
            started_at=row.started_at,
            finished_at=row.finished_at,
            worker_id=row.worker_id,
            settled=row.settled,
            held=bool(is_held),
            mlflow_run_id=row.mlflow_run_id,
            changes=row.changes,
            epochs=tuple(found.get((row.round, row.ordinal), ())),
        )
        for row, is_held in rows
    ]


def unrecorded(db: Database, study_name: str, worker_id: str) -> list[tuple[int, int]]:
    """Round and ordinal of what MLflow does not show in full and no other worker is training or delivering."""
    with db.session() as session:
        rows = session.execute(
            sa.select(FinalistRow.round, FinalistRow.ordinal)
            .where(FinalistRow.study_name == study_name, FinalistRow.changes > FinalistRow.recorded)
            .where(sa.or_(FinalistRow.worker_id == worker_id, FinalistRow.settled, FinalistRow.lease_until < utc_now()))
            .where(sa.or_(FinalistRow.recorder == worker_id, FinalistRow.recording_until < utc_now()))
            .order_by(FinalistRow.round, FinalistRow.ordinal)
        ).all()
    return [(row.round, row.ordinal) for row in rows]


def claim_recording(db: Database, study_name: str, round: int, ordinal: int, worker_id: str) -> bool:
    """Take the delivery of one finalist to MLflow, for as long as a lease."""
    with db.session() as session, session.begin():
        claimed: Any = session.execute(
            sa.update(FinalistRow)
            .where(*_key(study_name, round, ordinal))
            .where(sa.or_(FinalistRow.recorder == worker_id, FinalistRow.recording_until < utc_now()))
            .values(recorder=worker_id, recording_until=utc_now() + LEASE_S)
        )
    return bool(claimed.rowcount == 1)


def recorded(db: Database, view: FinalistView, run_id: str) -> None:
    """MLflow shows the finalist as `view` has it."""
    with db.session() as session, session.begin():
        session.execute(
            sa.update(FinalistRow)
            .where(*_key(view.study_name, view.round, view.ordinal))
            .values(mlflow_run_id=run_id, recorded=view.changes, recorder=None, recording_until=0.0)
        )


def abandon(session: Session, study_name: str) -> None:
    """The search goes on: what is left of earlier rounds is not trained any more, and whoever trains it steps back."""
    open_rows = (FinalistRow.study_name == study_name, ~FinalistRow.settled)
    reason = "the search went on"
    session.execute(
        sa.update(FinalistRow)
        .where(*open_rows, FinalistRow.state == "waiting")
        .values(state="skipped", reason=reason, settled=True)
    )
    session.execute(
        sa.update(FinalistRow)
        .where(*open_rows)
        .values(
            state="pruned",
            reason=reason,
            settled=True,
            finished_at=utc_now(),
            attempt=FinalistRow.attempt + 1,
            changes=FinalistRow.changes + 1,
        )
    )


def _plan(row: FinalistRow) -> Planned:
    kind: Kind = "final" if row.kind == "final" else "compare"
    return Planned(kind, row.trial_ordinal, row.trial_number, row.seed_number, row.seed, row.epochs)


def _round(study_name: str, round: int) -> sa.Select[FinalistRow]:
    return (
        sa.select(FinalistRow)
        .where(FinalistRow.study_name == study_name, FinalistRow.round == round)
        .order_by(FinalistRow.ordinal)
    )


def _key(study_name: str, round: int, ordinal: int) -> tuple[sa.ColumnElement[bool], ...]:
    return FinalistRow.study_name == study_name, FinalistRow.round == round, FinalistRow.ordinal == ordinal


def _held(job: FinalistJob) -> tuple[sa.ColumnElement[bool], ...]:
    mine = (FinalistRow.worker_id == job.worker_id, FinalistRow.attempt == job.attempt)
    return (*_key(job.study_name, job.round, job.ordinal), *mine)


def _write(db: Database, job: FinalistJob, **values: Any) -> None:
    with db.session() as session, session.begin():
        _fenced(session, job, **values)


def _fenced(session: Session, job: FinalistJob, **values: Any) -> None:
    done: Any = session.execute(sa.update(FinalistRow).where(*_held(job)).values(**values))
    if done.rowcount != 1:
        raise LeaseLost(f"finalist {job.ordinal} of {job.study_name} is another worker's")
