"""The best few configurations, retrained over seeds: planned once, each held under a lease like a trial.

Owns: that a plan is made once however many workers make it, and what comes of each job.
Leaves to others: which configurations, when one is clearly worse (studies); that a job is one worker's (leases).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import epochs, leases
from tuner.database.blobs import finalist_blob_name
from tuner.database.connection import Database, utc_now
from tuner.database.epochs import EpochView
from tuner.database.leases import Lease
from tuner.database.patience import patient
from tuner.database.tables import FinalistRow, StudyRow, keyed

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

    @property
    def lease(self) -> Lease:
        what = f"finalist {self.ordinal} of {self.study_name}"
        return Lease(FinalistRow, (self.study_name, self.round, self.ordinal), self.worker_id, self.attempt, what)

    def blob_name(self, what: str) -> str:
        return finalist_blob_name(self.study_name, self.round, self.ordinal, what)


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


@patient
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


@patient
def take(db: Database, study_name: str, round: int, worker_id: str) -> FinalistJob | None:
    """Take the next job that nobody holds, or whose worker is gone; None where there is none."""
    began = sa.case((FinalistRow.started_at == 0.0, utc_now()), else_=FinalistRow.started_at)
    of_round = sa.and_(FinalistRow.study_name == study_name, FinalistRow.round == round)
    adopted = leases.adopt(db, FinalistRow, of_round, worker_id, state="running", started_at=began)
    if adopted is None:
        return None
    row, given_up = adopted
    return FinalistJob(study_name, round, row.ordinal, row.attempt, worker_id, _plan(row), given_up, row.checkpoint)


@patient
def start(db: Database, job: FinalistJob, tags: Mapping[str, str]) -> None:
    """Say what is about to be trained, where and how. Raises LeaseLost."""
    leases.write(db, job.lease, tags=dict(tags), changes=FinalistRow.changes + 1)


@patient
def finish_epoch(
    db: Database, job: FinalistJob, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str
) -> str:
    """Store an epoch, once; gives why the configuration is out by now, or nothing. Raises LeaseLost."""
    with db.session() as session, session.begin():
        leases.finish_epoch(session, job.lease, epoch, value, best_epoch, checkpoint)
        return session.scalar(sa.select(FinalistRow.dropped).where(*keyed(FinalistRow, job.lease.key))) or ""


@patient
def keep_score(db: Database, job: FinalistJob, test: Mapping[str, float]) -> None:
    """What it came to on the test rows, and renew the lease. Raises LeaseLost."""
    leases.write(db, job.lease, test=dict(test), lease_until=utc_now() + leases.LEASE_S)


@patient
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
    leases.write(
        db,
        job.lease,
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


@patient
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


@patient
def any_planned(db: Database, study_name: str, round: int) -> bool:
    """Whether finalists of this round are there."""
    with db.session() as session:
        return session.scalar(_round(study_name, round).limit(1)) is not None


@patient
def view_finalists(db: Database, study_name: str, round: int | None = None, epochs: bool = False) -> list[FinalistView]:
    """The finalists of a round, or of all, in the order in which they are trained."""
    where = [FinalistRow.study_name == study_name]
    if round is not None:
        where.append(FinalistRow.round == round)
    return _views(db, where, epochs)


@patient
def view_finalist(db: Database, study_name: str, round: int, ordinal: int) -> FinalistView:
    """One finalist, with its epochs."""
    return _views(db, list(keyed(FinalistRow, (study_name, round, ordinal))), with_epochs=True)[0]


def _views(db: Database, where: list[sa.ColumnElement[bool]], with_epochs: bool) -> list[FinalistView]:
    held = sa.and_(FinalistRow.worker_id.is_not(None), ~leases.run_out(FinalistRow.lease_until), ~FinalistRow.settled)
    with db.session() as session:
        rows = session.execute(
            sa.select(FinalistRow, held).where(*where).order_by(FinalistRow.round, FinalistRow.ordinal)
        ).all()
        found = epochs.read(session, [row for row, _ in rows]) if with_epochs else {}
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
            epochs=found.get(row.key, ()),
        )
        for row, is_held in rows
    ]


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
