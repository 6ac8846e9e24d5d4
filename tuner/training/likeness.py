"""When two networks may share what was compiled for one of them.

Owns: the description of a chain of layers and of what was compiled with it, without the numbers that are arguments.
Leaves to others: keeping graphs (graphs) and programs (programs), what is an argument (penalties, numbers).
"""

import json
from collections.abc import Sequence
from types import FunctionType
from typing import Any

import keras

# What Keras writes for values that are no objects of its own.
_VALUES = ("__numpy__", "__tuple__", "__tensor__")


def shape_of(layers: Sequence[Any], *rest: Any) -> str | None:
    """What the graph of a chain of layers depends on, beside the types and shapes of its inputs.

    layers: a layer of which nothing is in the graph is its place's number, or a word for it, instead.
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
