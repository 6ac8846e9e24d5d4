"""Who is told of what becomes of studies."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from tuner.database.service_tables import Event
from tuner.service import receivers
from tuner.service.receivers import Receiver, ReceiverRequest, Receivers, Tested
from tuner.service.requests import Request
from tuner.web.answers import MadeReceiver
from tuner.web.problems import answers
from tuner.web.served import Db, ServedHere
from tuner.web.signing_in import Somebody

router = APIRouter(tags=["notifications"])

ReceiverId = Annotated[str, Path(description="Its `receiver_id`.", examples=["1f0c9a2e"], max_length=16)]


class NewReceiver(Request):
    """url: of a webhook, or mail: an address; one of them. study, or owner: of all studies of this person ("me" is
    whoever asks); without both, of one's own."""

    url: str | None = Field(None, max_length=2000, examples=["https://example.com/hooks/1f0c"])
    mail: str | None = Field(None, max_length=250)
    study: str | None = Field(None, max_length=200)
    owner: str | None = Field(None, min_length=1, max_length=100)
    events: tuple[Event, ...] = Field(("ended", "failed", "stuck"), min_length=1, max_length=10)


@router.get("/notifications")
def list_(db: Db, somebody: Somebody) -> Receivers:
    """One's own; an admin sees everybody's."""
    return receivers.all_receivers(db, somebody)


@router.post("/notifications", status_code=201, response_model=MadeReceiver, responses=answers(400, 403, 404, 422))
def add(served: ServedHere, db: Db, somebody: Somebody, body: NewReceiver) -> Response:
    """Have a webhook or an address of e-mail told when a study ends, fails, is stuck or has a new best. The URL of a
    webhook begins with https:// and lies in no private network, unless the server was started with --notify-private."""
    request = ReceiverRequest(
        url=body.url, mail=body.mail, study_name=body.study, owner=body.owner, events=body.events
    )  # fmt: skip
    made = receivers.add_receiver(db, request, somebody, served.notify_private)
    # As it is: answers are without secrets otherwise.
    answer = MadeReceiver(receiver=made.view, secret=made.secret or None)
    return Response(answer.model_dump_json(), 201, media_type="application/json")


@router.delete("/notifications/{receiver_id}", responses=answers(404, 422))
def remove(db: Db, somebody: Somebody, receiver_id: ReceiverId) -> Receiver:
    """Tell it nothing more."""
    return receivers.remove_receiver(db, receiver_id, somebody)


@router.post("/notifications/{receiver_id}/test", responses=answers(403, 404, 422))
def test(served: ServedHere, db: Db, somebody: Somebody, receiver_id: ReceiverId) -> Tested:
    """Send it a message now; the answer is what came back. Not more often than every ten seconds."""
    return receivers.try_receiver(db, receiver_id, somebody, served.notify_private)
