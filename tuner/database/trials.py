"""The budget of a study and the trials that spend it.

Owns: exactness. A place of the budget is a row whose primary key is its ordinal, so two workers cannot take one place;
a place and its Optuna trial are made in one transaction.
Leaves to others: that a trial is one worker's (leases), what an Optuna trial begins with (search).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tuner.database import epochs, leases
from tuner.database.blobs import blob_name
from tuner.database.connection import Database, utc_now
from tuner.database.epochs import EpochView
from tuner.database.leases import Lease
from tuner.database.patience import patient
from tuner.database.rules import may_begin
from tuner.database.tables import StudyRow, TrialRow, keyed
from tuner.spec.space import Params

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


@dataclass(frozen=True)
class Job:
    """A trial that this worker holds.

    trial_number: Optuna's, or None for a place of the budget that has no trial yet.
    state: running, or final where only Optuna has still to be told. given_up: too many workers died on it (`strikes`).
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

    @property
    def lease(self) -> Lease:
        what = f"trial {self.trial_number} of {self.study_name}"
        return Lease(TrialRow, (self.study_name, self.ordinal), self.worker_id, self.attempt, what)

    def blob_name(self, what: str) -> str:
        return blob_name(self.study_name, self.ordinal, what)


FAILED = ("diverged", "out_of_memory", "failed", "given_up")
"""The states of a trial that ended without a value."""

CANCELLED = "cancelled"
"""The state of one that a person ended: it has no value either, and says nothing of its configuration."""


@dataclass(frozen=True)
class TrialView:
    """One trial as the database has it; epochs only where they were asked for.

    value: the objective at its best epoch so far; None before its first, and of a trial that failed.
    """

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
    test: Mapping[str, float] | None
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


@patient
def take(db: Database, study_name: str, worker_id: str, begun_only: bool = False) -> Job | None:
    """Take one trial: one whose worker is gone, else the next place of the budget; None where there is neither.

    begun_only: nothing new; what a dead worker left has to be ended.
    """
    adopted = leases.adopt(db, TrialRow, TrialRow.study_name == study_name, worker_id)
    if adopted is None:
        return None if begun_only else _reserve(db, study_name, worker_id)
    row, given_up = adopted
    return Job(study_name, row.ordinal, row.attempt, worker_id, row.trial_number, row.state, given_up, row.checkpoint)


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
                # Again, now that the study is locked: a person may have asked for fewer.
                if taken >= (session.scalar(sa.select(StudyRow.trials).where(StudyRow.study_name == study_name)) or 0):
                    return None
                session.execute(
                    sa.insert(TrialRow).values(
                        study_name=study_name,
                        ordinal=taken,
                        worker_id=worker_id,
                        granted=1,
                        started_at=utc_now(),
                        lease_until=utc_now() + leases.LEASE_S,
                    )
                )
            return job
        except sa.exc.IntegrityError:
            continue  # another worker took this place; the next may be free


@patient
def fill(db: Database, job: Job, template: "FrozenTrial", baseline: str) -> int:
    """Make the Optuna trial of this place and bind it to it, in one transaction; gives its number. Raises LeaseLost.

    A place has one trial, and no trial is without a place, wherever the worker stalls or dies. Done twice, the second
    time changes nothing.
    """
    with db.session() as session, session.begin():
        leases.fenced(session, job.lease, baseline=baseline)
        there = session.scalar(sa.select(TrialRow.trial_number).where(*keyed(TrialRow, job.lease.key)))
        if there is not None:
            return there
        storage = db.optuna_within(session)
        trial_id = storage.create_new_trial(storage.get_study_id_from_name(job.study_name), template)
        number = storage.get_trial(trial_id).number
        leases.fenced(session, job.lease, trial_number=number)
    return number


@patient
def start(db: Database, job: Job, params: Params, tags: Mapping[str, str], repeats: int = 0) -> None:
    """Say what the trial is about to train. repeats: stored epochs that it trains again. Raises LeaseLost."""
    leases.write(
        db,
        job.lease,
        params=dict(params),
        tags=dict(tags),
        repeated=TrialRow.repeated + repeats,
        changes=TrialRow.changes + 1,
    )


@patient
def amend(db: Database, job: Job, params: Params) -> None:
    """More of the configuration has become known. Raises LeaseLost."""
    leases.write(db, job.lease, params=dict(params), changes=TrialRow.changes + 1)


@patient
def finish_epoch(
    db: Database, job: Job, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str = ""
) -> None:
    """Store an epoch, once, with the name of its checkpoint, and renew the lease. Raises LeaseLost."""
    with db.session() as session, session.begin():
        leases.finish_epoch(session, job.lease, epoch, value, best_epoch, checkpoint)


@patient
def finish(
    db: Database, job: Job, state: str, reason: str, value: float | None, best_epoch: int, tags: Mapping[str, str]
) -> None:
    """Write how the trial ended; Optuna is told afterwards, then `settle`. Raises LeaseLost."""
    leases.write(
        db,
        job.lease,
        state=state,
        reason=reason,
        value=value,
        best_epoch=best_epoch,
        tags=dict(tags),
        finished_at=utc_now(),
        changes=TrialRow.changes + 1,
    )


@patient
def settle(db: Database, job: Job) -> None:
    """Optuna knows: this place of the budget is spent for good."""
    leases.write(db, job.lease, settled=True)


@patient
def open_places(db: Database, study_name: str) -> int:
    """Trials of the budget that are not yet final and told: 0 when the search is over."""
    with db.session() as session:
        budget = session.scalar(sa.select(StudyRow.trials).where(StudyRow.study_name == study_name)) or 0
    return int(budget - settled(db, study_name))


@patient
def settled(db: Database, study_name: str) -> int:
    """Trials that are final and told."""
    with db.session() as session:
        count = session.scalar(sa.select(sa.func.count()).where(TrialRow.study_name == study_name, TrialRow.settled))
    return int(count or 0)


@patient
def running(db: Database, study_name: str) -> int:
    """Trials that were begun and are not settled."""
    with db.session() as session:
        count = session.scalar(sa.select(sa.func.count()).where(TrialRow.study_name == study_name, ~TrialRow.settled))
    return int(count or 0)


@patient
def load(db: Database, study_name: str) -> tuple[int, float]:
    """Trials that were begun and are not settled, and when the last one began: the study with the least is next."""
    with db.session() as session:
        last = session.scalar(sa.select(sa.func.max(TrialRow.started_at)).where(TrialRow.study_name == study_name))
    return running(db, study_name), last or 0.0


@patient
def view_trials(db: Database, study_name: str, epochs: bool = False) -> list[TrialView]:
    """Every trial of a study, in the order of the budget."""
    return _views(db, [TrialRow.study_name == study_name], epochs)


@patient
def view_trial(db: Database, study_name: str, ordinal: int) -> TrialView:
    """One trial, with its epochs."""
    return _views(db, [*keyed(TrialRow, (study_name, ordinal))], with_epochs=True)[0]


@patient
def view_best(db: Database, study_name: str, direction: str, most: int) -> list[TrialView]:
    """The best complete trials of a study, with their epochs, from the best on; of equals the earlier one."""
    value = TrialRow.value.desc() if direction == "maximize" else TrialRow.value.asc()
    with db.session() as session:
        found = sa.select(TrialRow).where(
            TrialRow.study_name == study_name, TrialRow.state == "complete", TrialRow.value.is_not(None)
        )
        rows = session.scalars(found.order_by(value, TrialRow.ordinal).limit(most)).all()
        each = [epochs.read(session, [row]).get(row.key, ()) for row in rows]
    return [_view(row, its) for row, its in zip(rows, each, strict=True)]


def _views(db: Database, where: list[Any], with_epochs: bool) -> list[TrialView]:
    with db.session() as session:
        rows = session.scalars(sa.select(TrialRow).where(*where).order_by(TrialRow.ordinal)).all()
        found = epochs.read(session, rows) if with_epochs else {}
    return [_view(row, found.get(row.key, ())) for row in rows]


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
        # Up to schema 2 a failed trial was stored with the value that Optuna was told of it.
        value=None if row.state in FAILED else row.value,
        best_epoch=row.best_epoch,
        test=row.test,
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
