"""What people are to be told: a notice a receiver and an event, kept until it was delivered or given up.

Owns: that a notice is written in the transaction of what happened, once, however often that is said; that one process
at a time delivers to a receiver, by a lease, and in the order of what happened.
Leaves to others: who wants what (receivers), the message and sending it (notifying).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.receivers import as_events, concerned
from tuner.database.service_tables import Event, NoticeRow, ReceiverKind, ReceiverRow
from tuner.database.tables import StudyRow

LEASE_S = 60.0
"""A process that delivers to a receiver and is silent for so long has lost it to others."""

_KEPT_S = 30 * 86_400.0
"""Notices that were delivered or given up are kept so long."""

_DUE = (NoticeRow.delivered_at.is_(None), NoticeRow.given_up_at.is_(None))


@dataclass(frozen=True)
class NoticeView:
    """event_id: the same for all receivers, whenever it is sent. words: what happened, beside the study's own figures.
    body: the message, once it was written down. age_s: since it happened."""

    receiver_id: str
    event_id: str
    study_name: str
    event: Event
    words: str
    body: str
    happened_at: float
    age_s: float


def happened(session: Session, study_name: str, event: Event, occasion: object, words: str = "") -> None:
    """Write down what those who want to know of it are to be told, in this transaction.

    occasion: tells it from other events of its kind; said again, it is the same event.
    """
    found = session.execute(
        sa.select(StudyRow.owner, StudyRow.created_at).where(StudyRow.study_name == study_name)
    ).one_or_none()
    if found is None:
        return
    asked = sa.select(ReceiverRow.receiver_id, ReceiverRow.events).where(concerned(study_name, found.owner))
    for receiver_id, events in session.execute(asked).all():
        if event in as_events(events):
            event_id = _event_id(study_name, found.created_at, event, occasion)
            _add(session, receiver_id, study_name, event, event_id, words)


@patient
def tell(db: Database, study_name: str, event: Event, occasion: object, words: str = "") -> None:
    """The same, of what has no transaction of its own."""
    with db.session() as session, session.begin():
        happened(session, study_name, event, occasion, words)


@patient
def tell_of_best(db: Database, study_name: str, ordinal: int, pause_s: float) -> None:
    """A new best trial: told to nobody who was told of one of this study so short a time ago, or is still to be."""
    with db.session() as session, session.begin():
        found = session.execute(
            sa.select(StudyRow.owner, StudyRow.created_at).where(StudyRow.study_name == study_name)
        ).one_or_none()
        if found is None:
            return
        asked = sa.select(ReceiverRow.receiver_id, ReceiverRow.events).where(concerned(study_name, found.owner))
        for receiver_id, events in session.execute(asked).all():
            if "best" not in as_events(events):
                continue
            # The write comes first: it locks the receiver, so that two who look at once do not both tell it.
            session.execute(
                sa.update(ReceiverRow).where(ReceiverRow.receiver_id == receiver_id).values(tries=ReceiverRow.tries)
            )
            before = (NoticeRow.receiver_id == receiver_id, NoticeRow.study_name == study_name)
            recent = sa.or_(sa.and_(*_DUE), NoticeRow.happened_at > utc_now() - pause_s)
            lately = sa.select(NoticeRow.event_id).where(*before, NoticeRow.event == "best", recent).limit(1)
            if session.scalar(lately) is None:
                event_id = _event_id(study_name, found.created_at, "best", ordinal)
                _add(session, receiver_id, study_name, "best", event_id, "")


@patient
def watched(db: Database) -> list[str]:
    """The studies that run, and of which somebody is told."""
    told = sa.select(ReceiverRow.receiver_id).where(
        sa.or_(ReceiverRow.study_name == StudyRow.study_name, ReceiverRow.owner == StudyRow.owner)
    )
    runs = (StudyRow.finished_at.is_(None), StudyRow.desired_state == "running")
    with db.session() as session:
        return list(session.scalars(sa.select(StudyRow.study_name).where(*runs, told.exists())))


@patient
def due(db: Database, kinds: Sequence[ReceiverKind], overdue_s: float = 0.0) -> list[str]:
    """Receivers that are to be told something now, and to whom nobody delivers. overdue_s: that are so long due."""
    with db.session() as session:
        waits = sa.select(NoticeRow.event_id).where(
            NoticeRow.receiver_id == ReceiverRow.receiver_id, *_DUE, NoticeRow.happened_at <= utc_now() - overdue_s
        )
        asked = sa.select(ReceiverRow.receiver_id).where(
            ReceiverRow.kind.in_(kinds), waits.exists(), ReceiverRow.next_at <= utc_now() - overdue_s, _free("")
        )
        return list(session.scalars(asked.order_by(ReceiverRow.next_at)))


@patient
def claim(db: Database, receiver_id: str, holder: str) -> bool:
    """Take the delivery to a receiver, or go on with it, for as long as a lease."""
    taken = sa.update(ReceiverRow).where(ReceiverRow.receiver_id == receiver_id, _free(holder))
    with db.session() as session, session.begin():
        done: Any = session.execute(taken.values(holder=holder, held_until=utc_now() + LEASE_S))
    return bool(done.rowcount)


@patient
def release(db: Database, receiver_id: str, holder: str) -> None:
    """Leave the delivery to whoever comes next."""
    with db.session() as session, session.begin():
        session.execute(sa.update(ReceiverRow).where(*_held(receiver_id, holder)).values(holder="", held_until=0.0))


@patient
def first_due(db: Database, receiver_id: str) -> NoticeView | None:
    """What a receiver is to be told next; None where nothing is, or not yet."""
    asked = (
        sa.select(NoticeRow, utc_now() - NoticeRow.happened_at)
        .join(ReceiverRow, ReceiverRow.receiver_id == NoticeRow.receiver_id)
        .where(NoticeRow.receiver_id == receiver_id, *_DUE, ReceiverRow.next_at <= utc_now())
        .order_by(NoticeRow.happened_at, NoticeRow.event_id)
        .limit(1)
    )
    with db.session() as session:
        found = session.execute(asked).one_or_none()
    if found is None:
        return None
    row, age_s = found
    return NoticeView(
        row.receiver_id, row.event_id, row.study_name, row.event, row.words, row.body, row.happened_at, float(age_s)
    )


@patient
def write_body(db: Database, notice: NoticeView, body: str) -> str:
    """Keep the message as it is sent, now and again; gives what is kept, which another may have written before."""
    which = _row_of(notice)
    with db.session() as session, session.begin():
        session.execute(sa.update(NoticeRow).where(*which, NoticeRow.body == "").values(body=body))
        return session.scalar(sa.select(NoticeRow.body).where(*which)) or body


@patient
def delivered(db: Database, notice: NoticeView, holder: str) -> None:
    """The receiver took it."""
    _settle(db, notice, holder, {"trouble": ""}, delivered_at=utc_now())


@patient
def give_up(db: Database, notice: NoticeView, holder: str, trouble: str) -> None:
    """It is sent no more. trouble: why not, for people."""
    _settle(db, notice, holder, {"trouble": trouble}, given_up_at=utc_now())


@patient
def failed(db: Database, notice: NoticeView, holder: str, trouble: str, pause_s: float) -> None:
    """The receiver did not take it: it is sent again after a while, and what comes after it waits."""
    with db.session() as session, session.begin():
        mine: Any = session.execute(
            sa.update(ReceiverRow)
            .where(*_held(notice.receiver_id, holder))
            .values(tries=ReceiverRow.tries + 1, next_at=utc_now() + pause_s, trouble=trouble)
        )
        if mine.rowcount:
            session.execute(sa.update(NoticeRow).where(*_row_of(notice)).values(tries=NoticeRow.tries + 1))


@patient
def tries(db: Database, receiver_id: str) -> int:
    """How often what it is to be told next was sent in vain."""
    with db.session() as session:
        return session.scalar(sa.select(ReceiverRow.tries).where(ReceiverRow.receiver_id == receiver_id)) or 0


@patient
def forget_old(db: Database) -> None:
    """What was delivered or given up long ago."""
    over = (NoticeRow.delivered_at < utc_now() - _KEPT_S, NoticeRow.given_up_at < utc_now() - _KEPT_S)
    with db.session() as session, session.begin():
        session.execute(sa.delete(NoticeRow).where(sa.or_(*over)))


def _settle(db: Database, notice: NoticeView, holder: str, said: dict[str, str], **values: Any) -> None:
    with db.session() as session, session.begin():
        mine: Any = session.execute(
            sa.update(ReceiverRow).where(*_held(notice.receiver_id, holder)).values(tries=0, next_at=0.0, **said)
        )
        if mine.rowcount:
            session.execute(sa.update(NoticeRow).where(*_row_of(notice), *_DUE).values(**values))


def _add(session: Session, receiver_id: str, study_name: str, event: Event, event_id: str, words: str) -> None:
    there = (NoticeRow.receiver_id == receiver_id, NoticeRow.event_id == event_id)
    if session.scalar(sa.select(NoticeRow.event_id).where(*there)) is None:
        values = {"receiver_id": receiver_id, "event_id": event_id, "study_name": study_name, "event": event}
        session.execute(sa.insert(NoticeRow).values(**values, words=words, happened_at=utc_now()))


def _event_id(study_name: str, created_at: float, event: Event, occasion: object) -> str:
    """created_at: a study that was deleted, and another of its name, are two."""
    text = json.dumps([study_name, created_at, event, occasion], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _free(holder: str) -> sa.ColumnElement[bool]:
    lease = ReceiverRow.held_until
    # One that ends later than a lease from now was written before the clock went back.
    over = sa.or_(lease <= utc_now(), lease > utc_now() + LEASE_S)
    return sa.or_(ReceiverRow.holder.in_(("", holder)), over)


def _held(receiver_id: str, holder: str) -> tuple[sa.ColumnElement[bool], ...]:
    return ReceiverRow.receiver_id == receiver_id, ReceiverRow.holder == holder


def _row_of(notice: NoticeView) -> tuple[sa.ColumnElement[bool], ...]:
    return NoticeRow.receiver_id == notice.receiver_id, NoticeRow.event_id == notice.event_id
