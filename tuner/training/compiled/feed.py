"""Shuffled rows for a device that shares the host's memory, made ready by a second thread, many steps at a time.

Owns: gathering rows into batches, and the dropout of inputs and masks for that of hidden layers, in NumPy. Rows, and
what goes with them, may be several arrays, in whatever holds them; batches are held so too.
Leaves to others: the order of rows (batches), what becomes of them (epoch_tensorflow).

On a CPU this is quicker than the same work inside the graph. Gathering 512 rows of 784 floats there takes as long as a
third of that step's matrix products, and TensorFlow's counter-based generator four times as long again; here both
happen while the products do. Nothing is copied on the way into the graph: it reads these buffers.
"""

import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Array
from tuner.data.rows_on_disk import on_disk

Floats = NDArray[np.float32]

ROWS_AHEAD = 4096
_BYTES_AHEAD = 64 << 20
# Few enough rows at a time that they stay in the cache between being gathered, masked and scaled.
_VALUES_AT_ONCE = 1 << 17
_ALIGNMENT = 64
MOST_DROPPED = 255 / 256
"""A dropout of more is not for the feed."""

_PHASES = 4096
_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Dropout:
    """One dropout layer. shape: of one row's mask. rate: of values dropped, at most MOST_DROPPED."""

    shape: tuple[int, ...]
    rate: float


@dataclass(frozen=True, eq=False)
class Chunk:
    """Buffers that some batches lie in.

    x: (steps, batch, *row). y: (steps, batch, ...). masks: (steps, batch, *shape) of each layer, True is kept.
    """

    x: Any
    y: Any
    masks: tuple[NDArray[np.bool_], ...]
    steps: int
    batch: int


class Feed:
    """Chunks of an epoch's whole batches, in order; the odd rows at its end are one batch, in a chunk of its own.

    rows_ahead: at most so many are made ready at a time, in whole batches. filled_up: the odd rows are a whole batch,
    the last of the last chunk, which the last row fills up. batches: steps an epoch.
    """

    def __init__(
        self,
        rows: Any,
        y: Any,
        batch_size: int,
        dropouts: Sequence[Dropout],
        rows_ahead: int = ROWS_AHEAD,
        filled_up: bool = False,
    ) -> None:
        """rows: `Rows`, or several. y: arrays, taken as they are."""
        self._rows, self._y = rows, y
        every = keras.tree.flatten(rows)
        self._batch_size = batch_size
        self._dropouts = tuple(dropouts)
        whole, odd = divmod(every[0].count, batch_size)
        self.batches = whole + bool(odd)
        if filled_up:
            whole, odd = self.batches, 0
        row_bytes = sum(math.prod(each.shape) * each.dtype.itemsize for each in every)
        ahead = max(1, min(rows_ahead, _BYTES_AHEAD // row_bytes) // batch_size)
        self._jobs = list(_jobs(whole, ahead))
        buffers = min(2, len(self._jobs))
        self.chunks = [self._buffers(max(steps for _, _, steps in self._jobs), batch_size) for _ in range(buffers)]
        if odd:
            self._jobs.append((len(self.chunks), whole, 1))
            self.chunks.append(self._buffers(1, odd))
        # One generator a dropout layer and epoch, set in `epoch`.
        self._random: list[np.random.Generator] = []

    def _buffers(self, steps: int, batch: int) -> Chunk:
        masks = tuple(_aligned((steps, batch, *each.shape), np.dtype(bool)) for each in self._dropouts)
        x = keras.tree.map_structure(lambda each: _aligned((steps, batch, *each.shape), each.dtype), self._rows)
        y = keras.tree.map_structure(lambda each: _aligned((steps, batch, *each.shape[1:]), each.dtype), self._y)
        return Chunk(x, y, masks, steps, batch)

    def epoch(self, order: NDArray[np.intp], seeds: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
        """Fill the chunks, one ahead of the one in use; yields which chunk it is, and how many of its steps are meant.

        order: every row, once. seeds: one a dropout layer, the input's first; the same give the same masks.
        A chunk is free to be filled again when the next is asked for.
        """
        self._random = [np.random.Generator(np.random.SFC64(np.random.SeedSequence(list(seed)))) for seed in seeds]
        with ThreadPoolExecutor(1, thread_name_prefix="feed") as second:
            ahead = second.submit(self._fill, order, *self._jobs[0])
            for job, following in zip(self._jobs, [*self._jobs[1:], None], strict=True):
                ahead.result()
                if following is not None:
                    ahead = second.submit(self._fill, order, *following)
                yield job[0], job[2]

    def _fill(self, order: NDArray[np.intp], number: int, start: int, steps: int) -> None:
        """start: batches before, in the epoch."""
        chunk = self.chunks[number]
        batch = chunk.batch
        rows = order[start * self._batch_size : start * self._batch_size + steps * batch]
        if len(rows) < steps * batch:
            rows = np.append(rows, np.full(steps * batch - len(rows), rows[-1]))
        for array, buffer in zip(keras.tree.flatten(self._y), keras.tree.flatten(chunk.y), strict=True):
            np.take(array, rows, axis=0, out=_of_rows(buffer, len(rows)), mode="clip")
        generators = iter(self._random)
        for some, buffer in zip(keras.tree.flatten(self._rows), keras.tree.flatten(chunk.x), strict=True):
            some.take(rows, _of_rows(buffer, len(rows)), next(generators) if some.dropout else None)
        for mask, dropout, generator in zip(chunk.masks, self._dropouts, generators, strict=True):
            _draw(mask[:steps].reshape(-1), dropout.rate, generator)


class Rows:
    """Rows as a step takes them: gathered, scaled and shifted, and thinned by the dropout of the inputs.

    count: of all. shape, dtype: of a row as it is taken.
    """

    def __init__(self, x: Array, linear: tuple[Floats, Floats] | None = None, dropout: float = 0.0) -> None:
        """linear: a factor and a summand for x, which is bytes, of one number or one a feature; rows become flat.

        dropout: a rate; x is float32 or `linear` makes it so. What is kept grows by 1 / (1 - rate).
        """
        self._x = x if linear is None else _flat(x)
        self.count = len(x)
        self._linear = linear
        self.dropout = dropout
        self.shape = self._x.shape[1:]
        self.dtype = x.dtype if linear is None else np.dtype(np.float32)
        self._at_once = max(1, _VALUES_AT_ONCE // math.prod(self.shape))
        values = self._at_once * math.prod(self.shape)
        self._bytes = np.empty((self._at_once, *self.shape), np.uint8) if linear else None
        self._kept = np.empty(values if dropout else 0, bool)
        self._factors = np.empty(values if dropout else 0, np.float32)

    def take(self, rows: NDArray[np.intp], out: Any, generator: np.random.Generator | None) -> None:
        """out: (rows, *shape). generator: where there is a dropout."""
        for at in range(0, len(rows), self._at_once):
            self._take(rows[at : at + self._at_once], out[at : at + self._at_once], generator)

    def _take(self, rows: NDArray[np.intp], out: Any, generator: np.random.Generator | None) -> None:
        kept, grown = self._kept[: out.size], np.float32(1 / (1 - self.dropout))
        if generator is not None:
            _draw(kept, self.dropout, generator)
        if self._linear is None or self._bytes is None:
            _gather(self._x, rows, out)
        else:
            factor, summand = self._linear
            few = self._bytes[: len(rows)]
            _gather(self._x, rows, few)
            if generator is not None and not summand.any():
                # Zero stays zero, so bytes are dropped, which are a quarter of the work.
                np.multiply(few, kept.view(np.uint8).reshape(few.shape), out=few)
                factor, generator = factor * grown, None
            np.copyto(out, few)
            np.multiply(out, factor, out=out)
            if summand.any():
                np.add(out, summand, out=out)
        if generator is not None:
            factors = self._factors[: out.size]
            np.multiply(kept, grown, out=factors, dtype=np.float32)
            np.multiply(out, factors.reshape(out.shape), out=out)


def _of_rows(buffer: Any, rows: int) -> Any:
    """The first rows of a buffer of batches."""
    return buffer.reshape(-1, *buffer.shape[2:])[:rows]


def _flat(x: Any) -> Any:
    return x.seen_through(lambda some: some.reshape(len(some), -1)) if on_disk(x) else x.reshape(len(x), -1)


def _gather(x: Any, rows: NDArray[np.intp], out: Any) -> None:
    if on_disk(x):
        x.read(rows, out)
    else:
        np.take(x, rows, axis=0, out=out, mode="clip")


def _draw(kept: Any, rate: float, generator: np.random.Generator) -> None:
    """A random byte a value, which costs half of what two would."""
    thresholds = _thresholds(rate)
    for at in range(0, len(kept), _VALUES_AT_ONCE):
        some = kept[at : at + _VALUES_AT_ONCE]
        # The generator gives eight bytes at once. The first ones place the thresholds.
        words = generator.integers(0, 2**64 - 1, 1 - (-len(some) // 8), dtype=np.uint64, endpoint=True)
        phase = int(words[0]) % _PHASES
        np.greater_equal(words[1:].view(np.uint8)[: len(some)], thresholds[phase : phase + len(some)], out=some)


@functools.lru_cache(maxsize=64)
def _thresholds(rate: float) -> NDArray[np.uint8]:
    """Bytes below which a value is dropped: of the two next to the rate so many of each that they average to it.

    Multiples of the golden ratio lie evenly in every stretch, and each place gets both, from phase to phase.
    """
    least, more = divmod(rate * 256, 1)
    return (least + (np.arange(_VALUES_AT_ONCE + _PHASES) * _GOLDEN % 1 < more)).astype(np.uint8)


def _jobs(steps: int, ahead: int) -> Iterator[tuple[int, int, int]]:
    """Which chunk, from which step, how many steps; few at first, so that the device need not wait for many."""
    start, size = 0, max(1, ahead // 8)
    for number in itertools.count():
        size = min(size, steps - start)
        if size <= 0:
            return
        yield number % 2, start, size
        start, size = start + size, min(2 * size, ahead)


def _aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Where TensorFlow's kernels can read it as it lies."""
    size = math.prod(shape) * dtype.itemsize
    raw = np.empty(size + _ALIGNMENT, np.uint8)
    offset = -raw.ctypes.data % _ALIGNMENT
    return raw[offset : offset + size].view(dtype).reshape(shape)
