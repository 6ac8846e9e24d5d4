"""Tokens: only what was made lets in, as long as it counts; the secret is stored and shown nowhere."""

import pytest
import sqlalchemy as sa

from tuner.database.connection import Database
from tuner.database.service_tables import TokenRow
from tuner.database.tokens import find_token
from tuner.errors import InputError, NotFound, NotSignedIn
from tuner.redaction import redacted
from tuner.service.people import Person
from tuner.service.tokens import TokenRequest, anybody_has_one, create_token, revoke_token, sign_in


def test_a_token_lets_its_person_in_until_it_is_revoked(db: Database) -> None:
    assert not anybody_has_one(db)
    made = create_token(db, TokenRequest(person="ada", role="viewer"))
    assert sign_in(db, made.text) == Person("ada", "viewer", made.view.token_id)
    used = find_token(db, made.view.token_id)
    assert used is not None
    assert used.used_at is not None
    revoke_token(db, made.view.token_id)
    with pytest.raises(NotSignedIn, match="of ada was revoked"):
        sign_in(db, made.text)
    assert not anybody_has_one(db)
    with pytest.raises(NotFound, match="Did you mean"):
        revoke_token(db, f"{made.view.token_id}0")


def test_a_token_lasts_as_long_as_was_said(db: Database) -> None:
    made = create_token(db, TokenRequest(person="ada", days=1))
    sign_in(db, made.text)
    with db.session() as session, session.begin():
        session.execute(sa.update(TokenRow).values(expires_at=TokenRow.expires_at - 86_401))
    with pytest.raises(NotSignedIn, match="of ada has expired"):
        sign_in(db, made.text)
    assert not anybody_has_one(db)
    sign_in(db, create_token(db, TokenRequest(person="ada", days=None)).text)


def test_what_is_nearly_a_token_lets_nobody_in(db: Database) -> None:
    text = create_token(db, TokenRequest(person="ada")).text
    other = create_token(db, TokenRequest(person="bob")).text
    last = "A" if text[-1] != "A" else "B"
    for wrong in ("", "x", text[:-1], text[:-1] + last, text + "A", text[:14] + other[14:], f" {text}", text.upper()):
        with pytest.raises(NotSignedIn, match="none that was made here"):
            sign_in(db, wrong)


def test_the_secret_is_stored_and_shown_nowhere(db: Database) -> None:
    text = create_token(db, TokenRequest(person="ada")).text
    secret = text.rpartition("_")[2] if "_" not in text[14:] else text[14:]
    with db.session() as session:
        rows = [repr(tuple(row)) for row in session.execute(sa.select(TokenRow.__table__))]
    assert rows
    assert not any(secret in row for row in rows)
    # Also in a process that did not make it.
    foreign = f"tune_0123abcd_{'A' * 43}"
    assert redacted(f"Bearer {foreign}!") == "Bearer tune_0123abcd_***!"


@pytest.mark.parametrize("person", ["", " ", "a b", "a\nb", "x" * 101, "-x"])
def test_a_person_has_a_name_in_a_word(person: str) -> None:
    with pytest.raises(InputError, match="person"):
        TokenRequest(person=person)
