"""Runs: trainings of any role, held one at a time by a worker, from their first epoch to their end.

Owns: what all roles share - that a run is begun, goes on, ends and is shown in one way.
Leaves to others: that a run is one worker's (leases), which runs there are to be (budget, finalists).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import epoch_writing, epochs, leases
from tuner.database.blobs import run_blob_name
from tuner.database.column_types import storable
from tuner.database.connection import Database, utc_now
from tuner.database.epochs import EpochView
from tuner.database.late import as_text, late
from tuner.database.leases import Lease
from tuner.database.patience import patient
from tuner.database.tables import FINALISTS, Role, RunKey, RunRow, keyed
from tuner.database.trial_facts import TrialFacts
from tuner.spec.space import Params

FAILED = ("diverged", "out_of_memory", "failed", "given_up")
"""The states of a run that ended without a value."""

INFEASIBLE = "infeasible"
"""The state of one that breaks a constraint of its study: no winner, whatever it came to. Without a value, it was not
trained."""

CANCELLED = "cancelled"
"""The state of one that a person ended: it has no value either, and says nothing of its configuration."""


def trial_in_words(number: int | None, ordinal: int) -> str:
    """``trial 12``; without a number, it is a place of the budget whose trial is not there yet, or never was."""
    return f"the trial in place {ordinal + 1} of the budget" if number is None else f"trial {number}"


@dataclass(frozen=True)
class Job:
    """A run that this worker holds; what is not said here is as in its row.

    trial_number: None for a place of the budget that has no trial yet. state: running, or final where only Optuna has
    still to be told. given_up: too many workers died on it; suspect: one more death would be the last (`strikes`).
    """

    study_name: str
    role: Role
    round: int
    ordinal: int
    attempt: int
    worker_id: str
    trial_ordinal: int
    trial_number: int | None = None
    seed_number: int | None = 0
    seed: int = 0
    planned_epochs: int = 0
    state: str = "running"
    given_up: bool = False
    suspect: bool = False
    checkpoint: str = ""

    @property
    def lease(self) -> Lease:
        named = trial_in_words(self.trial_number, self.ordinal)
        called = named if self.role == "search" else f"{self.role} run {self.ordinal}"
        key = (self.study_name, self.role, self.round, self.ordinal)
        return Lease(key, self.worker_id, self.attempt, f"{called} of {self.study_name}")

    def blob_name(self, what: str) -> str:
        return run_blob_name(self.study_name, self.role, self.round, self.ordinal, what)


def _params(stored: dict[str, Any] | None) -> Params:
    return stored or {}


def _facts(stored: dict[str, Any] | None) -> TrialFacts:
    return TrialFacts.read(storable(stored))


@late(params=_params, facts=_facts)
@dataclass(frozen=True)
class RunView:
    """One run as the database has it; epochs only where they were asked for.

    value: the objective at its best epoch so far; None before its first, and of a run that failed. held: a worker has
    it just now. last_epoch_at: the end of the last epoch of a run that has not ended.
    """

    study_name: str
    role: Role
    round: int
    ordinal: int
    trial_ordinal: int
    trial_number: int | None
    baseline: str
    seed_number: int | None
    seed: int
    planned_epochs: int
    dropped: str
    state: str
    reason: str
    params: Params
    facts: TrialFacts
    value: float | None
    best_epoch: int
    test: Mapping[str, float] | None
    started_at: float
    finished_at: float | None
    finalized: bool
    worker_id: str | None
    held: bool
    attempt: int
    repeated: int
    mlflow_run_id: str | None
    changes: int
    recorded: int
    last_epoch_at: float | None
    epochs: tuple[EpochView, ...] = ()

    @property
    def trial_in_words(self) -> str:
        """Whose configuration it is: ``trial 12``."""
        return trial_in_words(self.trial_number, self.trial_ordinal)

    @cached_property
    def seconds(self) -> float:
        """A run's duration: that of its epochs, however long it waited between them."""
        return sum(epoch.seconds for epoch in self.epochs)

    @cached_property
    def best_metrics(self) -> Mapping[str, float]:
        """Of its best epoch."""
        return next((each.metrics for each in self.epochs if each.epoch == self.best_epoch), {})

    @property
    def key(self) -> RunKey:
        return self.study_name, self.role, self.round, self.ordinal

    def blob_name(self, what: str) -> str:
        return run_blob_name(self.study_name, self.role, self.round, self.ordinal, what)


@patient
def start(db: Database, job: Job, facts: TrialFacts, params: Params | None = None, repeats: int = 0) -> None:
    """Say what is about to be trained, where and how. Raises LeaseLost.

    params: of a search's, whose configuration is its own. repeats: stored epochs that it trains again.
    """
    values: dict[str, Any] = {} if params is None else {"params": dict(params)}
    leases.write(db, job.lease, facts=facts, repeated=RunRow.repeated + repeats, changes=RunRow.changes + 1, **values)


@patient
def amend(db: Database, job: Job, params: Params) -> None:
    """More of the configuration has become known. Raises LeaseLost."""
    leases.write(db, job.lease, params=dict(params), changes=RunRow.changes + 1)


def finish_epoch(
    db: Database, job: Job, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str = ""
) -> str:
    """Store an epoch, once, with the name of its checkpoint, and renew the lease. Raises LeaseLost.

    Gives why its configuration is out by now, or nothing.
    """
    return epoch_writing.finish_epoch(db, job.lease, epoch, value, best_epoch, checkpoint)


@patient
def keep_checkpoint(db: Database, job: Job, name: str) -> None:
    """From which training goes on. Raises LeaseLost."""
    leases.write(db, job.lease, checkpoint=name)


@patient
def keep_score(db: Database, job: Job, test: Mapping[str, float]) -> None:
    """What it came to on the test rows, and renew the lease. Raises LeaseLost."""
    leases.write(db, job.lease, test=dict(test), lease_until=utc_now() + leases.LEASE_S)


@patient
def finish(
    db: Database,
    job: Job,
    state: str,
    reason: str,
    value: float | None,
    best_epoch: int,
    facts: TrialFacts,
    test: Mapping[str, float] | None = None,
) -> None:
    """Write how it ended. Of a search, Optuna is told afterwards, then `finalize`. Raises LeaseLost.

    test: on the test rows, where it was scored.
    """
    values: dict[str, Any] = {} if test is None else {"test": dict(test)}
    leases.write(
        db,
        job.lease,
        state=state,
        reason=reason,
        value=value,
        best_epoch=best_epoch,
        facts=facts,
        finished_at=utc_now(),
        finalized=job.role != "search",
        changes=RunRow.changes + 1,
        **values,
    )


@patient
def finalize(db: Database, job: Job) -> None:
    """Optuna knows: this place of the budget is spent for good."""
    leases.write(db, job.lease, finalized=True)


@patient
def hand_back(db: Database, job: Job) -> None:
    """Leave it to whoever takes it next. Not an error where it was lost already."""
    leases.hand_back(db, job.lease)


@patient
def view_run(db: Database, study_name: str, role: Role, round: int, ordinal: int) -> RunView:
    """One run, with its epochs."""
    return _views(db, list(keyed(RunRow, (study_name, role, round, ordinal))), with_epochs=True)[0]


@patient
def view_several(db: Database, study_name: str, ordinals: Collection[int]) -> list[RunView]:
    """These trials of a study, with their epochs, in the order of the budget."""
    where = [RunRow.study_name == study_name, RunRow.role == "search", RunRow.round == 0]
    return _views(db, [*where, RunRow.ordinal.in_(ordinals)], with_epochs=True)


def view_trial(db: Database, study_name: str, ordinal: int) -> RunView:
    """One trial of the search, with its epochs."""
    return view_run(db, study_name, "search", 0, ordinal)


@patient
def view_runs(db: Database, study_name: str, epochs: bool = False) -> list[RunView]:
    """Every run of a study, of all roles and rounds."""
    return _views(db, [RunRow.study_name == study_name], epochs)


@patient
def view_trials(db: Database, study_name: str, epochs: bool = False) -> list[RunView]:
    """Every trial of a study, in the order of the budget."""
    return _views(db, [RunRow.study_name == study_name, RunRow.role == "search"], epochs)


@patient
def view_finalists(db: Database, study_name: str, round: int | None = None, epochs: bool = False) -> list[RunView]:
    """The finalists of a round, or of all, in the order in which they are trained."""
    where = [RunRow.study_name == study_name, RunRow.role.in_(FINALISTS)]
    return _views(db, where if round is None else [*where, RunRow.round == round], epochs)


@patient
def view_best(db: Database, study_name: str, direction: str, most: int) -> list[RunView]:
    """The best complete trials of a study, with their epochs, from the best on; of equals the earlier one."""
    value = RunRow.value.desc() if direction == "maximize" else RunRow.value.asc()
    where = [RunRow.study_name == study_name, RunRow.role == "search", RunRow.state == "complete"]
    with db.reading() as session:
        best = sa.select(RunRow.ordinal).where(*where, RunRow.value.is_not(None)).order_by(value, RunRow.ordinal)
        ordinals = session.scalars(best.limit(most)).all()
    return [view_run(db, study_name, "search", 0, ordinal) for ordinal in ordinals]


@patient
def value_of_rank(db: Database, study_name: str, direction: str, rank: int) -> float | None:
    """The value of the complete trial that has so many as good or better, itself among them; None where there are
    fewer."""
    value = RunRow.value.desc() if direction == "maximize" else RunRow.value.asc()
    complete = (RunRow.study_name == study_name, RunRow.role == "search", RunRow.state == "complete")
    ranked = sa.select(RunRow.value).where(*complete, RunRow.value.is_not(None)).order_by(value)
    with db.reading() as session:
        return session.scalar(ranked.offset(rank - 1).limit(1))


def _views(db: Database, where: list[sa.ColumnElement[bool]], with_epochs: bool) -> list[RunView]:
    with db.reading() as session:
        return views_within(session, *where, with_epochs=with_epochs)


_LATE = ("params", "facts")
_FIELDS = (
    "study_name", "role", "round", "ordinal", "trial_ordinal", "trial_number", "baseline", "seed_number", "seed",
    "planned_epochs", "dropped", "state", "reason", *_LATE, "value", "best_epoch", "test", "started_at", "finished_at",
    "finalized", "worker_id", "attempt", "repeated", "mlflow_run_id", "changes", "recorded",
)  # fmt: skip


def views_within(session: Session, *where: sa.ColumnElement[bool], with_epochs: bool = False) -> list[RunView]:
    """Some runs of one study, as a transaction sees them."""
    last_epoch_at = sa.case((RunRow.finished_at.is_(None), epochs.last_measured_at()))
    # Column by column, as with epochs.
    columns = [as_text(each) if each.key in _LATE else each for each in (getattr(RunRow, name) for name in _FIELDS)]
    asked = sa.select(*columns, leases.is_held(), last_epoch_at).where(*where).order_by(RunRow.round, RunRow.ordinal)
    rows = [tuple(row) for row in session.execute(asked)]
    found = epochs.read(session, [row[:4] for row in rows]) if with_epochs else {}
    return [_view(row, found.get(row[:4], ())) for row in rows]


def _view(row: tuple[Any, ...], of_it: tuple[EpochView, ...]) -> RunView:
    *stored, held, last_epoch_at = row
    known = dict(zip(_FIELDS, stored, strict=True))
    if known["state"] in FAILED:
        # Up to schema 2 a failed trial was stored with the value that Optuna was told of it.
        known["value"] = None
    return RunView(**known, held=bool(held), last_epoch_at=last_epoch_at, epochs=of_it)
