"""Densities of configurations: they are ones, what is drawn lies in the space, and the fast way is the written one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from scipy.stats import norm

from tuner.search.normal import Array
from tuner.search.parzen import Axis, Categories, Numbers, axis, beside, fit


@st.composite
def distributions(draw: st.DrawFn) -> BaseDistribution:
    """Of every kind: a range with a logarithm or steps, or neither, or a few categories."""
    if draw(st.integers(0, 4)) == 0:
        return CategoricalDistribution(tuple(range(draw(st.integers(2, 6)))))
    low, log, whole = draw(st.integers(1, 50)), draw(st.booleans()), draw(st.booleans())
    step = 1 if log else draw(st.integers(1, 7))
    high = low + step * draw(st.integers(1, 300))
    if whole:
        return IntDistribution(low, high, log=log, step=step)
    return FloatDistribution(low / 64, high / 64, log=log, step=None if log or draw(st.booleans()) else step / 64)


def observed(distribution: BaseDistribution, chance: Array) -> Array:
    """A value on its axis for each of these numbers from 0 to 1."""
    along = axis(distribution)
    if isinstance(along, Categories):
        return np.minimum(np.floor(chance * along.count), along.count - 1)
    return along.inward(along.outward(chance))


SEVERAL = st.lists(distributions(), min_size=1, max_size=4)


@given(SEVERAL, st.integers(0, 30), st.integers(0, 2**31))
def test_what_is_drawn_lies_in_the_space_and_on_its_steps(
    space: list[BaseDistribution], trials: int, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    axes = [axis(each) for each in space]
    observations = np.stack([observed(each, chance.random(trials)) for each in space], axis=1)
    points = fit(axes, observations, np.ones(trials)).draw(chance.random((40, len(space) + 1)))
    for place, each in enumerate(space):
        for unit in points[:, place]:
            value = float(axes[place].outward(np.array([unit]))[0])
            assert each._contains(each.to_internal_repr(each.to_external_repr(value)))  # noqa: SLF001
            if isinstance(each, FloatDistribution | IntDistribution) and each.step is not None:
                assert (value - each.low) / each.step == pytest.approx(round((value - each.low) / each.step), abs=1e-6)


@given(
    distributions(),
    st.lists(st.floats(0, 1), max_size=30),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_density_is_one_over_all_that_can_be(
    distribution: BaseDistribution, chances: list[float], at: float, narrowest: float
) -> None:
    along = axis(distribution)
    observations = observed(distribution, np.array(chances))[:, None]
    fitted = fit([along], observations, np.ones(len(observations)), narrowest)
    for kernels in (fitted, beside(fitted, observed(distribution, np.array([at]))[:, None])):
        if isinstance(along, Categories):
            points, width = np.arange(along.count, dtype=float), 1.0
        elif along.coarse:
            assert along.step is not None
            points, width = np.arange(along.low, along.high + along.step / 2, along.step), 1.0
            points = along.inward(points)
        else:
            points, width = (np.arange(20_000) + 0.5) / 20_000, 1 / 20_000
        total = np.exp(kernels.log_sums(points[:, None])).sum() * width / kernels.weights.sum()
        assert total == pytest.approx(1.0, abs=1e-3)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=25),
    st.lists(st.floats(0, 1), min_size=1, max_size=8),
    st.integers(0, 2**31),
)
def test_the_sum_of_kernels_is_the_one_that_is_written(chances: list[float], others: list[float], seed: int) -> None:
    """A number and a category in one kernel, against scipy's densities, kernel by kernel."""
    categories = np.random.default_rng(seed).integers(0, 3, len(chances)).astype(float)
    axes: list[Axis] = [Numbers(0.0, 1.0, None, log=False), Categories(3)]
    kernels = fit(axes, np.stack([np.array(chances), categories], axis=1), np.linspace(0.5, 1.0, len(chances)))
    points = np.stack([np.array(others), np.arange(len(others)) % 3], axis=1)
    count = len(chances) + 1
    for (number, category), found in zip(points, kernels.log_sums(points), strict=True):
        total = 0.0
        for (centre, index), (width, _), weight in zip(kernels.centres, kernels.widths, kernels.weights, strict=True):
            cut = norm.cdf(1, centre, width) - norm.cdf(0, centre, width)
            own = 1.0 / 3 if index < 0 else ((index == category) + 1 / count) / (1 + 3 / count)
            total += weight * own * norm.pdf(number, centre, width) / cut
        assert found == pytest.approx(np.log(total), abs=1e-6)


def test_it_draws_as_often_as_its_density_says() -> None:
    along = axis(IntDistribution(1, 8))
    kernels = fit([along], observed(IntDistribution(1, 8), np.array([0.1, 0.1, 0.6]))[:, None], np.ones(3))
    units = kernels.draw(np.random.default_rng(0).random((20_000, 2)))[:, 0]
    values, counts = np.unique(along.outward(units), return_counts=True)
    expected = np.exp(kernels.log_sums(along.inward(values)[:, None])) / kernels.weights.sum()
    assert (counts / 20_000).tolist() == pytest.approx(expected.tolist(), abs=0.012)


def test_a_kernel_is_as_wide_as_the_wider_gap_beside_it() -> None:
    axes = [Numbers(0.0, 1.0, None, log=False)]
    fitted = fit(axes, np.array([[0.1], [0.6], [0.2]]), np.ones(3))
    # The outermost have one neighbour; none is narrower than a fifth of the range, of three trials.
    assert fitted.widths[:, 0].tolist() == pytest.approx([0.2, 0.4, 0.4, 1.0])
    assert beside(fitted, np.array([[0.5], [0.9]])).widths[:, 0].tolist() == pytest.approx([0.3, 0.3])


def test_no_kernel_is_narrower_than_it_may_be_however_many_there_are() -> None:
    axes = [Numbers(0.0, 1.0, None, log=False)]
    near = np.linspace(0.4, 0.5, 50)[:, None]
    assert fit(axes, near, np.ones(50)).widths[:, 0].max(initial=0, where=np.arange(51) < 50) == pytest.approx(1 / 52)
    fitted = fit(axes, near, np.ones(50), 0.15)
    assert fitted.widths[:, 0].tolist() == pytest.approx([0.15] * 50 + [1.0])
    assert beside(fitted, np.array([[0.45]])).widths[:, 0].tolist() == pytest.approx([0.15])


@pytest.mark.parametrize(
    ("distribution", "coarse"),
    [
        (IntDistribution(32, 512, log=True), False),
        (IntDistribution(1, 512, log=True), True),
        (IntDistribution(5, 15), True),
        (IntDistribution(0, 1000), False),
        (FloatDistribution(0, 1), False),
    ],
)
def test_steps_are_counted_where_they_are_wide(distribution: BaseDistribution, coarse: bool) -> None:
    found = axis(distribution)
    assert isinstance(found, Numbers)
    assert found.coarse is coarse
