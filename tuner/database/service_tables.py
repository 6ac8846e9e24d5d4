"""The tables of the service: people, their tokens and browsers, who changed what, servers, and who is told of what.

Leaves to others: studies and what belongs to one (tables).
"""

from typing import Literal

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tuner.database.column_types import Words
from tuner.database.tables import Base

Event = Literal["ended", "failed", "stuck", "best"]
"""What people are told of a study: its search has ended; it ended without a result, or nobody works on it any more;
nothing goes on though it should; there is a new best trial."""

ReceiverKind = Literal["webhook", "mail"]

PersonRole = Literal["viewer", "member", "admin"]
"""What a person may do: look; start studies and change their own; everything."""


class TokenRow(Base):
    """What a person shows to be let in over HTTP. digest: sha256 (hex) of its secret part, which is stored nowhere."""

    __tablename__ = "tuner_tokens"
    token_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    person: Mapped[str] = mapped_column(String(100))
    role: Mapped[PersonRole] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[float]
    expires_at: Mapped[float | None]
    revoked_at: Mapped[float | None]
    used_at: Mapped[float | None]


class SessionRow(Base):
    """A browser in which a person signed in with a token. digest: sha256 (hex) of what its cookie keeps secret."""

    __tablename__ = "tuner_sessions"
    session_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    token_id: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[float]


class AuditRow(Base):
    """A change that a person made. token_id: empty of one at a terminal. study: its name then; not a key, since the
    line stays when the study is gone."""

    __tablename__ = "tuner_audit"
    __table_args__ = (Index("tuner_audit_study", "study"),)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[float]
    person: Mapped[str] = mapped_column(String(100))
    token_id: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(32))
    study: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Words)


class OwnerRow(Base):
    """How many studies of a person may run at once. person: their owner, or `admission.EVERYBODY` who has none of their
    own. most_studies: None is not said here. Locked by whoever takes a place, so that no two take the last one.
    """

    __tablename__ = "tuner_owners"
    person: Mapped[str] = mapped_column(String(100), primary_key=True)
    most_studies: Mapped[int | None]


class RequestKeyRow(Base):
    """A key that a person gave to a request that creates. digest: sha256 (hex) of the request. study_name: what came of
    it; empty while it is at work."""

    __tablename__ = "tuner_request_keys"
    person: Mapped[str] = mapped_column(String(100), primary_key=True)
    request_key: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    study_name: Mapped[str] = mapped_column(Text)
    claimed_at: Mapped[float]


class ServerRow(Base):
    """A `tune serve` that answers. address: of its page. everywhere: it is good on other machines, too. pid, and what
    follows: as of a worker."""

    __tablename__ = "tuner_servers"
    server_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    everywhere: Mapped[bool]
    started_at: Mapped[float]
    seen_at: Mapped[float]
    pid: Mapped[int]
    pid_started_at: Mapped[float]
    machine: Mapped[str] = mapped_column(String(80))
    boot: Mapped[str] = mapped_column(String(80))
    pid_space: Mapped[str] = mapped_column(String(80))


class ReceiverRow(Base):
    """Somebody who is told of what becomes of studies: one study, or all of an owner.

    person: whose it is. target: an URL, or an address of e-mail. secret: a webhook's messages are signed with it.
    events: with commas between. anywhere: its URL may lie in a private network, since it was given at a terminal.
    holder, held_until: the process that delivers to it, and its lease. tries, next_at: of the notice that is due first,
    how often it was tried in vain, and when it is tried again. trouble: why not delivered, or empty. tested_at: when a
    person last had it tested.
    """

    __tablename__ = "tuner_receivers"
    receiver_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    person: Mapped[str] = mapped_column(String(100))
    kind: Mapped[ReceiverKind] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(String(100))
    study_name: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(String(100))
    events: Mapped[str] = mapped_column(String(100))
    anywhere: Mapped[bool]
    created_at: Mapped[float]
    holder: Mapped[str] = mapped_column(String(80), default="")
    held_until: Mapped[float] = mapped_column(default=0.0)
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[float] = mapped_column(default=0.0)
    trouble: Mapped[str] = mapped_column(Words, default="")
    tested_at: Mapped[float] = mapped_column(default=0.0)


class NoticeRow(Base):
    """What one receiver is to be told: written in the transaction of what happened.

    event_id: the same for all receivers, and whenever it is sent. words: what happened, beside the study's own figures.
    body: the message as it is sent, written down before the first time; empty until then.
    """

    __tablename__ = "tuner_notices"
    __table_args__ = (Index("tuner_notices_study", "study_name"),)
    # No foreign key: a receiver that is removed just now must not fail a study's own transaction.
    receiver_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    study_name: Mapped[str] = mapped_column(Text)
    event: Mapped[Event] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(Words)
    happened_at: Mapped[float]
    body: Mapped[str] = mapped_column(Words, default="")
    tries: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[float | None]
    given_up_at: Mapped[float | None]
