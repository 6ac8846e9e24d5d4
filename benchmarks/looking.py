"""What does it cost to look at a study of 10,000 trials?

    python -m benchmarks.looking [--trials 10000] [--database sqlite postgresql]

A study of so many trials goes through the database layer as a search leaves them behind (most were pruned early); then
the commands that read are run on it, each in a process of its own, its imports included. Told are the seconds by the
clock, those of the processor, which a busy machine does not lengthen as much, and the most memory that it had.
Goal: two seconds of the processor and 300 MiB each; five seconds for `tune importance`. Exits with 1 where it is
missed.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.record_overhead import fill_up
from tests.postgres import postgres
from tuner.database.connection import open_database
from tuner.service.creating import create_study
from tuner.spec.study_spec import read_spec

STUDY = "large"
GOAL_S, GOAL_MIB = 2.0, 300
_SPACE = Path(__file__).parents[1] / "search_spaces" / "fashion_mnist.yaml"
_COMMANDS = {
    "list": 2.0, f"status {STUDY}": 2.0, f"best {STUDY}": 2.0, f"trials {STUDY} --top 20": 2.0, f"trials {STUDY}": 2.0,
    f"trials {STUDY} --csv": 2.0, f"trials {STUDY} --json": 2.0, f"importance {STUDY}": 5.0,
    f"report {STUDY} --output report.html": 2.0,
}  # fmt: skip
"""And the seconds that each may take."""

_RUN = """
import atexit, re, sys
most = sys.argv.pop(1)
# What `wait4` tells is never less than this process had when it started the other.
atexit.register(lambda: open(most, "w").write(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]))
from tuner.cli.main import main
main()
"""
"""A command, and into a file the KiB of memory that it had at most."""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--trials", type=int, default=10_000)
    arguments.add_argument("--database", choices=["sqlite", "postgresql"], nargs="+", default=["sqlite", "postgresql"])
    options = arguments.parse_args()
    print(machine(("optuna", "sqlalchemy", "rich", "pandas")))
    missed = False
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="looking-")))
        for kind in options.database:
            in_file = kind == "sqlite"
            url = f"sqlite:///{folder}/tuner.db" if in_file else stack.enter_context(postgres()).new_database()
            _write(url, options.trials)
            print(f"\n{kind}, {options.trials} trials{'seconds':>26}{'processor':>11}{'MiB':>7}")
            for command, goal_s in _COMMANDS.items():
                missed = _measured(url, folder, command, goal_s) or missed
    return 1 if missed else 0


def _write(url: str, trials: int) -> None:
    db, spec = open_database(url), read_spec(_SPACE)
    create_study(db, spec, study_name=STUDY, n_trials=trials, timeout_s=None, seed=1, mlflow_uri="sqlite:///m.db")
    fill_up(db, spec, STUDY, trials)
    db.engine.dispose()


def _measured(url: str, folder: Path, command: str, goal_s: float) -> bool:
    """Print a line; tells whether the goal is missed."""
    began = time.perf_counter()
    most = folder / "most"
    run = [sys.executable, "-c", _RUN, str(most), *command.split(), "--storage", url]
    process = subprocess.Popen(run, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    processor_s, mib = used.ru_utime + used.ru_stime, int(most.read_text()) / 1024
    missed = processor_s > goal_s or mib > GOAL_MIB or status != 0
    verdict = f"  failed: {status}" if status else (f"  missed: {goal_s:g} s, {GOAL_MIB} MiB" if missed else "")
    took_s = time.perf_counter() - began
    print(f"tune {command:40}{took_s:8.2f}{processor_s:11.2f}{mib:7.0f}{verdict}", flush=True)
    return missed


if __name__ == "__main__":
    sys.exit(main())
