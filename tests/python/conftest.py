from pathlib import Path

import pytest

import tuner
from tests.analysis.written import write_study
from tuner.database.connection import open_database


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuner.Study:
    """A study ``s`` that has ended, as SQL has it; no network was trained. Not to be written to."""
    storage = f"sqlite:///{tmp_path_factory.mktemp('written') / 'tuner.db'}"
    db = open_database(storage)
    write_study(db)
    db.engine.dispose()
    return tuner.open("s", storage=storage)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and none of the variables that would lead elsewhere."""
    monkeypatch.chdir(tmp_path)
    for name in ("TUNER_STORAGE", "TUNER_ARTIFACTS", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path
