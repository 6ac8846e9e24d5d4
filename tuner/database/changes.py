"""What is new of a study since a number, for readers that follow it: each asks for what it has not seen.

Owns: that a reader who goes on from the number that it was given misses nothing, and sees no epoch twice.
Leaves to others: the numbers (sequence).
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import leases, runs, studies, workers
from tuner.database.connection import Database, utc_now
from tuner.database.epochs import EpochView, read_where
from tuner.database.patience import patient
from tuner.database.runs import RunView
from tuner.database.studies import StudyView
from tuner.database.tables import CounterRow, EpochRow, RunKey, RunRow, StudyRow
from tuner.database.workers import WorkerView

_NAMED = 500
"""Of more runs, all of a study's are read, and those in question taken from them."""


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
            epochs = read_where(session, of_epochs, EpochRow.sequence)
            new = _runs(session, study_name, _between(RunRow, after, number) if after else (), epochs.keys())
            held = leases.held(session, study_name)
            study = found[0] if found else None
            return Changes(number, after == 0, created_at, study, tuple(new), epochs, float(now), held, living)
    studies.view_study(db, study_name)
    return changes_since(db, study_name, since)  # it was made just now


Mark = tuple[int, float]
"""The number of a study's last change, and when it was made: another one of its name has another."""


@patient
def mark_of(db: Database, study_name: str) -> Mark:
    """Raises NotFound."""
    with db.reading() as session:
        marked = sa.select(CounterRow.number, StudyRow.created_at).join(
            StudyRow, StudyRow.study_name == CounterRow.study_name
        )
        found = session.execute(marked.where(CounterRow.study_name == study_name)).one_or_none()
    if found is not None:
        return found.number, found.created_at
    return 0, studies.view_study(db, study_name).created_at


@patient
def number_of(db: Database, study_name: str) -> int:
    """The last that was written of it. Raises NotFound."""
    with db.reading() as session:
        number = session.scalar(sa.select(CounterRow.number).where(CounterRow.study_name == study_name))
    if number is None:
        studies.view_study(db, study_name)
    return number or 0


def _between(row: type[RunRow | EpochRow], after: int, number: int) -> tuple[sa.ColumnElement[bool], ...]:
    return row.sequence > after, row.sequence <= number


def _runs(
    session: Session, study_name: str, numbered: tuple[sa.ColumnElement[bool], ...], with_epochs: Set[RunKey]
) -> list[RunView]:
    """Those that were written; an epoch is news of its run, too, which is not numbered again with each of them.

    In two statements, each of which has an index: of one condition or the other, all runs would be read.
    """
    found = runs.views_within(session, RunRow.study_name == study_name, *numbered)
    others = with_epochs - {each.key for each in found}
    if others:
        named: tuple[sa.ColumnElement[bool], ...] = ()
        if len(others) <= _NAMED:
            _, *columns = zip(*others, strict=True)
            named = tuple(
                column.in_(set(each))
                for column, each in zip((RunRow.role, RunRow.round, RunRow.ordinal), columns, strict=True)
            )
        more = runs.views_within(session, RunRow.study_name == study_name, *named)
        found += [each for each in more if each.key in others]
    return sorted(found, key=lambda each: (each.round, each.ordinal))
