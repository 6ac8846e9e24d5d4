"""Streams as Keras' `fit` and `evaluate` take them, and a model's outputs for the whole of one.

Owns: what of a stream is an epoch.
Leaves to others: what may be a stream (data.streams), stepping through it (Keras).
"""

import itertools
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from tuner.data.dataset import Array, Dataset
from tuner.data.records import arrays_of, by_place, packed
from tuner.data.stream import Stream, Streams

_BATCH_SIZE = 256
"""Of rows that are no batches, where nothing is trained."""


class StreamFeed:
    """The training and the validation rows of a data set. batch_size: of rows that are no batches; None is 256."""

    def __init__(self, streams: Streams, batch_size: int | None) -> None:
        self._train, self._validation = streams.train, streams.validation
        self._batch_size = batch_size or _BATCH_SIZE
        self._endless: Iterator[Any] | None = None

    def epoch(self) -> dict[str, Any]:
        """Arguments of `fit` for one epoch. One of some steps goes on where the one before ended."""
        feed, steps = batches(self._train, self._batch_size), self._train.steps
        if steps is None:
            return {"x": feed}
        if self._endless is None:
            self._endless = feed.repeat().as_numpy_iterator()
        some = itertools.islice(self._endless, steps)
        return {"x": (each for each in some), "steps_per_epoch": steps}

    def every_epoch(self) -> dict[str, Any]:
        """Arguments of a `fit` of several epochs, with those for validation."""
        feed, steps = batches(self._train, self._batch_size), self._train.steps
        whole = {"x": feed} if steps is None else {"x": feed.repeat(), "steps_per_epoch": steps}
        return {**whole, "y": None, "validation_data": batches(self._validation, self._batch_size)}

    def validation(self) -> dict[str, Any]:
        """Arguments of `evaluate`."""
        return {"x": batches(self._validation, self._batch_size)}


def batches(stream: Stream, batch_size: int = _BATCH_SIZE) -> Any:
    """What gives batches of it."""
    return stream.given if stream.batched else stream.given.batch(batch_size)


def test_outputs(model: Any, dataset: Dataset) -> tuple[Any, Array]:
    """What a model for use says of the test rows, batch by batch, and their targets. dataset: of streams."""
    assert dataset.streams is not None
    given, targets = [], []
    for batch in _each(batches(dataset.streams.test)):
        given.append(model.predict_on_batch(batch[0]))
        targets.append(batch[1])
    outputs, ys = (keras.tree.map_structure(lambda *each: np.concatenate(each), *every) for every in (given, targets))
    info = dataset.info
    if info.targets:
        named = ys if isinstance(ys, dict) else by_place(ys)
        kinds = arrays_of(dataset.test.y)
        return outputs, packed({name: _as_known(np.asarray(named[name]), each) for name, each in kinds.items()})
    if info.class_names:
        one_hot = ys.ndim > 1 and ys.shape[1] > 1
        return outputs, (ys.argmax(axis=1) if one_hot else ys.reshape(-1)).astype(np.int32)
    return outputs, ys.reshape(len(ys), -1).astype(np.float32)


def _as_known(y: Array, known: Array) -> Array:
    return y.reshape(len(y), *known.shape[1:]).astype(known.dtype)


def _each(feed: Any) -> Iterator[Any]:
    if hasattr(feed, "as_numpy_iterator"):
        yield from feed.as_numpy_iterator()
        return
    for index in range(feed.num_batches):
        yield keras.tree.map_structure(np.asarray, feed[index])
