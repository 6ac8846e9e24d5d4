"""Shuffled rows for a device that shares the host's memory, made ready by a second thread, many steps at a time.

Owns: gathering rows into batches, and the dropout of inputs and masks for that of hidden layers, in NumPy.
Leaves to others: the order of rows (batches), what becomes of them (epoch_tensorflow).

On a CPU this is quicker than the same work inside the graph. Gathering 512 rows of 784 floats there takes as long as a
third of that step's matrix products, and TensorFlow's counter-based generator four times as long again; here both
happen while the products do. Nothing is copied on the way into the graph: it reads these buffers.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Array

_ROWS_AHEAD = 4096
_BYTES_AHEAD = 64 << 20
# Few enough rows at a time that they stay in the cache between being gathered, masked and scaled.
_VALUES_AT_ONCE = 1 << 17
_ALIGNMENT = 64


@dataclass(frozen=True)
class Dropout:
    """One dropout layer. shape: of one row's mask. rate: of values dropped, kept to a 65536th."""

    shape: tuple[int, ...]
    rate: float


@dataclass(frozen=True, eq=False)
class Chunk:
    """Buffers that some batches lie in.

    x: (steps, batch, *row). y: (steps, batch, ...). masks: (steps, batch, *shape) of each layer, True is kept.
    """

    x: Array
    y: Array
    masks: tuple[NDArray[np.bool_], ...]


class Feed:
    """Chunks of an epoch's whole batches, in order; the odd rows at its end are one batch, in a chunk of its own.

    batches: steps an epoch.
    """

    def __init__(
        self, x: Array, y: Array, batch_size: int, input_dropout: float | None, dropouts: Sequence[Dropout]
    ) -> None:
        """input_dropout: the rate for x itself, which is then float32; kept values grow by 1 / (1 - rate)."""
        self._x, self._y = x, y
        self._batch_size = batch_size
        self._input_dropout = input_dropout
        self._dropouts = tuple(dropouts)
        whole, odd = divmod(len(x), batch_size)
        self.batches = whole + bool(odd)
        row_bytes = max(1, x.nbytes // len(x))
        ahead = max(1, min(_ROWS_AHEAD, _BYTES_AHEAD // row_bytes) // batch_size)
        self._jobs = list(_jobs(whole, ahead))
        buffers = min(2, len(self._jobs))
        self.chunks = [self._buffers(max(steps for _, _, steps in self._jobs), batch_size) for _ in range(buffers)]
        if odd:
            self._jobs.append((len(self.chunks), whole, 1))
            self.chunks.append(self._buffers(1, odd))
        # One generator a dropout layer and epoch, set in `epoch`.
        self._random: list[np.random.Generator] = []
        self._scratch: dict[str, Array] = {}

    def _buffers(self, steps: int, batch: int) -> Chunk:
        masks = tuple(_aligned((steps, batch, *each.shape), np.dtype(bool)) for each in self._dropouts)
        x = _aligned((steps, batch, *self._x.shape[1:]), self._x.dtype)
        y = _aligned((steps, batch, *self._y.shape[1:]), self._y.dtype)
        return Chunk(x, y, masks)

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
        batch = chunk.x.shape[1]
        rows = order[start * self._batch_size : start * self._batch_size + steps * batch]
        x = chunk.x.reshape(-1, *chunk.x.shape[2:])[: len(rows)]
        np.take(self._y, rows, axis=0, out=chunk.y.reshape(-1, *chunk.y.shape[2:])[: len(rows)], mode="clip")
        generators = iter(self._random)
        if self._input_dropout is None:
            np.take(self._x, rows, axis=0, out=x, mode="clip")
        else:
            self._take_with_dropout(x, rows, self._input_dropout, next(generators))
        for mask, dropout, generator in zip(chunk.masks, self._dropouts, generators, strict=True):
            flat = mask[:steps].reshape(-1)
            for at in range(0, len(flat), _VALUES_AT_ONCE):
                self._draw(flat[at : at + _VALUES_AT_ONCE], dropout.rate, generator)

    def _take_with_dropout(self, x: Any, rows: NDArray[np.intp], rate: float, generator: np.random.Generator) -> None:
        width = math.prod(x.shape[1:])
        at_once = max(1, _VALUES_AT_ONCE // width)
        kept = self._scratch.setdefault("kept", np.empty(at_once * width, bool))
        scales = self._scratch.setdefault("scales", np.empty(at_once * width, np.float32))
        grown = np.float32(1 / (1 - rate))
        for at in range(0, len(rows), at_once):
            part = x[at : at + at_once]
            np.take(self._x, rows[at : at + at_once], axis=0, out=part, mode="clip")
            self._draw(kept[: part.size], rate, generator)
            np.multiply(kept[: part.size], grown, out=scales[: part.size], dtype=np.float32)
            np.multiply(part, scales[: part.size].reshape(part.shape), out=part)

    @staticmethod
    def _draw(kept: Any, rate: float, generator: np.random.Generator) -> None:
        """Sixteen random bits a value: the generator gives 64 at once."""
        words = generator.integers(0, 2**64 - 1, -(-len(kept) // 4), dtype=np.uint64, endpoint=True)
        np.greater_equal(words.view(np.uint16)[: len(kept)], np.uint16(min(round(rate * 65536), 65535)), out=kept)


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
