"""One worker, many trials: memory stays flat.

    python -m benchmarks.memory [--trials 300]

One worker process that is not replaced runs so many short trials (digits; layers, widths and batch sizes vary, so that
every trial is a new network and a new compiled epoch). Prints its resident memory along the way, and how much a trial
adds after the first 50, in which caches fill.
"""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.services import end, tune
from tuner.database import budget
from tuner.database.connection import OUTAGE_S, Database, open_database

SPACE = """
dataset: digits
parameters:
  hidden_layers: {int: [1, 3]}
  units: {int: [8, 128], log: true, per: hidden_layer}
  activation: [relu, tanh, elu]
  optimizer: [momentum, adam, rmsprop]
  learning_rate: {float: [1e-4, 1e-1], log: true}
  batch_size: [32, 64, 128, 256]
  dropout: {float: [0.0, 0.5]}
  epochs: 2
search: {sampler: random, pruner: none, seed: 3}
"""
STUDY = "memory"
FULL_AFTER = 50


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--trials", type=int, default=300)
    arguments.add_argument("--limit-s", type=float, default=1800.0)
    options = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="memory-"))
    (folder / "memory.yaml").write_text(SPACE)
    url = f"sqlite:///{folder / 'tuner.db'}"
    environment = {"TUNER_STORAGE": url, "TUNER_WORKER_TRIALS": "100000", "TUNER_WORKER_GROWTH_MIB": "100000"}
    environment["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder / 'mlflow.db'}"
    with (folder / "tune.log").open("wb") as log:
        start = ["start", "--space", "memory.yaml", "--study", STUDY, "--trials", str(options.trials), "--detach"]
        if tune(start, folder, environment, log).wait(120) != 0:
            raise SystemExit(f"the study could not be stored; see {folder / 'tune.log'}")
        db = open_database(url, wait_s=OUTAGE_S)
        worker = tune(["worker", "--study", STUDY], folder, environment, log)
        try:
            sizes = _watch(db, worker, options.trials, time.monotonic() + options.limit_s)
        finally:
            end(worker)
            db.engine.dispose()
    for done in (10, 50, 100, 150, 200, 250, 300):
        near = min(sizes, key=lambda each: abs(each - done))
        if done <= options.trials:
            print(f"after trial {near:4}   {sizes[near]:6.0f} MiB")
    later = {done: mib for done, mib in sizes.items() if done >= FULL_AFTER}
    growth = (sizes[max(sizes)] - sizes[min(later)]) / max(1, max(sizes) - min(later))
    print(f"a trial adds {1024 * growth:.0f} KiB after the first {FULL_AFTER}")


def _watch(db: Database, worker: "subprocess.Popen[bytes]", n_trials: int, until: float) -> dict[int, float]:
    """Resident MiB by how many trials had ended."""
    sizes: dict[int, float] = {}
    process = psutil.Process(worker.pid)
    while worker.poll() is None and time.monotonic() < until:
        done = budget.finalized(db, STUDY)
        if done:
            sizes[done] = process.memory_info().rss / 2**20
        if done >= n_trials:
            return sizes
        time.sleep(0.2)
    raise SystemExit(f"the worker ended, or took too long, after {max(sizes, default=0)} trials")


if __name__ == "__main__":
    main()
