"""Rows in no order of their own are the same rows in every process, and are taken in one order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tuner.data.dataset import Rows
from tuner.data.order import in_one_order, marks
from tuner.data.raw_dataset import Found


@given(arrays(np.uint8, (9, 3), elements=st.integers(0, 2)), st.permutations(range(9)))
def test_rows_in_any_order_are_one_order_of_the_same_rows(x: np.ndarray, order: list[int]) -> None:
    y = np.arange(9, dtype=np.int32) % 3
    one = Found(Rows(x, y), None, ("a", "b", "c"))
    other = Found(Rows(x[order], y[order]), None, ("a", "b", "c"))
    first, second = in_one_order(one), in_one_order(other)
    np.testing.assert_array_equal(first.train.x, second.train.x)
    np.testing.assert_array_equal(first.train.y, second.train.y)
    assert marks(one)["train"][1] == marks(other)["train"][1]
    same = np.array_equal(x, x[order]) and np.array_equal(y, y[order])
    assert (marks(one)["train"][0] == marks(other)["train"][0]) is same


def test_a_row_with_another_target_is_another_row() -> None:
    x = np.zeros((4, 2), np.float32)
    one, other = (Found(Rows(x, np.array(y, np.int32)), None, ("a", "b")) for y in ([0, 0, 1, 1], [0, 1, 1, 1]))
    assert marks(one)["train"][1] != marks(other)["train"][1]
