"""First values drawn on the host are of the distribution that Keras' initializer has, whatever the shape."""

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tuner.spec.families import INITIALIZERS, Initializer
from tuner.training.networks import catalogue
from tuner.training.networks.host_weights import fans, first_values

KINDS = keras.initializers
SHAPES = [(784, 50), (3, 3, 16, 32), (40,), (5, 60, 7)]
DRAWN = [
    KINDS.RandomNormal(0.5, 2.0, seed=3),
    KINDS.TruncatedNormal(-1.0, 0.3, seed=3),
    KINDS.RandomUniform(-0.2, 0.7, seed=3),
    *(
        KINDS.VarianceScaling(2.0, mode, distribution, seed=3)
        for mode in ("fan_in", "fan_out", "fan_avg")
        for distribution in ("truncated_normal", "untruncated_normal", "uniform")
    ),
    *(getattr(KINDS, f"{who}{law}")(seed=3) for who in ("Glorot", "He", "Lecun") for law in ("Normal", "Uniform")),
]


def _in_words(initializer: Any) -> str:
    parts = (type(initializer).__name__, getattr(initializer, "mode", ""), getattr(initializer, "distribution", ""))
    return " ".join(filter(None, parts))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("initializer", DRAWN, ids=_in_words)
def test_draws_are_of_kerass_own_distribution(initializer: Any, shape: tuple[int, ...]) -> None:
    mine = first_values(initializer, shape)
    assert mine is not None
    assert mine.shape == shape
    assert mine.dtype == np.float32
    many = _many_of_keras(initializer, shape)
    assert stats.ks_2samp(mine.ravel(), many).pvalue > 1e-3
    if type(initializer) is not KINDS.RandomNormal and getattr(initializer, "distribution", "") != "untruncated_normal":
        assert np.abs(mine).max() <= np.abs(many).max() * 1.05


def _many_of_keras(initializer: Any, shape: tuple[int, ...]) -> Any:
    """20,000 or more, so that their own luck says little."""
    times = -(-20_000 // int(np.prod(shape)))
    seeds = range(100, 100 + times)
    config = initializer.get_config()
    return np.concatenate(
        [np.ravel(type(initializer).from_config({**config, "seed": seed})(shape, "float32")) for seed in seeds]
    )


@pytest.mark.parametrize("name", INITIALIZERS)
def test_each_of_a_search_space_is_drawn_on_the_host(name: str) -> None:
    wanted = Initializer(name, 0.25)
    mine = first_values(catalogue.initializer(wanted, 7), (64, 48))
    assert mine is not None
    of_keras = np.ravel(catalogue.initializer(wanted, 8)((64, 48), "float32"))
    if np.ptp(of_keras):
        assert stats.ks_2samp(mine.ravel(), of_keras).pvalue > 1e-3
    else:
        np.testing.assert_array_equal(mine.ravel(), of_keras)


@pytest.mark.parametrize("initializer", [KINDS.Zeros(), KINDS.Ones(), KINDS.Constant(0.1), KINDS.Identity(2.0)])
def test_values_that_are_not_drawn_are_kerass_to_the_digit(initializer: Any) -> None:
    np.testing.assert_array_equal(first_values(initializer, (5, 7)), np.asarray(initializer((5, 7), "float32")))


@pytest.mark.parametrize("shape", [(30, 20), (20, 30), (3, 3, 4, 10)], ids=str)
def test_orthogonal_rows_or_columns(shape: tuple[int, ...]) -> None:
    drawn = first_values(KINDS.Orthogonal(gain=2.0, seed=1), shape)
    assert drawn is not None
    flat = drawn.reshape(-1, shape[-1])
    products = flat @ flat.T if flat.shape[0] < flat.shape[1] else flat.T @ flat
    np.testing.assert_allclose(products, 4 * np.eye(len(products)), atol=1e-5)


@given(st.integers(-(2**40), 2**40), st.lists(st.integers(1, 6), min_size=1, max_size=4))
def test_the_same_seed_and_shape_give_the_same_values(seed: int, shape: list[int]) -> None:
    one, again = (first_values(KINDS.HeNormal(seed=seed), shape) for _ in range(2))
    np.testing.assert_array_equal(one, again)


def test_another_seed_gives_other_values() -> None:
    one, other = (first_values(KINDS.GlorotUniform(seed=seed), (30, 30)) for seed in (1, 2))
    assert one is not None
    assert other is not None
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.15


@given(st.lists(st.integers(1, 9), max_size=5))
def test_fans_are_what_keras_takes_for_them(shape: list[int]) -> None:
    fan_in, fan_out = fans(shape)
    for mode, fan in (("fan_in", fan_in), ("fan_out", fan_out)):
        # One value suffices: the reach of a uniform of so many is in its scale.
        drawn = np.asarray(KINDS.VarianceScaling(3.0, mode, "uniform", seed=1)(shape, "float32"))
        same = np.asarray(
            KINDS.RandomUniform(-3 / max(1, fan) ** 0.5, 3 / max(1, fan) ** 0.5, seed=1)(shape, "float32")
        )
        np.testing.assert_allclose(drawn, same, rtol=1e-5)


class Own(keras.initializers.GlorotUniform):  # type: ignore[misc]
    """One that draws in its own way."""

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return keras.ops.ones(shape, dtype)


@pytest.mark.parametrize(
    ("initializer", "dtype"),
    [
        (Own(seed=1), "float32"),
        (KINDS.RandomNormal(seed=keras.random.SeedGenerator(1)), "float32"),
        (KINDS.RandomNormal(seed=1), "bfloat16"),
        (KINDS.Zeros(), "int32"),
        (lambda shape, dtype: None, "float32"),
    ],
)
def test_what_is_not_known_is_left_to_keras(initializer: Any, dtype: str) -> None:
    assert first_values(initializer, (3, 4), dtype) is None
