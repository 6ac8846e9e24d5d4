from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.analysis.written import write_study
from tuner.database.connection import Database, open_database


@pytest.fixture(scope="session")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with one study, ``s``, that has ended. Not to be written to."""
    db = open_database(f"sqlite:///{tmp_path_factory.mktemp('ended') / 'tuner.db'}")
    write_study(db)
    yield db
    db.engine.dispose()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty database in the test's folder."""
    opened = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    yield opened
    opened.engine.dispose()
