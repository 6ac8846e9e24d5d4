"""A worker that dies before any statement of a run: another ends the run as if nothing had happened."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from optuna.trial import TrialState

from tuner.data.dataset import Dataset
from tuner.database import budget, runs, workers
from tuner.database.blobs import FolderStore
from tuner.database.connection import Database, open_database
from tuner.database.runs import RunView
from tuner.database.trial_facts import TrialFacts
from tuner.runs.finalists_turn import turn
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.service.creating import create_study
from tuner.spec.study_spec import parse_spec

SPACE = """
dataset: digits
parameters: {units: 16, optimizer: adam, learning_rate: {float: [1e-3, 1e-2]}, epochs: 2, normalization: minmax}
search: {trials: 1, seed: 1, sampler: random, finalists: {configurations: 1, seeds: 1}, pruner: none}
"""


class Killed(BaseException):
    """As a signal that nobody can catch ends a process: no handler of an error writes a last word."""


@contextmanager
def dying(db: Database, before: int) -> Iterator[list[str]]:
    """While this lasts, the process dies before such a statement, counted from 1; gives those that were made."""
    made: list[str] = []

    def die(_: Any, __: Any, statement: str, *___: Any) -> None:
        if len(made) + 1 == before:
            raise Killed
        made.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", die)
    try:
        yield made
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", die)


def study(folder: Path, digits: Dataset) -> StudyContext:
    folder.mkdir()
    db = open_database(f"sqlite:///{folder / 'tuner.db'}")
    spec = parse_spec(SPACE, "small", folder, "small.yaml")
    view = create_study(db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri="")
    workers.enter(db, "w", "cpu")
    return StudyContext(db, view, spec, digits, FolderStore(folder / "blobs"), TrialFacts(), lambda: False)


def train(context: StudyContext, worker: str = "w") -> None:
    """Both roles: the trial of the search, then the final on all rows."""
    while (job := budget.take(context.db, "s", worker)) is not None:
        run_trial(context, job)
    while turn(context, worker) == "trained":
        pass


def told(context: StudyContext, folder: Path) -> Any:
    """What there is to be seen in the end: of the search, of the final, in Optuna, among the files."""
    storage = context.db.storage
    (frozen,) = storage.get_all_trials(storage.get_study_id_from_name("s"))
    (final,) = runs.view_finalists(context.db, "s", epochs=True)
    files = sorted(path.name for path in (folder / "blobs").rglob("*") if path.is_file())
    return (
        [_seen(each) for each in (runs.view_trial(context.db, "s", 0), final)],
        (frozen.state, frozen.values, frozen.intermediate_values),
        files,
    )


def _seen(run: RunView) -> Any:
    measured = ("val_accuracy", "val_loss", "loss")
    epochs = [(each.epoch, {name: each.metrics.get(name) for name in measured}) for each in run.epochs]
    return run.role, run.state, run.reason, run.value, run.best_epoch, run.test, run.finalized, epochs


@pytest.mark.slow
def test_a_run_whose_worker_dies_before_any_statement_comes_to_the_same_end(tmp_path: Path, digits: Dataset) -> None:
    whole = study(tmp_path / "whole", digits)
    with dying(whole.db, before=0) as statements:
        train(whole)
    expected = told(whole, tmp_path / "whole")
    assert expected[1][0] == TrialState.COMPLETE
    # Every statement in its turn would be minutes; these are spread over both runs.
    for before in range(7, len(statements), 37):
        context = study(tmp_path / str(before), digits)
        with pytest.raises(Killed), dying(context.db, before):
            train(context)
        workers.mark_dead(context.db, "w")
        workers.enter(context.db, "w2", "cpu")
        train(context, "w2")
        died = f"killed before statement {before}: {statements[before - 1]}"
        assert told(context, tmp_path / str(before)) == expected, died
