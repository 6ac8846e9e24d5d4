"""Rows that are kept ready between trials, normalized once instead of in every step.

Owns: the normalized copies, and which leading layers of a model are done beforehand.
Leaves to others: what becomes of the rows (epoch_tensorflow, feed).
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import psutil
from numpy.typing import NDArray

from tuner.data.dataset import Array, Dataset

_KINDS_KEPT = 2
_ROWS_AT_ONCE = 4096
_MOST_OF_FREE_MEMORY = 0.5
_kept: "OrderedDict[tuple[Any, ...], Ready]" = OrderedDict()

_FIXED_LAYERS = (
    keras.layers.Flatten,
    keras.layers.Normalization,
    keras.layers.Rescaling,
    keras.layers.Reshape,
)


def split(model: Any) -> tuple[list[Any], list[Any]] | None:
    """The layers that do the same to a row every time, as far as they lead, and those of a step.

    None where the model is not a plain chain of layers: then it is called as a whole.
    """
    if type(model) is not keras.Sequential or any(_adds_losses(layer) for layer in model.layers):
        return None
    layers = list(model.layers)
    count = next((i for i, layer in enumerate(layers) if not _is_fixed(layer)), len(layers))
    return layers[:count], layers[count:]


def _adds_losses(layer: Any) -> bool:
    return isinstance(layer, keras.Model) or layer.activity_regularizer is not None


def _is_fixed(layer: Any) -> bool:
    return type(layer) in _FIXED_LAYERS or (type(layer) is keras.layers.Dense and not layer.trainable)


def why_not(dataset: Dataset) -> str | None:
    """Why the rows cannot be kept in memory as float32; None where they can."""
    needed = 4 * (dataset.train.x.size + dataset.validation.x.size)
    available = psutil.virtual_memory().available
    if needed > available * _MOST_OF_FREE_MEMORY:
        return f"{needed / 2**30:.1f} GiB of rows, of {available / 2**30:.1f} GiB free memory"
    return None


@dataclass(frozen=True, eq=False)
class Ready:
    """Rows after a model's fixed layers; where there are none, as the data set has them."""

    train: Array
    validation: Array

    @cached_property
    def train_on_device(self) -> Any:
        return keras.ops.convert_to_tensor(self.train)

    @cached_property
    def validation_on_device(self) -> Any:
        return keras.ops.convert_to_tensor(self.validation)


def ready(dataset: Dataset, layers: Sequence[Any]) -> Ready:
    """Training and validation rows after these layers. The last two kinds are kept."""
    key = (dataset.digest, *(_key(layer) for layer in layers))
    if key not in _kept:
        while len(_kept) >= _KINDS_KEPT:
            _kept.popitem(last=False)
        train, validation = (_through(layers, x) if layers else x for x in (dataset.train.x, dataset.validation.x))
        _kept[key] = Ready(train, validation)
    _kept.move_to_end(key)
    return _kept[key]


def _key(layer: Any) -> tuple[Any, ...]:
    config = {name: value for name, value in layer.get_config().items() if name != "name"}
    numbers = tuple(weight.tobytes() for weight in layer.get_weights())
    return (type(layer).__name__, json.dumps(keras.saving.serialize_keras_object(config), sort_keys=True), numbers)


def _through(layers: Sequence[Any], x: Array) -> NDArray[np.float32]:
    parts = []
    for start in range(0, len(x), _ROWS_AT_ONCE):
        rows = keras.ops.convert_to_tensor(x[start : start + _ROWS_AT_ONCE].astype(np.float32))
        for layer in layers:
            rows = layer(rows)
        parts.append(keras.ops.convert_to_numpy(rows))
    return np.concatenate(parts)
