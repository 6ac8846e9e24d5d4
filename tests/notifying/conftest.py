"""Receivers that really listen, on this machine: a webhook that answers as it is told, and a server of e-mail."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.database.conftest import db as db
from tests.database.conftest import opening as opening
from tests.database.conftest import url as url
from tuner.database import receivers
from tuner.database.connection import Database
from tuner.database.receivers import ReceiverView
from tuner.database.service_tables import Event

__all__ = ["db", "url"]

_LONG_S = 20.0
SECRET = "tune_hook_" + "s" * 43
EVERY: tuple[Event, ...] = ("ended", "failed", "stuck", "best")


@dataclass(frozen=True)
class Got:
    """What a webhook was sent."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> Any:
        return json.loads(self.body)


@dataclass
class Webhook:
    """answers: status codes, the first first; then 200. hang_s: after it got a message, before it answers.

    location: of a redirection.
    """

    answers: list[int] = field(default_factory=list)
    hang_s: float = 0.0
    location: str = ""
    got: list[Got] = field(default_factory=list)
    address: str = ""

    def events(self) -> list[tuple[str, str]]:
        return [(each.message["event"], each.message["study_name"]) for each in self.got]


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + _LONG_S
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


@contextlib.contextmanager
def listening() -> Iterator[Webhook]:
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = hook.answers.pop(0) if hook.answers else 200
            hook.got.append(Got(self.path, dict(self.headers), body))
            time.sleep(hook.hang_s)
            with contextlib.suppress(OSError):  # who sent it may have given up
                self.send_response(status)
                if hook.location:
                    self.send_header("Location", hook.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    hook.address = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with listening() as hook:
        yield hook


@dataclass
class MailServer:
    """refuse: what it answers to a message, instead of taking it. user, password: that it wants."""

    refuse: str = ""
    got: list[Message] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse:
            return self.refuse
        self.got.append(message_from_bytes(envelope.original_content or b""))
        return "250 taken"

    @staticmethod
    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ada@tune.example", b"secretword")
        return AuthResult(success=right, handled=False)


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A server of e-mail, as the environment has it."""
    made = MailServer()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made.port = free.getsockname()[1]
    controller = Controller(made, "127.0.0.1", made.port, authenticator=made.authenticate, auth_require_tls=False)
    controller.start()
    settings = {"HOST": "127.0.0.1", "PORT": str(made.port), "SECURITY": "none", "USER": "ada@tune.example",
                "PASSWORD": "secretword"}  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(f"TUNER_SMTP_{name}", value)
    try:
        yield made
    finally:
        controller.stop()


def add_webhook(
    db: Database,
    address: str,
    study_name: str | None = "s",
    *,
    owner: str | None = None,
    events: tuple[Event, ...] = EVERY,
    receiver_id: str = "1f0c",
    anywhere: bool = True,
) -> ReceiverView:
    return _add(db, receiver_id, "webhook", address, SECRET, study_name, owner, events, anywhere)


def add_mail(db: Database, address: str = "bob@tune.example", study_name: str = "s") -> ReceiverView:
    return _add(db, "3a11", "mail", address, "", study_name, None, EVERY, True)


def _add(
    db: Database, receiver_id: str, kind: Any, target: str, secret: str, study_name: str | None, owner: str | None,
    events: tuple[Event, ...], anywhere: bool,
) -> ReceiverView:  # fmt: skip
    assert receivers.add_receiver(
        db, receiver_id, "ada", kind=kind, target=target, secret=secret, study_name=study_name, owner=owner,
        events=events, anywhere=anywhere, most=20,
    )  # fmt: skip
    found = receivers.find_receiver(db, receiver_id)
    assert found is not None
    return found
