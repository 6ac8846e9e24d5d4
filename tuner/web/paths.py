"""The path of a request, so that the name of a study may hold a slash.

Owns: that %2F in a path divides nothing: it stays as it was written until the name is read (served).
"""

import re
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

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
