"""Graphs that are kept between trials, so that a network of the same shape is not traced again.

Owns: running a graph on the variables of another network; when a function is worth a graph of its own.
Leaves to others: what is in a graph (epoch_tensorflow), when two networks have the same one (graph_signature).

Numbers that do not change a graph (learning rate, momentum, dropout rates, penalties) are arguments, not constants, so
networks that differ in those alone share one. A graph refers to variables by the handles that it captured; the handles
of another network's variables, in the same order, take their place.
"""

import weakref
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

_KEPT = 24


@dataclass(eq=False)
class _Kept:
    """captures: for each of the graph's captures, which of the network's variables it is. owner: whose they are now."""

    function: Any
    captures: tuple[int, ...]
    owner: "weakref.ref[Graphs]"


_kept: OrderedDict[tuple[Any, ...], _Kept] = OrderedDict()


def shared() -> frozenset[object]:
    """What is kept now for networks to come: an object a graph."""
    return frozenset(_kept.values())


def forget() -> None:
    """Keep nothing of what was traced so far for networks to come."""
    _kept.clear()


class Graphs:
    """The graphs of one network."""

    def __init__(self, shape: str | None, variables: Sequence[Any]) -> None:
        """shape: as `shape_of` gives it; None keeps nothing. variables: all that a graph may touch, as tf.Variable."""
        self._variables = tuple(variables)
        self._shape = shape and (shape, *((tuple(each.shape), each.dtype) for each in variables))
        self._own: dict[tuple[Any, ...], _Kept] = {}
        self._untraced: Counter[tuple[Any, ...]] = Counter()

    def call(
        self,
        function: Callable[..., Any],
        first: Any,
        *rest: Any,
        skip_grappler: bool = False,
        dynamic_dims: int = 0,
        untraced: int = 0,
    ) -> Any:
        """Through its graph for tensors of these shapes.

        skip_grappler: it has so little to do that rewriting it for speed, a third of a graph's cost, would not pay.
        dynamic_dims: so many leading sizes of the first argument's tensors are not in the graph, which is for all.
        untraced: so many calls are made without a graph, unless there is one: together they cost less than to trace it,
        and many a network is not trained for longer. What they compute is the same.
        Kept by hand and not by `tf.function`, which would warn of retracing.
        """
        specs = [
            tf.nest.map_structure(
                lambda each: tf.TensorSpec([None] * dynamic_dims + each.shape[dynamic_dims:], each.dtype), first
            ),
            *tf.nest.map_structure(lambda each: tf.TensorSpec(each.shape, each.dtype), rest),
        ]
        key = (self._shape, function.__name__, *((tuple(each.shape), each.dtype) for each in tf.nest.flatten(specs)))
        kept = self._own.get(key) or _kept.get(key)
        if kept is None and self._untraced[key] < untraced:
            self._untraced[key] += 1
            return function(first, *rest)
        kept = kept or self._trace(key, function, specs)
        if key in _kept:
            _kept.move_to_end(key)
        if kept.owner() is not self:
            kept.function.set_external_captures([self._variables[at].handle for at in kept.captures])
            kept.owner = weakref.ref(self)
        with _not_rewritten() if skip_grappler else nullcontext():
            return kept.function(first, *rest)

    def keep_to_itself(self) -> None:
        """Of what is traced from now on, and just now, nothing is for another network."""
        self._shape = None

    def _trace(self, key: tuple[Any, ...], function: Callable[..., Any], specs: Any) -> _Kept:
        concrete = tf.function(function, autograph=False).get_concrete_function(*specs)
        at = {id(variable.handle): i for i, variable in enumerate(self._variables)}
        captures = tuple(at.get(id(capture), -1) for capture in concrete.captured_inputs)
        kept = _Kept(concrete, captures, weakref.ref(self))
        if self._shape is None or -1 in captures:
            self._own[key] = kept
            return kept
        while len(_kept) >= _KEPT:
            _kept.popitem(last=False)
        _kept[key] = kept
        return kept


@contextmanager
def _not_rewritten() -> Iterator[None]:
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})
