"""Who changed what, a line a change; lines stay when a study is gone.

Leaves to others: which changes there are, and the words (service).
"""

from dataclasses import dataclass

import sqlalchemy as sa

from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.tables import AuditRow


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


@patient
def add_line(db: Database, person: str, token_id: str, action: str, study: str, words: str) -> None:
    values = {"person": person, "token_id": token_id, "action": action, "study": study, "words": words}
    with db.session() as session, session.begin():
        session.execute(sa.insert(AuditRow).values(at=utc_now(), **values))


@patient
def view_lines(db: Database, study: str | None, before: int | None, limit: int) -> list[AuditLine]:
    """The latest first. study: of this name alone. before: the number of a line."""
    where = [] if study is None else [AuditRow.study == study]
    if before is not None:
        where.append(AuditRow.number < before)
    with db.session() as session:
        rows = session.scalars(sa.select(AuditRow).where(*where).order_by(AuditRow.number.desc()).limit(limit)).all()
    return [AuditLine(r.number, r.at, r.person, r.token_id, r.action, r.study, r.words) for r in rows]
