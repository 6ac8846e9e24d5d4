"""What the end of a worker's process, or of its task, says; with real processes and without a cluster."""

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from tuner.database import strikes
from tuner.engines import exits
from tuner.engines.port import WorkerOrder
from tuner.engines.ray import task
from tuner.engines.ray.engine import death_of, task_name
from tuner.errors import DiskFull, InputError, NotFound, ServiceDown, TunerError
from tuner.workers.devices import Slot

ORDER = WorkerOrder("postgresql://me:hush-hush@db/t", "digits-1", Slot("cpu", None, 1), 3, True, ("code/1/net.py:net",))


def test_a_worker_is_told_of_no_database_by_its_command() -> None:
    typed = ["-m", "tuner.cli.main", "worker", "--study", "digits-1", "--worker-id", "w", "--fit"]
    assert exits.worker_command(ORDER, "w", "python") == ["python", *typed, "--code", "code/1/net.py:net"]
    assert task_name(ORDER) == "tuner digits-1 worker 3"


@pytest.mark.parametrize(
    ("code", "how", "against", "error"),
    [
        (0, "done", strikes.NONE, None),
        (75, "recycle", strikes.NONE, None),
        (1, "died", strikes.CRASH, None),
        (2, "died", strikes.CRASH, InputError),
        (3, "died", strikes.CRASH, NotFound),
        (4, "died", strikes.CRASH, ServiceDown),
        (74, "died", strikes.CRASH, DiskFull),
        (-15, "died", strikes.NONE, None),
        (-11, "died", strikes.CRASH, None),
        (-9, "died", strikes.UNKNOWN, None),
    ],
)
def test_exit_codes_decide(code: int, how: str, against: int, error: type[Exception] | None) -> None:
    ended = exits.ended("w", 3, code, "no such data")
    assert (ended.how, ended.strikes, ended.place) == (how, against, 3)
    assert (type(ended.error) if ended.error else None) is error
    assert error is None or str(ended.error) == "no such data"
    assert exits.ended("w", 3, -9, "", memory_kills=1).strikes == strikes.NO_MEMORY


@pytest.mark.parametrize(
    ("kind", "how", "against", "ends_all"),
    [
        ("TaskCancelledError", "done", strikes.NONE, False),
        ("NodeDiedError", "died", strikes.NONE, False),
        ("WorkerCrashedError", "died", strikes.NONE, False),
        ("OutOfMemoryError", "died", strikes.NO_MEMORY, False),
        ("RuntimeEnvSetupError", "died", strikes.NONE, True),
        ("RayTaskError(ModuleNotFoundError)", "died", strikes.CRASH, False),
    ],
)
def test_a_lost_node_counts_for_nothing_and_our_own_faults_do(
    kind: str, how: str, against: int, ends_all: bool
) -> None:
    ended = death_of(kind, "Node IP: 10.0.0.7, node ID: 1", "w", 2, "log")
    assert (ended.how, ended.strikes, isinstance(ended.error, TunerError)) == (how, against, ends_all)
    assert kind != "NodeDiedError" or ended.death == "its node is gone, 10.0.0.7"


def test_the_words_of_rays_errors_are_those_of_its_classes() -> None:
    """A class that Ray renames would be taken for a crash of the worker's."""
    exceptions = pytest.importorskip("ray.exceptions", reason="needs the extra ray")
    for kind in ("TaskCancelledError", "NodeDiedError", "WorkerCrashedError", "OwnerDiedError", "ObjectLostError"):
        assert issubclass(getattr(exceptions, kind), exceptions.RayError)
    for kind in ("OutOfMemoryError", "RuntimeEnvSetupError", "ActorDiedError", "GetTimeoutError"):
        assert issubclass(getattr(exceptions, kind), exceptions.RayError)


def test_a_worker_that_cannot_work_says_why_through_its_task() -> None:
    order = WorkerOrder("sqlite:////nowhere/tuner.db", "s", Slot("cpu", None, 1), 1)
    done = task.run(task.Told(order, "w", {}, 0.0, ""), threading.Event(), lambda words: None)
    assert (done.code, done.told) == (2, False)
    assert "/nowhere" in done.last_words


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for it")
def test_a_process_dies_with_the_one_that_started_it() -> None:
    sleeps = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]
    started = (
        "import os, subprocess, sys, time\n"
        f"p = subprocess.Popen([sys.executable, '-m', 'tuner.engines.ray.attached', str(os.getpid()), *{sleeps!r}],\n"
        "    start_new_session=True)\n"
        "print(p.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", started], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        assert parent.stdout.readline() == "here\n"  # it has become the command
        os.kill(parent.pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for it")
def test_a_process_whose_starter_is_gone_does_not_begin() -> None:
    command = [sys.executable, "-m", "tuner.engines.ray.attached", "1", sys.executable, "-c", "print('begun')"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "has ended" in done.stderr
