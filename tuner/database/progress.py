"""How far a study is, in figures that cost little however many trials it has.

Leaves to others: everything else that is known of it (studies.status).
"""

from dataclasses import dataclass

import sqlalchemy as sa

from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.tables import EpochRow, RunRow, StudyRow
from tuner.spec.metrics import Direction


@dataclass(frozen=True)
class Leader:
    """The best complete trial so far. complete: how many trials were, when it was."""

    ordinal: int
    value: float | None
    complete: int


@dataclass(frozen=True)
class Progress:
    """at: the end of the study's last epoch, or of its last run, or when a person asked that it go on, or when it got
    its owner's place. quiet_s: since then, by the database's clock."""

    at: float
    quiet_s: float


@patient
def last_progress(db: Database, study_name: str) -> Progress:
    """What brought the study further last."""
    of_study = RunRow.study_name == study_name
    # By its number, for which there is an index: the last that was written has nearly always ended last, too.
    epoch = sa.select(EpochRow.measured_at).where(EpochRow.study_name == study_name).order_by(EpochRow.sequence.desc())
    with db.reading() as session:
        asked = session.execute(
            sa.select(StudyRow.created_at, StudyRow.asked_at, sa.func.coalesce(StudyRow.admitted_at, 0.0)).where(
                StudyRow.study_name == study_name
            )
        ).one_or_none()
        ended = session.scalar(sa.select(sa.func.max(RunRow.finished_at)).where(of_study))
        measured = session.scalar(epoch.limit(1))
        now = float(session.execute(sa.select(utc_now())).scalar_one())
    at = max(ended or 0.0, measured or 0.0, *(asked or (0.0,)))
    return Progress(at, max(0.0, now - at))


@patient
def leader(db: Database, study_name: str, direction: Direction) -> Leader | None:
    """The best complete trial, of equals the earliest; None where none is complete."""
    complete = (RunRow.study_name == study_name, RunRow.role == "search", RunRow.state == "complete")
    order = RunRow.value.desc() if direction == "maximize" else RunRow.value.asc()
    first = sa.select(RunRow.ordinal, RunRow.finished_at, RunRow.value).where(*complete, RunRow.value.is_not(None))
    with db.reading() as session:
        found = session.execute(first.order_by(order, RunRow.ordinal).limit(1)).one_or_none()
        if found is None:
            return None
        before = sa.select(sa.func.count()).select_from(RunRow).where(*complete, RunRow.finished_at <= found[1])
        return Leader(found[0], found[2], session.scalar(before) or 0)
