"""What does it cost to watch a study of 2,000 trials?

    python -m benchmarks.watching [--trials 2000] [--epochs 12]

The rows of such a study are written into a SQLite file; then it is looked at as the live view and a notebook look at
it: all of it anew, and by what is new since the last look, while a trial goes on for an epoch between two looks. Each
is done ten times; told are the SQL statements of a look, the median of its seconds of CPU time, and those of drawing
what the terminal and the notebook show.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from tuner.cli.live import picture
from tuner.database import budget, runs, studies, workers
from tuner.database.connection import Database, open_database
from tuner.database.epochs import EpochView
from tuner.database.tables import EpochRow, RunRow
from tuner.database.trial_facts import TrialFacts
from tuner.python.view import fragment
from tuner.search.optuna_study import trial_template
from tuner.service.creating import create_study
from tuner.spec.study_spec import parse_spec
from tuner.studies.follower import StudyFollower
from tuner.studies.status import StudyStatus, study_status

SPACE = """
dataset: digits
validation: 288
parameters:
  hidden_layers: {int: [1, 5]}
  units: {int: [32, 512], per: hidden_layer}
  optimizer: [sgd, adam]
  learning_rate: {float: [1e-4, 1e-1], log: true}
  epochs: 12
search: {trials: 5000}
"""
PARAMS = {"hidden_layers": 1, "units_1": 64, "optimizer": "adam", "learning_rate": 0.001, "epochs": 12}
_TIMES = 10
T = TypeVar("T")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=12)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tuner-watching-") as folder:
        db = open_database(f"sqlite:///{folder}/tuner.db")
        job = _written(db, options.trials, options.epochs)
        print(f"{options.trials} trials of {options.epochs} epochs; a look takes, beside drawing")
        print(f"{'':28}{'statements':>12}{'CPU s':>9}{'terminal':>10}{'notebook':>10}")
        follower = StudyFollower(db, "s")
        follower.look()
        for name, look in (
            ("all of it anew", lambda: study_status(db, "s", epochs=True)),
            ("what is new", follower.look),
        ):
            _tell(db, job, name, look)
        db.engine.dispose()
    return 0


def _tell(db: Database, job: runs.Job, name: str, look: Callable[[], StudyStatus]) -> None:
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    looks, terminal, notebook = [], [], []
    for _ in range(_TIMES):
        stored = len(runs.view_trial(db, "s", job.ordinal).epochs)
        runs.finish_epoch(db, job, EpochView(stored + 1, {"val_accuracy": 0.9}, 0.5, time.time()), 0.9, 1)
        sa.event.listen(db.engine, "before_cursor_execute", count)
        spent, status = _timed(look)
        sa.event.remove(db.engine, "before_cursor_execute", count)
        looks.append(spent)
        terminal.append(_timed(lambda status=status: picture(status))[0])
        notebook.append(_timed(lambda status=status: fragment(status))[0])
    figures = "".join(f"{statistics.median(each):10.4f}" for each in (looks, terminal, notebook))
    print(f"{name:28}{statements / _TIMES:12.1f}{figures}", flush=True)


def _timed(call: Callable[[], T]) -> tuple[float, T]:
    began = time.process_time()
    found = call()
    return time.process_time() - began, found


def _written(db: Database, trials: int, epochs: int) -> runs.Job:
    """A study with so many trials that have ended, and one that runs."""
    spec = parse_spec(SPACE, "watched", Path(), "watched.yaml")
    create_study(db, spec, study_name="s", n_trials=trials + 1, timeout_s=None, seed=7, mlflow_uri="sqlite:///m.db")
    studies.set_note(db, "s", "watched")
    workers.enter(db, "w", "cpu")
    metrics = {"loss": 0.5, "accuracy": 0.9, "val_loss": 0.5, "val_accuracy": 0.9}
    now = time.time()
    with db.session() as session, session.begin():
        session.execute(
            sa.insert(RunRow),
            [
                dict(
                    study_name="s", role="search", round=0, ordinal=ordinal, trial_ordinal=ordinal,
                    trial_number=ordinal + 1, state="complete" if ordinal % 3 else "pruned", params=PARAMS,
                    facts=TrialFacts(), value=0.5 + ordinal / trials / 3, best_epoch=epochs, started_at=now,
                    finished_at=now + 1, finalized=True, worker_id="w", sequence=1,
                )
                for ordinal in range(trials)
            ],
        )  # fmt: skip
        session.execute(
            sa.insert(EpochRow),
            [
                dict(
                    study_name="s", role="search", round=0, ordinal=ordinal, epoch=epoch, metrics=metrics,
                    seconds=0.5, measured_at=now, worker_id="w", sequence=1,
                )
                for ordinal in range(trials)
                for epoch in range(1, epochs + 1)
            ],
        )  # fmt: skip
    job = budget.take(db, "s", "w")
    assert job is not None
    budget.fill(db, job, trial_template(job.ordinal, None), "")
    runs.start(db, job, TrialFacts(), PARAMS)
    return job


if __name__ == "__main__":
    raise SystemExit(main())
