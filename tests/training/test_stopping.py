"""The laws of the best epoch and of patience."""

import math

from hypothesis import given
from hypothesis import strategies as st

from tuner.training.plan import Direction
from tuner.training.stopping import best_epoch, is_better, out_of_patience

values = st.lists(st.one_of(st.floats(-10, 10), st.sampled_from([math.nan, math.inf, -math.inf])), max_size=12)
directions = st.sampled_from(["maximize", "minimize"])


@given(values=values, direction=directions)
def test_the_best_epoch_is_the_first_of_the_best_finite_values(values: list[float], direction: Direction) -> None:
    finite = [value for value in values if math.isfinite(value)]
    at = best_epoch(values, direction)
    if not finite:
        assert at == 0
    else:
        best = max(finite) if direction == "maximize" else min(finite)
        assert at == values.index(best) + 1


@given(values=values)
def test_minimizing_is_maximizing_the_opposite(values: list[float]) -> None:
    assert best_epoch(values, "minimize") == best_epoch([-value for value in values], "maximize")


@given(values=values, direction=directions, patience=st.integers(1, 5))
def test_patience_ends_after_so_many_epochs_without_a_better_one(
    values: list[float], direction: Direction, patience: int
) -> None:
    ended = out_of_patience(values, direction, patience)
    last = values[-patience:]
    before = values[:-patience]
    best = before[best_epoch(before, direction) - 1] if best_epoch(before, direction) else None
    brought_nothing = len(last) == patience and not any(is_better(value, best, direction) for value in last)
    assert ended == brought_nothing


@given(values=values, direction=directions)
def test_without_patience_training_never_ends_for_it(values: list[float], direction: Direction) -> None:
    assert not out_of_patience(values, direction, None)
