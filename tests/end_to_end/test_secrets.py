"""A password that was given in the environment is in no process' arguments: those are read by everybody."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.conftest import Desk
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

_PASSWORD = "hush-hush-7f3a"


def test_no_process_of_a_study_has_a_password_in_its_arguments(desk: Desk, postgres_server: PostgresServer) -> None:
    desk.write_space(epochs=100)
    url = postgres_server.new_database().replace("postgres@", f"postgres:{_PASSWORD}@")
    desk.settings = {"TUNER_STORAGE": url, "MLFLOW_TRACKING_URI": f"http://me:{_PASSWORD}@127.0.0.1:1"}
    process = desk.begin("start", "--space", "small.yaml", "--study", "s", "--workers", "2")
    tree = psutil.Process(process.pid)
    log = desk.folder / "tuner-logs" / "s" / "worker-1.log"
    seen: dict[int, str] = {}

    def both_work() -> bool:
        for each in [tree, *tree.children(recursive=True)]:
            seen.setdefault(each.pid, Path(f"/proc/{each.pid}/cmdline").read_bytes().decode())
        return sum("worker\0--study" in arguments for arguments in seen.values()) == 2 and log.exists()

    desk.wait_until(both_work)
    assert not [arguments for arguments in seen.values() if _PASSWORD in arguments]
    assert desk.status("s")["mlflow_uri"] == "http://127.0.0.1:1"
    os.kill(process.pid, signal.SIGTERM)
    stdout, stderr = process.communicate(timeout=60)
    assert _PASSWORD not in stdout + stderr + log.read_text()
