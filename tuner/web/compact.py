"""Large answers of figures: written at once, and compressed where the client takes that.

Leaves to others: answers of the usual size (app).
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

from tuner.redaction import redacted, redacted_values

_LEVEL = 3
"""Of 1 to 9: a page waits for it, and the next ones save little."""

_SMALL = 1000


@dataclass(frozen=True)
class Compact:
    """An answer as it is sent. zipped: empty where that saves little."""

    plain: bytes
    zipped: bytes

    def answer(self, request: Request) -> Response:
        headers = {"Vary": "Accept-Encoding"}
        if self.zipped and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(self.zipped, media_type="application/json", headers=headers)
        return Response(self.plain, media_type="application/json", headers=headers)


def compact(answer: BaseModel) -> Compact:
    """Without secrets in its texts."""
    body = _written(answer)
    return Compact(body, gzip.compress(body, _LEVEL) if len(body) > _SMALL else b"")


def _written(answer: BaseModel) -> bytes:
    # Each text is looked at once: of 10,000 trials most have the same few.
    content = answer.model_dump()
    if all(redacted(each) == each for each in _texts(content)):
        return answer.model_dump_json().encode()
    return json.dumps(redacted_values(content), allow_nan=False).encode()


def _texts(content: Any) -> set[str]:
    if isinstance(content, Mapping):
        return set().union(*map(_texts, content.values()))
    if isinstance(content, list | tuple):
        kinds = set(map(type, content))
        if str in kinds:
            return {each for each in set(content) if isinstance(each, str)}
        return set().union(*map(_texts, content)) if kinds & {dict, list, tuple} else set()
    return {content} if isinstance(content, str) else set()
