"""A new study never writes over, or shows, the files of another one of its name."""

from pathlib import Path

import pytest

from tests.service.conftest import SPACE
from tuner.database import studies
from tuner.database.blobs import blob_name, blob_store
from tuner.database.connection import Database
from tuner.errors import StudyConflict
from tuner.service.creating import create_study
from tuner.spec.study_spec import parse_spec


def test_files_of_another_databases_study_of_that_name_are_left_alone(db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "artifacts"
    spec = parse_spec(SPACE, "small", tmp_path, "small.yaml")

    def started(name: str | None) -> str:
        made = create_study(
            db, spec, study_name=name, n_trials=None, timeout_s=None, seed=None, mlflow_uri="", artifacts=folder
        )
        return made.study_name

    store = blob_store(db, folder)
    store.put(blob_name("mine", 0, "model.keras"), b"of another database")
    store.put(blob_name("small-1", 0, "model.keras"), b"of a database that was deleted")
    with pytest.raises(StudyConflict, match=r"but files of a study of that name are in .*mine\. Choose another"):
        started("mine")
    assert studies.view_studies(db) == []
    assert started(None) == "small-2"
    assert started("other") == "other"
    # A study within another's name is another study.
    store.put(blob_name("team/first", 0, "model.keras"), b"of team/first")
    assert started("team") == "team"
    # Its own files are no hindrance to going on.
    store.put(blob_name("other", 0, "model.keras"), b"its own")
    assert started("other") == "other"
    assert store.get(blob_name("mine", 0, "model.keras")) == b"of another database"
