"""How much there is of everything, however many trials there are, for those that watch over a service.

Leaves to others: what is known of one study (studies).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from tuner.database.connection import Database
from tuner.database.patience import patient
from tuner.database.tables import EpochRow, RunRow, StudyRow
from tuner.database.workers import view_workers


@dataclass(frozen=True)
class Totals:
    """studies: by what was last asked of them, or "finished". trials: of the search, by state. workers: by device."""

    studies: Mapping[str, int]
    trials: Mapping[str, int]
    epochs: int
    workers: Mapping[str, int]


@patient
def totals(db: Database) -> Totals:
    state = sa.case((StudyRow.finished_at.is_not(None), "finished"), else_=StudyRow.desired_state)
    with db.reading() as session:
        studies = {name: count for name, count in session.execute(sa.select(state, sa.func.count()).group_by(state))}
        of_search = sa.select(RunRow.state, sa.func.count()).where(RunRow.role == "search").group_by(RunRow.state)
        trials = {name: count for name, count in session.execute(of_search)}
        epochs = session.scalar(sa.select(sa.func.count()).select_from(EpochRow)) or 0
    devices = [each.device for each in view_workers(db)]
    by_device = {each: devices.count(each) for each in sorted(set(devices))}
    return Totals(studies, trials, epochs, by_device)
