"""A study is followed: what is new of it since a number, asked for once, or sent as it comes."""

import asyncio
import time
from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from tuner.database.changes import number_of
from tuner.errors import NotFound, ServiceDown
from tuner.service.changes import StudyChanges, changes
from tuner.service.requests import ChangesRequest
from tuner.web.feeds import LOOK_S
from tuner.web.problems import answers
from tuner.web.served import Db, ServedHere, StudyName

router = APIRouter(tags=["events"])

_MOST_S = 600.0
"""A stream ends then, and a client goes on with another: who may is asked again."""

_OTHER_PACE = 1.3
"""Times as fast or slow: only then is it told anew."""

_LARGEST = 2**63 - 1
Since = Annotated[int | None, Query(ge=0, le=_LARGEST, description="The number of the last answer; 0 is all of it.")]


def _existing(db: Db, study: StudyName) -> str:
    """Raises NotFound, while the answer can still say so."""
    number_of(db, study)
    return study


@router.get("/studies/{study}/changes", responses=answers(404, 422))
def since(db: Db, study: StudyName, since: Since = 0) -> StudyChanges:
    """What is new since a number: the study, its runs, their epochs, its workers; and the number to go on from."""
    return changes(db, ChangesRequest(study_name=study, since=since or 0))


@router.get("/studies/{study}/events", response_class=EventSourceResponse, responses=answers(404, 422))
async def events(
    served: ServedHere,
    study: Annotated[str, Depends(_existing)],
    since: Since = None,
    last_event_id: Annotated[str | None, Header(description="As a browser sends it when it comes back.")] = None,
) -> AsyncIterable[ServerSentEvent]:
    """The same as server-sent events, as it comes. The id of each is its number: a client that was away comes back with
    `Last-Event-ID` and misses nothing. Without a number it begins now, with an event `begin`. `gone` is the last one
    where the study is deleted. Where many follow, each is told less often; `pace` says the seconds between two events,
    and a page had better ask for other things less often, too."""
    number = since
    if last_event_id is not None and last_event_id.isdecimal():
        number = min(int(last_event_id), _LARGEST)
    until = time.monotonic() + _MOST_S
    try:
        if number is None:
            number = await served.feeds.number(study)
            yield ServerSentEvent(event="begin", id=str(number), data={"number": number})
        paced = LOOK_S
        with served.feeds.following():
            while not served.leaving.is_set() and time.monotonic() < until:
                # First, so that what a page asks for next waits as long as it should.
                pace = served.feeds.pace_s
                if not paced / _OTHER_PACE < pace < paced * _OTHER_PACE:
                    paced = pace
                    yield ServerSentEvent(event="pace", data={"seconds": round(pace, 1)})
                try:
                    new = await served.feeds.since(study, number)
                except ServiceDown:
                    new = None  # it comes back, and nothing of it is missed
                if new is not None:
                    number, text = new
                    yield ServerSentEvent(event="changes", id=str(number), raw_data=text)
                await asyncio.sleep(pace)
    except NotFound:
        yield ServerSentEvent(event="gone", data={"study_name": study})
