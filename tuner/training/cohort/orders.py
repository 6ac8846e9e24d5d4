"""The order of rows of each member's next epoch, made while the device trains the present one.

Owns: the buffers and the thread.
Leaves to others: what the order is (batches).
"""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from tuner.training.batches import row_order

_THREADS = 4


class Orders:
    """Two buffers, (slots, rows): one that the device reads, one that is filled."""

    def __init__(self, slots: int, rows: int) -> None:
        self._rows = rows
        self._buffers = [np.zeros((slots, rows), np.int32) for _ in range(2)]
        self._ahead: dict[tuple[int, int, int], Future[None]] = {}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="orders")

    def of(self, wanted: Iterable[tuple[int, int, int]]) -> NDArray[np.int32]:
        """The orders of these epochs: slot, seed, epoch. Not to be written to until the next call."""
        self.ahead(wanted)
        for each in self._ahead.values():
            each.result()
        self._ahead.clear()
        self._buffers.reverse()
        return self._buffers[1]

    def ahead(self, wanted: Iterable[tuple[int, int, int]]) -> None:
        """Begin with these epochs, as far as nobody has."""
        for each in wanted:
            if each not in self._ahead:
                self._ahead[each] = self._threads.submit(self._fill, self._buffers[0], *each)

    def _fill(self, buffer: NDArray[np.int32], slot: int, seed: int, epoch: int) -> None:
        buffer[slot] = row_order(self._rows, seed, epoch)
