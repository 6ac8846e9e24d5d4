"""Graphs that are kept between trials, so that a network of the same shape is not traced again.

Owns: when two networks have the same graph, and running a graph on the variables of another network.
Leaves to others: what is in a graph (epoch_tensorflow).

Numbers that do not change a graph (learning rate, momentum, dropout rates, penalties) are arguments, not constants, so
networks that differ in those alone share one. A graph refers to variables by the handles that it captured; the handles
of another network's variables, in the same order, take their place.
"""

import json
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import keras
import tensorflow as tf

_KEPT = 24
# What Keras writes for values that are no objects of its own.
_VALUES = ("__numpy__", "__tuple__", "__tensor__")


@dataclass(eq=False)
class _Kept:
    """captures: for each of the graph's captures, which of the network's variables it is. owner: whose they are now."""

    function: Any
    captures: tuple[int, ...]
    owner: "weakref.ref[Graphs]"


_kept: OrderedDict[tuple[Any, ...], _Kept] = OrderedDict()


class Graphs:
    """The graphs of one network."""

    def __init__(self, shape: str | None, variables: Sequence[Any]) -> None:
        """shape: as `shape_of` gives it; None keeps nothing. variables: all that a graph may touch, as tf.Variable."""
        self._variables = tuple(variables)
        self._shape = shape and (shape, *((tuple(each.shape), each.dtype) for each in variables))
        self._own: dict[tuple[Any, ...], _Kept] = {}

    def call(self, function: Callable[..., Any], *tensors: Any) -> Any:
        """Through its graph for tensors of these shapes.

        Kept by hand and not by `tf.function`, which would warn of retracing.
        """
        flat = tf.nest.flatten(tensors)
        key = (self._shape, function.__name__, *((tuple(each.shape), each.dtype) for each in flat))
        kept = self._own.get(key) or _kept.get(key) or self._trace(key, function, tensors)
        if key in _kept:
            _kept.move_to_end(key)
        if kept.owner() is not self:
            kept.function.set_external_captures([self._variables[at].handle for at in kept.captures])
            kept.owner = weakref.ref(self)
        return kept.function(*tensors)

    def _trace(self, key: tuple[Any, ...], function: Callable[..., Any], tensors: Any) -> _Kept:
        concrete = tf.function(function, autograph=False).get_concrete_function(*tensors)
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


def shape_of(layers: Sequence[Any], *rest: Any) -> str | None:
    """What the graph of a chain of layers depends on, beside the types and shapes of its inputs.

    layers: a layer of which nothing is in the graph is its place's number instead.
    rest: whatever else is written into the graph, as values or Keras objects.
    None where another graph may be described alike: only objects of Keras, and ours, are known by their configuration.
    """
    # Keras writes a function down by its name, whosever it is.
    if any(
        _is_foreign(each) for layer in layers if isinstance(layer, keras.layers.Layer) for each in vars(layer).values()
    ):
        return None
    try:
        described = [keras.saving.serialize_keras_object(each) for each in (*layers, *rest)]
        return json.dumps([_plain(described), keras.config.floatx()], sort_keys=True)
    except (TypeError, ValueError, NotImplementedError):
        return None


def _is_foreign(value: Any) -> bool:
    return isinstance(value, FunctionType) and value.__module__.split(".")[0] != "keras"


def _plain(config: Any) -> Any:
    """A configuration without what is not in the graph: names, seeds, first values, and penalties, which are arguments.

    Raises ValueError for an object that its configuration does not describe.
    """
    if isinstance(config, list | tuple):
        return [_plain(each) for each in config]
    if not isinstance(config, dict):
        return config
    kind = config.get("class_name")
    if kind == "DTypePolicy" or kind in _VALUES:
        return config["config"]
    if kind == "L1L2":
        return [kind, *(config["config"][name] != 0 for name in ("l1", "l2"))]
    if kind is not None and str(config.get("module")).split(".")[0] not in ("keras", "tuner"):
        raise ValueError(f"{kind} may be anything")
    return {
        name: _plain(value)
        for name, value in config.items()
        if name not in ("name", "seed", "build_config") and "initializer" not in name
    }


class _Penalty:
    """What `keras.regularizers.L1L2` computes, with its two factors as tensors; None for one that is 0."""

    def __init__(self, l1: Any | None, l2: Any | None) -> None:
        self._l1, self._l2 = l1, l2

    def __call__(self, weights: Any) -> Any:
        penalty = tf.zeros((), weights.dtype)
        if self._l1 is not None:
            penalty += tf.cast(self._l1, weights.dtype) * tf.reduce_sum(tf.abs(weights))
        if self._l2 is not None:
            penalty += tf.cast(self._l2, weights.dtype) * tf.reduce_sum(tf.square(weights))
        return penalty


def penalties(variables: Sequence[Any]) -> dict[str, float]:
    """The factors of the penalties on these Keras variables, by a name that `penalized` knows again."""
    return {
        f"{name}_{i}": float(factor)
        for i, variable in enumerate(variables)
        if type(variable.regularizer) is keras.regularizers.L1L2
        for name in ("l1", "l2")
        if (factor := getattr(variable.regularizer, name))
    }


@contextmanager
def penalized(variables: Sequence[Any], numbers: dict[str, Any]) -> Iterator[None]:
    """While a graph is traced, the variables' penalties have these tensors as factors."""
    own = [variable.regularizer for variable in variables]
    try:
        for i, variable in enumerate(variables):
            if type(variable.regularizer) is keras.regularizers.L1L2:
                variable.regularizer = _Penalty(numbers.get(f"l1_{i}"), numbers.get(f"l2_{i}"))
        yield
    finally:
        for variable, regularizer in zip(variables, own, strict=True):
            variable.regularizer = regularizer
