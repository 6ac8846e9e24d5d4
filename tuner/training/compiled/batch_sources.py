"""Where a step's batch comes from.

Owns: rows on a device that has a memory of its own, rows fed to one that shares the host's; which dropout layers get
their masks from the feed.
Leaves to others: the steps (epoch_tensorflow, epoch_jax), gathering and drawing (feed), the order of rows (batches).

On a GPU all rows live on the device, if they leave it half of its memory, and an epoch is one call, which gathers its
batches there. A CPU has its rows in memory anyway; there an epoch is a few calls, each on batches that a second thread
laid out while the one before ran.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np

from tuner.data.rows_on_disk import on_disk
from tuner.training.batches import row_order
from tuner.training.compiled.device_rows import Ready
from tuner.training.compiled.feed import MOST_DROPPED, Chunk, Dropout, Feed, Rows
from tuner.training.compiled.row_targets import Targets, rows_in

_MOST_OF_DEVICE = 0.5


@dataclass(frozen=True, eq=False)
class Call:
    """Steps that run one after another.

    tensors: their source. rows: of a batch. most: steps of the longest call. meant: rows of all these batches that
    count; others fill the last one up.
    """

    tensors: Any
    steps: int
    rows: int
    most: int
    meant: int


class BatchSource(Protocol):
    """The batches of an epoch.

    count: rows. dynamic_dims: how many leading sizes of its tensors - steps, then rows - differ from call to call.
    dropouts: by a dropout layer's id, which of a batch's masks is its own; -1 where it has been applied to the rows. A
    layer that is not there looks after itself. masked: layers with their mask.
    """

    kind: str
    count: int
    dynamic_dims: int
    dropouts: Mapping[int, int]
    masked: Sequence[tuple[Any, int]]

    def epoch(self, epoch: int) -> Iterator[Call]:
        """What to run, one call after another."""
        ...

    def batch(self, source: Any, i: Any) -> tuple[Any, Targets, Sequence[Any]]:
        """Rows, targets and masks of step `i` of such tensors, inside a graph."""
        ...


class Tensors(Protocol):
    """What a framework has to do for a source."""

    def own_memory(self) -> bool:
        """Rows have to be moved to the device before it can read them."""
        ...

    def room(self) -> int | None:
        """Bytes that this process may use of a device's own memory; None where it is not known."""
        ...

    def constant(self, array: Any) -> Any: ...

    def gather(self, x: Any, rows: Any) -> Any:
        """Rows of x, inside a graph."""
        ...

    def view(self, buffer: Any) -> Any:
        """A tensor that shares the buffer's memory: what is written there later is read later."""
        ...


def batch_source(
    tensors: Tensors,
    ready: Ready,
    targets: Targets,
    batch_size: int,
    seed: int,
    layers: Sequence[Any],
    filled_up: bool = False,
) -> BatchSource:
    """The quicker one for the device at hand. layers: those of a step, where they are a plain chain.

    filled_up: the odd rows at an epoch's end are a whole batch with others, which do not count.

    Rows that would fill more than half of a device's memory are fed to it, a few batches ahead.
    """
    if tensors.own_memory() and not on_disk(ready.raw) and fits_device(tensors, ready):
        return RowsOnDevice(tensors, ready.train_on_device, targets, batch_size, seed, filled_up)
    return RowsFed(tensors, ready, targets, batch_size, seed, layers, filled_up)


def fits_device(tensors: Tensors, ready: Ready) -> bool:
    """They leave it half of its memory."""
    room = tensors.room()
    return room is None or ready.bytes_on_device <= room * _MOST_OF_DEVICE


class RowsOnDevice:
    """All rows on the device; an epoch is its order, and dropout is Keras' own."""

    kind = "on device"
    dynamic_dims = 0

    def __init__(
        self, tensors: Tensors, x: Any, targets: Targets, batch_size: int, seed: int, filled_up: bool = False
    ) -> None:
        self._tensors = tensors
        self.count = rows_in(targets)
        self.dropouts: Mapping[int, int] = {}
        self.masked: Sequence[tuple[Any, int]] = ()
        self._x, self._targets = x, keras.tree.map_structure(self._tensors.constant, targets)
        self._batch_size = batch_size
        self._seed = seed
        self._filled_up = filled_up

    def epoch(self, epoch: int) -> Iterator[Call]:
        order = row_order(self.count, self._seed, epoch).astype(np.int32)
        if self._filled_up:
            order = np.append(order, np.full(-self.count % self._batch_size, order[-1], np.int32))
        steps, odd = divmod(len(order), self._batch_size)
        whole = order[: steps * self._batch_size].reshape(steps, self._batch_size)
        meant = self.count - odd
        yield Call((self._x, self._targets, self._tensors.constant(whole)), steps, self._batch_size, steps, meant)
        if odd:
            yield Call((self._x, self._targets, self._tensors.constant(order[np.newaxis, -odd:])), 1, odd, 1, odd)

    def batch(self, source: Any, i: Any) -> tuple[Any, Targets, Sequence[Any]]:
        x, targets, order = source
        x, targets = keras.tree.map_structure(lambda each: self._tensors.gather(each, order[i]), (x, targets))
        return x, targets, ()


class RowsFed:
    """Rows that the feed lays out, with masks for the dropout layers; one that comes first is applied to the rows."""

    kind = "fed"
    # One graph for whole batches, the odd one, and batches of other sizes; `fit` leaves a batch's size open too.
    dynamic_dims = 2

    def __init__(
        self,
        tensors: Tensors,
        ready: Ready,
        targets: Targets,
        batch_size: int,
        seed: int,
        layers: Sequence[Any],
        filled_up: bool = False,
    ) -> None:
        self.count = rows_in(targets)
        linear = ready.linear
        x = ready.train if linear is None else ready.raw
        self._seed = seed
        self._layers = [
            layer
            for layer in layers
            if type(layer) is keras.layers.Dropout and 0 < layer.rate <= MOST_DROPPED and layer.noise_shape is None
        ]
        first = bool(self._layers) and self._layers[0] is layers[0] and (linear is not None or x.dtype == np.float32)
        dropped = self._layers[0].rate if first else 0.0
        self.dropouts: Mapping[int, int] = {id(layer): i - first for i, layer in enumerate(self._layers)}
        self.masked: Sequence[tuple[Any, int]] = [
            (layer, at) for layer in self._layers if (at := self.dropouts[id(layer)]) >= 0
        ]
        masks = [Dropout(tuple(layer.output.shape[1:]), layer.rate) for layer, _ in self.masked]
        rows = keras.tree.map_structure(lambda each: Rows(each, linear, dropped), x)
        self._feed = Feed(rows, targets, batch_size, masks, filled_up=filled_up)
        # Buffers that the device can read are the same tensors every time; others are copied to it whenever filled.
        self._copied = tensors.own_memory()
        self._tensors = tensors
        self._sources = [None if self._copied else _shared(tensors, chunk) for chunk in self._feed.chunks]

    def epoch(self, epoch: int) -> Iterator[Call]:
        # The generators' states move on now, not when the first batch is asked for.
        return self._calls(self._feed.epoch(row_order(self.count, self._seed, epoch), self._seeds()))

    def _calls(self, filled: Iterator[tuple[int, int]]) -> Iterator[Call]:
        chunks = self._feed.chunks
        most = max(chunk.steps for chunk in chunks)
        left = self.count
        for number, steps in filled:
            rows = chunks[number].batch
            meant = min(left, steps * rows)
            left -= meant
            yield Call(self._source(number), steps, rows, most, meant)

    def batch(self, source: Any, i: Any) -> tuple[Any, Targets, Sequence[Any]]:
        x, targets, masks = keras.tree.map_structure(lambda each: each[i], source)
        return x, targets, masks

    def _source(self, number: int) -> Any:
        if not self._copied:
            return self._sources[number]
        chunk = self._feed.chunks[number]
        return keras.tree.map_structure(self._tensors.constant, (chunk.x, chunk.y, chunk.masks))

    def _seeds(self) -> list[list[int]]:
        """One an epoch for each dropout layer: the state of its own generator, which moves on as far as under Keras."""
        seeds = []
        for layer in self._layers:
            state = layer.seed_generator.state
            seeds.append([int(each) for each in state.numpy()])
            state.assign([seeds[-1][0], seeds[-1][1] + self._feed.batches])
        return seeds


def _shared(tensors: Tensors, chunk: Chunk) -> tuple[Any, Any, tuple[Any, ...]]:
    shared: tuple[Any, Any, tuple[Any, ...]]
    shared = keras.tree.map_structure(tensors.view, (chunk.x, chunk.y, chunk.masks))
    return shared
