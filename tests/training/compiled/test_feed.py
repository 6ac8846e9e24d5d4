"""Fed rows are the rows, whatever the sizes; fed dropout drops what it should."""

import hypothesis.extra.numpy as hnp
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.data.dataset import DataInfo, Dataset
from tuner.data.dataset import Rows as Part
from tuner.data.preprocessing import fit
from tuner.training.compiled.device_rows import Ready
from tuner.training.compiled.feed import Dropout, Feed, Rows


def _epoch(made: Feed, order: np.ndarray, seeds: list[list[int]]) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    xs, ys = [], []
    masks: list[list[np.ndarray]] = []
    for number, steps in made.epoch(order, seeds):
        chunk = made.chunks[number]
        xs += [each.copy() for each in chunk.x[:steps]]
        ys += [each.copy() for each in chunk.y[:steps]]
        masks.append([np.concatenate(list(mask[:steps])) for mask in chunk.masks])
    return np.concatenate(xs), np.concatenate(ys), [np.concatenate(each) for each in zip(*masks, strict=True)]


@settings(max_examples=50)
@given(rows=st.integers(1, 300), batch=st.integers(1, 300), ahead=st.integers(1, 64))
def test_an_epoch_is_every_row_once_in_the_order_given(rows: int, batch: int, ahead: int) -> None:
    batch = min(batch, rows)
    x = np.arange(rows * 3, dtype=np.float32).reshape(rows, 3)
    order = np.random.default_rng(rows).permutation(rows)
    made = Feed(Rows(x), np.arange(rows, dtype=np.int32), batch, [], rows_ahead=ahead)
    fed_x, fed_y, _ = _epoch(made, order, [])
    np.testing.assert_array_equal(fed_x, x[order])
    np.testing.assert_array_equal(fed_y, order)
    assert made.batches == -(-rows // batch)


@settings(max_examples=50)
@given(rows=st.integers(1, 300), batch=st.integers(1, 300), ahead=st.integers(1, 64))
def test_odd_rows_are_filled_up_to_a_whole_batch_with_the_last(rows: int, batch: int, ahead: int) -> None:
    batch = min(batch, rows)
    x = np.arange(rows * 3, dtype=np.float32).reshape(rows, 3)
    order = np.random.default_rng(rows).permutation(rows)
    made = Feed(Rows(x), np.arange(rows, dtype=np.int32), batch, [], rows_ahead=ahead, filled_up=True)
    fed_x, fed_y, _ = _epoch(made, order, [])
    filled = np.append(order, np.full(-rows % batch, order[-1]))
    # Of each chunk some steps are meant; all chunks have batches of one size.
    np.testing.assert_array_equal(fed_x.reshape(-1, 3), x[filled])
    np.testing.assert_array_equal(fed_y.reshape(-1), filled)
    assert {chunk.x.shape[1] for chunk in made.chunks} == {batch}


@pytest.mark.parametrize("kind", ["floats", "bytes", "shifted bytes"])
@pytest.mark.parametrize("rate", [0.001, 0.01, 0.2, 0.5, 0.93])
def test_dropout_drops_its_share_and_keeps_the_mean(rate: float, kind: str) -> None:
    x, linear = np.ones((6000, 100), np.float32), None
    if kind != "floats":
        summand = 0 if kind == "bytes" else -3
        x = np.full(x.shape, 4, np.uint8)
        linear = np.array([(1 - summand) / 4], np.float32), np.array([summand], np.float32)
    made = Feed(Rows(x, linear, rate), np.zeros(6000, np.int32), 64, [Dropout((50,), rate)])
    fed, _, (mask,) = _epoch(made, np.arange(6000), [[1, 0], [2, 0]])
    # Five standard errors of a share of so many draws.
    for dropped in (fed == 0, ~mask):
        assert abs(dropped.mean() - rate) < 5 * np.sqrt(rate * (1 - rate) / dropped.size)
        # No row, no column and no neighbour is favoured.
        assert abs(dropped.mean(axis=0) - rate).max() < 6 * np.sqrt(rate * (1 - rate) / len(dropped))
        both = (dropped[:, 1:] & dropped[:, :-1]).mean()
        assert abs(both - rate**2) < 5 * np.sqrt(rate**2 / dropped[:, 1:].size)
    np.testing.assert_allclose(np.unique(fed), [0, 1 / (1 - rate)], rtol=1e-6)


def test_masks_depend_on_their_seed_alone() -> None:
    x = np.ones((500, 8), np.float32)
    order = np.arange(500)
    made = Feed(Rows(x, None, 0.5), np.zeros(500, np.int32), 32, [Dropout((4,), 0.5)])
    first, again, other = (_epoch(made, order, [[7, at], [8, at]]) for at in (0, 0, 16))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[2], again[2])
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[2], other[2])


@given(
    x=hnp.arrays(
        np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 3]))
    ),
    kind=st.sampled_from(["none", "minmax", "standard"]),
)
def test_bytes_are_normalized_as_the_data_says(x: np.ndarray, kind: str) -> None:
    preprocessing = fit(kind, x)
    scale = np.ones(x.shape[-1]) if preprocessing.scale is None else preprocessing.scale
    offset = np.zeros(x.shape[-1]) if preprocessing.offset is None else preprocessing.offset
    layers = [keras.layers.Rescaling(1.0, -offset), keras.layers.Rescaling(scale), keras.layers.Flatten()]
    info = DataInfo("rows", "classification", x.shape[1:], 1, ("0",), len(x), 0, 0)
    part = Part(x, np.zeros(len(x), np.int32))
    linear = Ready(Dataset(info, part, part, part, "rows"), layers).linear
    assert linear is not None
    out = np.empty((len(x), x[0].size), np.float32)
    Rows(x, linear).take(np.arange(len(x)), out, None)
    np.testing.assert_allclose(out, preprocessing.apply(x).reshape(out.shape), rtol=1e-5, atol=1e-5)
