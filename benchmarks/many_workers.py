"""Many workers on one study: exact.

    python -m benchmarks.many_workers [--workers 8] [--trials 200]

So many workers on PostgreSQL run tiny trials (digits, two epochs). Afterwards every place of the budget is filled once,
in our rows and in Optuna's, nothing is left RUNNING, no two trials have one configuration, and the server never had
more than 100 connections. Prints a table; exits with 0 where all of it holds, else 1.
"""

import argparse
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import optuna

from benchmarks.services import end, tune
from tests.postgres import postgres
from tuner.database.connection import open_database
from tuner.studies.status import study_status

SPACE = """
dataset: digits
parameters:
  units: {int: [8, 64], log: true}
  learning_rate: {float: [1e-4, 1e-1], log: true}
  dropout: {float: [0.0, 0.5]}
  batch_size: 128
  epochs: 2
search: {sampler: tpe, pruner: none, seed: 3}
"""
STUDY = "many"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--workers", type=int, default=8)
    arguments.add_argument("--trials", type=int, default=200)
    arguments.add_argument("--limit-s", type=float, default=1200.0)
    options = arguments.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    folder = Path(tempfile.mkdtemp(prefix="many-"))
    (folder / "many.yaml").write_text(SPACE)
    with postgres() as server, (folder / "tune.log").open("wb") as log:
        url = server.new_database()
        db = open_database(url)
        budget = ["--trials", str(options.trials), "--workers", str(options.workers)]
        process = tune(
            ["start", "--space", "many.yaml", "--study", STUDY, *budget],
            folder,
            {"TUNER_STORAGE": url, "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}"},
            log,
        )
        most = [0]
        over = threading.Event()
        counter = threading.Thread(target=_count_connections, args=(server.connections, most, over))
        counter.start()
        try:
            code = process.wait(options.limit_s)
        finally:
            over.set()
            counter.join()
            end(process)
        status = study_status(db, STUDY)
        theirs = optuna.load_study(study_name=STUDY, storage=db.storage).trials
        db.engine.dispose()
    configurations = Counter(tuple(sorted(trial.params.items())) for trial in theirs)
    checks = {
        "tune start ended with 0": code == 0,
        "every place of the budget once": [trial.ordinal for trial in status.trials] == list(range(options.trials)),
        "every trial settled": all(trial.finalized for trial in status.trials),
        "as many in Optuna": [trial.number for trial in theirs] == list(range(options.trials)),
        "none left running there": all(trial.state.is_finished() for trial in theirs),
        "no configuration twice": max(configurations.values()) == 1,
        "fewer than 100 connections": most[0] < 100,
    }
    ended = [trial.finished_at or 0.0 for trial in status.trials]
    shares = Counter(trial.worker_id for trial in status.trials)
    each = f"{min(shares.values())} to {max(shares.values())} each"
    print(f"{'trials':34} {len(status.trials)} by {len(shares)} workers, {each}")
    print(f"{'states':34} {dict(Counter(trial.state for trial in status.trials))}")
    print(
        f"{'seconds, first start to last end':34} {max(ended) - min(trial.started_at for trial in status.trials):.0f}"
    )
    print(f"{'most connections at once':34} {most[0]}")
    for words, holds in checks.items():
        print(f"{words:34} {'yes' if holds else 'NO'}")
    raise SystemExit(0 if all(checks.values()) else 1)


def _count_connections(connections: Callable[[], int], most: list[int], over: threading.Event) -> None:
    while not over.wait(1.0):
        most[0] = max(most[0], connections())


if __name__ == "__main__":
    main()
