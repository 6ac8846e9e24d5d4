"""What is new of a study, as a server sends it: the stream is made anew where it ends, and goes on where it was.

Leaves to others: what the events hold (service.changes).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from tuner.client.connection import Connection
from tuner.errors import ServiceDown
from tuner.service.changes import StudyChanges

_PAUSE_S = 0.5


@dataclass(frozen=True)
class Event:
    """kind: as the server names it. number: to go on from; empty where it has none."""

    kind: str
    number: str
    data: str


def changes(connection: Connection, path: str, since: int | None) -> Iterator[StudyChanges]:
    """Until the study is deleted. Raises NotFound, and ServiceDown where the server stays away."""
    number = None if since is None else str(since)
    away_since: float | None = None
    while True:
        try:
            headers = {} if number is None else {"Last-Event-ID": number}
            with connection.stream(path, headers) as lines:
                for event in events(lines):
                    away_since = None
                    number = event.number or number
                    if event.kind == "gone":
                        return
                    if event.kind == "changes":
                        yield StudyChanges.model_validate_json(event.data, extra="ignore")
        except ServiceDown:
            away_since = away_since or time.monotonic()
            if time.monotonic() - away_since > connection.patience_s:
                raise
        time.sleep(_PAUSE_S)


def events(lines: Iterator[str]) -> Iterator[Event]:
    """Server-sent events of a stream's lines; one that is cut off is none."""
    kind, number, data = "message", "", list[str]()
    for line in lines:
        if not line:
            if data:
                yield Event(kind, number, "\n".join(data))
            kind, data = "message", []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            kind = value
        elif name == "id":
            number = value
        elif name == "data":
            data.append(value)
