"""Tokens by which people are let in over HTTP: made, listed, revoked, and shown.

Owns: the secret - 256 bits, so that its plain SHA-256 keeps it - which is told once, when it is made, and kept nowhere.
Leaves to others: the rows (database.tokens), what a person may do (people).
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from tuner.database import tokens
from tuner.database.connection import Database
from tuner.database.service_tables import PersonRole
from tuner.database.tokens import TokenView
from tuner.errors import NotFound, NotSignedIn
from tuner.formatting import nearest
from tuner.hints import command
from tuner.redaction import keep_secret
from tuner.service.people import HERE, Person, entry
from tuner.service.requests import Request
from tuner.studies.views import View

DAY_S = 86_400.0
_NOTED_S = 60.0
"""A use is noted where the last one that was is so long ago: not every request is to write."""

_TOKEN = re.compile(r"tune_(?P<id>[0-9a-f]{8})_(?P<secret>[\w-]{43})")


class TokenRequest(Request):
    """A token for a person. days: that it lasts; None is for good."""

    person: Annotated[str, Field(pattern=r"^[\w][\w.@+-]{0,99}$")]
    role: PersonRole = "member"
    days: Annotated[float, Field(gt=0, le=36_500)] | None = 90.0


class Token(View):
    """What may be seen of a token. Times are seconds since 1970. counts: neither revoked nor expired."""

    token_id: str
    person: str
    role: PersonRole
    created_at: float
    expires_at: float | None
    revoked_at: float | None
    used_at: float | None
    counts: bool


class Tokens(View):
    tokens: tuple[Token, ...]


@dataclass(frozen=True)
class MadeToken:
    """text: what the person is given; it is not to be had again."""

    text: str
    view: TokenView


def all_tokens(db: Database) -> Tokens:
    """Without what is secret of them."""
    return Tokens(tokens=tuple(Token.model_validate(each, from_attributes=True) for each in tokens.view_tokens(db)))


def create_token(db: Database, request: TokenRequest, by: Person = HERE) -> MadeToken:
    token_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    keep_secret(secret)
    lasts_s = None if request.days is None else request.days * DAY_S
    made = entry(by, "token", "", f"made {token_id} for {request.person}, {request.role}")
    view = tokens.add_token(db, token_id, request.person, request.role, _digest(secret), lasts_s, entry=made)
    return MadeToken(f"tune_{token_id}_{secret}", view)


def revoke_token(db: Database, token_id: str, by: Person = HERE) -> TokenView:
    """Raises NotFound."""
    found = tokens.find_token(db, token_id)
    if found is None:
        known = [each.token_id for each in tokens.view_tokens(db)]
        raise NotFound(f"there is no token {token_id!r}{nearest(token_id, known)}")
    tokens.revoke_token(db, token_id, entry=entry(by, "token", "", f"revoked {token_id} of {found.person}"))
    return found


def sign_in(db: Database, text: str) -> Person:
    """Whose token it is. Raises NotSignedIn."""
    match = _TOKEN.fullmatch(text)
    found = None if match is None else tokens.find_token(db, match["id"])
    if match is None or found is None or not hmac.compare_digest(found.digest, _digest(match["secret"])):
        raise NotSignedIn(f"this token is none that was made here. Make one: {command('tune token create NAME')}")
    if found.revoked_at is not None:
        raise NotSignedIn(f"token {found.token_id} of {found.person} was revoked.")
    if not found.counts:
        raise NotSignedIn(
            f"token {found.token_id} of {found.person} has expired. Make another: {command('tune token create NAME')}"
        )
    if found.quiet_s is None or found.quiet_s > _NOTED_S:
        tokens.note_use(db, found.token_id)
    return Person(found.person, found.role, found.token_id)


def anybody_has_one(db: Database) -> bool:
    """Whether a token counts."""
    return any(each.counts for each in tokens.view_tokens(db))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
