"""Configurations that a person adds to a study that is there: each takes the next place of the budget that begins.

Owns: that each is tried once, and that none is promised a place that there is not, whoever takes places meanwhile.
Leaves to others: whether the space holds it (service), what its Optuna trial begins with (runs).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import audit, changing, finalists, leases
from tuner.database.audit import AuditEntry
from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.runs import Job
from tuner.database.sequence import stamp
from tuner.database.tables import UNSTAMPED, ConfigurationRow, RunRow, StudyRow
from tuner.spec.space import Params

WITHDRAWN = -1
"""The place of one that a person took back before any place had taken it."""


@dataclass(frozen=True)
class Added:
    """One of them. number: from 0. person: who added it. ordinal: of the place that it took; None while it waits,
    `WITHDRAWN` where it never will. trial_number: of its trial, once that is there."""

    number: int
    name: str
    params: Params
    person: str
    added_at: float
    ordinal: int | None
    trial_number: int | None


@patient
def add(
    db: Database,
    study_name: str,
    number: int,
    name: str,
    params: Mapping[str, Any],
    person: str,
    more: bool,
    anew: bool,
    *,
    entry: AuditEntry | None = None,
) -> Literal["added", "taken", "full"]:
    """Store a configuration under a number that was not there; made twice, the second time changes nothing.

    more: the budget of a study that has not ended is raised by one for it; anew: as of a change. Gives "taken" where
    another one has that number or name, and "full" where no place of the budget is left for it.
    """
    row, which = ConfigurationRow, StudyRow.study_name == study_name
    with db.session() as session, session.begin():
        # The write comes first: it locks the study.
        session.execute(sa.update(StudyRow).where(which).values(round=StudyRow.round))
        there = session.scalars(
            sa.select(row).where(
                row.study_name == study_name,
                sa.or_(row.number == number, sa.and_(row.name == name, row.ordinal.is_distinct_from(WITHDRAWN))),
            )
        ).all()
        if there:
            own = [each for each in there if (each.number, each.name, each.person) == (number, name, person)]
            return "added" if own and own[0].params == dict(params) else "taken"
        trials, finished_at = session.execute(sa.select(StudyRow.trials, StudyRow.finished_at).where(which)).one()
        values: dict[str, Any] = {"changes": StudyRow.changes + 1, "sequence": UNSTAMPED}
        # One that has ended gets places when a person lets it go on.
        if finished_at is None and more:
            values |= {"trials": trials + 1, **(changing.ANEW if anew else {})}
        elif finished_at is None and _spoken_for(session, study_name) >= trials:
            return "full"
        session.execute(
            sa.insert(row).values(
                study_name=study_name,
                number=number,
                name=name,
                params=dict(params),
                person=person,
                added_at=utc_now(),
                ordinal=None,
            )
        )
        session.execute(sa.update(StudyRow).where(which).values(**values))
        if anew:
            finalists.abandon(session, study_name)
        audit.write(session, entry)
        stamp(session, study_name)
    return "added"


@patient
def withdraw(db: Database, study_name: str, number: int, *, entry: AuditEntry | None = None) -> bool:
    """Take one back that waits; tells whether it waited. The budget stays as it is."""
    row, which = ConfigurationRow, StudyRow.study_name == study_name
    with db.session() as session, session.begin():
        # The write comes first: it locks the study, as whoever gives it a place does.
        session.execute(sa.update(StudyRow).where(which).values(changes=StudyRow.changes + 1, sequence=UNSTAMPED))
        taken = session.execute(
            sa.update(row)
            .where(row.study_name == study_name, row.number == number, row.ordinal.is_(None))
            .values(ordinal=WITHDRAWN)
        )
        waited = bool(taken.rowcount)  # type: ignore[attr-defined]
        if waited:
            audit.write(session, entry)
        stamp(session, study_name)
    return waited


@patient
def bind(db: Database, job: Job) -> tuple[str, Params] | None:
    """The configuration that a place tries which has no trial yet: its own, else the first that waits. None where there
    is none. Raises LeaseLost.
    """
    row, key = ConfigurationRow, ConfigurationRow.study_name == job.study_name
    with db.reading() as session:
        waits = session.scalar(sa.select(row.number).where(key, row.ordinal.is_(None)).limit(1))
        if waits is None:
            return _of_place(session, job.study_name, job.ordinal)
    with db.session() as session, session.begin():
        # Whoever is robbed of the place meanwhile takes no configuration with it.
        session.execute(sa.update(StudyRow).where(StudyRow.study_name == job.study_name).values(round=StudyRow.round))
        leases.fenced(session, job.lease, attempt=job.attempt)
        own = _of_place(session, job.study_name, job.ordinal)
        if own is not None:
            return own
        first = sa.select(sa.func.min(row.number)).where(key, row.ordinal.is_(None))
        if (number := session.scalar(first)) is None:
            return None
        session.execute(sa.update(row).where(key, row.number == number).values(ordinal=job.ordinal))
        return _of_place(session, job.study_name, job.ordinal)


@patient
def of_place(db: Database, study_name: str, ordinal: int) -> tuple[str, Params] | None:
    """The configuration that a place of the budget took: its name and its values."""
    with db.reading() as session:
        return _of_place(session, study_name, ordinal)


@patient
def view_added(db: Database, study_name: str) -> list[Added]:
    """In the order in which they came."""
    row = ConfigurationRow
    trial = sa.and_(RunRow.study_name == row.study_name, RunRow.role == "search", RunRow.ordinal == row.ordinal)
    chosen = sa.select(row, RunRow.trial_number).join(RunRow, trial, isouter=True)
    with db.reading() as session:
        rows = session.execute(chosen.where(row.study_name == study_name).order_by(row.number)).all()
    return [
        Added(each.number, each.name, each.params, each.person, each.added_at, each.ordinal, number)
        for each, number in rows
    ]


@patient
def trial_with(db: Database, study_name: str, params: Params) -> int | None:
    """The number of the first trial that has these values."""
    row = RunRow
    chosen = sa.select(row.trial_number, row.params).where(row.study_name == study_name, row.role == "search")
    with db.reading() as session:
        every = session.execute(chosen.where(row.trial_number.is_not(None)).order_by(row.ordinal))
        return next((number for number, values in every if values == params), None)


@patient
def spoken_for(db: Database, study_name: str) -> int:
    """Places that were taken or are promised to a configuration that was added, whatever the budget is."""
    with db.reading() as session:
        return _spoken_for(session, study_name)


@patient
def places_left(db: Database, study_name: str) -> int:
    """Places of the budget that are neither taken nor promised to a configuration that was added."""
    with db.reading() as session:
        trials = session.scalar(sa.select(StudyRow.trials).where(StudyRow.study_name == study_name)) or 0
        return max(0, trials - _spoken_for(session, study_name))


def _spoken_for(session: Session, study_name: str) -> int:
    begun = sa.select(sa.func.count()).where(RunRow.study_name == study_name, RunRow.role == "search")
    row = ConfigurationRow
    waiting = sa.select(sa.func.count()).where(row.study_name == study_name, row.ordinal.is_(None))
    return (session.scalar(begun) or 0) + (session.scalar(waiting) or 0)


def _of_place(session: Session, study_name: str, ordinal: int) -> tuple[str, Params] | None:
    row = ConfigurationRow
    found = session.execute(
        sa.select(row.name, row.params).where(row.study_name == study_name, row.ordinal == ordinal)
    ).one_or_none()
    return None if found is None else (found[0], found[1])
