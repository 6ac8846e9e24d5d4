"""A study's files over HTTP are those that the commands write; making them leaves nothing behind."""

import io
import json
import tempfile
import time
import zipfile
from contextlib import ExitStack
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest

from tests.analysis.written import TRIALS, write_study
from tests.database.conftest import opening
from tests.web.conftest import client_of, settings_for
from tuner.analysis.as_csv import csv_of
from tuner.analysis.results import trial_frame, trials
from tuner.analysis.with_one_kind import with_one_kind
from tuner.database.blobs import blob_name, blob_store
from tuner.database.connection import Database
from tuner.service import made_files
from tuner.studies.status import ranked, study_status


def of(answer: httpx.Response) -> str:
    return answer.headers["content-disposition"]


def test_trials_are_the_rows_that_the_command_prints(
    client: httpx.Client, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuner.web.api.downloads._ROWS", 3)
    write_study(db, "to / table", list(TRIALS) * 3)
    answer = client.get("/studies/to%20%2F%20table/trials.csv")
    assert of(answer) == 'attachment; filename="to%20%2F%20table-trials.csv"'
    assert answer.text == csv_of(trial_frame(ranked(study_status(db, "to / table", epochs=True).trials, "maximize")))
    write_study(db, "empty", [])
    empty = client.get("/studies/empty/trials.csv")
    assert empty.text == csv_of(trial_frame([]))
    assert client.get("/studies/gone/trials.csv").status_code == 404


def test_a_parquet_file_has_the_frame(client: httpx.Client, db: Database) -> None:
    write_study(db, "to frame")
    answer = client.get("/studies/to%20frame/trials.parquet")
    assert answer.status_code == 200, answer.text
    found = pd.read_parquet(io.BytesIO(answer.content))
    expected = trials(db, "to frame")
    assert list(found.columns) == list(expected.columns)
    assert found["trial_number"].tolist() == expected["trial_number"].tolist()
    np.testing.assert_allclose(found["value"], expected["value"])


def test_words_and_numbers_of_one_column_are_words() -> None:
    frame = pd.DataFrame({"size": [32, "full", None], "deep": [1, 2, None], "on": [True, None, False]})
    made = with_one_kind(frame.astype(object))
    assert made["size"].fillna("-").tolist() == ["32", "full", "-"]
    assert made["deep"].dropna().tolist() == [1, 2]
    assert (str(made["on"].dtype), made["on"].dropna().tolist()) == ("boolean", [True, False])


def test_a_report_is_sent_whole_and_its_scripts_reach_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_in = tmp_path / "made"
    made_in.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made_in))
    settings = settings_for(f"sqlite:///{tmp_path / 'tuner.db'}", tmp_path)
    with opening(settings.storage) as db:
        write_study(db, "../told")
    place = "/studies/..%2Ftold/report.html"
    with client_of(settings) as client:
        answer = client.get(place)
        assert answer.status_code == 200, answer.text
        assert answer.text.lower().startswith("<!doctype html>")
        assert "../told" in answer.text
        assert of(answer) == 'attachment; filename="..%2Ftold.html"'
        with client.stream("GET", place, params={"show": True}) as left:
            assert of(left).startswith("inline")
            assert left.headers["content-security-policy"].startswith("sandbox allow-scripts")
            next(left.iter_bytes(100))  # who goes away in the middle leaves no file
        until_empty(made_in)
        assert client.get("/studies/gone/report.html").status_code == 404


def until_empty(folder: Path) -> None:
    until = time.monotonic() + 10.0
    while list(folder.glob("tune-*")):
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.fixture
def tiny_model() -> bytes:
    """A model file as far as it is read here: its layers."""
    layer = {"batch_shape": [None, 64], "dtype": "float32", "name": "input"}
    dense = {"units": 10, "name": "dense"}
    config = {
        "class_name": "Sequential",
        "config": {
            "name": "m",
            "layers": [
                {"class_name": "InputLayer", "config": layer},
                {"class_name": "Dense", "config": dense, "build_config": {"input_shape": [None, 64]}},
            ],
        },
        "build_config": {"input_shape": [None, 64]},
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("config.json", json.dumps(config))
        packed.writestr("metadata.json", "{}")
        packed.writestr("model.weights.h5", b"")
    return file.getvalue()


def test_an_export_is_a_folder_with_a_model_and_its_script(tmp_path: Path, tiny_model: bytes) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'tuner.db'}", tmp_path)
    with opening(settings.storage) as db:
        write_study(db, "s", outcome=None)
        best = study_status(db, "s").best
        assert best is not None
        blob_store(db, settings.artifacts).put(blob_name("s", best.ordinal, "model.keras"), tiny_model)
    with client_of(settings) as client:
        answer = client.get("/studies/s/export.zip")
        assert answer.status_code == 200, answer.text
        assert of(answer) == 'attachment; filename="s-best.zip"'
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            assert packed.testzip() is None
            names = set(packed.namelist())
            assert packed.read("s-best/model.keras") == tiny_model
        assert names >= {f"s-best/{name}" for name in ("model.keras", "parameters.yaml", "metrics.json", "predict.py")}
        missing = client.get("/studies/s/export.zip", params={"trial": 3})
        assert (missing.status_code, "has no model" in missing.json()["detail"]) == (404, True)
        assert client.get("/studies/s/export.zip", params={"trial": 99}).status_code == 404


def test_more_files_than_a_server_makes_at_a_time_are_refused_at_once(client: httpx.Client, db: Database) -> None:
    write_study(db, "busy")
    with ExitStack() as taken:
        while made_files.IN_LINE.acquire(blocking=False):
            taken.callback(made_files.IN_LINE.release)
        answer = client.get("/studies/busy/report.html")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:tune:service-down")
