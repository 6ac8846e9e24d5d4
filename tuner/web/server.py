"""The server of `tune serve`: where it listens, until when.

Owns: the socket, that whoever started it is told once it answers, a quick end.
Leaves to others: the application (app), what is said in a terminal (cli).
"""

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from starlette.concurrency import run_in_threadpool

from tuner.errors import InputError
from tuner.hints import command
from tuner.notifying.deliverer import Deliverer, Duty
from tuner.service.announcing import Announced
from tuner.service.hosted import HostedStudies
from tuner.service.opening import open_studies
from tuner.service.programs_here import ProgramsHere
from tuner.service.record_keeper import RecordKeeper
from tuner.service.served_spaces import local_shelf
from tuner.service.tokens import anybody_has_one
from tuner.settings import Settings
from tuner.web.app import create_app
from tuner.web.feeds import Feeds
from tuner.web.guard import is_loopback
from tuner.web.looks import Looks
from tuner.web.served import Served, Where

logger = logging.getLogger(__name__)

PORT = 8765
_EVERY = ("0.0.0.0", "::")
_DATABASE_S = 2.0
"""How long a request waits for a database that is away."""
_AT_ONCE = 12
"""Requests that are worked on at once, each with a connection to the database: more would only wait for one another."""
_BESIDE = 5
"""Connections for what a request opens a second one for, for studies that run here, and for notices."""

_END_S = 2
"""For what runs when the server is told to end."""


@dataclass(frozen=True)
class Listening:
    """host, port: 0 takes a free one. allowed_hosts: names by which it may be called, beside its own. data: a folder in
    which spaces that are sent may name files. codes: Python code that may be run. run: where a study is run that says
    nothing of it. url: where people reach it, if not there, as by a proxy. notify_private: webhooks that are asked for
    may lie in private networks. wait_for_token: listen beyond this machine before anybody has a token; until then
    nobody is let in."""

    host: str = "127.0.0.1"
    port: int = PORT
    allowed_hosts: tuple[str, ...] = ()
    data: Path | None = None
    codes: tuple[str, ...] = ()
    run: Where = "here"
    url: str | None = None
    notify_private: bool = False
    wait_for_token: bool = False


class Server(uvicorn.Server):
    """url: where people reach it, if not at its address. told: called once with its address, when it answers."""

    def __init__(
        self,
        config: uvicorn.Config,
        served: Served,
        bound: socket.socket,
        url: str | None,
        told: Callable[[str], None],
    ) -> None:
        super().__init__(config)
        self._served = served
        self._bound = bound
        self._url = url
        self._told = told
        self._announced: Announced | None = None
        self._deliverer: Deliverer | None = None

    @property
    def address(self) -> str:
        host, port = self._bound.getsockname()[:2]
        if host in _EVERY:
            host = "127.0.0.1"
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def listen(self) -> None:
        """Until it is told to end. Raises KeyboardInterrupt after Ctrl+C."""
        try:
            self.run([self._bound])
        finally:
            self._served.leaving.set()
            self._bound.close()
            if self._deliverer is not None:
                self._deliverer.close(_END_S)
            if self._announced is not None:
                self._announced.close()
            self._served.hosted.leave_all()
            self._served.records.leave()
            self._served.db.engine.dispose()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        current_default_thread_limiter().total_tokens = _AT_ONCE
        await super().startup(sockets)
        await run_in_threadpool(self._begin)
        self._told(self.address)

    def _begin(self) -> None:
        host = self._bound.getsockname()[0]
        everywhere = self._url is not None or not (is_loopback(host) or host in _EVERY)
        self._announced = Announced(self._served.db, self._url or self.address, everywhere)
        self._deliverer = Deliverer(self._served.db, Duty(serves=True, private=self._served.notify_private))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._served.leaving.set()
        super().handle_exit(sig, frame)

    def end(self) -> None:
        """As Ctrl+C does, from another thread."""
        self._served.leaving.set()
        self.should_exit = True


def make_server(settings: Settings, listening: Listening, told: Callable[[str], None]) -> Server:
    """Everything but running it. Raises InputError, ServiceDown."""
    loopback = is_loopback(listening.host)
    url = None if listening.url is None else _checked(listening.url)
    bound = _bind(listening)
    try:
        db = open_studies(settings, connections=_AT_ONCE + _BESIDE).waiting(_DATABASE_S)
        if not loopback and not anybody_has_one(db):
            if not listening.wait_for_token:
                raise InputError(
                    f"--host {listening.host}: others could reach it, and nobody has a token yet. "
                    f"Make one: {command('tune token create NAME')}"
                )
            logger.warning(
                "nobody has a token yet; until then nobody is let in: %s",
                command("tune token create NAME --role admin"),
            )
        records = RecordKeeper(settings, db)
        served = Served(
            settings,
            db,
            local_shelf(listening.data, listening.codes),
            Looks(db),
            HostedStudies(settings),
            Feeds(db),
            records,
            ProgramsHere(db, records),
            loopback,
            listening.run,
            listening.notify_private,
        )
        app = create_app(served, listening.allowed_hosts if loopback else None)
    except BaseException:
        bound.close()
        raise
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=_END_S,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    return Server(config, served, bound, url, told)


def _checked(url: str) -> str:
    """Without a slash at its end, as paths are put to it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise InputError(f"--url {url}: is the address at which people reach this server, such as https://tune.example")
    return url.rstrip("/")


def _bind(listening: Listening) -> socket.socket:
    host, port = listening.host, listening.port
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise InputError(f"--host {host}: is no address of this machine ({error.strerror}).") from error
    try:
        # As the server will: a port that was let go a moment ago is free.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(place)
    except OSError as error:
        bound.close()
        raise InputError(f"--port {port}: cannot be listened on at {host} ({error.strerror}). Give another.") from error
    return bound
