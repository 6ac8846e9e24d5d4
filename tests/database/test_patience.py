"""Whoever waits for a database, or for space, is told so, goes on by itself, and leaves at once when told to."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database.conftest import add, opening
from tuner.database import studies
from tuner.database.blobs import FolderStore
from tuner.database.patience import ToldToLeave

WAITS = """
import logging, sys
logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
from tuner.database.connection import open_database
from tuner.database.patience import ToldToLeave
from tuner.workers.leaving import Leaving
from tuner.workers.signals import listen
listen(Leaving())
try:
    open_database(sys.argv[1], wait_s=300.0)
except ToldToLeave:
    sys.exit(9)
"""


@pytest.fixture
def silent_server() -> Iterator[socket.socket]:
    """It takes connections, and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(5)
        listening.settimeout(60.0)
        yield listening


def ends_in(process: "subprocess.Popen[str]", number: int) -> float:
    """Seconds from the signal to the end."""
    began = time.monotonic()
    process.send_signal(number)
    process.communicate(timeout=60)
    return time.monotonic() - began


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_waits_for_its_database_leaves_at_once(number: int) -> None:
    command = [sys.executable, "-c", WAITS, "postgresql://nobody@127.0.0.1:1/x"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert "does not answer" in process.stderr.readline()
    # It would wait for 300 s.
    assert ends_in(process, number) < 60.0
    assert process.returncode == 9


def test_a_worker_whose_database_says_nothing_leaves_soon(silent_server: socket.socket) -> None:
    url = f"postgresql://nobody@127.0.0.1:{silent_server.getsockname()[1]}/x"
    process = subprocess.Popen([sys.executable, "-c", WAITS, url], stderr=subprocess.PIPE, text=True)
    held, _ = silent_server.accept()
    with held:
        assert held.recv(8)
        # A healthy call may take some seconds; ten are what the driver waits for.
        assert ends_in(process, signal.SIGTERM) < 8.0
    assert process.returncode == 9


def test_a_command_whose_database_says_nothing_ends_with_ctrl_c(silent_server: socket.socket) -> None:
    url = f"postgresql://nobody@127.0.0.1:{silent_server.getsockname()[1]}/x"
    command = [sys.executable, "-m", "tuner.cli.main", "status", "--storage", url]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    held, _ = silent_server.accept()
    with held:
        assert held.recv(8)
        assert ends_in(process, signal.SIGINT) < 8.0
    assert process.returncode == 130


ANSWERS = """
import signal
from tuner.database import patience

patience.patiently(patience.told_to_leave)
print(signal.getitimer(signal.ITIMER_REAL))
"""


def test_no_alarm_is_left_of_a_call_that_was_answered() -> None:
    # It went off while a worker's frameworks were being taken down, and killed it.
    done = subprocess.run([sys.executable, "-c", ANSWERS], capture_output=True, text=True, check=True)
    assert done.stdout == "(0.0, 0.0)\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of some megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    how = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(how, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return filler


def freed_once_it_is_said(caplog: pytest.LogCaptureFixture, filler: Path) -> threading.Thread:
    def wait() -> None:
        until = time.monotonic() + 60.0
        while "the disk is full" not in caplog.text and time.monotonic() < until:
            time.sleep(0.01)
        filler.unlink()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_a_study_goes_on_when_its_full_disk_has_space_again(small_disk: Path, caplog: pytest.LogCaptureFixture) -> None:
    with opening(f"sqlite:///{small_disk / 'tuner.db'}", wait_s=60.0) as db:
        add(db)
        store = FolderStore(small_disk / "artifacts")
        filler = fill(small_disk)
        thread = freed_once_it_is_said(caplog, filler)
        # What was written before may have left room in SQLite's own files.
        written = 0
        while "there is space again" not in caplog.text:
            studies.note_change(db, "s")
            written += 1
            assert written < 5000
        thread.join()
        caplog.clear()
        filler = fill(small_disk)
        thread = freed_once_it_is_said(caplog, filler)
        store.put("s/1/model", bytes(100_000))
        thread.join()
        assert store.get("s/1/model") == bytes(100_000)
        assert not list(small_disk.rglob("*.part"))
        assert studies.view_study(db, "s").changes == 1 + written


def test_whoever_leaves_while_storing_leaves_no_half_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(*_: object) -> None:
        raise ToldToLeave

    monkeypatch.setattr(Path, "replace", told)
    with pytest.raises(ToldToLeave):
        FolderStore(tmp_path).put("s/1/model", b"0")
    assert not list(tmp_path.rglob("*.part"))
