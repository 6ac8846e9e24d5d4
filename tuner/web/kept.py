"""Parts of pages as they were made last, for many who look at the same: each is made once.

Leaves to others: what a part depends on, which is its key.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Part = TypeVar("Part")

_MOST = 64


class Kept(Generic[Part]):
    """Several threads may ask: those that want one that is being made wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: OrderedDict[Hashable, tuple[threading.Lock, list[Part]]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Part]) -> Part:
        with self._lock:
            entry = self._parts.pop(key, None) or (threading.Lock(), [])
            self._parts[key] = entry
            while len(self._parts) > _MOST:
                self._parts.popitem(last=False)
        lock, made = entry
        with lock:
            if not made:
                made.append(make())
            return made[0]
