"""The path of a request and what is asked in it, so that the name of a study may hold a slash, and no text holds a NUL.

Owns: that %2F in a path divides nothing: it stays as it was written until the name is read (served); that the routes
of an application are made before it listens.
Leaves to others: texts in bodies (service.requests).
"""

import re
from urllib.parse import unquote

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Receive, Scope, Send

from tuner.errors import InputError

_KEPT = re.compile(rb"%(25|2f)", re.IGNORECASE)


class KeepSlashes:
    """Servers hand an application the path with all of its escapes undone; here a slash and a % keep theirs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _KEPT.search(raw := scope.get("raw_path") or b""):
            path = unquote(_KEPT.sub(rb"%25\1", raw).decode("ascii", "replace"))
            scope = {**scope, "path": path}
        await self._app(scope, receive, send)


def without_nul(request: Request) -> None:
    """PostgreSQL keeps none, and compares with none. Raises InputError."""
    told = [
        *map(str, request.path_params.values()),
        *(text for pair in request.query_params.multi_items() for text in pair),
    ]
    if any("\0" in unquote(each) for each in told):
        raise InputError("the address has the character NUL in it, which nothing here is called by.")


def make_routes(app: FastAPI) -> None:
    """All of them, now. FastAPI makes them at the first request, in whichever thread that is, and with a filter of
    warnings that all threads share. Made before, that request waits for nothing, and a fault ends the server at once.
    """
    for _ in iter_route_contexts(app.routes):
        pass
