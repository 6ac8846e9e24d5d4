"""The laws of a partition hold whatever the rows, their classes, groups and times."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.data.partitions import Keys, folds, held_back
from tuner.errors import DataError

sizes_of_classes = st.lists(st.integers(2, 30), min_size=2, max_size=6)
groups_of_rows = st.lists(st.integers(0, 12), min_size=2, max_size=120)


def keys(by: str, values: list[int]) -> Keys:
    return Keys("group" if by == "group" else "time", np.array(values), "mine")


@given(sizes=sizes_of_classes, count=st.integers(2, 6), repeats=st.integers(1, 3), seed=st.integers(0, 2**32))
def test_each_row_is_validated_once_a_repeat_and_each_class_in_its_share(
    sizes: list[int], count: int, repeats: int, seed: int
) -> None:
    y = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    if len(y) < count:
        return
    parts = folds(y, None, count, repeats, seed, "mine", [str(each) for each in range(len(sizes))])
    assert len(parts) == count * repeats
    for repeat in range(repeats):
        held = [part[1] for part in parts[repeat * count : (repeat + 1) * count]]
        assert sorted(np.concatenate(held)) == list(range(len(y)))
        assert max(map(len, held)) - min(map(len, held)) <= 1
        for each in held:
            counts = np.bincount(y[each], minlength=len(sizes))
            assert (np.abs(counts - np.array(sizes) / count) < 1).all()
    for kept, each in parts:
        assert sorted([*kept, *each]) == list(range(len(y)))
        assert len(np.unique(y[kept])) == len(sizes)


def test_another_repeat_parts_the_rows_otherwise_and_a_seed_always_alike() -> None:
    y = np.zeros((40, 1), np.float32)
    first, again = (folds(y, None, 4, 2, 7, "mine", ()) for _ in range(2))
    assert [held.tolist() for _, held in first] == [held.tolist() for _, held in again]
    assert first[0][1].tolist() != first[4][1].tolist()


@given(values=groups_of_rows, count=st.integers(2, 5), seed=st.integers(0, 2**32))
def test_no_group_is_on_both_sides_of_a_fold(values: list[int], count: int, seed: int) -> None:
    group, y = keys("group", values), np.zeros((len(values), 1))
    if len(set(values)) < count:
        with pytest.raises(DataError):
            folds(y, group, count, 1, seed, "rows", ())
        return
    parts = folds(y, group, count, 1, seed, "rows", ())
    assert sorted(np.concatenate([held for _, held in parts])) == list(range(len(values)))
    for kept, held in parts:
        assert len(held)
        assert not set(group.values[kept]) & set(group.values[held])
    rows = [len(held) for _, held in parts]
    assert max(rows) - min(rows) <= np.bincount(values).max()


@given(values=groups_of_rows, share=st.floats(0.1, 0.6), seed=st.integers(0, 2**32))
def test_groups_held_back_are_whole_and_nearly_as_many_rows_as_asked_for(
    values: list[int], share: float, seed: int
) -> None:
    group, y = keys("group", values), np.zeros((len(values), 1))
    wanted = round(len(values) * share)
    if len(set(values)) < 2 or wanted < 1:
        with pytest.raises(DataError):
            held_back(y, group, share, seed, "rows", ())
        return
    kept, held = held_back(y, group, share, seed, "rows", ())
    assert sorted([*kept, *held]) == list(range(len(values)))
    assert len(kept)
    assert len(held)
    assert not set(group.values[kept]) & set(group.values[held])
    assert abs(len(held) - wanted) <= np.bincount(values).max()


@given(values=groups_of_rows, seed=st.integers(0, 2**32), data=st.data())
def test_groups_held_back_leave_rows_of_every_class(values: list[int], seed: int, data: st.DataObject) -> None:
    y = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(values), max_size=len(values))), np.int32)
    try:
        kept, _ = held_back(y, keys("group", values), 0.3, seed, "rows", ("a", "b", "c"))
    except DataError:
        return
    assert set(y[kept]) == set(y)


@given(values=groups_of_rows, share=st.floats(0.1, 0.9), count=st.integers(1, 5))
def test_nobody_learns_from_what_comes_later_or_at_the_same_time(values: list[int], share: float, count: int) -> None:
    times, y = keys("time", values), np.zeros((len(values), 1))
    if len(set(values)) < count + 1 or not 0 < round(len(values) * share) < len(values):
        return
    parts = [held_back(y, times, share, 0, "rows", ()), *folds(y, times, count, 1, 0, "rows", ())]
    for kept, held in parts:
        assert len(kept)
        assert times.values[kept].max() < times.values[held].min()
    windows = parts[1:]
    validated = np.concatenate([held for _, held in windows])
    assert len(set(validated)) == len(validated)
    # The last window ends with the last row, and has everything before it to learn from.
    assert sorted([*windows[-1][0], *windows[-1][1]]) == list(range(len(values)))


def test_a_fold_that_could_learn_one_class_alone_is_refused() -> None:
    y = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.int32)
    with pytest.raises(DataError, match="fold 1 learns from are all of class a"):
        folds(y, keys("time", list(range(8))), 3, 1, 0, "mine", ("a", "b"))


def test_a_class_of_one_row_is_on_no_two_sides() -> None:
    with pytest.raises(DataError, match="class b has 1 row"):
        folds(np.array([0, 0, 0, 1], np.int32), None, 2, 1, 0, "mine", ("a", "b"))
