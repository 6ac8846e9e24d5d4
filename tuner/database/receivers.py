"""Who is told of what becomes of studies: a row a receiver.

Leaves to others: what they are told, and when (outbox), who may have one (service).
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from tuner.database import audit
from tuner.database.audit import AuditEntry
from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.service_tables import Event, NoticeRow, ReceiverKind, ReceiverRow


@dataclass(frozen=True)
class ReceiverView:
    """secret: a webhook's messages are signed with it. study_name: whose notices it gets, or owner: those of all of
    this person's studies. events: that it wants. anywhere: its URL may lie in a private network.

    trouble: why the last message was not taken; empty where it was. retry_s: until it is sent again. waiting,
    delivered, given_up: its notices, counted.
    """

    receiver_id: str
    person: str
    kind: ReceiverKind
    target: str
    secret: str
    study_name: str | None
    owner: str | None
    events: tuple[Event, ...]
    anywhere: bool
    created_at: float
    trouble: str
    retry_s: float
    waiting: int
    delivered: int
    given_up: int


@patient
def add_receiver(
    db: Database,
    receiver_id: str,
    person: str,
    *,
    kind: ReceiverKind,
    target: str,
    secret: str,
    study_name: str | None,
    owner: str | None,
    events: Collection[Event],
    anywhere: bool,
    most: int,
    entry: AuditEntry | None = None,
) -> bool:
    """Tells whether it was added; not where the person has so many already."""
    with db.session() as session, session.begin():
        if session.get(ReceiverRow, receiver_id) is not None:
            return True  # added already, but the answer was lost
        own = sa.select(sa.func.count()).select_from(ReceiverRow).where(ReceiverRow.person == person)
        if (session.scalar(own) or 0) >= most:
            return False
        session.add(
            ReceiverRow(
                receiver_id=receiver_id,
                person=person,
                kind=kind,
                target=target,
                secret=secret,
                study_name=study_name,
                owner=owner,
                events=",".join(events),
                anywhere=anywhere,
                created_at=session.scalar(sa.select(utc_now())),
            )
        )
        audit.write(session, entry)
    return True


@patient
def remove_receiver(db: Database, receiver_id: str, *, entry: AuditEntry | None = None) -> bool:
    """With what it was still to be told. Tells whether there was one."""
    with db.session() as session, session.begin():
        gone = session.get(ReceiverRow, receiver_id)
        if gone is not None:
            session.delete(gone)
            audit.write(session, entry)
        session.execute(sa.delete(NoticeRow).where(NoticeRow.receiver_id == receiver_id))
    return gone is not None


@patient
def view_receivers(db: Database, person: str | None = None) -> list[ReceiverView]:
    """A person's, or all of them; the oldest first."""
    return receivers_where(db, *([] if person is None else [ReceiverRow.person == person]))


@patient
def find_receiver(db: Database, receiver_id: str) -> ReceiverView | None:
    return next(iter(receivers_where(db, ReceiverRow.receiver_id == receiver_id)), None)


@patient
def receivers_of(db: Database, study_name: str, owner: str) -> list[ReceiverView]:
    """Those that are told of a study."""
    return receivers_where(db, concerned(study_name, owner))


@patient
def may_test(db: Database, receiver_id: str, pause_s: float) -> bool:
    """Whether the last test of it was so long ago; then this is the last one."""
    long_ago = sa.func.abs(utc_now() - ReceiverRow.tested_at) >= pause_s
    asked = sa.update(ReceiverRow).where(ReceiverRow.receiver_id == receiver_id, long_ago).values(tested_at=utc_now())
    with db.session() as session, session.begin():
        return bool(session.execute(asked).rowcount)  # type: ignore[attr-defined]


def concerned(study_name: str, owner: str) -> sa.ColumnElement[bool]:
    """The receivers that are told of a study."""
    return sa.or_(ReceiverRow.study_name == study_name, sa.and_(ReceiverRow.owner == owner, sa.literal(owner) != ""))


def receivers_where(db: Database, *where: sa.ColumnElement[bool]) -> list[ReceiverView]:
    waits = sa.and_(NoticeRow.event_id.is_not(None), NoticeRow.delivered_at.is_(None), NoticeRow.given_up_at.is_(None))
    figures = (
        sa.func.count(sa.case((waits, 1))),
        sa.func.count(NoticeRow.delivered_at),
        sa.func.count(NoticeRow.given_up_at),
    )
    asked = (
        sa.select(ReceiverRow, ReceiverRow.next_at - utc_now(), *figures)
        .outerjoin(NoticeRow, NoticeRow.receiver_id == ReceiverRow.receiver_id)
        .where(*where)
        .group_by(ReceiverRow.receiver_id)
        .order_by(ReceiverRow.created_at, ReceiverRow.receiver_id)
    )
    with db.session() as session:
        rows = session.execute(asked).all()
    return [
        ReceiverView(
            receiver_id=row.receiver_id,
            person=row.person,
            kind=row.kind,
            target=row.target,
            secret=row.secret,
            study_name=row.study_name,
            owner=row.owner,
            events=as_events(row.events),
            anywhere=row.anywhere,
            created_at=row.created_at,
            trouble=row.trouble,
            retry_s=max(0.0, float(retry_s)),
            waiting=waiting,
            delivered=delivered,
            given_up=given_up,
        )
        for row, retry_s, waiting, delivered, given_up in rows
    ]


def as_events(text: str) -> tuple[Event, ...]:
    """As a row has them."""
    known: tuple[Event, ...] = ("ended", "failed", "stuck", "best")
    return tuple(each for each in known if each in text.split(","))
