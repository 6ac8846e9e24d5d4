"""Who changed what, a line a change; lines stay when a study is gone.

Owns: that a line is written in the transaction of its change, by whoever makes that: both or neither.
Leaves to others: which changes there are, and the words (service).
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.service_tables import AuditRow


@dataclass(frozen=True)
class AuditLine:
    """at: in seconds since 1970. token_id: empty where it was done at a terminal. study: its name then."""

    number: int
    at: float
    person: str
    token_id: str
    action: str
    study: str
    words: str


@dataclass(frozen=True)
class AuditEntry:
    """What is kept of a change, as its line will have it."""

    person: str
    token_id: str
    action: str
    study: str
    words: str


def write(session: Session, entry: AuditEntry | None) -> None:
    """Keep it, in the transaction of the change; None is of one that nobody asked for."""
    if entry is not None:
        session.execute(sa.insert(AuditRow).values(at=utc_now(), **vars(entry)))


@patient
def add_line(db: Database, entry: AuditEntry) -> None:
    """Of a change that was made elsewhere than in this database."""
    with db.session() as session, session.begin():
        write(session, entry)


@patient
def view_lines(db: Database, study: str | None, before: int | None, limit: int) -> list[AuditLine]:
    """The latest first. study: of this name alone. before: the number of a line."""
    where = [] if study is None else [AuditRow.study == study]
    if before is not None:
        where.append(AuditRow.number < before)
    with db.session() as session:
        rows = session.scalars(sa.select(AuditRow).where(*where).order_by(AuditRow.number.desc()).limit(limit)).all()
    return [AuditLine(r.number, r.at, r.person, r.token_id, r.action, r.study, r.words) for r in rows]
