"""What other systems than Linux do not have is taken away, as far as Linux can tell what comes of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Python runs this first in every process, workers too. Other libraries keep what they ask of the system they are on.
TAKEN_AWAY = """
import builtins, types
AWAY = {
    "signal": {"SIGHUP", "SIGALRM", "SIGQUIT", "SIGBUS", "SIGKILL", "SIGUSR1", "setitimer", "ITIMER_REAL",
               "pthread_kill"},
    "os": {"uname", "getloadavg", "execv", "execve", "fork", "sched_getaffinity", "mkfifo", "getuid", "geteuid",
           "killpg", "statvfs", "O_NONBLOCK", "O_PATH"},
}
GONE = ("fcntl", "resource", "pwd", "grp", "termios")
class Poorer(types.ModuleType):
    def __getattr__(self, name):
        if name in AWAY[self.__name__]:
            raise AttributeError(f"taken away: {self.__name__}.{name}")
        return getattr(real(self.__name__), name)
poorer = {name: Poorer(name) for name in AWAY}
real = builtins.__import__
def without(name, globals=None, *rest, **further):
    if (globals or {}).get("__name__", "").startswith("tuner"):
        if name in GONE:
            raise ImportError(name)
        if name in AWAY:
            return poorer[name]
    return real(name, globals, *rest, **further)
builtins.__import__ = without
"""
IMPORTS = """
import importlib, pkgutil, tuner
for each in pkgutil.walk_packages(tuner.__path__, "tuner."):
    if not each.name.endswith(OPTIONAL) and ".alembic." not in each.name:
        importlib.import_module(each.name)
from tuner.database import machine
machine.here(), machine.uptime_s()
print("imported")
""".replace("OPTIONAL", repr("_jax"))
SPACE = "dataset: iris\nvalidation: 0.2\nparameters: {units: [4, 8], epochs: 1}\n"
SPACE += "search: {trials: 2, seed: 1, finalists: 0}\n"
INLINE = """
import time
from pathlib import Path
from tuner.database import runs
from tuner.database.connection import open_database
from tuner.engines.inline import InlineEngine
from tuner.engines.port import WorkerOrder
from tuner.engines.supervisor import Supervisor
from tuner.service.creating import create_study
from tuner.settings import read_settings
from tuner.spec.study_spec import parse_spec
from tuner.workers.devices import Slot

settings = read_settings()
db = open_database(settings.storage)
text = Path("small.yaml").read_text()
create_study(db, parse_spec(text, "iris", Path(), "iris.yaml"), study_name="inside", n_trials=None, timeout_s=None,
             seed=None, mlflow_uri="")
order = WorkerOrder(settings.storage, "inside", Slot("cpu", None, 1), place=1)
Supervisor(db, InlineEngine(settings), [order]).run(lambda: None)
print(*(each.state for each in runs.view_trials(db, "inside")))
"""


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sitecustomize.py").write_text(TAKEN_AWAY)
    (tmp_path / "small.yaml").write_text(SPACE)
    here = Path(__file__).parents[2]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path), str(here))))
    monkeypatch.setenv("TUNER_STORAGE", f"sqlite:///{tmp_path / 'tuner.db'}")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def python(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_study_runs_in_processes_without_what_only_linux_has(elsewhere: Path) -> None:
    tune = ("-m", "tuner.cli.main")
    ended = python(*tune, "start", "--space", "small.yaml", "--study", "s", "--workers", "1")
    assert "2 of 2 trials" in ended
    python(*tune, "doctor", "--json")
    assert '"s"' in python(*tune, "status", "s", "--json")
    assert "3 of 3 trials" in python(*tune, "resume", "s", "--trials", "3", "--workers", "1")


def test_every_module_is_imported_and_a_study_runs_without_what_only_linux_has(elsewhere: Path) -> None:
    assert python("-c", IMPORTS + INLINE).split()[-3:] == ["imported", "complete", "complete"]
