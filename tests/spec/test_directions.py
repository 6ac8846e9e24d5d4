"""What a direction means for two values is one thing everywhere."""

import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.spec.metrics import Direction, beats, sign
from tuner.training.stopping import best_epoch


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6))
@pytest.mark.parametrize("direction", get_args(Direction))
def test_the_best_epoch_is_the_one_that_no_other_beats(values: list[float], direction: Direction) -> None:
    best = values[best_epoch(values, direction) - 1]
    assert not any(beats(value, best, direction) for value in values)
    assert best == max(values, key=lambda value: sign(direction) * value)


@pytest.mark.parametrize("direction", get_args(Direction))
def test_equal_values_and_what_is_no_number_beat_nothing(direction: Direction) -> None:
    assert not beats(0.5, 0.5, direction)
    assert not beats(math.nan, 0.5, direction)
    assert not beats(0.5, math.nan, direction)
