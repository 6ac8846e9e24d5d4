"""Who is told of what becomes of studies, as people ask for it: webhooks and addresses of e-mail.

Owns: who may have a receiver told, and how many; the secret of a webhook, which is told once, when it is made.
Leaves to others: the rows (database.receivers), what is sent, and when (notifying).
"""

import secrets
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from tuner.database import receivers
from tuner.database.connection import Database
from tuner.database.receivers import ReceiverView
from tuner.database.service_tables import Event, ReceiverKind
from tuner.database.studies import view_study
from tuner.errors import InputError, NotAllowed, NotDelivered, NotFound
from tuner.formatting import nearest
from tuner.hints import command
from tuner.notifying import sending, webhook
from tuner.notifying.message import sample_message
from tuner.service.people import HERE, Person, entry
from tuner.service.requests import Request
from tuner.settings import MAIL_ADDRESS
from tuner.studies.views import View

ME = "me"
"""As an owner: whoever asks."""

MOST = 20
"""Receivers of a person."""

_TEST_PAUSE_S = 10.0


class ReceiverRequest(Request):
    """url: of a webhook, or mail: an address; one of them. study_name, or owner: of whose studies; without, of those of
    whoever asks. events: what is told."""

    url: Annotated[str, Field(max_length=2000)] | None = None
    mail: Annotated[str, Field(max_length=250)] | None = None
    study_name: Annotated[str, Field(max_length=200)] | None = None
    owner: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    events: Annotated[tuple[Event, ...], Field(min_length=1)] = ("ended", "failed", "stuck")

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.url is None) == (self.mail is None):
            raise InputError("say who is told: --url of a webhook, or --mail with an address; one of them.")
        if self.study_name is not None and self.owner is not None:
            raise InputError("say of which studies: --study or --owner; one of them.")
        return self


class Receiver(View):
    """What may be seen of a receiver. target: where it is, without what may be secret of it. trouble: why the last
    message was not taken; empty where it was. retry_seconds: until it is sent again. waiting, delivered, given_up:
    messages, counted."""

    receiver_id: str
    person: str
    kind: ReceiverKind
    target: str
    study_name: str | None
    owner: str | None
    events: tuple[Event, ...]
    created_at: float
    trouble: str
    retry_seconds: float
    waiting: int
    delivered: int
    given_up: int


class Receivers(View):
    receivers: tuple[Receiver, ...]


class Tested(View):
    """words: what came back."""

    delivered: bool
    words: str


@dataclass(frozen=True)
class MadeReceiver:
    """secret: of a webhook, by which it knows that a message is ours; it is not to be had again."""

    secret: str
    view: Receiver


def add_receiver(db: Database, request: ReceiverRequest, by: Person = HERE, anywhere: bool = True) -> MadeReceiver:
    """anywhere: a webhook may lie in a private network; so at a terminal, but not for whoever asks over the network.

    Raises InputError, NotAllowed, NotFound.
    """
    if by.role == "viewer":
        raise NotAllowed(f"{by.name} is a viewer. To have somebody told of studies, a member's token is needed.")
    if request.study_name is not None:
        view_study(db, request.study_name)
    if request.url is not None:
        webhook.parsed(request.url, anywhere)
    elif not MAIL_ADDRESS.fullmatch(request.mail or ""):
        raise InputError(f"{request.mail}: is no address of e-mail.")
    owner = request.owner or (ME if request.study_name is None else None)
    receiver_id, secret = secrets.token_hex(4), f"tune_hook_{secrets.token_urlsafe(32)}" if request.url else ""
    where = webhook.shown(request.url) if request.url is not None else request.mail
    added = receivers.add_receiver(
        db,
        receiver_id,
        by.name,
        kind="mail" if request.url is None else "webhook",
        target=request.url or request.mail or "",
        secret=secret,
        study_name=request.study_name,
        owner=by.name if owner == ME else owner,
        events=dict.fromkeys(request.events),
        anywhere=anywhere,
        most=MOST,
        entry=entry(by, "notify", request.study_name or "", f"made {receiver_id}: {where} is told"),
    )
    if not added:
        raise InputError(f"{by.name} has {MOST} receivers already. Remove one: {command('tune notify list')}")
    return MadeReceiver(secret, _seen(_found(db, receiver_id, by)))


def all_receivers(db: Database, by: Person = HERE) -> Receivers:
    """A person's own; an admin sees everybody's."""
    found = receivers.view_receivers(db, None if by.role == "admin" else by.name)
    return Receivers(receivers=tuple(map(_seen, found)))


def remove_receiver(db: Database, receiver_id: str, by: Person = HERE) -> Receiver:
    """Nobody is told there any more, also of what was to be told. Raises NotFound."""
    found = _found(db, receiver_id, by)
    gone = entry(by, "notify", found.study_name or "", f"removed {receiver_id}: {sending.shown(found)}")
    receivers.remove_receiver(db, receiver_id, entry=gone)
    return _seen(found)


def try_receiver(db: Database, receiver_id: str, by: Person = HERE, private: bool = False) -> Tested:
    """Send it a message now. private: a server that calls private networks for whoever asks it to.

    Raises NotFound, and InputError where it was tested just now.
    """
    found = _found(db, receiver_id, by)
    if not receivers.may_test(db, receiver_id, _TEST_PAUSE_S):
        raise InputError(f"{receiver_id} was tested a moment ago. Wait {_TEST_PAUSE_S:.0f} seconds.")
    message = sample_message(found, secrets.token_hex(16), db.now())
    try:
        words = sending.send(found, message, message.model_dump_json(), private).words
    except (NotDelivered, InputError) as error:
        return Tested(delivered=False, words=str(error))
    return Tested(delivered=True, words=words)


def troubles(db: Database, study_name: str) -> list[Receiver]:
    """Who should have been told of a study and is not, or not yet."""
    owner = view_study(db, study_name).owner
    return [_seen(each) for each in receivers.receivers_of(db, study_name, owner) if each.trouble]


def _found(db: Database, receiver_id: str, by: Person) -> ReceiverView:
    """One that a person may change. Raises NotFound."""
    found = receivers.find_receiver(db, receiver_id)
    if found is None or (by.role != "admin" and found.person != by.name):
        # Whether somebody else has it is not said.
        own = [each.receiver_id for each in all_receivers(db, by).receivers]
        raise NotFound(f"there is no receiver {receiver_id!r}{nearest(receiver_id, own)}")
    return found


def _seen(view: ReceiverView) -> Receiver:
    return Receiver(
        receiver_id=view.receiver_id,
        person=view.person,
        kind=view.kind,
        target=sending.shown(view),
        study_name=view.study_name,
        owner=view.owner,
        events=view.events,
        created_at=view.created_at,
        trouble=view.trouble,
        retry_seconds=round(view.retry_s, 1),
        waiting=view.waiting,
        delivered=view.delivered,
        given_up=view.given_up,
    )
