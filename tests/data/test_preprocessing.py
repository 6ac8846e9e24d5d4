"""Normalizations keep their promises on training rows, and come back."""

from pathlib import Path

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import IMAGE_EPSILON, fit
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.spec.families import NORMALIZATIONS
from tuner.spec.sources import DataSpec

tables = hnp.arrays(
    np.float32,
    st.tuples(st.integers(2, 30), st.integers(1, 6)),
    # Whole steps: values that differ only in their last bit say more about float32 than about the law.
    elements=st.integers(-1000, 1000).map(lambda whole: whole / 8),
)
images = hnp.arrays(
    np.uint8, st.tuples(st.integers(2, 10), st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 3]))
)
rows = st.one_of(tables, images)


@given(x=rows, kind=st.sampled_from(NORMALIZATIONS))
def test_inverse_undoes_apply(x: np.ndarray, kind: str) -> None:
    before = x.copy()
    preprocessing = fit(kind, x)
    normalized = preprocessing.apply(x)
    assert normalized.dtype == np.float32
    assert normalized.shape == x.shape
    assert np.isfinite(normalized).all()
    assert np.array_equal(x, before)
    span = float(np.ptp(x.astype(np.float64), axis=0).max())
    np.testing.assert_allclose(preprocessing.inverse(normalized), x, atol=1e-4 * max(span, 1), rtol=1e-4)


@given(x=rows)
def test_minmax_takes_training_rows_to_zero_and_one(x: np.ndarray) -> None:
    normalized = fit("minmax", x).apply(x).reshape(-1, x.shape[-1])
    assert normalized.min() >= 0
    assert normalized.max() <= 1
    varied = np.ptp(x.reshape(-1, x.shape[-1]).astype(np.float64), axis=0) > 0
    np.testing.assert_array_equal(normalized.min(axis=0), 0)
    np.testing.assert_allclose(normalized.max(axis=0)[varied], 1, rtol=1e-6)
    np.testing.assert_array_equal(normalized.max(axis=0)[~varied], 0)


@given(x=rows)
def test_standard_has_mean_zero_and_deviation_one(x: np.ndarray) -> None:
    normalized = fit("standard", x).apply(x).reshape(-1, x.shape[-1]).astype(np.float64)
    varied = np.ptp(x.reshape(-1, x.shape[-1]).astype(np.float64), axis=0) > 0
    np.testing.assert_allclose(normalized.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(normalized.std(axis=0)[varied], 1, rtol=1e-3)
    np.testing.assert_array_equal(normalized[:, ~varied], 0)


@given(x=rows)
def test_fitting_twice_gives_the_same_numbers(x: np.ndarray) -> None:
    for kind in ("minmax", "standard", "whiten"):
        one, two = fit(kind, x), fit(kind, x)
        for name in ("offset", "scale", "matrix"):
            assert (getattr(one, name) is None) == (getattr(two, name) is None)
            if getattr(one, name) is not None:
                assert np.array_equal(getattr(one, name), getattr(two, name))


@settings(max_examples=20)
@given(factors=st.lists(st.floats(1e-3, 1e3), min_size=4, max_size=4))
def test_whitened_tables_do_not_depend_on_the_units_of_their_columns(factors: list[float]) -> None:
    x = load(DataSpec("iris"), 0).train.x
    scaled = (x * np.array(factors)).astype(np.float32)
    np.testing.assert_allclose(fit("whiten", scaled).apply(scaled), fit("whiten", x).apply(x), atol=1e-2)


def test_a_whitened_table_has_unit_covariance() -> None:
    x = load(DataSpec("wine"), 0).train.x
    whitened = fit("whiten", x).apply(x)
    np.testing.assert_allclose(np.cov(whitened.T, bias=True), np.eye(13), atol=0.02)


def test_whitened_images_have_unit_variance_in_every_strong_direction(digits: Dataset) -> None:
    x = digits.train.x.reshape(len(digits.train), -1).astype(np.float64)
    whitened = fit("whiten", digits.train.x).apply(digits.train.x).reshape(len(x), -1)
    variances, directions = np.linalg.eigh(np.cov(x.T, bias=True))
    covariance = directions.T @ np.cov(whitened.T, bias=True) @ directions
    # Uncorrelated, and each direction has all of its unit variance that epsilon leaves.
    relative = np.maximum(variances, 0) / variances.mean()
    np.testing.assert_allclose(covariance, np.diag(relative / (relative + IMAGE_EPSILON)), atol=1e-4)
    assert (np.diag(covariance)[relative > 10 * IMAGE_EPSILON] > 0.9).all()


def test_a_pixel_that_was_constant_in_training_stays_quiet_when_it_lights_up(digits: Dataset) -> None:
    x = digits.train.x
    dark = np.argwhere((x == x[0]).all(axis=0))
    assert len(dark)
    lit = x[:1].copy()
    lit[(0, *dark[0])] = 16
    for kind in ("minmax", "standard", "whiten"):
        preprocessing = fit(kind, x)
        change = np.abs(preprocessing.apply(lit) - preprocessing.apply(x[:1])).max()
        assert change < 12, kind


def test_a_constant_column_is_zero_also_for_rows_where_it_is_not() -> None:
    # 0.1 is no exact float: its deviation over many rows is tiny and not zero.
    x = np.column_stack([np.full(10_001, 0.1), np.arange(10_001)]).astype(np.float32)
    other = np.array([[0.2, 3.0]], dtype=np.float32)
    for kind in ("minmax", "standard", "whiten"):
        preprocessing = fit(kind, x)
        assert not preprocessing.apply(x)[:, 0].any()
        assert preprocessing.apply(other)[0, 0] == 0
        np.testing.assert_allclose(preprocessing.inverse(preprocessing.apply(x))[:, 0], np.float32(0.1))


def test_images_are_normalized_per_channel_and_tables_per_feature(digits: Dataset) -> None:
    image = fit("standard", digits.train.x)
    assert image.offset is not None
    assert image.offset.shape == (1,)
    iris = load(DataSpec("iris"), 0)
    table = fit("standard", iris.train.x)
    assert table.offset is not None
    assert table.offset.shape == (4,)
    whitened = fit("whiten", digits.train.x)
    assert whitened.offset is not None
    assert whitened.matrix is not None
    assert (whitened.offset.shape, whitened.matrix.shape, whitened.scale) == ((64,), (64, 64), None)
    assert {array.dtype for array in (image.offset, table.offset, whitened.offset, whitened.matrix)} == {
        np.dtype(np.float32)
    }


def test_rows_far_from_zero_keep_their_spread() -> None:
    x = (1e5 + np.random.default_rng(0).normal(size=(50_000, 1))).astype(np.float32)
    normalized = fit("standard", x).apply(x).astype(np.float64)
    assert abs(normalized.mean()) < 0.01
    assert normalized.std() == pytest.approx(1, abs=0.01)


def test_no_rows_and_rows_too_wide_to_whiten_are_refused() -> None:
    with pytest.raises(DataError, match="no training rows"):
        fit("standard", np.zeros((0, 3), np.float32))
    with pytest.raises(DataError, match=r"rows of 12288 features need a matrix.*Use standard"):
        fit("whiten", np.zeros((2, 64, 64, 3), np.uint8))


def test_an_unknown_normalization_is_a_bug() -> None:
    with pytest.raises(ValueError, match="'zca' is not one of"):
        fit("zca", np.zeros((2, 2), np.float32))


@pytest.mark.slow
def test_a_network_learns_from_whitened_clothes(fashion_mnist_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    monkeypatch.setenv("KERAS_HOME", str(fashion_mnist_home))
    data = load(DataSpec("fashion_mnist"), 0)
    whiten = fit("whiten", data.train.x)
    x, held = (whiten.apply(part.x).reshape(len(part), -1) for part in (data.train, data.validation))
    network = MLPClassifier((64,), max_iter=3, batch_size=128, random_state=0)
    with pytest.warns(ConvergenceWarning):
        network.fit(x, data.train.y)
    assert network.score(held, data.validation.y) > 0.85
