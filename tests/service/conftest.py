"""A study of a small space, stored in a real database, and a worker's context for it in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.database.conftest import db as db
from tests.database.conftest import opening
from tests.database.conftest import url as url
from tuner.data.dataset import Dataset
from tuner.database import studies
from tuner.database.blobs import FolderStore
from tuner.database.connection import Database
from tuner.database.trial_facts import TrialFacts
from tuner.runs.study_context import StudyContext
from tuner.service.creating import create_study
from tuner.spec.study_spec import parse_spec

SPACE = """
dataset: digits
parameters: {units: [8, 16], learning_rate: {float: [1e-3, 1e-2]}, epochs: 4, normalization: minmax}
search: {trials: 6, seed: 1, finalists: 0, pruner: none}
"""

__all__ = ["SPACE", "create", "db", "opening", "url"]


def create(db: Database, folder: Path, name: str = "s", trials: int | None = None, text: str = SPACE) -> None:
    spec = parse_spec(text, "small", folder, "small.yaml")
    create_study(db, spec, study_name=name, n_trials=trials, timeout_s=None, seed=None, mlflow_uri="")


@pytest.fixture
def context_of(db: Database, digits: Dataset, tmp_path: Path) -> Callable[[str], StudyContext]:
    def of(name: str) -> StudyContext:
        from tuner.studies.stored_study import spec_of

        view = studies.view_study(db, name)
        return StudyContext(
            db, view, spec_of(view), digits, FolderStore(tmp_path / "blobs"), TrialFacts(), lambda: False
        )

    return of
