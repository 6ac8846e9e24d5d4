"""A database of a test's own."""

from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest

from tuner.database.connection import Database, open_database


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    opened = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    yield opened
    opened.engine.dispose()
