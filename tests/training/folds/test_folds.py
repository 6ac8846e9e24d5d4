"""The folds of a configuration, trained as one: their means, one best epoch for all, and going on from a checkpoint."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas
import pytest

from tuner.data.dataset import Dataset
from tuner.data.fold_error import standard_error
from tuner.data.preprocessing import fit
from tuner.data.sources import load
from tuner.errors import TrialFailed
from tuner.spec.families.mlp import mlp
from tuner.spec.sources import DataSpec, read_data
from tuner.spec.space import Value, fixed
from tuner.spec.validation import Validation
from tuner.training.checkpoint import Checkpoint
from tuner.training.folds.network import Fold, FoldsNetwork
from tuner.training.folds.trainer import ERROR, FoldsTrainer, GoesOn, fold_values
from tuner.training.network import FamilyNetwork
from tuner.training.networks.models import evaluate
from tuner.training.plan import EpochResult, TrainPlan, Verdict

PLAN = TrainPlan(None, 0, "val_accuracy", "maximize", None, seed=1)
FOLDS = 3


@pytest.fixture(scope="module")
def iris() -> Dataset:
    return load(DataSpec("iris", validation=Validation(folds=FOLDS)), seed=0)


def network(data: Dataset, goes_on: GoesOn | None = None, **params: Value) -> FoldsNetwork:
    chosen: dict[str, Value] = {
        "units": 8, "optimizer": "adam", "learning_rate": 0.02, "batch_size": 16, "epochs": 4,
        "normalization": "standard", **params,
    }  # fmt: skip

    def fold(number: int, each: Dataset) -> Fold:
        config = mlp(fixed(chosen), "classification", False)
        return Fold(FamilyNetwork(config, ()), each, lambda kind: fit(kind, each.train.x), 10 + number)

    return FoldsNetwork([fold(number, each) for number, each in enumerate(data.folds)], goes_on)


def trainer(made: FoldsNetwork, data: Dataset, plan: TrainPlan = PLAN, at: Checkpoint | None = None) -> FoldsTrainer:
    return made.trainer(data, lambda kind: fit(kind, data.train.x), plan, at)


def driven(of: FoldsTrainer, epochs: int = 100) -> list[EpochResult]:
    results: list[EpochResult] = []
    while len(results) < epochs and (step := of.step()):
        results += step
    return results


def test_an_epoch_is_one_of_each_fold_and_its_figures_are_their_means(iris: Dataset) -> None:
    results = driven(trainer(network(iris), iris))
    alone = []
    for number, each in enumerate(iris.folds):
        only = network(iris).folds[number]
        seen: list[EpochResult] = []

        def note(result: EpochResult, seen: list[EpochResult] = seen) -> Verdict:
            seen.append(result)
            return "go_on"

        only.network.train(each, only.fitted, replace(PLAN, seed=only.seed), None, note)
        alone.append(seen)
    assert [each.epoch for each in results] == [1, 2, 3, 4]
    for epoch, result in enumerate(results):
        of_folds = [seen[epoch].metrics for seen in alone]
        values = [each["val_accuracy"] for each in of_folds]
        assert fold_values(result.metrics) == pytest.approx(values)
        for name in ("loss", "val_loss", "val_accuracy"):
            assert result.metrics[name] == pytest.approx(np.mean([each[name] for each in of_folds]), rel=1e-6)
        ratio = len(iris.validation) / len(iris.train)
        assert result.metrics[ERROR] == pytest.approx(standard_error(values, ratio), rel=1e-5)


def test_all_folds_keep_the_weights_of_one_epoch_the_best_of_their_mean(iris: Dataset) -> None:
    made = network(iris, learning_rate=0.3, epochs=6)
    of = trainer(made, iris)
    results = driven(of)
    came_to = of.result(0)
    values = [each.metrics["val_accuracy"] for each in results]
    assert came_to.best_epoch == 1 + values.index(max(values))
    assert came_to.value == max(values)
    for each, value in zip(made.folds, fold_values(came_to.epochs[came_to.best_epoch - 1]), strict=True):
        assert isinstance(each.network, FamilyNetwork)
        assert evaluate(each.network.for_use(), each.dataset.validation, each.dataset.info)[
            "accuracy"
        ] == pytest.approx(value)


def test_from_its_bytes_it_goes_on_as_if_it_had_never_stopped(iris: Dataset) -> None:
    whole = driven(trainer(network(iris), iris))
    first = driven(trainer(network(iris), iris), epochs=2)
    stored = Checkpoint.from_bytes(first[-1].checkpoint().to_bytes())
    assert (stored.epoch, len(stored.members), stored.goes_on) == (2, FOLDS, True)
    rest = driven(trainer(network(iris), iris, at=stored))
    told = [(each.epoch, each.best_epoch, each.metrics) for each in (*first, *rest)]
    assert told == [(each.epoch, each.best_epoch, each.metrics) for each in whole]


def test_patience_waits_for_the_mean_and_ends_all_folds(iris: Dataset) -> None:
    of = trainer(network(iris, learning_rate=1e-7, epochs=9), iris, replace(PLAN, patience=2))
    results = driven(of)
    assert (len(results), results[-1].ended, of.result(0).stopped) == (3, "patience", "patience")


def test_a_fold_that_diverges_ends_the_trial_and_is_named(iris: Dataset) -> None:
    of = trainer(network(iris, optimizer="sgd", learning_rate=1e30, epochs=3), iris)
    results = driven(of)
    assert results[-1].ended == "diverged"
    assert of.result(0).reason.startswith("fold 1: diverged at epoch")


def test_an_epoch_that_is_behind_ends_after_the_folds_that_have_trained_it_and_is_caught_up(iris: Dataset) -> None:
    asked: list[tuple[int, int]] = []

    def goes_on(epoch: int, values: Sequence[float]) -> bool:
        asked.append((epoch, len(values)))
        return (epoch, len(values)) != (2, 2)

    results = driven(trainer(network(iris, goes_on), iris), epochs=2)
    assert asked == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert len(fold_values(results[1].metrics)) == 2
    stored = Checkpoint.from_bytes(results[1].checkpoint().to_bytes())
    # The third fold trains the epoch that it lacks; all then come to what they would have come to.
    rest = driven(trainer(network(iris), iris, at=stored))
    whole = driven(trainer(network(iris), iris))
    assert [fold_values(each.metrics) for each in rest] == [fold_values(each.metrics) for each in whole[2:]]


def test_what_is_said_of_every_row_is_said_by_the_network_that_has_not_learnt_from_it(iris: Dataset) -> None:
    made = network(iris)
    of = trainer(made, iris)
    driven(of)
    value = of.result(0).value
    told = made.answers(iris)
    assert told is not None
    assert told.counts.sum() == iris.validated_rows == 120
    assert np.trace(told.counts) / 120 == pytest.approx(value, abs=1e-6)


def test_a_network_whose_training_is_one_call_is_refused(iris: Dataset) -> None:
    class OneCall(FamilyNetwork):
        def fold_trainer(self, *_: object) -> None:  # type: ignore[override]
            return None

    made = network(iris)
    first = made.folds[0]
    assert isinstance(first.network, FamilyNetwork)
    with pytest.raises(TrialFailed, match=r"validation: 0\.2"):
        trainer(FoldsNetwork([replace(first, network=OneCall(first.network.config, ()))]), iris)


def test_folds_of_a_table_are_as_wide_as_the_categories_that_each_has_learnt(tmp_path: Path) -> None:
    """The one row of its kind is in one fold, whose network has no column for it."""
    rows = 60
    colours = ["red", "green"] * (rows // 2)
    table = pandas.DataFrame({"size": range(rows), "colour": colours, "ill": ["yes", "no", "no"] * (rows // 3)})
    rule = Validation(time="size", folds=3, as_input=True)
    table.loc[20, "colour"] = "mauve"
    table.to_csv(tmp_path / "t.csv", index=False)
    data = load(read_data({"csv": "t.csv", "target": "ill"}, rule, tmp_path, "space.yaml"), seed=0)
    assert [each.info.input_shape for each in data.folds] == [(3,), (4,), (4,)]
    made = network(data)
    of = trainer(made, data)
    driven(of)
    assert of.result(0).stopped == "finished"
    told = made.answers(data)
    assert told is not None
    assert told.counts.sum() == data.validated_rows == 36
