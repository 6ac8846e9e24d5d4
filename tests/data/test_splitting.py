"""The rows held back obey their laws, whatever the classes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.data.splitting import hold_back
from tuner.errors import DataError

sizes_of_classes = st.lists(st.integers(2, 40), min_size=2, max_size=8)


@given(sizes=sizes_of_classes, data=st.data(), seed=st.integers(0, 2**64))
def test_each_class_is_held_back_in_its_share_and_the_total_is_exact(
    sizes: list[int], data: st.DataObject, seed: int
) -> None:
    y = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    wanted = data.draw(st.integers(len(sizes), len(y) - len(sizes)))
    kept, held = hold_back(y, wanted, seed, "mine", [str(each) for each in range(len(sizes))])
    assert len(held) == wanted
    assert sorted([*kept, *held]) == list(range(len(y)))
    counts = np.bincount(y[held], minlength=len(sizes))
    assert (counts >= 1).all()
    assert (counts < sizes).all()
    exact = wanted * np.array(sizes) / len(y)
    # Where no class is so small that its minimum of one row (on either side) takes from the others.
    if (exact >= 1).all() and (np.array(sizes) - exact >= 1).all():
        assert (np.abs(counts - exact) < 1).all()


@given(rows=st.integers(2, 200), share=st.floats(0.05, 0.95), seed=st.integers(0, 2**32))
def test_a_share_is_rounded_and_targets_without_classes_are_not_stratified(rows: int, share: float, seed: int) -> None:
    y = np.linspace(0, 1, rows).reshape(-1, 1)
    if not 0 < round(rows * share) < rows:
        with pytest.raises(DataError, match="mine: "):
            hold_back(y, share, seed, "mine")
        return
    kept, held = hold_back(y, share, seed, "mine")
    assert len(held) == round(rows * share)
    assert sorted([*kept, *held]) == list(range(rows))


def test_a_class_without_rows_takes_no_part() -> None:
    y = np.array([0, 0, 0, 2, 2, 2])
    _, held = hold_back(y, 2, 0, "mine", ("a", "b", "c", "d"))
    assert sorted(y[held]) == [0, 2]


def test_every_row_is_held_back_as_often_as_any_other() -> None:
    y = np.repeat([0, 1], [30, 10])
    times = np.zeros(len(y))
    for seed in range(400):
        times[hold_back(y, 8, seed, "mine", ("a", "b"))[1]] += 1
    assert np.abs(times / 400 - 0.2).max() < 0.08


def test_the_rows_of_a_seed_never_change() -> None:
    y = np.repeat([0, 1], 10)
    assert hold_back(y, 6, 42, "mine", ("a", "b"))[1].tolist() == [1, 5, 8, 11, 18, 19]
