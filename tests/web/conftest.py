"""A server that really runs, on a free port of this machine, over a real database of each kind."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.postgres import PostgresServer
from tuner.database.connection import Database, open_database
from tuner.settings import Settings, read_settings
from tuner.web.server import Listening, Server, make_server

_START_S = 30.0


@contextlib.contextmanager
def running(settings: Settings, listening: Listening) -> Iterator[Server]:
    """A server in a thread of this process; it has ended afterwards."""
    answers = threading.Event()
    server = make_server(settings, listening, lambda address: answers.set())
    thread = threading.Thread(target=server.listen, daemon=True)
    thread.start()
    try:
        assert answers.wait(_START_S)
        yield server
    finally:
        server.end()
        thread.join(_START_S)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database for the tests of a file, which name their studies differently.

    A file of tests in which several write at once, or all of them are read, has `url_of_each` in place of it: that
    each kind of database answers alike is held below (tests/database, tests/service)."""
    return f"sqlite:///{tmp_path_factory.mktemp('served') / 'tuner.db'}"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url_of_each(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('served') / 'tuner.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.new_database()


def settings_for(url: str, folder: Path) -> Settings:
    return replace(read_settings(), storage=url, artifacts=folder / "artifacts")


@pytest.fixture(scope="module")
def db(url: str) -> Iterator[Database]:
    """The same database as the server's, on connections of its own."""
    opened = open_database(url)
    yield opened
    opened.engine.dispose()


@contextlib.contextmanager
def client_of(settings: Settings, **listening: Any) -> Iterator[httpx.Client]:
    with (
        running(settings, Listening(port=0, **listening)) as server,
        httpx.Client(base_url=f"{server.address}/api/v1", timeout=60.0, trust_env=False) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def client(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with client_of(settings_for(url, tmp_path_factory.mktemp("kept"))) as made:
        yield made


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Of a server for what no database decides."""
    folder = tmp_path_factory.mktemp("plain")
    with client_of(settings_for(f"sqlite:///{folder / 'tuner.db'}", folder)) as made:
        yield made
