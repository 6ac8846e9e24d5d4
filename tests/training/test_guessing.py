"""What guessing comes to, by every metric that has a name here."""

from dataclasses import replace

import numpy as np
import pytest

from tuner.data.dataset import Dataset, Rows
from tuner.data.sources import load
from tuner.runs.scoring import naive
from tuner.spec.metrics import METRICS
from tuner.spec.sources import DataSpec
from tuner.spec.validation import Validation
from tuner.training.guessing import guess


@pytest.fixture(scope="module", params=["digits", "breast_cancer", "diabetes"])
def dataset(request: pytest.FixtureRequest) -> Dataset:
    return load(DataSpec(request.param), seed=0)


def test_every_metric_has_its_figure(dataset: Dataset) -> None:
    found = {name: guess(f"val_{name}", dataset) for name in METRICS[dataset.info.task]}
    # With what does not vary nothing goes along.
    assert {name for name, value in found.items() if value is None} <= {"pearson_correlation"}, found


def test_it_is_what_the_test_rows_are_compared_with(dataset: Dataset) -> None:
    name = "mae" if dataset.info.task == "regression" else "accuracy"
    value = naive(dataset.train, dataset.validation, dataset.info)
    assert guess(f"val_{name}", dataset) == pytest.approx(value, rel=1e-5)


def test_an_area_under_the_curve_of_a_guess_is_a_half() -> None:
    assert guess("val_auc", load(DataSpec("breast_cancer"), seed=0)) == pytest.approx(0.5)


def test_a_fit_of_the_mean_explains_nothing() -> None:
    value = guess("val_r2", load(DataSpec("diabetes"), seed=0))
    assert value is not None
    assert -0.1 < value <= 0


def test_the_rows_that_count_are_those_that_are_guessed_at(digits: Dataset) -> None:
    """The most common class of the training rows, which may be rare among the others."""
    common = np.bincount(digits.train.y).argmax()
    none = Rows(digits.validation.x, np.full(len(digits.validation), (common + 1) % 10, np.int32))
    assert guess("val_accuracy", replace(digits, validation=none)) == 0.0


@pytest.mark.parametrize("metric", ["val_loss", "accuracy", "val_of_my_own", "latency_ms"])
def test_what_is_not_known_by_name_is_not_guessed(digits: Dataset, metric: str) -> None:
    assert guess(metric, digits) is None


def test_of_folds_it_is_the_mean_of_their_guesses() -> None:
    data = load(DataSpec("breast_cancer", validation=Validation(folds=3)), seed=0)
    every = [guess("val_accuracy", each) for each in data.folds]
    assert guess("val_accuracy", data) == pytest.approx(np.mean([each for each in every if each is not None]))
    assert guess("val_loss", data) is None
