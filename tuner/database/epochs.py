"""Epochs of trials and of finalists: each stored once, read in their order, counted.

Leaves to others: who may store one (leases).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database.connection import Database
from tuner.database.patience import patient
from tuner.database.tables import EpochRow, FinalistEpochRow, FinalistRow, Key, Row, TrialRow, keyed

_EPOCHS: dict[type[Row], type[EpochRow] | type[FinalistEpochRow]] = {
    TrialRow: EpochRow,
    FinalistRow: FinalistEpochRow,
}


@dataclass(frozen=True)
class EpochView:
    """worker_id: who trained it, once it is stored."""

    epoch: int
    metrics: Mapping[str, float]
    seconds: float
    measured_at: float
    worker_id: str = ""


def store(session: Session, row: type[Row], key: Key, epoch: EpochView, worker_id: str) -> None:
    """Store an epoch of a trial or a finalist; one that is there stays as it is."""
    table = _EPOCHS[row]
    whole = (*key, epoch.epoch)
    if session.get(table, whole) is None:
        values: dict[str, Any] = dict(zip((each.name for each in table.__table__.primary_key), whole, strict=True))
        values |= {"metrics": dict(epoch.metrics), "seconds": epoch.seconds, "measured_at": epoch.measured_at}
        session.add(table(**values, worker_id=worker_id))


def read(session: Session, rows: Sequence[Row]) -> dict[Key, tuple[EpochView, ...]]:
    """The epochs of some trials, or of some finalists, of one study, by the keys of those."""
    found: dict[Key, list[EpochView]] = {}
    if rows:
        table = _EPOCHS[type(rows[0])]
        of = keyed(table, rows[0].key) if len(rows) == 1 else (table.study_name == rows[0].study_name,)
        stored: sa.Select[Any] = sa.select(table).where(*of).order_by(table.epoch)
        for each in session.scalars(stored):
            view = EpochView(each.epoch, each.metrics, each.seconds, each.measured_at, each.worker_id)
            found.setdefault(each.key[:-1], []).append(view)
    return {key: tuple(views) for key, views in found.items()}


@patient
def epochs_stored(db: Database, study_name: str) -> int:
    """Epochs of all trials and finalists of a study: what grows while anything goes on."""
    with db.session() as session:
        counts = [
            session.scalar(sa.select(sa.func.count()).where(table.study_name == study_name))
            for table in _EPOCHS.values()
        ]
    return sum(int(count or 0) for count in counts)


@patient
def quickest_epoch(db: Database, study_name: str) -> float:
    """Seconds of the shortest epoch of a trial so far; 0 where there is none."""
    with db.session() as session:
        shortest = session.scalar(sa.select(sa.func.min(EpochRow.seconds)).where(EpochRow.study_name == study_name))
    return float(shortest or 0.0)


@patient
def longest_epoch(db: Database, study_name: str) -> float:
    """Seconds of the longest epoch of a trial or a finalist so far; 0 where there is none."""
    with db.session() as session:
        longest = [
            session.scalar(sa.select(sa.func.max(table.seconds)).where(table.study_name == study_name))
            for table in _EPOCHS.values()
        ]
    return max(float(each or 0.0) for each in longest)


@patient
def seconds_of_trials(db: Database, study_name: str) -> float:
    """Seconds of training in all trials of a study."""
    with db.session() as session:
        total = session.scalar(sa.select(sa.func.sum(EpochRow.seconds)).where(EpochRow.study_name == study_name))
    return float(total or 0.0)
