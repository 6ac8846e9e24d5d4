"""The normal distribution, against SciPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_ndtr, ndtr, ndtri

from tuner.search.normal import log_mass, point_below, share_below

POINTS = st.lists(st.floats(-30, 30), min_size=1, max_size=20)


@given(POINTS)
def test_the_share_below_a_point_is_right_to_seven_digits_in_the_tails_too(points: list[float]) -> None:
    assert share_below(np.array(points)).tolist() == pytest.approx(ndtr(points).tolist(), rel=2e-7)


@given(st.lists(st.floats(1e-12, 1.0 - 1e-12), min_size=1, max_size=20))
def test_the_point_below_which_a_share_lies_is_right_to_seven_digits(shares: list[float]) -> None:
    assert point_below(np.array(shares)).tolist() == pytest.approx(ndtri(shares).tolist(), rel=1e-7, abs=1e-7)


def test_nothing_and_all_of_it_lie_below_a_number() -> None:
    assert np.isfinite(point_below(np.array([0.0, 1.0]))).all()


@given(st.floats(-30, 30), st.floats(0.01, 5))
def test_the_mass_between_two_points_is_right_on_both_sides(below: float, width: float) -> None:
    left = min(below, -(below + width))
    expected = log_ndtr(left + width) + np.log1p(-np.exp(log_ndtr(left) - log_ndtr(left + width)))
    found = log_mass(np.array([below]), np.array([below + width]))
    assert found[0] == pytest.approx(expected, abs=1e-4)
