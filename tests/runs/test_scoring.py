"""What the test rows say of a winner, and how sure that is."""

import keras
import numpy as np
import pytest

from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.errors import TrialFailed
from tuner.runs.scoring import bootstrap, score, wilson
from tuner.spec.sources import DataSpec


def test_a_regression_is_scored_with_an_interval_and_against_the_mean() -> None:
    data = load(DataSpec("diabetes"), seed=0)
    mean = keras.initializers.Constant(float(data.train.y.mean()))
    layer = keras.layers.Dense(1, kernel_initializer="zeros", bias_initializer=mean)
    figures = score(keras.Sequential([keras.Input(data.info.input_shape), layer]), data)
    assert figures["low"] < figures["mae"] < figures["high"]
    # This model guesses the mean itself.
    assert figures["naive"] == pytest.approx(figures["mae"], rel=1e-5)
    assert figures["r2"] == pytest.approx(0, abs=0.05)


def test_a_classification_is_scored_with_an_interval_and_against_the_most_common_class() -> None:
    data = load(DataSpec("breast_cancer"), seed=0)
    layer = keras.layers.Dense(2, kernel_initializer="zeros", bias_initializer=_second)
    figures = score(keras.Sequential([keras.Input(data.info.input_shape), layer]), data)
    assert figures["low"] < figures["accuracy"] < figures["high"]
    # Benign is the second of the two, and the more common one.
    assert figures["naive"] == figures["accuracy"] == pytest.approx(np.mean(data.test.y == 1))


def _second(shape: tuple[int, ...], dtype: str | None = None) -> object:
    return keras.ops.convert_to_tensor([0.0, 1.0])


def test_the_bootstrap_of_a_mean_is_near_the_normal_interval_and_always_the_same() -> None:
    values = np.random.default_rng(3).exponential(size=5000)
    low, high = bootstrap(values)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert low == pytest.approx(values.mean() - half, abs=0.1 * half)
    assert high == pytest.approx(values.mean() + half, abs=0.1 * half)
    assert bootstrap(values) == (low, high)


def test_wilsons_interval_is_the_one_of_the_tables() -> None:
    # 8 of 10: Brown, Cai & DasGupta's formula (4), worked by hand.
    assert wilson(0.8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_the_digits_have_ten_equal_classes(digits: Dataset) -> None:
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
    assert score(model, digits)["naive"] == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("constant", [np.nan, np.inf])
def test_a_network_that_overflows_on_the_test_rows_has_no_score(constant: float) -> None:
    data = load(DataSpec("diabetes"), seed=0)
    layer = keras.layers.Dense(1, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(constant))
    with pytest.raises(TrialFailed, match="the figures on the test rows are not numbers"):
        score(keras.Sequential([keras.Input(data.info.input_shape), layer]), data)
