"""A message is sent to an URL, signed, as services such as GitHub and Stripe do.

Owns: the signature, that no redirection is followed, and that a receiver which hangs is let go of in time.
Leaves to others: the message (message), which addresses may be called (addresses), sending it again (deliverer).
"""

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from tuner.errors import InputError, NotDelivered
from tuner.notifying import addresses

TIMEOUT_S = 10.0
"""A receiver has so long for all of it."""

_LONGEST = 2000


@dataclass(frozen=True)
class Answer:
    """What a receiver said to a message that it took. words: for people."""

    words: str


def parsed(url: str, anywhere: bool) -> SplitResult:
    """anywhere: it was given at a terminal, where plain http may be meant. Raises InputError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError(f"the URL is none ({error}).") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > _LONGEST or not url.isprintable():
        raise InputError("the URL of a webhook is such as https://example.com/hooks/1f0c.")
    if not url.isascii() or " " in url:
        raise InputError("the URL has to be ASCII, without spaces; write others as %20 and so on.")
    if parts.username is not None or parts.fragment:
        raise InputError("the URL of a webhook has neither a user nor a fragment (#) in it.")
    if port == 0:
        raise InputError("the URL has port 0.")
    if not anywhere and _is_private(parts.hostname):
        raise InputError(f"the URL of a webhook lies on the open internet; {parts.hostname} does not.")
    if parts.scheme == "http" and not anywhere:
        raise InputError("the URL of a webhook begins with https://, so that nobody reads or changes what is sent.")
    return parts


def _is_private(host: str) -> bool:
    """Of an address that is written as one; where a name leads is seen when it is called."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return not addresses.is_public(host)


def shown(url: str) -> str:
    """An URL without what may be secret in it: its path often is."""
    parts = urlsplit(url)
    first, _, rest = parts.path.lstrip("/").partition("/")
    hidden = rest or parts.query or len(first) > 20
    return f"{parts.scheme}://{parts.netloc}/{first[:20]}{'...' if hidden else ''}"


def signature(secret: str, at: int, body: bytes) -> str:
    """Of a message that is sent at a time, in seconds since 1970: a receiver makes the same from what it got."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def send(
    url: str, secret: str, event: str, event_id: str, body: str, anywhere: bool, timeout_s: float = TIMEOUT_S
) -> Answer:
    """Raises NotDelivered, with why in a line, without the URL."""
    parts = parsed(url, anywhere)
    data, at = body.encode(), int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"tune/{version('tuner')}",
        "Tune-Event": event,
        "Tune-Event-Id": event_id,
        "Tune-Signature": f"t={at},v1={signature(secret, at, data)}",
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    began = time.monotonic()
    connection = _Connection(parts, anywhere, timeout_s)
    # Of each step one knows how long it may take; of all of them together, this does.
    cut = threading.Timer(timeout_s, connection.cut)
    cut.daemon = True
    cut.start()
    try:
        connection.request("POST", target, data, headers)
        answer = connection.getresponse()
        status, reason = answer.status, answer.reason
    except NotDelivered:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotDelivered(_why(error, connection.was_cut, timeout_s)) from error
    finally:
        cut.cancel()
        connection.close()
    said = " ".join(f"{status} {reason}".split())[:100]
    if 300 <= status < 400:
        raise NotDelivered(f"it answered {said}: it sends on to another address, which is not followed. Give that one")
    if not 200 <= status < 300:
        raise NotDelivered(f"it answered {said}")
    return Answer(f"it answered {said} after {time.monotonic() - began:.2f} s")


class _Connection(http.client.HTTPConnection):
    """To an address that may be called; with TLS where the URL says so."""

    def __init__(self, parts: SplitResult, anywhere: bool, timeout_s: float) -> None:
        secure = parts.scheme == "https"
        host = parts.hostname or ""
        super().__init__(host, parts.port or (443 if secure else 80), timeout=timeout_s)
        self._secure, self._anywhere, self._until = secure, anywhere, timeout_s
        self.was_cut = False

    def connect(self) -> None:
        plain = addresses.connect(self.host, self.port, self._until, self._anywhere)
        self.sock = plain
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        if self.was_cut:
            raise TimeoutError

    def cut(self) -> None:
        """From another thread: whatever it waits for is over."""
        self.was_cut = True
        if (there := self.sock) is not None:
            with suppress(OSError):
                there.shutdown(socket.SHUT_RDWR)


def _why(error: Exception, was_cut: bool, timeout_s: float) -> str:
    if was_cut or isinstance(error, TimeoutError):
        return f"it did not answer within {timeout_s:.0f} s"
    if isinstance(error, socket.gaierror):
        return "there is no host of that name"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason or type(error).__name__})"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, http.client.HTTPException):
        return f"what it answered is no HTTP ({type(error).__name__})"
    return f"it cannot be reached ({getattr(error, 'strerror', None) or type(error).__name__})"
