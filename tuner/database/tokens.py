"""Tokens of people: stored as digests, looked up by the part of them that is no secret.

Leaves to others: the secret part, and whether it is the right one (service.tokens).
"""

from dataclasses import dataclass

import sqlalchemy as sa

from tuner.database import audit
from tuner.database.audit import AuditEntry
from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.service_tables import PersonRole, TokenRow


@dataclass(frozen=True)
class TokenView:
    """Times are seconds since 1970. counts: neither revoked nor expired, by the database's clock. quiet_s: since it
    was last used, as far as that was noted; None before."""

    token_id: str
    person: str
    role: PersonRole
    digest: str
    created_at: float
    expires_at: float | None
    revoked_at: float | None
    used_at: float | None
    counts: bool
    quiet_s: float | None


@patient
def add_token(
    db: Database,
    token_id: str,
    person: str,
    role: PersonRole,
    digest: str,
    lasts_s: float | None,
    *,
    entry: AuditEntry | None = None,
) -> TokenView:
    """lasts_s: from now; None is for good."""
    with db.session() as session, session.begin():
        session.execute(
            sa.insert(TokenRow).values(
                token_id=token_id,
                person=person,
                role=role,
                digest=digest,
                created_at=utc_now(),
                expires_at=None if lasts_s is None else utc_now() + lasts_s,
            )
        )
        audit.write(session, entry)
    (made,) = _views(db, TokenRow.token_id == token_id)
    return made


@patient
def view_tokens(db: Database) -> list[TokenView]:
    """All of them, the oldest first."""
    return _views(db)


@patient
def find_token(db: Database, token_id: str) -> TokenView | None:
    return next(iter(_views(db, TokenRow.token_id == token_id)), None)


@patient
def any_token(db: Database) -> bool:
    """Whether there ever was one."""
    with db.session() as session:
        return bool(session.scalar(sa.select(sa.exists().where(TokenRow.token_id.is_not(None)))))


@patient
def revoke_token(db: Database, token_id: str, *, entry: AuditEntry | None = None) -> None:
    which = (TokenRow.token_id == token_id, TokenRow.revoked_at.is_(None))
    with db.session() as session, session.begin():
        session.execute(sa.update(TokenRow).where(*which).values(revoked_at=utc_now()))
        audit.write(session, entry)


@patient
def note_use(db: Database, token_id: str) -> None:
    with db.session() as session, session.begin():
        session.execute(sa.update(TokenRow).where(TokenRow.token_id == token_id).values(used_at=utc_now()))


def _views(db: Database, *where: sa.ColumnElement[bool]) -> list[TokenView]:
    lives = sa.or_(TokenRow.expires_at.is_(None), TokenRow.expires_at > utc_now())
    counts = sa.and_(TokenRow.revoked_at.is_(None), lives)
    asked = sa.select(TokenRow, counts, utc_now() - TokenRow.used_at).where(*where)
    with db.session() as session:
        rows = session.execute(asked.order_by(TokenRow.created_at, TokenRow.token_id)).all()
    return [
        TokenView(
            row.token_id, row.person, row.role, row.digest, row.created_at, row.expires_at, row.revoked_at, row.used_at,
            bool(counting), quiet_s,
        )
        for row, counting, quiet_s in rows
    ]  # fmt: skip
