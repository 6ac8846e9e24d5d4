"""A proxy before a real PostgreSQL that falls silent: its connections stand, and nothing comes over them any more."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa


@dataclass
class SilentProxy:
    """url: of the database, through the proxy. silent: set, nothing that comes from the server is handed on."""

    url: str
    silent: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def silent_proxy(url: str) -> Iterator[SilentProxy]:
    """url: of a database on a Unix socket."""
    made = sa.make_url(url)
    behind = f"{made.query['host']}/.s.PGSQL.5432"
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    proxy = SilentProxy(f"postgresql://{made.username}@127.0.0.1:{port}/{made.database}")
    opened: list[socket.socket] = [listening]

    def hand_on(source: socket.socket, target: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if not (answers and proxy.silent.is_set()):
                    target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(behind)
                opened.extend([client, server])
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=hand_on, args=(source, target, source is server), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield proxy
    finally:
        for each in opened:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
