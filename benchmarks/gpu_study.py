"""A study of the default space of Fashion-MNIST with Keras on JAX, from the command to the champion; and a peer beside.

    python -m benchmarks.gpu_study [--trials 1000] [--seconds 150] [--cohort auto] [--workers 1] [--peer-seconds 60]

First this project, as a person starts it, with one worker (or several that share a GPU, since what a trial costs beside
its training is Python's, one process at a time); then, for the stated seconds, an Optuna script that trains
with Keras' `fit` (`benchmarks/peers/optuna_script.py`), on the same device and JAX, too. Told are trials, epochs a
minute, programs compiled, the seconds from the command to the end of the search and to the champion, the winner's test
accuracy, and how busy the GPU was while the search ran. Without a GPU it runs on the CPU, where cohorts have to be
asked for: `--cohort 16 --trials 20`.

The peer failing is an error, and exits with 1. It ends by itself after both times and two minutes at most.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.services import end, tune
from tuner.database.connection import open_database
from tuner.studies.status import StudyStatus, study_status

ROOT = Path(__file__).parents[1]
STUDY = "gpu"
_LEAST_S = 120.0
"""For what comes after the search: finalists, report, delivery."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=150.0)
    parser.add_argument("--cohort", default="auto")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--peer-seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="gpu-study-") as name:
        ours = _ours(Path(name) / "ours", options)
        print(_line("tuner", ours), flush=True)
        peer = _peer(Path(name) / "peer", options) if options.peer_seconds > 0 else None
    if peer is not None:
        print(_line("Optuna's script, fit", peer))
        if peer["epochs_a_minute"]:
            times = float(ours["epochs_a_minute"] or 0) / float(peer["epochs_a_minute"])
            print(f"{times:.1f} times the epochs a minute")
    if options.json is not None:
        options.json.write_text(json.dumps({"tuner": ours, "peer": peer}, indent=1))
    return 0 if peer is None or peer["epochs_a_minute"] else 1


def _line(who: str, figures: dict[str, float | None]) -> str:
    told = ", ".join(f"{name} {value:.4g}" for name, value in figures.items() if value is not None)
    return f"{who}: {told}"


def _ours(folder: Path, options: argparse.Namespace) -> dict[str, float | None]:
    folder.mkdir()
    url = f"sqlite:///{folder / 'tuner.db'}"
    environment = {"KERAS_BACKEND": "jax", "TUNER_STORAGE": url, "TUNER_CACHE": str(folder / "cache")}
    words = ["start", "--space", "fashion_mnist", "--study", STUDY, "--trials", str(options.trials)]
    words += ["--workers", str(options.workers), "--workers-per-gpu", str(options.workers)]
    words += ["--timeout", str(int(options.seconds)), "--cohort", options.cohort, "--seed", str(options.seed)]
    began = time.time()
    with (folder / "log").open("wb") as log, _busy() as busy:
        process = tune(words, folder, environment, log)
        try:
            code = process.wait(options.seconds + _LEAST_S)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            end(process)
    whole = time.time() - began
    db = open_database(url)
    status = study_status(db, STUDY, epochs=True)
    db.engine.dispose()
    if code != 0:
        print((folder / "log").read_text()[-3000:], file=sys.stderr)
        print(f"tune start ended with {code}", file=sys.stderr)
    found = _of(status, began)
    return {**found, "seconds": whole, "gpu_busy_percent": statistics.mean(busy) if busy else None}


def _of(status: StudyStatus, began: float) -> dict[str, float | None]:
    epochs = sorted(each.measured_at for trial in status.trials for each in trial.epochs)
    first, last = (epochs[0], epochs[-1]) if epochs else (began, began)
    outcome = status.study.outcome
    test = None if outcome is None else outcome.finalists.test if outcome.finalists else outcome.test
    return {
        "trials": sum(each.finalized for each in status.trials),
        "epochs": len(epochs),
        "epochs_a_minute": 60 * len(epochs) / (last - began) if last > began else None,
        "programs": sum(each.facts.compilations or 0 for each in status.trials),
        "first_epoch_s": first - began,
        "search_s": last - began,
        "best": None if status.best is None else status.best.value,
        "test": None if not test else test.get("accuracy"),
    }


def _peer(folder: Path, options: argparse.Namespace) -> dict[str, float | None]:
    folder.mkdir()
    began = time.time()
    command = [sys.executable, "-m", "benchmarks.peers.optuna_script", "--seconds", str(options.peer_seconds)]
    command += ["--seed", str(options.seed), "--log", str(folder / "log.json"), "--began", str(began)]
    path = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": path}, capture_output=True,
        text=True, timeout=options.peer_seconds + _LEAST_S, check=False,
    )  # fmt: skip
    log = folder / "log.json"
    lines = [json.loads(each) for each in log.read_text().splitlines()] if log.exists() else []
    if done.returncode != 0:
        print(done.stderr[-2000:], file=sys.stderr)
    epochs = [each for each in lines if "epoch" in each]
    if done.returncode != 0 or not epochs:
        return {"epochs_a_minute": None}
    return {
        "trials": len({each["trial"] for each in epochs}),
        "epochs": len(epochs),
        "epochs_a_minute": 60 * len(epochs) / epochs[-1]["t"],
        "first_epoch_s": epochs[0]["t"],
        "best": max(each["value"] for each in epochs),
        "test": next((each["test"] for each in lines if "test" in each), None),
    }


@contextmanager
def _busy() -> Iterator[list[float]]:
    """How busy the first GPU is, in percent, twice a second; nothing where there is none."""
    import pynvml

    found: list[float] = []
    over = threading.Event()

    def look(handle: object) -> None:
        while not over.wait(0.5):
            found.append(float(pynvml.nvmlDeviceGetUtilizationRates(handle).gpu))

    try:
        pynvml.nvmlInit()
        thread = threading.Thread(target=look, args=(pynvml.nvmlDeviceGetHandleByIndex(0),), daemon=True)
    except pynvml.NVMLError:
        yield found
        return
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    raise SystemExit(main())
