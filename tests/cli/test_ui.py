"""`tune ui --live`: both servers answer, change nothing, and end together."""

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

from tests.analysis.written import write_study
from tuner.cli import ui
from tuner.cli.dashboard import look_only
from tuner.cli.main import cli
from tuner.database.connection import open_database

_START_S = 150


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answer_of(url: str, method: str = "GET") -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_requests_that_change_something_are_refused() -> None:
    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [])
        return [b"seen"]

    told: list[str] = []

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        told.append(status)

    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"):
        list(look_only(application)({"REQUEST_METHOD": method}, start))
    assert [status.partition(" ")[0] for status in told] == ["200", "200", "405", "405", "405", "405"]


@pytest.mark.parametrize("missing", [True, False])
def test_what_keeps_the_dashboard_from_answering_is_said_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: bool
) -> None:
    find = importlib.util.find_spec
    there = None if missing else find("json")
    monkeypatch.setattr(ui.importlib.util, "find_spec", lambda name: there if "dash" in name else find(name))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        url = f"sqlite:///{tmp_path / 'tuner.db'}"
        open_database(url).engine.dispose()
        done = CliRunner().invoke(cli, ["ui", "--live", "--live-port", str(port), "--storage", url])
    words = "--live needs optuna-dashboard" if missing else f"--live-port {port}: cannot be listened on"
    assert words in str(done.exception)


@pytest.mark.parametrize(
    ("host", "opened"),
    [("127.0.0.1", "http://127.0.0.1:5001"), ("0.0.0.0", "http://127.0.0.1:5001"), ("::1", "http://[::1]:5001")],
)
def test_the_address_is_one_that_a_browser_on_this_machine_opens(host: str, opened: str) -> None:
    assert ui.address_of(host, 5001) == opened


@pytest.mark.slow
def test_mlflow_is_told_of_once_it_answers_and_ends_without_a_word(tmp_path: Path) -> None:
    port = free_port()
    storage = f"sqlite:///{tmp_path / 'tuner.db'}"
    environment = {**os.environ, "TUNER_STORAGE": storage, "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'mlflow.db'}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tuner.cli.main", "ui", "--port", str(port)], cwd=tmp_path, env=environment,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        if (first := process.stderr.readline()) == "tune: starting MLflow ...\n":
            first = process.stderr.readline()
        assert first == f"MLflow: http://127.0.0.1:{port}\n"
        assert process.stderr.readline() == "Ctrl+C ends it\n"
        assert answer_of(f"http://127.0.0.1:{port}/health") == (200, b"OK")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr.read() == ""
        with pytest.raises(OSError, match="refused"):
            answer_of(f"http://127.0.0.1:{port}/health")
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("optuna_dashboard") is None, reason="the extra `dashboard` is not installed"
)
def test_the_dashboard_shows_the_study_and_ends_with_the_command(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    # The record is said to be on a server, so that the dashboard is the only one to start.
    write_study(db, mlflow_uri="http://127.0.0.1:9")
    db.engine.dispose()
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tuner.cli.main", "ui", "--live", "--live-port", str(port)], cwd=tmp_path,
        env={**os.environ, "TUNER_STORAGE": f"sqlite:///{tmp_path / 'tuner.db'}"}, start_new_session=True,
    )  # fmt: skip
    try:
        url, until = f"http://127.0.0.1:{port}", time.monotonic() + _START_S
        while True:
            try:
                status, content = answer_of(f"{url}/api/studies")
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.2)
        assert status == 200
        (study,) = json.loads(content)["study_summaries"]
        assert study["study_name"] == "s"
        assert len(json.loads(answer_of(f"{url}/api/studies/{study['study_id']}")[1])["trials"]) == 5
        assert answer_of(f"{url}/api/studies/{study['study_id']}", "DELETE")[0] == 405
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        # Ctrl+C in a terminal reaches the whole group.
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)
        assert not psutil.wait_procs(children, timeout=10)[1]
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
