"""When two networks may share what was compiled for one of them.

Owns: the description of all that a traced function closes over, without the numbers that are arguments.
Leaves to others: keeping graphs (graphs) and programs (programs), what is an argument (penalties, traced_scalars).

An object is described by its type and everything that it holds, whatever its configuration says of it; what is left
out is listed here, with the reason. So an option that a later Keras brings is part of the description from the first
day. What cannot be described - a person's own class or function, a tensor - is shared with nobody.
"""

import json
from collections.abc import Iterable, Mapping, Set
from functools import partial
from hashlib import sha256
from inspect import Signature
from types import FunctionType, MethodType, ModuleType
from typing import Any

import keras
import numpy as np

from tuner.training.compiled.penalties import OF_FACTORS, factors

Place = tuple[int, str]
"""An object's id and one of its attributes."""

_OURS = ("keras", "tuner")

_NAMES = {"name", "_name", "_path", "_parent_path", "_trainable_variables_indices", "_var_to_optimizer_idx"}
_TRACKING = {
    "_tracker", "_tracked", "_lock", "_auto_config", "_inbound_nodes", "_outbound_nodes", "_saved_model_inputs_spec",
    "_saved_model_arg_spec", "_self_setattr_tracking", "_self_unconditional_checkpoint_dependencies",
    "_self_unconditional_dependency_names", "_self_unconditional_deferred_dependencies", "_self_update_uid",
    "_self_name_based_restores", "_self_saveable_object_factories",
}  # fmt: skip
_LEFT_OUT = {
    *_NAMES,
    *_TRACKING,
    # A variable's value is an argument, and so is what it was first.
    "_value", "_initializer",
    # Wrappers that Keras puts around these two, which are called before anything is traced.
    "build", "quantize",
    # The default one, or the model says otherwise; see `_distribute_strategy`.
    "_distribution_strategy",
    # Of a model: functions and flags of `fit`, and what is described by its parts.
    "train_function", "test_function", "predict_function", "stop_training", "_initial_epoch",
    "_compile_config", "_compiled_trainable_state", "_functional", "_called",
    # Made of the two attributes beside it.
    "_exclude_from_weight_decay_cache",
}  # fmt: skip
# Of a graph of layers the nodes by their depth say all; the set of them is of ids.
_OF_MODELS = {"_layers", "optimizer", "_nodes"}


class _Unknown(Exception):
    """Something of which another may be described alike."""


def shape_of(*parts: Any, arguments: Iterable[Place] = ()) -> str | None:
    """What a graph that is traced over these depends on, beside the types and shapes of its inputs.

    parts: Keras objects and plain values. A model is what was compiled, without its layers and its optimizer; one that
    is a graph of layers, and no chain, is that graph too.
    arguments: attributes that are no part of it, since the graph takes them as arguments.
    None where another graph may be described alike: only objects of Keras, and ours, are known by what they hold.
    """
    describe = _Description(set(arguments))
    try:
        return json.dumps([*map(describe.of, parts), keras_settings()])
    except _Unknown:
        return None


def is_ours(value: Any) -> bool:
    """An object of a class of this project's."""
    return str(type(value).__module__).split(".")[0] == "tuner"


def keras_settings() -> list[Any]:
    """What Keras' functions look up while they are traced."""
    config = keras.config
    return [config.floatx(), config.epsilon(), config.image_data_format(), config.dtype_policy().name,
            config.is_flash_attention_enabled()]  # fmt: skip


class _Description:
    """Objects by number, in the order in which they are met, so that two mentions of one are told from two alike."""

    def __init__(self, arguments: set[Place]) -> None:
        self._arguments = arguments
        self._met: dict[int, int] = {}
        self._alive: list[Any] = []

    def of(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, list | tuple):
            return [self.of(each) for each in value]
        if isinstance(value, Mapping):
            return {"mapping": [[self.of(name), self.of(each)] for name, each in value.items()]}
        if isinstance(value, Set):
            return {"set": sorted(json.dumps(self.of(each)) for each in value)}
        if isinstance(value, np.ndarray | np.generic | np.dtype):
            return _of_numpy(value)
        if isinstance(value, Signature):
            return str(value)
        if isinstance(value, keras.initializers.Initializer):
            return "first values"
        if isinstance(value, partial):
            return ["partial", self.of(value.func), self.of(value.args), self.of(value.keywords)]
        if isinstance(value, MethodType):
            return [self.of(value.__self__), value.__name__]
        if isinstance(value, type | FunctionType):
            return _of_definition(value)
        if isinstance(value, ModuleType):
            return _of_module(value)
        if type(value) in OF_FACTORS:
            # Its factors are arguments.
            return ["penalty", *(factor != 0 for factor in factors(value).values())]
        return self._of_object(value)

    def _of_object(self, value: Any) -> Any:
        if id(value) in self._met:
            return {"met": self._met[id(value)]}
        kind = _of_definition(type(value))
        if not hasattr(value, "__dict__"):
            raise _Unknown
        self._met[id(value)] = len(self._met)
        # No second object may come to have its id.
        self._alive.append(value)
        without = _LEFT_OUT | (_OF_MODELS if isinstance(value, keras.Model) else set())
        held = vars(value)
        if held.get("_exclude_from_weight_decay"):
            # Ids, which another's variables may come to have.
            raise _Unknown
        if any(isinstance(each, keras.random.SeedGenerator) for each in held.values()):
            without = without | {"seed"}
        if isinstance(value, keras.random.SeedGenerator):
            # Its state is a variable.
            without = without | {"_initial_seed"}
        return [kind, {
            name: self.of(each)
            for name, each in sorted(held.items())
            if name not in without and (id(value), name) not in self._arguments
        }]  # fmt: skip


def _of_numpy(value: Any) -> Any:
    if isinstance(value, np.dtype):
        return value.str
    if value.dtype.hasobject:
        raise _Unknown
    return [value.dtype.str, list(value.shape), sha256(np.ascontiguousarray(value).tobytes()).hexdigest()]


def _of_module(value: ModuleType) -> str:
    """Such as Keras' backend, which a generator of random numbers holds."""
    if value.__name__.split(".")[0] not in _OURS:
        raise _Unknown
    return value.__name__


def _of_definition(value: Any) -> str:
    """A class or a function of Keras or ours by its name. One that closes over something is not known by it."""
    if value.__module__.split(".")[0] not in _OURS or getattr(value, "__closure__", None) or "<" in value.__qualname__:
        raise _Unknown
    return f"{value.__module__}.{value.__qualname__}"
