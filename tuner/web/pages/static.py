"""Style, scripts and what they are made with, as files that a browser keeps for good.

Owns: that a file's address changes with what is in it - the digest of all of them is a part of it, so that modules can
name one another as they lie here - and that each is compressed once.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

STATIC = Path(__file__).parent.parent / "static"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_GOOD = "public, max-age=31536000, immutable"


@cache
def _files() -> dict[str, Path]:
    """By the path in their address. Licences are not served."""
    return {each.relative_to(STATIC).as_posix(): each for each in sorted(STATIC.rglob("*")) if each.suffix in _TYPES}


@cache
def digest() -> str:
    """Of all of them."""
    found = hashlib.sha256()
    for path, file in _files().items():
        found.update(f"{path}\0".encode() + file.read_bytes())
    return found.hexdigest()[:16]


def address(path: str) -> str:
    """path: as ``app.css``. Raises KeyError of one that is not there."""
    _files()[path]
    return f"/static/{digest()}/{path}"


async def serve(request: Request) -> Response:
    path = request.path_params["path"]
    if path not in _files():
        return PlainTextResponse("there is no such file.", 404)
    headers = {"Vary": "Accept-Encoding", "Content-Type": _TYPES[_files()[path].suffix]}
    # A page that was opened before this server was started anew names the files of then.
    current = request.path_params["digest"] == digest()
    headers["Cache-Control"] = _FOR_GOOD if current else "no-store"
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(_compressed(path), headers={**headers, "Content-Encoding": "gzip"})
    return Response(_files()[path].read_bytes(), headers=headers)


@cache
def _compressed(path: str) -> bytes:
    return gzip.compress(_files()[path].read_bytes(), 6, mtime=0)
