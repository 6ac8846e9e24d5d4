"""Browsers in which somebody signed in: stored as digests, and gone when they expire or their token does.

Leaves to others: the secret part (service.sessions), tokens (tokens).
"""

from dataclasses import dataclass

import sqlalchemy as sa

from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.service_tables import PersonRole, SessionRow, TokenRow


@dataclass(frozen=True)
class SessionView:
    """Of a session that counts: neither it nor its token has ended."""

    session_id: str
    digest: str
    token_id: str
    person: str
    role: PersonRole


@patient
def add_session(db: Database, session_id: str, token_id: str, digest: str, lasts_s: float) -> None:
    """lasts_s: from now. Those that have expired are taken away."""
    with db.session() as session, session.begin():
        session.execute(sa.delete(SessionRow).where(SessionRow.expires_at < utc_now()))
        values = {"session_id": session_id, "token_id": token_id, "digest": digest}
        session.execute(sa.insert(SessionRow).values(expires_at=utc_now() + lasts_s, **values))


@patient
def find_session(db: Database, session_id: str) -> SessionView | None:
    now = utc_now()
    counts = (
        SessionRow.session_id == session_id,
        SessionRow.expires_at > now,
        TokenRow.revoked_at.is_(None),
        sa.or_(TokenRow.expires_at.is_(None), TokenRow.expires_at > now),
    )
    asked = sa.select(SessionRow.digest, TokenRow.token_id, TokenRow.person, TokenRow.role)
    with db.session() as session:
        row = session.execute(
            asked.join(TokenRow, TokenRow.token_id == SessionRow.token_id).where(*counts)
        ).one_or_none()
    return None if row is None else SessionView(session_id, *row)


@patient
def end_session(db: Database, session_id: str) -> None:
    with db.session() as session, session.begin():
        session.execute(sa.delete(SessionRow).where(SessionRow.session_id == session_id))
