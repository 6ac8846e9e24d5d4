"""What is new of studies, for many that follow them at once: the database is asked once for all of them.

Owns: that those who have seen the same ask together, at most so often; how often the many are told, so that all of them
together cost the studies little.
Leaves to others: what is new (service.changes), sending it (api.events).
"""

import asyncio
import contextlib
import json
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from tuner.database.changes import number_of
from tuner.database.connection import Database
from tuner.redaction import redacted_values
from tuner.service.changes import changes
from tuner.service.requests import ChangesRequest

LOOK_S = 0.5
_A_FOLLOWER_S = 0.1
"""Who follows is told of what is new at most so often for each that follows: 200 every 20 seconds."""

_KEPT = 32
"""Answers of a study: one for each number that followers have come to."""


@dataclass
class _Feed:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    number: int = 0
    asked_at: float = -1e9
    answers: OrderedDict[int, tuple[int, str]] = field(default_factory=OrderedDict)


class Feeds:
    """For one event loop."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._feeds: dict[str, _Feed] = {}
        self._followers = 0

    @property
    def pace_s(self) -> float:
        """Between two looks of one that follows."""
        return max(LOOK_S, self._followers * _A_FOLLOWER_S)

    @contextlib.contextmanager
    def following(self) -> Iterator[None]:
        """Somebody follows a study meanwhile."""
        self._followers += 1
        try:
            yield
        finally:
            self._followers -= 1

    async def number(self, study_name: str) -> int:
        """The last that was written. Raises NotFound."""
        feed = self._feeds.setdefault(study_name, _Feed())
        async with feed.lock:
            return await self._look(study_name, feed)

    async def since(self, study_name: str, number: int) -> tuple[int, str] | None:
        """The number to go on from, and `StudyChanges` as JSON; None where nothing is new. Raises NotFound."""
        feed = self._feeds.setdefault(study_name, _Feed())
        async with feed.lock:
            if await self._look(study_name, feed) == number:
                return None
            known = feed.answers.get(number)
            if known is None or known[0] < feed.number:
                request = ChangesRequest(study_name=study_name, since=number)
                new = await run_in_threadpool(changes, self._db, request)
                known = new.number, json.dumps(redacted_values(new.model_dump(mode="json")), allow_nan=False)
                feed.answers[number] = known
                while len(feed.answers) > _KEPT:
                    feed.answers.popitem(last=False)
            return known

    async def _look(self, study_name: str, feed: _Feed) -> int:
        if time.monotonic() - feed.asked_at > 0.9 * self.pace_s:
            try:
                feed.number = await run_in_threadpool(number_of, self._db, study_name)
            except Exception:
                self._feeds.pop(study_name, None)
                raise
            feed.asked_at = time.monotonic()
        return feed.number
