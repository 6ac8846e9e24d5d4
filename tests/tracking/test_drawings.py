"""A trial's pictures, and that they are in its run."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient
from PIL import Image

from tests.tracking.records import STUDY, epochs, trial
from tuner.data.answers import Answers, answers
from tuner.data.dataset import Dataset
from tuner.tracking import drawings
from tuner.tracking.mlflow_recorder import MlflowRecorder


@pytest.fixture
def some(digits: Dataset) -> Answers:
    rows = digits.validation
    chance = np.random.default_rng(0).dirichlet(np.ones(10), len(rows)).astype(np.float32)
    return answers(chance, rows, digits.info)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"))


def test_each_picture_is_drawn_and_shows_something(some: Answers) -> None:
    found = drawings.pictures("digits-1, trial-003", epochs(5), 4, some)
    assert sorted(found) == ["confusion.png", "curves.png", "mistakes.png"]
    for name, png in found.items():
        assert len(png) < 150_000, name
        assert pixels(png).std() > 10, name
    again = drawings.pictures("digits-1, trial-003", epochs(5), 4, some)
    assert again == found


def test_what_there_is_nothing_of_is_not_drawn(some: Answers) -> None:
    assert drawings.pictures("t", (), 0, None) == {}
    right = replace(some, images=some.images[:0], worst=some.worst[:0], sure=some.sure[:0])
    assert sorted(drawings.pictures("t", epochs(1), 1, right)) == ["confusion.png", "curves.png"]
    points = np.stack([np.arange(9), np.arange(9) + 1], axis=1).astype(np.float32)
    regression = replace(right, counts=np.zeros((0, 0), np.int64), points=points)
    assert sorted(drawings.pictures("t", epochs(2), 1, regression)) == ["curves.png", "predictions.png"]


def test_a_trials_files_are_in_its_run_once(some: Answers, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    record = replace(trial(), files={"architecture.txt": b"two layers\n"}, answers=some)
    client = MlflowClient(uri)
    run_id = MlflowRecorder(uri).record_trial(STUDY, record)
    names = ["architecture.txt", "confusion.png", "curves.png", "mistakes.png"]
    assert sorted(each.path for each in client.list_artifacts(run_id)) == names
    (picture,) = (tmp_path / "mlartifacts").rglob("curves.png")
    before = picture.stat().st_mtime_ns
    assert MlflowRecorder(uri).record_trial(STUDY, record) == run_id
    assert picture.stat().st_mtime_ns == before
    MlflowRecorder(uri).record_trial(STUDY, replace(record, files={"architecture.txt": b"three layers\n"}))
    assert picture.stat().st_mtime_ns > before


def test_sizes_are_columns_that_sort_by_size(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    record = trial()
    record = replace(record, tags={**record.tags, "parameters": "113422", "training_seconds": "9.25"})
    data = MlflowClient(uri).get_run(MlflowRecorder(uri).record_trial(STUDY, record)).data
    assert (data.metrics["parameters"], data.metrics["training_seconds"]) == (113422, 9.25)
    assert not {"parameters", "training_seconds"} & data.tags.keys()
