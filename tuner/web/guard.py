"""What every request passes before it is read: it is meant for this server, and comes from no other site's page.

Owns: the check of Host (a name that was bent to this address, DNS rebinding) and of Origin (a page of another site that
sends a change), the size of bodies, the security headers of every answer.
Leaves to others: who a person is.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuner.web.problems import problem

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

LARGEST_BODY = 1_000_000
"""Bytes."""

_READS = ("GET", "HEAD", "OPTIONS")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """hosts: the names by which this server may be called; None is any name."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str] | None) -> None:
        self._app = app
        self._hosts = None if hosts is None else {each.lower() for each in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", _POLICY)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        headers = Headers(scope=scope)
        if (words := self._objection(scope["method"], headers)) is not None:
            await problem(403, "forbidden", words)(scope, receive, with_headers)
            return
        if (length := headers.get("content-length", "0")).isdecimal() and int(length) > LARGEST_BODY:
            words = f"the body has {int(length):,} bytes; {LARGEST_BODY:,} are the most."
            await problem(413, "body-too-large", words)(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)

    def _objection(self, method: str, headers: Headers) -> str | None:
        host = headers.get("host", "")
        name = (urlsplit(f"//{host}").hostname if _well_formed(host) else None) or ""
        if self._hosts is not None and not is_loopback(name) and name not in self._hosts:
            return (
                f"this server is not called {name or host!r}. Where it has another name, start it with "
                "--allowed-host NAME."
            )
        if method in _READS:
            return None
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return "a page of another site sends this; changes are taken from this server's own pages, and programs."
        if site not in (None, "same-origin", "none"):
            return "a page of another site sends this; changes are taken from this server's own pages, and programs."
        return None


def _well_formed(host: str) -> bool:
    try:
        urlsplit(f"//{host}").port  # noqa: B018 (it is read to be checked)
    except ValueError:
        return False
    return "@" not in host and "/" not in host
