"""Real data for every test: the digits bundled with scikit-learn, and MNIST's files where this machine has them."""

import contextlib
import gc
import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, settings

from tests.postgres import PostgresServer, postgres
from tuner.data import idx
from tuner.data.cache import keras_home
from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.spec.sources import DataSpec

# Optuna reads its migrations at each opening of a database, and MLflow at the making of one: here once a process, in
# which hundreds are opened.
_migrations: dict[str | None, ScriptDirectory] = {}
_read_migrations = ScriptDirectory.from_config


def _migrations_of(config: Config) -> ScriptDirectory:
    place = config.get_main_option("script_location")
    if place not in _migrations:
        _migrations[place] = _read_migrations(config)
    return _migrations[place]


ScriptDirectory.from_config = _migrations_of  # type: ignore[method-assign,assignment]


@sa.event.listens_for(sa.Engine, "connect")
def _do_not_wait_for_the_disk(connection: Any, record: object) -> None:
    """MLflow and Optuna wait for it at each write to a SQLite file. (What this project sets itself is set after it.)"""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


# A deadline per example measures the machine's other work, not this code; pytest-timeout bounds a whole test.
settings.register_profile("tuner", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# `pytest --hypothesis-profile=many FILE`, before a law or what it is about is handed in: CI draws new inputs each time.
settings.register_profile("many", settings.get_profile("tuner"), max_examples=2000)
settings.load_profile("tuner")

# People are told commands as they can be typed where the process was started; here all start them the same way, also
# under `uv run pytest`, and where a `tune` of Ray's is on the PATH. tests/test_hints.py sets its own.
os.environ["TUNER_COMMAND"] = "tune"
os.environ.pop("UV_RUN_RECURSION_DEPTH", None)

# What a shell starts in the background ignores Ctrl+C, and so would every process that a test ends by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Found once, before any test points KERAS_HOME elsewhere: Keras' cache, and a folder beside the repository.
_PLACES = (keras_home() / "datasets", keras_home(), Path(__file__).parents[2] / "shared" / "data")


def _published(folder: str) -> Path:
    for place in _PLACES:
        if len(idx.find(place / folder)) == len(idx.FILES):
            return place / folder
    pytest.skip(f"needs the published files of {folder} in Keras' cache (datasets/{folder})")


def _link(files: Path, into: Path) -> Path:
    into.mkdir(parents=True)
    for path in idx.find(files).values():
        (into / path.name).symlink_to(path)
    return into


@pytest.fixture(scope="session")
def mnist_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of MNIST's four files, as published."""
    return _link(_published("mnist"), tmp_path_factory.mktemp("files") / "mnist")


@pytest.fixture(scope="session")
def fashion_mnist_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A value for KERAS_HOME with Fashion-MNIST in its cache, and nothing else."""
    home = tmp_path_factory.mktemp("keras")
    _link(_published("fashion-mnist"), home / "datasets" / "fashion-mnist")
    return home


@pytest.fixture(scope="session")
def digits() -> Dataset:
    """1,150 training, 288 validation and 359 test rows of 8 x 8 grey pixels, 0 to 16, in ten classes."""
    return load(DataSpec("digits"), seed=0)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL for the whole session. Where none can be started, a person's tests are skipped, and CI's fail."""
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(postgres())
        except Exception as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no PostgreSQL could be started: {error}")
        yield server


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test of a product of parameters that is marked `half`, every second cell is slow, as on a chess board: each
    value of each parameter is tried at every commit."""
    values: dict[tuple[object, str], list[object]] = {}
    for item in items:
        if not isinstance(item, pytest.Function) or item.get_closest_marker("half") is None:
            continue
        place = 0
        for name, value in item.callspec.params.items() if hasattr(item, "callspec") else ():
            known = values.setdefault((item.function, name), [])
            if value not in known:
                known.append(value)
            place += known.index(value)
        if place % 2:
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish(session: pytest.Session) -> None:
    """The frameworks and the tests themselves are no garbage: a process that looks for any, as after a trial, leaves
    them out, and does not become slower with each file of tests."""
    gc.freeze()


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    if nextitem is not None and item.path != nextitem.path:
        gc.collect()
        gc.freeze()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """All tests in two processes, no more: each test may start others that import TensorFlow, and a third takes longer
    on two cores. A part of them in one."""
    return 2 if config.args == config.getini("testpaths") else 0
