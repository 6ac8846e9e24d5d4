"""A cross-validated study: what is stored of trials and finalists, a dead worker's trial that goes on, and pruning."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tuner.data.dataset import Dataset
from tuner.data.fold_error import half_width, standard_error
from tuner.data.sources import load
from tuner.database import budget, runs, workers
from tuner.database.blobs import FolderStore
from tuner.database.connection import open_database
from tuner.database.trial_facts import TrialFacts
from tuner.runs.finalists_turn import turn
from tuner.runs.fold_pruning import is_behind
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.service.creating import create_study
from tuner.spec.code import find_code
from tuner.spec.study_spec import parse_spec
from tuner.studies.code import code_options
from tuner.studies.outcome import figures_of_search
from tuner.studies.status import study_status
from tuner.training.folds.trainer import ERROR, fold_values

SPACE = """
dataset: iris
validation: {folds: 3}
parameters:
  {units: 8, learning_rate: {float: [1e-4, 1e-1], log: true}, epochs: 3, batch_size: 16, normalization: standard}
search: {trials: %d, seed: 4, sampler: random, pruner: %s, finalists: {configurations: %d, seeds: 2}}
"""


@pytest.fixture(scope="module")
def iris() -> Dataset:
    spec = parse_spec(SPACE % (1, "none", 0), "small", Path(), "small.yaml")
    return load(spec.data, seed=4)


def study(folder: Path, data: Dataset, trials: int = 1, pruner: str = "none", finalists: int = 0) -> StudyContext:
    folder.mkdir(exist_ok=True)
    db = open_database(f"sqlite:///{folder / 'tuner.db'}")
    spec = parse_spec(SPACE % (trials, pruner, finalists), "small", folder, "small.yaml")
    view = create_study(db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri="")
    workers.enter(db, "w", "cpu")
    return StudyContext(db, view, spec, data, FolderStore(folder / "blobs"), TrialFacts(), lambda: False)


def search(context: StudyContext, worker: str = "w") -> Iterator[runs.RunView]:
    while (job := budget.take(context.db, "s", worker)) is not None:
        run_trial(context, job)
        yield runs.view_trial(context.db, "s", job.ordinal)


def test_a_trial_is_the_mean_over_its_folds_with_its_error_in_every_epoch_and_in_the_end(
    tmp_path: Path, iris: Dataset
) -> None:
    (trial,) = search(study(tmp_path, iris))
    assert (trial.state, [each.epoch for each in trial.epochs]) == ("complete", [1, 2, 3])
    for each in trial.epochs:
        values = fold_values(each.metrics)
        assert len(values) == 3
        assert each.metrics["val_accuracy"] == pytest.approx(np.mean(values))
        assert ERROR in each.metrics
    folds = trial.facts.folds
    assert folds is not None
    assert folds.values == fold_values(trial.best_metrics)
    assert trial.value == pytest.approx(np.mean(folds.values))
    assert folds.error == pytest.approx(standard_error(folds.values, 0.5))
    assert folds.half == pytest.approx(half_width(folds.values, 0.5))
    assert trial.facts.path.startswith("3 folds, one after another: ")


def test_a_trial_whose_worker_left_goes_on_in_all_its_folds_to_the_same_end(tmp_path: Path, iris: Dataset) -> None:
    (whole,) = search(study(tmp_path / "whole", iris))
    left = study(tmp_path / "left", iris)
    left.hand_back = lambda: True
    (half_way,) = [each for each in [next(search(left))]]
    assert (half_way.state, len(half_way.epochs)) == ("running", 1)
    left.hand_back = lambda: False
    workers.mark_dead(left.db, "w")
    workers.enter(left.db, "w2", "cpu")
    (after,) = search(left, "w2")
    assert after.repeated == 0
    assert [each.metrics for each in after.epochs] == [each.metrics for each in whole.epochs]
    assert after.facts.folds == whole.facts.folds


def test_finalists_are_compared_on_the_same_folds_and_the_winner_is_trained_on_all_rows(
    tmp_path: Path, iris: Dataset
) -> None:
    context = study(tmp_path, iris, trials=2, finalists=2)
    list(search(context))
    while turn(context, "w") == "trained":
        pass
    every = runs.view_finalists(context.db, "s")
    compared = [each for each in every if each.role == "compare" and each.state == "complete"]
    finals = [each for each in every if each.role == "final"]
    assert all(each.facts.folds is not None and len(each.facts.folds.values) == 3 for each in compared)
    assert {each.facts.rows_train for each in finals} == {iris.validated_rows} == {120}
    assert all(each.facts.folds is None and each.test for each in finals)
    status = study_status(context.db, "s")
    assert figures_of_search(status, context.spec)["complete"] == 2


def test_a_trial_is_behind_where_its_best_mean_over_the_same_folds_is_not_among_the_best_of_the_complete() -> None:
    others = [[0.9, 0.5], [0.8, 0.6], [0.7, 0.7]]
    # The first fold is the easier one: what is compared with it is that fold of the others.
    assert is_behind([[0.6]], [each[:1] for each in others], 50.0, 2, 1.0)
    assert not is_behind([[0.85]], [each[:1] for each in others], 50.0, 2, 1.0)
    assert not is_behind([[0.6], [0.85]], [each[:1] for each in others], 50.0, 2, 1.0)
    assert not is_behind([[0.1]], [each[:1] for each in others], 50.0, 4, 1.0)
    assert is_behind([[0.9]], [each[:1] for each in others], 50.0, 2, -1.0)
    assert not is_behind([[0.1]], [], 50.0, 0, 1.0)


def test_a_trial_that_is_behind_over_its_first_folds_does_not_train_the_others(tmp_path: Path, iris: Dataset) -> None:
    trials = list(search(study(tmp_path, iris, trials=6, pruner="median")))
    early = [each for each in trials if each.state == "pruned" and "after fold" in each.reason]
    assert early
    for each in early:
        assert len(fold_values(each.epochs[-1].metrics)) < 3
        assert each.reason.startswith(f"pruned after fold {len(fold_values(each.epochs[-1].metrics))} at epoch")
    assert all(len(fold_values(each.epochs[-1].metrics)) == 3 for each in trials if each.state == "complete")


CODE = """
import keras


def build(hp):
    model = keras.Sequential([keras.layers.Dense(hp.Int("units", 4, 8), "relu"), keras.layers.Dense(3, "softmax")])
    model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""


def test_a_network_of_a_persons_code_is_cross_validated_too(tmp_path: Path, iris: Dataset) -> None:
    (tmp_path / "net.py").write_text(CODE)
    code = find_code(str(tmp_path / "net.py"))
    spec = parse_spec(
        "dataset: iris\nvalidation: {folds: 3}\nmodel: {keras_tuner: 'net.py:build'}\nparameters: {epochs: 2}\n"
        "search: {trials: 1, seed: 4, finalists: 0}",
        "mine", tmp_path, "mine.yaml",
    )  # fmt: skip
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    view = create_study(
        db, spec, study_name="s", n_trials=None, timeout_s=None, seed=None, mlflow_uri="", options=code_options(code)
    )
    workers.enter(db, "w", "cpu")
    store = FolderStore(tmp_path / "blobs")
    (trial,) = search(StudyContext(db, view, spec, iris, store, TrialFacts(), lambda: False, code=code))
    assert (trial.state, len(trial.epochs), trial.reason) == ("complete", 2, "")
    assert trial.facts.folds is not None
    assert trial.value == pytest.approx(np.mean(trial.facts.folds.values))
    # The figures of the last fold's network are its own, and its model can be scored.
    assert not trial.facts.not_scored
