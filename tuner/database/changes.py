"""What is new of a study since a number, for readers that follow it: each asks for what it has not seen.

Owns: that a reader who goes on from the number that it was given misses nothing, and sees no epoch twice.
Leaves to others: the numbers (sequence).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import leases, runs, studies, workers
from tuner.database.connection import Database, utc_now
from tuner.database.epochs import EpochView
from tuner.database.patience import patient
from tuner.database.runs import RunView
from tuner.database.studies import StudyView
from tuner.database.tables import CounterRow, EpochRow, RunKey, RunRow, StudyRow
from tuner.database.workers import WorkerView


@dataclass(frozen=True)
class Changes:
    """number: to ask for what is newer. whole: it is all there is. study: itself, where it is new.

    created_at: of the study; one that was made anew under this name has another.
    runs: those that are new, without epochs. epochs: those that are new, by run and in their order.
    Whatever the clock alone moves makes nothing new, and is told with every answer. now: the database's clock. held:
    the runs whose lease still holds. workers: all that live, of whichever study: one that dies writes nothing.
    """

    number: int
    whole: bool
    created_at: float
    study: StudyView | None
    runs: tuple[RunView, ...]
    epochs: Mapping[RunKey, tuple[EpochView, ...]]
    now: float
    held: frozenset[RunKey]
    workers: tuple[WorkerView, ...]


@patient
def changes_since(db: Database, study_name: str, since: int) -> Changes:
    """What was written after a number; 0: all of it. Raises NotFound.

    A number greater than the study's own is another's, of a study that was deleted since: then it is all, too.
    """
    living = tuple(workers.view_workers(db))
    with db.snapshot() as session:
        counted = (
            sa.select(CounterRow.number, StudyRow.created_at, utc_now())
            .join(StudyRow, StudyRow.study_name == CounterRow.study_name)
            .where(CounterRow.study_name == study_name)
        )
        if (at := session.execute(counted).one_or_none()) is not None:
            number, created_at, now = at
            after = since if since <= number else 0
            found = studies.views_within(session, StudyRow.study_name == study_name, StudyRow.sequence > after)
            of_epochs = (EpochRow.study_name == study_name, *_between(EpochRow, after, number))
            told = sa.select(EpochRow.role, EpochRow.round, EpochRow.ordinal).where(*of_epochs)
            # An epoch is news of its run, which is not numbered again with each of them.
            written = sa.or_(
                sa.and_(*_between(RunRow, after, number)),
                sa.tuple_(RunRow.role, RunRow.round, RunRow.ordinal).in_(told),
            )
            new = runs.views_within(session, RunRow.study_name == study_name, written)
            epochs = _epochs(session, of_epochs)
            held = leases.held(session, study_name)
            study = found[0] if found else None
            return Changes(number, after == 0, created_at, study, tuple(new), epochs, float(now), held, living)
    studies.view_study(db, study_name)
    return changes_since(db, study_name, since)  # it was made just now


def _between(row: type[RunRow | EpochRow], after: int, number: int) -> tuple[sa.ColumnElement[bool], ...]:
    return row.sequence > after, row.sequence <= number


def _epochs(session: Session, which: tuple[sa.ColumnElement[bool], ...]) -> dict[RunKey, tuple[EpochView, ...]]:
    found: dict[RunKey, list[EpochView]] = {}
    for each in session.scalars(sa.select(EpochRow).where(*which).order_by(EpochRow.sequence)):
        view = EpochView(each.epoch, each.metrics, each.seconds, each.measured_at, each.worker_id)
        found.setdefault(cast(RunKey, each.key[:-1]), []).append(view)
    return {key: tuple(views) for key, views in found.items()}
