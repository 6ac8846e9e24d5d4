"""A real database for each test: a SQLite file."""

from pathlib import Path

import pytest

from tuner.database import studies
from tuner.database.connection import Database, open_database


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'tuner.db'}"


@pytest.fixture
def db(url: str) -> Database:
    return open_database(url)


def add(db: Database, name: str = "s", trials: int = 5, timeout_s: float | None = None) -> None:
    studies.add_study(
        db,
        study_name=name,
        space_name="digits",
        spec_text="dataset: digits\nparameters: {epochs: [1, 2]}",
        spec_folder="",
        spec_digest="d",
        seed=1,
        trials=trials,
        timeout_s=timeout_s,
        mlflow_uri="sqlite:///mlflow.db",
        options={},
    )
