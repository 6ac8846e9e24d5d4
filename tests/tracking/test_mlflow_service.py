"""MLflow that is away, wrong, damaged, busy, or not there yet."""

import multiprocessing
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException

from tests.tracking.records import STUDY, trial
from tuner.errors import ServiceDown
from tuner.tracking import mlflow_service
from tuner.tracking.mlflow_recorder import MlflowRecorder

AT_ONCE_S = 60.0
"""MLflow's own patience, with one request asked seven times over and longer each time, is several minutes."""


def refused(uri: str) -> tuple[str, float]:
    """The one line in which a delivery to this URI fails, and its seconds."""
    start = time.monotonic()
    with pytest.raises(ServiceDown) as caught:
        MlflowRecorder(uri).record_trial(STUDY, trial())
    line = str(caught.value)
    assert "\n" not in line
    assert line.endswith(".")
    return line, time.monotonic() - start


@pytest.fixture
def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def broken_server() -> Iterator[str]:
    """A web server that answers everything with the status in its path, such as ``/503``."""

    class Broken(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(int(self.path.split("/")[1]))
            self.end_headers()
            self.wfile.write(b"<html>not MLflow</html>")

        do_GET = do_POST = answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Broken) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_server_that_is_away_is_said_at_once(free_port: int) -> None:
    line, seconds = refused(f"http://ann:secret@127.0.0.1:{free_port}")

    assert line == f"MLflow at http://127.0.0.1:{free_port} does not answer: Connection refused."
    assert seconds < AT_ONCE_S


@pytest.mark.parametrize("status", [500, 503, 403, 401, 404, 429])
def test_a_server_that_is_broken_closed_or_another_is_down(broken_server: str, status: int) -> None:
    line, seconds = refused(f"{broken_server}/{status}")

    assert line.startswith(f"MLflow at {broken_server}/{status} does not answer: ")
    assert seconds < AT_ONCE_S


def test_a_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        line, seconds = refused(f"http://127.0.0.1:{mute.getsockname()[1]}")

    assert "timed out" in line
    assert seconds < AT_ONCE_S


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("not a database, but long enough to be read as one" * 50)

    line, seconds = refused(f"sqlite:///{tmp_path}/mlflow.db")

    assert line.startswith(f"MLflow's database {tmp_path}/mlflow.db cannot be used: file is not a database")
    assert seconds < AT_ONCE_S


def test_a_place_where_no_file_can_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert f"File exists ({tmp_path}/file)" in refused(f"sqlite:///{tmp_path}/file/mlflow.db")[0]
    assert "unable to open database file" in refused(f"sqlite:///{tmp_path}")[0]


@pytest.mark.parametrize("uri", ["postgresql://ann:secret@127.0.0.1:1/mlflow", "nonsense://here", "./mlruns"])
def test_an_address_that_cannot_be_used_is_named(uri: str) -> None:
    line, seconds = refused(uri)

    assert uri.replace(":secret", "") in line
    assert "secret" not in line
    assert seconds < AT_ONCE_S


def test_artifacts_that_cannot_be_written_are_an_outage(tmp_path: Path) -> None:
    (tmp_path / "mlartifacts").touch()

    assert "Not a directory" in refused(f"sqlite:///{tmp_path}/mlflow.db")[0]


def test_what_is_asked_wrong_stays_an_error_of_ours(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    with pytest.raises(MlflowException), mlflow_service.answers(uri):
        mlflow_service.connect(uri).get_run("no such run")
    with pytest.raises(KeyError), mlflow_service.answers(uri):
        raise KeyError("a bug")


def test_a_database_in_use_is_waited_for(tmp_path: Path) -> None:
    recorder = MlflowRecorder(f"sqlite:///{tmp_path}/mlflow.db")
    recorder.prepare()
    with closing(sqlite3.connect(tmp_path / "mlflow.db", check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        release = threading.Timer(1.0, other.rollback)
        release.start()
        recorder.record_trial(STUDY, trial())
        release.join()


def test_a_new_database_is_whole_and_alone(tmp_path: Path) -> None:
    mlflow_service.connect(f"sqlite:///{tmp_path}/new/mlflow.db").search_experiments()

    assert [path.name for path in (tmp_path / "new").iterdir() if not path.name.endswith(("-wal", "-shm"))] == [
        "mlflow.db"
    ]


@pytest.mark.slow
def test_processes_that_start_together_make_one_database(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    spawn = multiprocessing.get_context("spawn")
    runs = spawn.Queue()
    processes = [spawn.Process(target=_record, args=(uri, number, runs)) for number in range(3)]
    for process in processes:
        process.start()
    found = [runs.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * 3
    assert len({parent for parent, _ in found}) == 1
    assert len({run_id for _, run_id in found}) == 1
    client = mlflow_service.connect(uri)
    experiment = client.get_experiment_by_name(STUDY.experiment)
    assert len(client.search_runs([experiment.experiment_id])) == 2


def _record(uri: str, number: int, runs: "multiprocessing.Queue[tuple[str, str]]") -> None:
    recorder = MlflowRecorder(uri)
    runs.put((recorder.record_study(STUDY), recorder.record_trial(STUDY, trial())))


@pytest.mark.slow
def test_nothing_is_printed(tmp_path: Path) -> None:
    code = """
import logging, sys
logging.basicConfig(level=logging.INFO)
from tests.tracking.records import STUDY, trial
from tuner.tracking.mlflow_recorder import MlflowRecorder
MlflowRecorder(sys.argv[1]).record_trial(STUDY, trial())
"""
    done = subprocess.run(
        [sys.executable, "-c", code, f"sqlite:///{tmp_path}/mlflow.db"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")},
        timeout=120,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_the_user_has_set_stays() -> None:
    code = "import os, tuner.tracking; print(os.environ['MLFLOW_HTTP_REQUEST_TIMEOUT'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "MLFLOW_HTTP_REQUEST_TIMEOUT": "77"},
        timeout=60,
    )

    assert done.stdout == "77\n"
