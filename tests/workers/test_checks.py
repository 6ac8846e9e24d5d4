"""`tune doctor`: every finding on real files and a real server, whole and damaged."""

import contextlib
import gzip
import http.server
import json
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.nvml import DRIVER_NOT_LOADED, LOST, Device, library
from tests.tracking.servers import mlflow
from tuner.cli.main import main
from tuner.database.connection import open_database
from tuner.settings import Settings
from tuner.workers.checks import check_all
from tuner.workers.finding import Finding


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty folder to work in, and an empty cache of data sets."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return Settings("sqlite:///tuner.db", f"sqlite:///{tmp_path / 'mlflow.db'}", None)


def findings(settings: Settings) -> dict[str, Finding]:
    return {each.name: each for each in check_all(settings)}


def test_in_an_empty_folder_nothing_is_bad_and_nothing_is_made(settings: Settings, tmp_path: Path) -> None:
    found = findings(settings)
    assert not [each for each in found.values() if each.state == "bad"]
    assert "is made when the first study starts" in found["studies"].words
    assert "is made when the first study starts" in found["mlflow"].words
    assert "keras 3." in found["packages"].words
    assert list(tmp_path.iterdir()) == []


def test_what_the_driver_says_of_its_gpus_and_what_hides_them(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "driver"
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    gpus = Device("GPU-a", "H100"), Device("GPU-b", "H100", error=LOST), Device("GPU-c", "GB10", 0)
    monkeypatch.setenv("LD_LIBRARY_PATH", library(folder, *gpus))
    found = findings(settings)
    assert (found["gpus"].state, found["gpus"].words) == (
        "ok",
        "0: H100, 80 GiB; 2: GB10, memory shared with the processor",
    )
    assert found["gpu driver"].state == "warn"
    assert found["gpu driver"].words == "the NVIDIA driver is there: GPU 1: GPU is lost"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    hidden = findings(settings)["gpus"]
    assert hidden.state == "warn"
    assert hidden.words == "the driver names 2 GPUs, the environment hides each from this process"
    assert "CUDA_VISIBLE_DEVICES" in hidden.mend
    monkeypatch.setenv("LD_LIBRARY_PATH", library(folder, init=DRIVER_NOT_LOADED))
    found = findings(settings)
    assert "gpus" not in found
    assert found["gpu driver"].state == "bad"
    assert found["gpu driver"].words == "the NVIDIA driver is there: Driver Not Loaded"


def test_a_database_that_is_there_is_opened_and_counted(settings: Settings) -> None:
    open_database(settings.storage).engine.dispose()
    found = findings(settings)["studies"]
    assert found.state == "ok"
    assert "0 studies" in found.words
    assert "can be written" in found.words


def test_a_file_that_is_no_database_is_bad(settings: Settings, tmp_path: Path) -> None:
    for name in ("tuner.db", "mlflow.db"):
        (tmp_path / name).write_bytes(b"this was a database once, and then came the flood" * 50)
    found = findings(settings)
    assert found["studies"].state == found["mlflow"].state == "bad"
    assert "not a database" in found["mlflow"].words
    assert found["mlflow"].mend


def test_a_database_that_another_process_writes_to_is_only_a_warning(settings: Settings, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "mlflow.db", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE t (i INTEGER)")
        connection.execute("BEGIN EXCLUSIVE")
        assert findings(settings)["mlflow"].state == "warn"


@pytest.mark.parametrize("storage", ["sqlite:////no/such/folder/t.db", "postgresql://nobody@127.0.0.1:1/x", "nonsense"])
def test_a_database_that_cannot_be_reached_is_bad_and_says_why(settings: Settings, storage: str) -> None:
    found = findings(replace(settings, storage=storage))["studies"]
    assert found.state == "bad"
    assert found.mend


@contextlib.contextmanager
def server(status: int, body: bytes) -> Iterator[str]:
    """A server of our own that answers `/version` as MLflow's does."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/version" else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{made.server_port}"
        finally:
            made.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "body", "state", "words"),
    [
        (200, b"2.9.0", "warn", "is version 2.9.0, here is 3."),
        (403, b"", "bad", "answers 403"),
        (500, b"", "bad", "answers 500"),
    ],
)
def test_a_server_that_is_another_version_or_refuses_is_told_apart(
    settings: Settings, status: int, body: bytes, state: str, words: str
) -> None:
    with server(status, body) as uri:
        found = findings(replace(settings, tracking_uri=uri))["mlflow"]
    assert found.state == state
    assert words in found.words


@pytest.mark.slow
def test_a_real_mlflow_server_is_asked_for_its_version(settings: Settings, tmp_path: Path) -> None:
    with mlflow(tmp_path, "server", "--backend-store-uri", f"sqlite:///{tmp_path / 'server.db'}") as uri:
        found = findings(replace(settings, tracking_uri=uri))["mlflow"]
    assert found == Finding("mlflow", "ok", f"{uri}, version {version('mlflow')}")


def test_a_server_that_is_away_is_bad_and_its_password_is_not_shown(settings: Settings) -> None:
    found = findings(replace(settings, tracking_uri="http://me:secret@127.0.0.1:1"))["mlflow"]
    assert found.state == "bad"
    assert "secret" not in found.words


def test_folders_that_are_not_there_are_bad(settings: Settings, tmp_path: Path) -> None:
    found = findings(replace(settings, artifacts=tmp_path / "none", tracking_uri="sqlite:////no/such/m.db"))
    assert found["artifacts"].state == found["mlflow"].state == "bad"
    assert findings(replace(settings, artifacts=tmp_path))["artifacts"].state == "ok"


def test_data_sets_are_whole_half_or_not_in_the_cache(settings: Settings, tmp_path: Path, mnist_folder: Path) -> None:
    assert findings(settings)["mnist"].words == "not in the cache; it is downloaded when it is used"
    folder = tmp_path / "keras" / "datasets" / "mnist"
    shutil.copytree(mnist_folder, folder)
    assert findings(settings)["mnist"] == Finding("mnist", "ok", str(folder))
    next(folder.glob("t10k-labels*")).unlink()
    half = findings(settings)["mnist"]
    assert half.state == "warn"
    assert half.mend == "Put t10k-labels-idx1-ubyte.gz there."


def test_the_command_prints_one_object_and_ends_with_1_where_something_is_bad(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("TUNER_STORAGE", "MLFLOW_TRACKING_URI", "TUNER_ARTIFACTS"):
        monkeypatch.delenv(name, raising=False)
    for arguments, good in (([], True), (["--storage", "nonsense"], False)):
        monkeypatch.setattr(sys, "argv", ["tune", "doctor", "--json", *arguments])
        if good:
            main()
        else:
            with pytest.raises(SystemExit) as ended:
                main()
            assert ended.value.code == 1
        told = json.loads(capsys.readouterr().out)
        assert told["good"] is good
        assert {"name", "state", "words", "mend"} == set(told["findings"][0])


@pytest.mark.slow
def test_deep_starts_the_framework_and_reads_data_sets_whole(
    settings: Settings, tmp_path: Path, mnist_folder: Path
) -> None:
    folder = tmp_path / "keras" / "datasets" / "mnist"
    shutil.copytree(mnist_folder, folder)
    images = next(folder.glob("train-images*"))
    with gzip.open(images) if images.suffix == ".gz" else images.open("rb") as file:
        content = file.read(100_000)
    images.unlink()
    (folder / "train-images-idx3-ubyte").write_bytes(content)
    found = {each.name: each for each in check_all(settings, deep=True)}
    assert "tensorflow trains" in found["framework"].words or os.environ.get("KERAS_BACKEND") == "jax"
    assert found["mnist"].state == "bad"
    assert "train-images-idx3-ubyte" in found["mnist"].words
