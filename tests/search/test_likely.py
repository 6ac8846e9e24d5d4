"""What a trial gains that goes on, against the rule written out."""

import statistics
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.search.likely import gains

EPOCHS = 6


def by_the_rule(curves: Sequence[Sequence[float]], epoch: int) -> float:
    """curves: the best value until each epoch, of trials of different length."""
    longer = [curve for curve in curves if len(curve) - 1 > epoch]
    if not longer:
        return 0.0
    until = min(len(curve) - 1 for curve in longer)
    return statistics.median(curve[until] - curve[epoch] for curve in longer) + by_the_rule(curves, until)


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=EPOCHS), max_size=12), st.lists(st.integers(0, EPOCHS - 1))
)
def test_each_rung_adds_what_the_median_gained_of_those_that_went_on(
    drawn: list[list[float]], epochs: list[int]
) -> None:
    curves = [np.maximum.accumulate(curve).tolist() for curve in drawn]
    best = np.array([curve + [curve[-1]] * (EPOCHS - len(curve)) for curve in curves]).reshape(len(curves), EPOCHS)
    ends = np.array([len(curve) - 1 for curve in curves], dtype=np.intp)
    found = gains(best, ends, np.array(epochs, dtype=np.intp))
    assert found.tolist() == pytest.approx([by_the_rule(curves, epoch) for epoch in epochs])
