"""A real database for each test, of each kind: a SQLite file, and one on a PostgreSQL server."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import PostgresServer
from tuner.database import closings, studies
from tuner.database.connection import Database, open_database
from tuner.database.facts import Limits, Outcome, StudyOptions
from tuner.spec.study_spec import parse_spec
from tuner.studies.resolved_spec import as_json, resolve

SPACE = "dataset: digits\nparameters: {epochs: [1, 2]}"


KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tuner.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.new_database()


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tuner.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.empty_database()


@contextlib.contextmanager
def opening(url: str, wait_s: float = 0.0) -> Iterator[Database]:
    """A database whose connections are closed afterwards."""
    opened = open_database(url, wait_s=wait_s)
    try:
        yield opened
    finally:
        opened.engine.dispose()


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    with opening(url) as opened:
        yield opened


def add(
    db: Database,
    name: str = "s",
    trials: int = 5,
    timeout_s: float | None = None,
    limits: Limits | None = None,
    owner: str = "",
    priority: int = 0,
) -> None:
    """A study in our tables and in Optuna's."""
    studies.add_study(
        db,
        study_name=name,
        space_name="digits",
        spec_text=SPACE,
        resolved=as_json(resolve(parse_spec(SPACE, "digits", Path(), "digits.yaml"))),
        spec_folder="",
        spec_digest="d",
        seed=1,
        trials=trials,
        timeout_s=timeout_s,
        mlflow_uri="sqlite:///mlflow.db",
        options=StudyOptions(limits=limits or Limits()),
        directions=["maximize"],
        owner=owner,
        priority=priority,
    )


def close(db: Database, name: str, outcome: Mapping[str, Any]) -> None:
    """End a study, as a worker does that has scored its winner."""
    closing = closings.claim(db, name, "closer", studies.view_study(db, name).closing_attempt)
    assert closing is not None
    closings.close(db, closing, Outcome.model_validate(dict(outcome)))
