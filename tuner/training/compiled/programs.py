"""Compiled programs, JAX: one for all networks that differ in numbers alone.

Owns: which program answers a call, and for how long it is kept.
Leaves to others: what is in a program (epoch_jax), the cache on disk (backend_jax).

A program is a function of arrays only - weights, state and numbers go in and come out - so it refers to no network.
"""

import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import jax

_KEPT = 48
_kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_compiled = 0
# A compilation itself takes several threads, for part of its time.
_others = ThreadPoolExecutor(max(1, (os.cpu_count() or 1) // 4), thread_name_prefix="compile")


def at_once() -> bool:
    """Both programs of one network are compiled at once: where the device leaves the processor free for it.

    On a CPU with a worker a core it was no quicker (`python -m benchmarks.compilations`).
    """
    return str(jax.default_backend()) != "cpu"


def shared() -> frozenset[object]:
    """What is kept now for networks to come: an object a program."""
    return frozenset(_kept.values())


def forget() -> None:
    """Keep nothing of what was compiled so far for networks to come."""
    _kept.clear()


class Programs:
    """The programs of one network."""

    def __init__(self, shape: str | None, donated: tuple[int, ...] = ()) -> None:
        """shape: what a program depends on beside its arguments' types and shapes; None keeps nothing for others.

        donated: arguments, by their place, whose memory a program may take for what it gives.
        """
        self._shape, self._donated = shape, donated
        # Kept as long as the network, however many others come and go: each step of many at once needs its own again.
        self._own: dict[tuple[Any, ...], Any] = {}
        self._begun: dict[tuple[Any, ...], Future[Any]] = {}

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Through the program of this function for arguments of these types and shapes, all arrays."""
        key = self._key(function, arguments)
        program = self._own.get(key)
        if program is None:
            program = self._own[key] = self._shared(key, function, arguments)
        elif self._shape is not None and key in _kept:
            _kept.move_to_end(key)
        return program(*arguments)

    def _shared(self, key: tuple[Any, ...], function: Callable[..., Any], arguments: Any) -> Any:
        if self._shape is not None and key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
        begun = self._begun.pop(key, None)
        program = begun.result() if begun else self._traced(function, arguments).compile()
        if self._shape is not None:
            while len(_kept) >= _KEPT:
                _kept.popitem(last=False)
            _kept[key] = program
        return program

    def begin(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Compile it in a thread, if it is not there, while this one goes on."""
        key = self._key(function, arguments)
        if key not in self._own and key not in self._begun and (self._shape is None or key not in _kept):
            self._begun[key] = _others.submit(self._traced(function, arguments).compile)

    def _key(self, function: Callable[..., Any], arguments: Any) -> tuple[Any, ...]:
        leaves, structure = jax.tree.flatten(arguments)
        return (self._shape, function.__name__, structure, *((each.shape, str(each.dtype)) for each in leaves))

    def _traced(self, function: Callable[..., Any], arguments: Any) -> Any:
        global _compiled
        _compiled += 1
        if _compiled % _KEPT == 0:
            # What is kept here stays; JAX itself keeps every function that it has ever traced, 16 MiB a trial.
            jax.clear_caches()
        return jax.jit(function, donate_argnums=self._donated).lower(*arguments)
