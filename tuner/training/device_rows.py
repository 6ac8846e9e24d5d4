"""Rows that stay on the device between trials, normalized once instead of in every step.

Owns: the copies on the device, and which leading layers of a model are done beforehand.
Leaves to others: what becomes of the rows (epoch_tensorflow).
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import psutil
import tensorflow as tf

from tuner.data.dataset import Array, Dataset

_KEPT = 2
_CHUNK_ROWS = 4096
_cache: OrderedDict[tuple[Any, ...], tuple[Any, Any]] = OrderedDict()


def split(model: Any) -> tuple[list[Any] | None, list[Any]]:
    """The layers of a step, and before them those that do the same to a row every time; None where it is no chain."""
    if type(model) is not keras.Sequential or any(_adds_losses(layer) for layer in model.layers):
        return None, []
    layers = list(model.layers)
    count = next((i for i, layer in enumerate(layers) if not _is_fixed(layer)), len(layers))
    return layers[count:], layers[:count]


def _adds_losses(layer: Any) -> bool:
    return isinstance(layer, keras.Model) or layer.activity_regularizer is not None


def _is_fixed(layer: Any) -> bool:
    if type(layer) is keras.layers.Dense:
        return not layer.trainable
    return type(layer) in (
        keras.layers.Rescaling, keras.layers.Normalization, keras.layers.Flatten, keras.layers.Reshape
    )  # fmt: skip


def why_not(dataset: Dataset) -> str | None:
    """Why the rows cannot all be on the device; None where they can."""
    parts = (dataset.train.x, dataset.validation.x)
    needed = sum(part.size for part in parts) * 4
    available = psutil.virtual_memory().available
    if needed > available / 2:
        return f"{needed / 2**30:.1f} GiB of rows are more than half of the free memory"
    return None


def resident(dataset: Dataset, prefix: Sequence[Any]) -> tuple[Any, Any]:
    """Training and validation rows on the device, float32, with the prefix applied. The last two kinds are kept."""
    key = (dataset.digest, *(_key(layer) for layer in prefix))
    if key not in _cache:
        while len(_cache) >= _KEPT:
            _cache.popitem(last=False)
        _cache[key] = (_put(dataset.train.x, prefix), _put(dataset.validation.x, prefix))
    _cache.move_to_end(key)
    return _cache[key]


def _key(layer: Any) -> tuple[Any, ...]:
    config = keras.saving.serialize_keras_object(layer)["config"]
    return (type(layer).__name__, json.dumps(config, sort_keys=True), *(each.tobytes() for each in layer.get_weights()))


def _put(x: Array, prefix: Sequence[Any]) -> Any:
    chunks = []
    for start in range(0, len(x), _CHUNK_ROWS):
        rows: Any = tf.constant(x[start : start + _CHUNK_ROWS].astype(np.float32))
        for layer in prefix:
            rows = layer(rows)
        chunks.append(rows.numpy())
    return tf.constant(np.concatenate(chunks))
