"""What a study leaves behind is for its owner alone; what was there keeps its modes, a team's folder is the team's."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tracking.records import STUDY, trial
from tuner.database.blobs import blob_store
from tuner.database.connection import open_database
from tuner.private_files import make_folder
from tuner.tracking.mlflow_recorder import MlflowRecorder


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_databases_and_artifacts_are_for_their_owner_alone(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    db.now()
    blob_store(db, None).put("s/00000/model.keras", b"x")
    MlflowRecorder(f"sqlite:///{tmp_path / 'mlflow.db'}").record_trial(STUDY, trial())
    made = {path.relative_to(tmp_path): mode(path) for path in tmp_path.rglob("*")}
    db.engine.dispose()
    assert {Path("tuner.db"), Path("mlflow.db"), Path("tuner-artifacts/s/00000/model.keras")} <= set(made)
    for path, found in made.items():
        # What MLflow makes is in a folder that only its owner may enter.
        assert not found & 0o077 or (path.parts[0] == "mlartifacts" and made[Path("mlartifacts")] == 0o700), path


def test_what_is_there_keeps_its_modes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tuner.db'}"
    open_database(url).engine.dispose()
    (tmp_path / "tuner.db").chmod(0o664)
    (tmp_path / "tuner-artifacts").mkdir(mode=0o755)
    db = open_database(url)
    blob_store(db, None).put("s/0/x", b"x")
    db.engine.dispose()
    assert mode(tmp_path / "tuner.db") == 0o664
    assert mode(tmp_path / "tuner-artifacts") == 0o755
    assert mode(make_folder(tmp_path / "tuner-artifacts")) == 0o755


def test_a_folder_that_workers_of_several_people_share_follows_the_umask(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    blob_store(db, tmp_path / "shared").put("s/0/x", b"x")
    db.engine.dispose()
    assert mode(tmp_path / "shared" / "s" / "0") == 0o755
    assert mode(tmp_path / "shared" / "s" / "0" / "x") == 0o644
