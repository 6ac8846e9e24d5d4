"""The budget of a study and who holds which trial of it.

Owns: exactness. A place of the budget is a row whose primary key is its ordinal, so two workers cannot take one place;
a place and its Optuna trial are made in one transaction; a trial is held under a lease, and every write names the
attempt, so a worker that lost its lease cannot write.
Leaves to others: what an Optuna trial begins with (search), when to renew (workers).

When silence is death. A worker that handed its trial back, or whose process its machine saw die, holds nothing from
then on: its trial is free at once. Of any other, one only knows that it was silent for a lease - and after an outage
of the database everybody was. So a silent worker's trial is taken only by one whose own signs of life reached the
database without a gap for GRACE_S: a live owner had as long to say so. All of it is one statement, by the database's
clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from optuna.trial import FrozenTrial
from sqlalchemy.orm import Session

from tuner.database.connection import Database, utc_now
from tuner.database.rules import may_begin
from tuner.database.tables import EpochRow, FinalistEpochRow, FinalistRow, StudyRow, TrialRow, WorkerRow
from tuner.space import Params

LEASE_S = 60.0
"""How long a worker may be silent before its trial is another's."""

GAP_S = 15.0
"""Between two signs of life of one worker: after a longer time the database, or the worker, was away."""

GRACE_S = 30.0
"""How long the database has to be back before a silent worker counts as dead; it beats every few seconds."""

STRIKES = 2
"""Workers that a trial may kill, with no epoch finished between, before it is given up."""


class LeaseLost(Exception):
    """This trial is another worker's by now; whoever catches this steps back and writes nothing."""


@dataclass(frozen=True)
class Job:
    """A trial that this worker holds.

    trial_number: Optuna's, or None for a place of the budget that has no trial yet.
    state: running, or final where only Optuna has still to be told. given_up: it killed too many workers.
    checkpoint: the name of the bytes from which to go on, or empty.
    """

    study_name: str
    ordinal: int
    attempt: int
    worker_id: str
    trial_number: int | None = None
    state: str = "running"
    given_up: bool = False
    checkpoint: str = ""


@dataclass(frozen=True)
class EpochView:
    """worker_id: who trained it, once it is stored."""

    epoch: int
    metrics: Mapping[str, float]
    seconds: float
    measured_at: float
    worker_id: str = ""


@dataclass(frozen=True)
class TrialView:
    """One trial as the database has it; epochs only where they were asked for."""

    study_name: str
    ordinal: int
    trial_number: int | None
    baseline: str
    state: str
    reason: str
    params: Params
    tags: Mapping[str, str]
    value: float | None
    best_epoch: int
    started_at: float
    finished_at: float | None
    worker_id: str | None
    settled: bool
    mlflow_run_id: str | None
    changes: int
    recorded: int
    attempt: int
    repeated: int
    epochs: tuple[EpochView, ...] = ()


def take(db: Database, study_name: str, worker_id: str, begun_only: bool = False) -> Job | None:
    """Take one trial: one whose worker is gone, else the next place of the budget; None where there is neither.

    begun_only: nothing new; what a dead worker left has to be ended.
    """
    adopted = _adopt(db, study_name, worker_id)
    return adopted if adopted is not None or begun_only else _reserve(db, study_name, worker_id)


def _reserve(db: Database, study_name: str, worker_id: str) -> Job | None:
    while True:
        with db.session() as session:
            taken = session.scalar(sa.select(sa.func.count()).where(TrialRow.study_name == study_name)) or 0
            budget = session.scalar(sa.select(StudyRow.trials).where(StudyRow.study_name == study_name)) or 0
        if taken >= budget:
            return None
        job = Job(study_name, taken, 1, worker_id)
        try:
            with db.session() as session, session.begin():
                if not may_begin(session, study_name):
                    return None
                session.execute(
                    sa.insert(TrialRow).values(
                        study_name=study_name,
                        ordinal=taken,
                        worker_id=worker_id,
                        granted=1,
                        started_at=utc_now(),
                        lease_until=utc_now() + LEASE_S,
                    )
                )
            return job
        except sa.exc.IntegrityError:
            continue  # another worker took this place; the next may be free


def _adopt(db: Database, study_name: str, worker_id: str) -> Job | None:
    free = sa.and_(TrialRow.study_name == study_name, ~TrialRow.settled, free_for(TrialRow, worker_id))
    with db.session() as session:
        rows = session.scalars(sa.select(TrialRow).where(free).order_by(TrialRow.ordinal)).all()
    for row in rows:
        # A worker that handed its trial back cleanly left no name; one that left its name died.
        died = row.worker_id not in (None, worker_id) and row.state == "running"
        strikes = row.strikes + died
        with db.session() as session, session.begin():
            claimed = session.execute(
                sa.update(TrialRow)
                .where(free, TrialRow.ordinal == row.ordinal, TrialRow.attempt == row.attempt)
                .values(worker_id=worker_id, lease_until=utc_now() + LEASE_S, attempt=row.attempt + 1, strikes=strikes)
            )
        if _one(claimed):
            return Job(
                study_name,
                row.ordinal,
                row.attempt + 1,
                worker_id,
                row.trial_number,
                row.state,
                strikes >= STRIKES,
                row.checkpoint,
            )
    return None


def free_for(row: type[TrialRow] | type[FinalistRow], worker_id: str) -> sa.ColumnElement[bool]:
    """Which trials, or finalists, a worker may take: released ones, silent ones, and its own.

    Its own, because whoever asks for a trial is training none: what carries its name was given to it by a call whose
    answer was lost.
    """
    steady = sa.exists().where(
        WorkerRow.worker_id == worker_id,
        utc_now() - WorkerRow.seen_at < GAP_S,
        utc_now() - WorkerRow.steady_since > GRACE_S,
    )
    return sa.or_(row.lease_until == 0.0, row.worker_id == worker_id, sa.and_(row.lease_until < utc_now(), steady))


def fill(db: Database, job: Job, template: FrozenTrial, baseline: str) -> int:
    """Make the Optuna trial of this place and bind it to it, in one transaction; gives its number. Raises LeaseLost.

    A place has one trial, and no trial is without a place, wherever the worker stalls or dies. Done twice, the second
    time changes nothing.
    """
    with db.session() as session, session.begin():
        _fenced(session, job, baseline=baseline)
        there = session.scalar(sa.select(TrialRow.trial_number).where(_is(job.study_name, job.ordinal)))
        if there is not None:
            return there
        storage = db.optuna_within(session)
        trial_id = storage.create_new_trial(storage.get_study_id_from_name(job.study_name), template)
        number = storage.get_trial(trial_id).number
        _fenced(session, job, trial_number=number)
    return number


def start(db: Database, job: Job, params: Params, tags: Mapping[str, str], repeats: int = 0) -> None:
    """Say what the trial is about to train. repeats: stored epochs that it trains again. Raises LeaseLost."""
    _write(
        db,
        job,
        params=dict(params),
        tags=dict(tags),
        repeated=TrialRow.repeated + repeats,
        changes=TrialRow.changes + 1,
    )


def amend(db: Database, job: Job, params: Params) -> None:
    """More of the configuration has become known. Raises LeaseLost."""
    _write(db, job, params=dict(params), changes=TrialRow.changes + 1)


def renew(db: Database, job: Job) -> None:
    """Make sure that the trial is still this worker's, for a whole lease. Raises LeaseLost."""
    _write(db, job, lease_until=utc_now() + LEASE_S)


def finish_epoch(
    db: Database, job: Job, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str = ""
) -> None:
    """Store an epoch, once, with the name of its checkpoint, and renew the lease, in one transaction.

    Raises LeaseLost.
    """
    with db.session() as session, session.begin():
        _fenced(
            session,
            job,
            value=value,
            best_epoch=best_epoch,
            strikes=0,
            checkpoint=checkpoint,
            changes=TrialRow.changes + 1,
            lease_until=utc_now() + LEASE_S,
        )
        key = {"study_name": job.study_name, "ordinal": job.ordinal, "epoch": epoch.epoch}
        if session.get(EpochRow, tuple(key.values())) is None:
            session.add(
                EpochRow(
                    **key,
                    metrics=dict(epoch.metrics),
                    seconds=epoch.seconds,
                    measured_at=epoch.measured_at,
                    worker_id=job.worker_id,
                )
            )


def finish(
    db: Database, job: Job, state: str, reason: str, value: float | None, best_epoch: int, tags: Mapping[str, str]
) -> None:
    """Write how the trial ended; Optuna is told afterwards, then `settle`. Raises LeaseLost."""
    _write(
        db,
        job,
        state=state,
        reason=reason,
        value=value,
        best_epoch=best_epoch,
        tags=dict(tags),
        finished_at=utc_now(),
        changes=TrialRow.changes + 1,
    )


def note_death(db: Database, job: Job, reason: str) -> None:
    """Leave word of what is about to end this worker. Not an error where the trial was lost."""
    with db.session() as session, session.begin():
        session.execute(sa.update(TrialRow).where(_held(job), TrialRow.state == "running").values(reason=reason))


def settle(db: Database, job: Job) -> None:
    """Optuna knows: this place of the budget is spent for good."""
    _write(db, job, settled=True)


def hand_back(db: Database, job: Job) -> None:
    """Leave the trial to whoever takes it next. Not an error where it was lost already."""
    with db.session() as session, session.begin():
        session.execute(
            sa.update(TrialRow).where(_held(job), ~TrialRow.settled).values(worker_id=None, lease_until=0.0)
        )


def release(db: Database, worker_id: str) -> None:
    """A worker is known to be dead: its leases end now. Its name stays, so that its death counts."""
    with db.session() as session, session.begin():
        for row in (TrialRow, FinalistRow):
            session.execute(sa.update(row).where(row.worker_id == worker_id, ~row.settled).values(lease_until=0.0))
            session.execute(sa.update(row).where(row.recorder == worker_id).values(recording_until=0.0))


def open_places(db: Database, study_name: str) -> int:
    """Trials of the budget that are not yet final and told: 0 when the search is over."""
    with db.session() as session:
        budget = session.scalar(sa.select(StudyRow.trials).where(StudyRow.study_name == study_name)) or 0
    return int(budget - settled(db, study_name))


def settled(db: Database, study_name: str) -> int:
    """Trials that are final and told."""
    with db.session() as session:
        count = session.scalar(sa.select(sa.func.count()).where(TrialRow.study_name == study_name, TrialRow.settled))
    return int(count or 0)


def epochs_stored(db: Database, study_name: str) -> int:
    """Epochs of all trials and finalists of a study: what grows while anything goes on."""
    with db.session() as session:
        rows = (EpochRow, FinalistEpochRow)
        counts = [session.scalar(sa.select(sa.func.count()).where(row.study_name == study_name)) for row in rows]
    return sum(int(count or 0) for count in counts)


def quickest_epoch(db: Database, study_name: str) -> float:
    """Seconds of the shortest epoch so far; 0 where there is none."""
    with db.session() as session:
        shortest = session.scalar(sa.select(sa.func.min(EpochRow.seconds)).where(EpochRow.study_name == study_name))
    return float(shortest or 0.0)


def running(db: Database, study_name: str) -> int:
    """Trials that were begun and are not settled."""
    with db.session() as session:
        count = session.scalar(sa.select(sa.func.count()).where(TrialRow.study_name == study_name, ~TrialRow.settled))
    return int(count or 0)


def load(db: Database, study_name: str) -> tuple[int, float]:
    """Trials that were begun and are not settled, and when the last one began: the study with the least is next."""
    with db.session() as session:
        last = session.scalar(sa.select(sa.func.max(TrialRow.started_at)).where(TrialRow.study_name == study_name))
    return running(db, study_name), last or 0.0


def view_trials(db: Database, study_name: str, epochs: bool = False) -> list[TrialView]:
    """Every trial of a study, in the order of the budget."""
    return _views(db, [TrialRow.study_name == study_name], epochs)


def view_trial(db: Database, study_name: str, ordinal: int) -> TrialView:
    """One trial, with its epochs."""
    return _views(db, [_is(study_name, ordinal)], epochs=True)[0]


def _views(db: Database, where: list[Any], epochs: bool) -> list[TrialView]:
    with db.session() as session:
        rows = session.scalars(sa.select(TrialRow).where(*where).order_by(TrialRow.ordinal)).all()
        found: dict[int, list[EpochView]] = {}
        if epochs and rows:
            keys = [EpochRow.study_name == rows[0].study_name]
            if len(rows) == 1:
                keys.append(EpochRow.ordinal == rows[0].ordinal)
            for each in session.scalars(sa.select(EpochRow).where(*keys).order_by(EpochRow.epoch)):
                view = EpochView(each.epoch, each.metrics, each.seconds, each.measured_at, each.worker_id)
                found.setdefault(each.ordinal, []).append(view)
    return [_view(row, tuple(found.get(row.ordinal, ()))) for row in rows]


def _view(row: TrialRow, epochs: tuple[EpochView, ...]) -> TrialView:
    return TrialView(
        study_name=row.study_name,
        ordinal=row.ordinal,
        trial_number=row.trial_number,
        baseline=row.baseline,
        state=row.state,
        reason=row.reason,
        params=row.params or {},
        tags=row.tags or {},
        value=row.value,
        best_epoch=row.best_epoch,
        started_at=row.started_at,
        finished_at=row.finished_at,
        worker_id=row.worker_id,
        settled=row.settled,
        mlflow_run_id=row.mlflow_run_id,
        changes=row.changes,
        recorded=row.recorded,
        attempt=row.attempt,
        repeated=row.repeated,
        epochs=epochs,
    )


def unrecorded(db: Database, study_name: str, worker_id: str, only_mine: bool = False) -> list[int]:
    """Ordinals of trials that MLflow does not show in full and that no other worker is training or delivering."""
    mine = TrialRow.worker_id == worker_id
    theirs = sa.or_(TrialRow.settled, TrialRow.lease_until < utc_now())
    with db.session() as session:
        return list(
            session.scalars(
                sa.select(TrialRow.ordinal)
                .where(TrialRow.study_name == study_name, TrialRow.changes > TrialRow.recorded)
                .where(TrialRow.trial_number.is_not(None), sa.or_(TrialRow.params.is_not(None), TrialRow.settled))
                .where(mine if only_mine else sa.or_(mine, theirs))
                .where(sa.or_(TrialRow.recorder == worker_id, TrialRow.recording_until < utc_now()))
                .order_by(TrialRow.ordinal)
            )
        )


def claim_recording(db: Database, study_name: str, ordinal: int, worker_id: str) -> bool:
    """Take the delivery of one trial to MLflow, for as long as a lease."""
    with db.session() as session, session.begin():
        claimed = session.execute(
            sa.update(TrialRow)
            .where(_is(study_name, ordinal))
            .where(sa.or_(TrialRow.recorder == worker_id, TrialRow.recording_until < utc_now()))
            .values(recorder=worker_id, recording_until=utc_now() + LEASE_S)
        )
    return _one(claimed)


def recorded(db: Database, view: TrialView, run_id: str) -> None:
    """MLflow shows the trial as `view` has it; what was written since is still to be delivered."""
    with db.session() as session, session.begin():
        session.execute(
            sa.update(TrialRow)
            .where(_is(view.study_name, view.ordinal))
            .values(mlflow_run_id=run_id, recorded=view.changes, recorder=None, recording_until=0.0)
        )


def _is(study_name: str, ordinal: int) -> sa.ColumnElement[bool]:
    return sa.and_(TrialRow.study_name == study_name, TrialRow.ordinal == ordinal)


def _held(job: Job) -> sa.ColumnElement[bool]:
    return sa.and_(
        _is(job.study_name, job.ordinal), TrialRow.worker_id == job.worker_id, TrialRow.attempt == job.attempt
    )


def _write(db: Database, job: Job, **values: Any) -> None:
    with db.session() as session, session.begin():
        _fenced(session, job, **values)


def _fenced(session: Session, job: Job, **values: Any) -> None:
    """Write to a trial only while it is this worker's. The write comes first, so that it locks the row."""
    if not _one(session.execute(sa.update(TrialRow).where(_held(job)).values(**values))):
        raise LeaseLost(f"trial {job.trial_number} of {job.study_name} is another worker's")


def _one(result: Any) -> bool:
    return bool(result.rowcount == 1)
