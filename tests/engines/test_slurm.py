"""The script of a job array, run by bash as Slurm would run it, with programs in place of `tune`, ssh and scontrol."""

import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tuner.engines.slurm import SlurmJob, Tunnel, script
from tuner.settings import place_name

TASK = {"SLURM_JOB_ID": "70001", "SLURM_ARRAY_JOB_ID": "70000", "SLURM_ARRAY_TASK_ID": "1", "SLURM_CPUS_PER_TASK": "6"}
# It says what it was given, and ends by the code that it is told, or as a worker that is told to go.
PROGRAM = """
import json, os, signal, sys, time
names = ("TUNER_STORAGE", "TUNER_THREADS", "TUNER_WORKER_NAME", "PGHOSTADDR")
code = int(os.environ.get("CODE", "0"))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(int(os.environ["CODE_TOLD"])))
print(json.dumps({"argv": sys.argv[1:], **{name: os.environ.get(name) for name in names}}), flush=True)
if "CODE_TOLD" in os.environ:
    time.sleep(60)
sys.exit(code)
"""


def _job(folder: Path, **other: object) -> SlurmJob:
    (folder / "tune.py").write_text(PROGRAM)
    job = {"study_name": "s", "program": (sys.executable, str(folder / "tune.py")), "tasks": 3, **other}
    return SlurmJob(**job)  # type: ignore[arg-type]


def _begin(folder: Path, job: SlurmJob, settings: Mapping[str, str]) -> "subprocess.Popen[str]":
    (folder / "bin").mkdir()
    for name in ("scontrol", "ssh"):
        then = "exec sleep 60" if name == "ssh" else ":"
        (folder / "bin" / name).write_text(f'#!/bin/sh\necho {name} "$@" >>"{folder}/called"\n{then}\n')
        (folder / "bin" / name).chmod(0o755)
    (folder / "job.sh").write_text(script(job))
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TUNER_")}
    return subprocess.Popen(
        ["bash", str(folder / "job.sh")],
        env={**kept, "TUNER_STORAGE": "postgresql://db/tuner", **TASK, "PATH": path, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _run(folder: Path, job: SlurmJob, **settings: str) -> tuple[int, str, str]:
    process = _begin(folder, job, settings)
    said, complained = process.communicate(timeout=30)
    return process.returncode, said, complained


def _called(folder: Path) -> str:
    return (folder / "called").read_text() if (folder / "called").exists() else ""


HOSTILE = "it's $HOME `id` \"; echo #SBATCH\n--evil *"


def test_a_worker_gets_its_study_its_share_of_the_machine_and_a_name_by_its_task(tmp_path: Path) -> None:
    job = _job(tmp_path, study_name=HOSTILE, gpus=2, cpus=6, options=("--code", "a b.py"), setup=("export X='1 2'",))
    code, said, complained = _run(tmp_path, job, SLURM_RESTART_COUNT="4")
    assert (code, complained) == (0, "")
    given = json.loads(said)
    words = ["worker", "--study", HOSTILE, "--workers", "2", "--device", "gpu", "--code", "a b.py"]
    assert given == {
        "argv": words,
        "TUNER_STORAGE": "postgresql://db/tuner",
        "TUNER_THREADS": "3",
        "TUNER_WORKER_NAME": "slurm-70000_1-4",
        "PGHOSTADDR": None,
    }
    assert _called(tmp_path) == ""


def test_workers_are_called_by_the_name_of_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNER_WORKER_NAME", "slurm-70000_1-4")
    assert place_name() == "slurm-70000_1-4"
    monkeypatch.setenv("TUNER_WORKER_NAME", "a\nb" * 100)
    assert (len(place_name()), place_name()[:4]) == (100, r"a\nb")
    monkeypatch.delenv("TUNER_WORKER_NAME")
    assert place_name() == platform.node()


def test_what_is_asked_of_slurm_stands_before_the_first_command() -> None:
    job = SlurmJob(
        HOSTILE, ("tune",), tasks=8, gpus=1, cpus=4, memory="8G", time="4:00:00", partition="gpu", account="lab",
        directives=("--constraint=a100",),
    )  # fmt: skip
    head = script(job).partition("\n\n")[0].splitlines()
    assert head[0] == "#!/bin/bash"
    asked = [line.removeprefix("#SBATCH --") for line in head[2:]]
    assert asked == [
        "job-name=tune-it-s-HOME-id-echo-SBATCH-evil-",
        "array=1-8",
        "ntasks=1",
        "cpus-per-task=4",
        "gres=gpu:1",
        "mem=8G",
        "time=4:00:00",
        "partition=gpu",
        "account=lab",
        "output=tune-it-s-HOME-id-echo-SBATCH-evil--%A_%a.log",
        "open-mode=append",
        "signal=B:USR1@90",
        "requeue",
        "constraint=a100",
    ]
    assert head[1].startswith("# ")


@pytest.mark.parametrize(
    ("told", "ends_with", "queued_again"),
    [("143", 0, True), ("1", 0, True), ("0", 0, False), ("2", 2, False), ("3", 3, False)],
)
def test_a_task_whose_time_is_up_tells_its_worker_and_is_queued_again_unless_that_is_of_no_use(
    tmp_path: Path, told: str, ends_with: int, queued_again: bool
) -> None:
    process = _begin(tmp_path, _job(tmp_path), {"CODE_TOLD": told})
    assert process.stdout is not None
    assert process.stdout.readline()
    process.send_signal(signal.SIGUSR1)
    process.communicate(timeout=30)
    assert process.returncode == ends_with
    assert _called(tmp_path) == ("scontrol requeue 70000_1\n" if queued_again else "")


def test_a_task_that_is_cancelled_tells_its_worker_and_does_not_come_back(tmp_path: Path) -> None:
    process = _begin(tmp_path, _job(tmp_path), {"CODE_TOLD": "143"})
    assert process.stdout is not None
    assert process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert (process.returncode, _called(tmp_path)) == (143, "")


@pytest.mark.parametrize("code", [1, 2, 3])
def test_the_task_of_a_worker_that_failed_fails(tmp_path: Path, code: int) -> None:
    assert _run(tmp_path, _job(tmp_path), CODE=str(code))[0] == code
    assert _called(tmp_path) == ""


def test_a_file_of_secrets_is_read_where_nobody_else_can(tmp_path: Path) -> None:
    file = tmp_path / "a 'file'"
    file.write_text("TUNER_STORAGE='postgresql://u:p&w@db/tuner'\n")
    file.chmod(0o640)
    job = _job(tmp_path, env_file=str(file))
    code, said, complained = _run(tmp_path, job, TUNER_STORAGE="")
    assert (code, said) == (2, "")
    assert complained == f"tune: {file} is not there, or others can read it: chmod 600 it\n"
    file.chmod(0o600)
    done = subprocess.run(
        ["bash", str(tmp_path / "job.sh")], env={**os.environ, **TASK}, capture_output=True, text=True, check=True
    )
    assert '"TUNER_STORAGE": "postgresql://u:p&w@db/tuner"' in done.stdout
    assert "p&w" not in script(job)


def test_without_a_database_nothing_begins(tmp_path: Path) -> None:
    code, said, complained = _run(tmp_path, _job(tmp_path), TUNER_STORAGE="")
    assert (code, said, complained) == (2, "", "tune: TUNER_STORAGE is not set: the studies' database\n")


def test_a_tunnel_has_an_address_of_its_own_and_outlives_what_ends_the_worker(tmp_path: Path) -> None:
    job = _job(tmp_path, tunnel=Tunnel("ada@login", "db.example.org", 5433))
    process = _begin(tmp_path, job, {"CODE_TOLD": "143"})
    assert process.stdout is not None
    address = "127.2.17.113"  # 70001
    assert f'"PGHOSTADDR": "{address}"' in process.stdout.readline()
    until = time.monotonic() + 10
    while not _called(tmp_path) and time.monotonic() < until:
        time.sleep(0.05)
    assert f"-N -L {address}:5433:db.example.org:5433 ada@login" in _called(tmp_path)
    # As `scancel` does: each of its processes.
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143
    until = time.monotonic() + 10
    while _lives(process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _lives(process.pid)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
