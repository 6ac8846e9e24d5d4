"""Early stopping keeps the best epoch."""

import math

from hypothesis import given
from hypothesis import strategies as st

from tuner.training.stopping import best_epoch, out_of_patience

VALUES = st.lists(st.floats(-10, 10) | st.just(math.nan), max_size=30)


@given(VALUES)
def test_the_best_epoch_is_the_first_of_the_best(values: list[float]) -> None:
    finite = [value for value in values if math.isfinite(value)]
    at = best_epoch(values, "maximize")
    assert at == (values.index(max(finite)) + 1 if finite else 0)
    assert best_epoch([-value for value in values], "minimize") == at


@given(VALUES, st.integers(1, 5))
def test_patience_ends_only_after_that_many_epochs_without_a_better_one(values: list[float], patience: int) -> None:
    ended = out_of_patience(values, "maximize", patience)
    assert ended == (len(values) - best_epoch(values, "maximize") >= patience)
    assert not out_of_patience(values, "maximize", None)
    if values and best_epoch(values, "maximize") == len(values):
        assert not ended
