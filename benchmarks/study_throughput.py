"""How many times more epochs a minute does a study finish on compiled epochs than through `Model.fit`?

    python -m benchmarks.study_throughput [--space fashion_mnist] [--seconds 150]

The same study twice - the same seed, the default number of workers, everything recorded in SQL and MLflow - first
compiled, then forced through `fit` with `--fit`, each ended after so many seconds. Epochs are counted from the moment
the study is stored to its last epoch, imports and the loading of data included. The second figure compares only epochs
that both studies trained: of the same number, of a trial with the same configuration. Goal: 2.5 times.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.services import end, tune
from tuner.database.connection import open_database
from tuner.database.runs import RunView, view_trials
from tuner.database.studies import view_study

GOAL = 2.5
PATHS = {"compiled": [], "fit": ["--fit"]}
MORE_THAN_FIT_IN = 100_000


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--space", default="fashion_mnist")
    arguments.add_argument("--seconds", type=int, default=150)
    options = arguments.parse_args()
    print(machine(), "\n")
    print(f"{'':12}{'trials ended':>14}{'epochs':>8}{'minutes':>9}{'epochs a minute':>17}")
    rates, trained = {}, {}
    for path, more in PATHS.items():
        minutes, trained[path] = _study(options.space, path, options.seconds, more)
        epochs = sum(len(trial.epochs) for trial in trained[path])
        rates[path] = epochs / minutes
        ended = sum(trial.state != "running" for trial in trained[path])
        print(f"{path:12}{ended:14}{epochs:8}{minutes:9.2f}{rates[path]:17.1f}", flush=True)
    ratio = rates["compiled"] / rates["fit"]
    verdict = "" if ratio >= GOAL else "  missed"
    print(f"\ntimes as many epochs a minute: {ratio:.2f}   goal {GOAL}{verdict}")
    same = list(_same_epochs(trained["compiled"], trained["fit"]))
    if same:
        seconds = [sum(each) for each in zip(*same, strict=True)]
        print(f"of the {len(same)} epochs that both trained: {seconds[1] / seconds[0]:.2f} times as fast")
    return 1 if verdict else 0


def _study(space: str, path: str, seconds: int, more: list[str]) -> tuple[float, list[RunView]]:
    """Minutes from the study's beginning to its last epoch, and its trials."""
    folder = Path(tempfile.mkdtemp(prefix=f"throughput-{path}-"))
    environment = {
        "TUNER_STORAGE": f"sqlite:///{folder / 'tuner.db'}",
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
    }
    command = ["start", "--space", space, "--study", path, "--seed", "1", "--trials", str(MORE_THAN_FIT_IN)]
    with (folder / "tune.log").open("wb") as log:
        process = tune([*command, "--timeout", str(seconds), *more], folder, environment, log)
        try:
            if process.wait(2 * seconds + 300) != 0:
                raise SystemExit(f"the study did not end well; see {folder / 'tune.log'}")
        finally:
            end(process)
    db = open_database(environment["TUNER_STORAGE"])
    found = view_trials(db, path, epochs=True)
    began = view_study(db, path).created_at
    db.engine.dispose()
    last = max((epoch.measured_at for trial in found for epoch in trial.epochs), default=None)
    if last is None:
        raise SystemExit(f"no epoch was done in {seconds} s; give it more --seconds")
    return (last - began) / 60, found


def _same_epochs(one: list[RunView], other: list[RunView]) -> list[tuple[float, float]]:
    """Seconds in either study. An epoch that compiles - the first - counts like any other."""
    theirs = {(trial.ordinal, tuple(sorted(trial.params.items()))): trial for trial in other}
    pairs = []
    for trial in one:
        match = theirs.get((trial.ordinal, tuple(sorted(trial.params.items()))))
        if match is not None:
            pairs += [(a.seconds, b.seconds) for a, b in zip(trial.epochs, match.epochs, strict=False)]
    return pairs


if __name__ == "__main__":
    sys.exit(main())
