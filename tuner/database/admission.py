"""How many studies of an owner run at once: a study takes one of its owner's places, or waits for one.

Owns: exactness. Whoever takes a place has locked the limit, and counted the studies that have one. A study that has a
place keeps it until it has ended or a person has stopped it, also while nobody works on it and where the limit was made
smaller. A place that is free goes to the study that waits with the highest priority, of equals to the oldest one, of
those that a worker asks for: one that nobody would work on keeps nobody waiting.
Leaves to others: who sets a limit (service), what a worker does meanwhile (workers).
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import audit
from tuner.database.audit import AuditEntry
from tuner.database.connection import Database, utc_now
from tuner.database.leases import LEASE_S, is_held
from tuner.database.patience import patient
from tuner.database.sequence import stamp
from tuner.database.service_tables import OwnerRow
from tuner.database.tables import UNSTAMPED, RunRow, StudyRow, WorkerRow

EVERYBODY = "everybody"
"""The person of the limit that counts for whoever has none of their own."""


@dataclass(frozen=True)
class NoPlace:
    """Why a study waits. most: studies of its owner at once. running: those that have a place, the oldest first."""

    owner: str
    most: int
    running: tuple[str, ...]


@patient
def set_limit(db: Database, person: str, most_studies: int | None, *, entry: AuditEntry | None = None) -> None:
    """None: as everybody's; of everybody, none."""
    with db.session() as session, session.begin():
        which = OwnerRow.person == person
        done = session.execute(sa.update(OwnerRow).where(which).values(most_studies=most_studies))
        if not done.rowcount:  # type: ignore[attr-defined]
            session.execute(sa.insert(OwnerRow).values(person=person, most_studies=most_studies))
        audit.write(session, entry)


@patient
def limits(db: Database) -> dict[str, int]:
    """Those that are set, by person."""
    with db.reading() as session:
        rows = session.execute(sa.select(OwnerRow.person, OwnerRow.most_studies).order_by(OwnerRow.person)).all()
    return {person: most for person, most in rows if most is not None}


@patient
def places(db: Database, owner: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The studies of an owner that have a place, and those that wait for one; the oldest first."""
    row = StudyRow
    waits = sa.and_(row.admitted_at.is_(None), row.finished_at.is_(None), row.desired_state == "running")
    with db.reading() as session:
        of_it = sa.select(row.study_name).where(row.owner == owner).order_by(row.created_at)
        return tuple(session.scalars(of_it.where(_has_place()))), tuple(session.scalars(of_it.where(waits)))


@patient
def ask(db: Database, study_name: str) -> bool:
    """A worker is there for a study that waits: whether it has a place now."""
    with db.reading() as session:
        owner = session.scalar(sa.select(StudyRow.owner).where(StudyRow.study_name == study_name))
        # Looked at first: whoever waits asks twice a second, and locks nobody out meanwhile.
        if owner is None or not _is_free(session, owner, study_name, _limit(session, owner)):
            return False
    with db.session() as session, session.begin():
        if not has_place(session, owner, study_name):
            return False
        waits = (StudyRow.study_name == study_name, StudyRow.admitted_at.is_(None))
        session.execute(sa.update(StudyRow).where(*waits).values(admitted_at=utc_now(), sequence=UNSTAMPED))
        stamp(session, study_name)
    return True


def has_place(session: Session, owner: str, study_name: str, priority: int = 0) -> bool:
    """Whether a study has one of its owner's places, or takes one by being written as admitted in this transaction.

    Asked before the study is locked: limits are locked first. priority: of a study that is not there yet.
    """
    if _limit(session, owner) is None:
        return True
    for person in (EVERYBODY, owner):
        session.execute(sa.update(OwnerRow).where(OwnerRow.person == person).values(most_studies=OwnerRow.most_studies))
    return _is_free(session, owner, study_name, _limit(session, owner), priority)


@patient
def why_it_waits(db: Database, study_name: str) -> NoPlace | None:
    """Of a study that has no place; None where there is one, and only no worker that takes it."""
    with db.reading() as session:
        owner = session.scalar(sa.select(StudyRow.owner).where(StudyRow.study_name == study_name)) or ""
        most = _limit(session, owner)
        if most is None or _is_free(session, owner, study_name, most):
            return None
        running = sa.select(StudyRow.study_name).where(StudyRow.owner == owner, _has_place())
        return NoPlace(owner, most, tuple(session.scalars(running.order_by(StudyRow.created_at))))


def _is_free(session: Session, owner: str, study_name: str, most: int | None, priority: int = 0) -> bool:
    if most is None:
        return True
    row = StudyRow
    own = session.execute(
        sa.select(row.priority, row.created_at, _has_place()).where(row.study_name == study_name)
    ).one_or_none()
    if own is not None and own[2]:
        return True
    first, made = (priority, utc_now()) if own is None else (own[0], sa.literal(own[1]))
    sooner = sa.or_(row.priority > first, sa.and_(row.priority == first, row.created_at < made))
    others = (row.owner == owner, row.study_name != study_name)
    taken = session.scalar(sa.select(sa.func.count()).where(*others, sa.or_(_has_place(), sa.and_(_waits(), sooner))))
    return (taken or 0) < most


def _limit(session: Session, owner: str) -> int | None:
    if not owner:
        return None  # nobody was asked whose it is
    said = {
        person: most
        for person, most in session.execute(
            sa.select(OwnerRow.person, OwnerRow.most_studies).where(OwnerRow.person.in_([owner, EVERYBODY]))
        )
        if most is not None
    }
    return said.get(owner, said.get(EVERYBODY))


def _has_place() -> sa.ColumnElement[bool]:
    """One that a person has stopped has its place until what was begun has ended."""
    trains = sa.exists().where(RunRow.study_name == StudyRow.study_name, is_held()).correlate(StudyRow)
    runs = sa.or_(StudyRow.desired_state == "running", trains)
    return sa.and_(StudyRow.admitted_at.is_not(None), StudyRow.finished_at.is_(None), runs)


def _waits() -> sa.ColumnElement[bool]:
    """For a place, with a worker at hand that is for it alone."""
    at_hand = sa.exists().where(
        WorkerRow.study_name == StudyRow.study_name,
        WorkerRow.stopped_at.is_(None),
        sa.func.abs(utc_now() - WorkerRow.seen_at) < LEASE_S,
    )
    waits = (StudyRow.admitted_at.is_(None), StudyRow.finished_at.is_(None), StudyRow.desired_state == "running")
    return sa.and_(*waits, at_hand.correlate(StudyRow))
