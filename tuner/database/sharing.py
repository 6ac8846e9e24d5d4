"""How workers that serve several studies are shared out among them, and how many workers a study may have.

Owns: the rule - of the studies that have room for one more worker, the highest priority comes first; of equals the one
with the fewest workers; of these the one whose last trial began longest ago - and that a study never has more workers
than it may: whoever takes a run has locked the study, and counted those that hold one.
Leaves to others: when a worker asks, which is before each training (workers), places of an owner (admission).

The workers of a study are those that hold a run of it, however many each of them holds. Reproductions do not count:
nobody shares them out. A smaller number takes no run away; it counts from the next that is taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import leases
from tuner.database.connection import Database
from tuner.database.patience import patient
from tuner.database.tables import RunRow, StudyRow


@dataclass(frozen=True)
class OpenStudy:
    """What the rule looks at. workers: that hold a run of it. began_at: its last trial; 0 before its first."""

    study_name: str
    priority: int
    most_workers: int | None
    workers: int
    began_at: float
    created_at: float

    @property
    def has_room(self) -> bool:
        return self.most_workers is None or self.workers < self.most_workers


def in_turn(studies: Iterable[OpenStudy]) -> list[OpenStudy]:
    """Those that have room, by the rule: a worker takes a run of the first that has one to give."""
    return sorted(
        (each for each in studies if each.has_room),
        key=lambda each: (-each.priority, each.workers, each.began_at, each.created_at),
    )


@patient
def open_studies(db: Database) -> list[OpenStudy]:
    """Those that a person wants to run, and that have not ended."""
    workers = (
        sa.select(sa.func.count(sa.distinct(RunRow.worker_id)))
        .where(RunRow.study_name == StudyRow.study_name, RunRow.role != "reproduction", leases.is_held())
        .correlate(StudyRow)
        .scalar_subquery()
    )
    # By the primary key: the trial that began last is the one in the last place that was taken.
    began_at = (
        sa.select(RunRow.started_at)
        .where(RunRow.study_name == StudyRow.study_name, RunRow.role == "search", RunRow.round == 0)
        .order_by(RunRow.ordinal.desc())
        .limit(1)
        .correlate(StudyRow)
        .scalar_subquery()
    )
    row = StudyRow
    chosen = sa.select(row.study_name, row.priority, row.most_workers, workers, began_at, row.created_at)
    with db.reading() as session:
        found = session.execute(chosen.where(row.finished_at.is_(None), row.desired_state == "running")).all()
    return [OpenStudy(name, first, most, held, at or 0.0, made) for name, first, most, held, at, made in found]


def may_take(session: Session, study_name: str, worker_id: str) -> bool:
    """Whether this worker may take a run of a study: that has a place, and room for it. Locks the study."""
    which = StudyRow.study_name == study_name
    session.execute(sa.update(StudyRow).where(which).values(round=StudyRow.round))
    found = session.execute(sa.select(StudyRow.most_workers, StudyRow.admitted_at).where(which)).one_or_none()
    return found is not None and found[1] is not None and has_room(session, study_name, worker_id, found[0])


def has_room(session: Session, study_name: str, worker_id: str, most_workers: int | None) -> bool:
    """Whether a study that is locked has room for this worker beside those that hold a run of it; it has for those."""
    if most_workers is None:
        return True
    held = (RunRow.study_name == study_name, RunRow.role != "reproduction", leases.is_held())
    there = set(session.scalars(sa.select(RunRow.worker_id).where(*held)))
    return worker_id in there or len(there) < most_workers
