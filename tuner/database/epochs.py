"""Epochs of runs: each stored once, read in their order, counted.

Leaves to others: who may store one (leases).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database.column_types import read_figures
from tuner.database.connection import Database
from tuner.database.late import as_text, late
from tuner.database.patience import patient
from tuner.database.tables import Base, EpochRow, Key, RunKey, RunRow, keyed
from tuner.spec.objectives import COSTS

_EPOCHS = Base.metadata.tables[EpochRow.__tablename__]
_COLUMNS = (
    "study_name", "role", "round", "ordinal", "epoch", "metrics", "seconds", "measured_at", "worker_id", "sequence",
)  # fmt: skip
_NAMED = 500
"""Of more runs than these, the epochs of all are read: a statement may not name them one by one."""


@late(metrics=read_figures)
@dataclass(frozen=True)
class EpochView:
    """worker_id: who trained it, once it is stored."""

    epoch: int
    metrics: Mapping[str, float]
    seconds: float
    measured_at: float
    worker_id: str = ""


def store(session: Session, key: Key, epoch: EpochView, worker_id: str, sequence: int) -> bool:
    """Store an epoch of a run; one that is there stays as it is, and False is given. Whoever calls holds the run.

    key: of the run. sequence: as in its row.
    """
    row = (*key, epoch.epoch, dict(epoch.metrics), epoch.seconds, epoch.measured_at, worker_id, sequence)
    columns = [_EPOCHS.c[name] for name in _COLUMNS]
    new = sa.select(*(sa.literal(value, column.type) for value, column in zip(row, columns, strict=True)))
    there = sa.exists().where(*keyed(EpochRow, (*key, epoch.epoch)))
    # One statement, and not through the ORM: it is the one that is made most often.
    stored = sa.insert(_EPOCHS).from_select(columns, new.where(~there))
    # Of an INSERT, not every driver gives the count of rows unless it is asked for.
    counted = session.connection().execute(stored, execution_options={"preserve_rowcount": True})
    return counted.rowcount == 1


def read(session: Session, keys: Sequence[RunKey]) -> Mapping[RunKey, tuple[EpochView, ...]]:
    """The epochs of some runs of one study, by the keys of those."""
    if keys:
        study_names, roles, rounds, ordinals = (set(each) for each in zip(*keys, strict=True))
        of: tuple[sa.ColumnElement[bool], ...] = (EpochRow.study_name.in_(study_names), EpochRow.role.in_(roles))
        if len(keys) <= _NAMED:
            of = (*of, EpochRow.round.in_(rounds), EpochRow.ordinal.in_(ordinals))
        return read_where(session, of, EpochRow.epoch)
    return {}


def read_where(
    session: Session, which: Sequence[sa.ColumnElement[bool]], order: sa.SQLColumnExpression[Any]
) -> dict[RunKey, tuple[EpochView, ...]]:
    """Some epochs, by the keys of their runs."""
    found: dict[RunKey, list[EpochView]] = {}
    # Column by column: of a large study there are a hundred thousand, and the ORM takes twice as long.
    columns = [as_text(_EPOCHS.c[name]) if name == "metrics" else _EPOCHS.c[name] for name in _COLUMNS[:-1]]
    read = sa.select(*columns).where(*which).order_by(order)
    for study_name, role, round, ordinal, epoch, metrics, seconds, measured_at, worker_id in session.execute(read):
        view = EpochView(epoch, metrics, seconds, measured_at, worker_id)
        found.setdefault((study_name, role, round, ordinal), []).append(view)
    return {key: tuple(views) for key, views in found.items()}


def last_measured_at() -> sa.ScalarSelect[Any]:
    """The end of the last epoch of the run in a statement's row."""
    same = (EpochRow.study_name, EpochRow.role, EpochRow.round, EpochRow.ordinal)
    of = (RunRow.study_name, RunRow.role, RunRow.round, RunRow.ordinal)
    last = sa.select(sa.func.max(EpochRow.measured_at)).correlate(RunRow)
    return last.where(*(mine == its for mine, its in zip(same, of, strict=True))).scalar_subquery()


@patient
def epochs_stored(db: Database, study_name: str) -> int:
    """Epochs of all runs of a study that its workers train: what grows while anything goes on."""
    return int(_over(db, sa.func.count(), *_of_workers(study_name)))


@patient
def quickest_epoch(db: Database, study_name: str) -> float:
    """Seconds of the shortest epoch of a trial so far; 0 where there is none."""
    return _over(db, sa.func.min(EpochRow.seconds), *_of_trials(study_name))


@patient
def longest_epoch(db: Database, study_name: str) -> float:
    """Seconds of the longest epoch of a trial or a finalist so far; 0 where there is none."""
    return _over(db, sa.func.max(EpochRow.seconds), *_of_workers(study_name))


@patient
def seconds_of_trials(db: Database, study_name: str) -> float:
    """Seconds of training in all trials of a study."""
    return _over(db, sa.func.sum(EpochRow.seconds), *_of_trials(study_name))


@patient
def of_complete_trials(db: Database, study_name: str, epoch: int) -> dict[int, Mapping[str, float]]:
    """What one epoch came to in each complete trial that has it, by the trial's place in the budget."""
    found = _in_complete_trials(sa.select(EpochRow.ordinal, EpochRow.metrics), study_name, epoch)
    with db.reading() as session:
        return {ordinal: metrics for ordinal, metrics in session.execute(found)}


@patient
def with_costs_of_complete_trials(db: Database, study_name: str, epoch: int) -> list[Mapping[str, float]]:
    """The same, in no order, each with what the trial's network costs beside, by the names of `COSTS`."""
    # As JSON: of a large study, to make models of the facts takes longer than to read them.
    chosen = sa.select(EpochRow.metrics, sa.type_coerce(RunRow.facts, sa.JSON))
    found = _in_complete_trials(chosen, study_name, epoch)
    with db.reading() as session:
        return [
            {**metrics, **{name: float(facts[name]) for name in COSTS if (facts or {}).get(name) is not None}}
            for metrics, facts in session.execute(found)
        ]


def _in_complete_trials(chosen: "sa.Select[Any]", study_name: str, epoch: int) -> "sa.Select[Any]":
    """Of an epoch's rows, and the rows of their trials."""
    same = (EpochRow.study_name, EpochRow.role, EpochRow.round, EpochRow.ordinal)
    of = (RunRow.study_name, RunRow.role, RunRow.round, RunRow.ordinal)
    joined = chosen.join(RunRow, sa.and_(*(mine == its for mine, its in zip(same, of, strict=True))))
    return joined.where(*_of_trials(study_name), EpochRow.epoch == epoch, RunRow.state == "complete")


def _of_trials(study_name: str) -> tuple[sa.ColumnElement[bool], ...]:
    return EpochRow.study_name == study_name, EpochRow.role == "search"


def _of_workers(study_name: str) -> tuple[sa.ColumnElement[bool], ...]:
    # A reproduction is trained beside the study, perhaps on another machine.
    return EpochRow.study_name == study_name, EpochRow.role != "reproduction"


def _over(db: Database, figure: Any, *which: sa.ColumnElement[bool]) -> float:
    with db.reading() as session:
        return float(session.scalar(sa.select(figure).select_from(EpochRow).where(*which)) or 0.0)
