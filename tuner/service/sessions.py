"""Browsers are signed in with a token: for a while, and no longer than the token counts.

Owns: the secret that a browser keeps in place of the token - 256 bits, so that its plain SHA-256 keeps it here.
Leaves to others: tokens (tokens), the rows (database.sessions), the cookie (web).
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from tuner.database import sessions
from tuner.database.connection import Database
from tuner.redaction import keep_secret
from tuner.service.people import Person
from tuner.service.tokens import sign_in

LASTS_S = 12 * 3600.0
_SESSION = re.compile(r"(?P<id>[0-9a-f]{16})_(?P<secret>[\w-]{43})")


@dataclass(frozen=True)
class Session:
    """text: what the browser keeps."""

    person: Person
    text: str


def begin_session(db: Database, token: str) -> Session:
    """Raises NotSignedIn."""
    person = sign_in(db, token.strip())
    session_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    keep_secret(secret)
    sessions.add_session(db, session_id, person.token_id, _digest(secret), LASTS_S)
    return Session(person, f"{session_id}_{secret}")


def whose_session(db: Database, text: str) -> Person | None:
    """None of one that has ended, or never was."""
    match = _SESSION.fullmatch(text)
    found = None if match is None else sessions.find_session(db, match["id"])
    if match is None or found is None or not hmac.compare_digest(found.digest, _digest(match["secret"])):
        return None
    return Person(found.person, found.role, found.token_id)


def end_session(db: Database, text: str) -> None:
    if (match := _SESSION.fullmatch(text)) and whose_session(db, text):
        sessions.end_session(db, match["id"])


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
