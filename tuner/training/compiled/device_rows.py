"""Rows that are kept ready between trials, normalized once instead of in every step.

Owns: the normalized copies, and which leading layers of a model are done beforehand.
Leaves to others: what becomes of the rows (epoch_tensorflow, feed).
"""

import json
import math
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import psutil
from numpy.typing import NDArray

from tuner.data.dataset import Array, Dataset
from tuner.data.records import for_keras, names_of, numbers_in
from tuner.data.rows_on_disk import on_disk
from tuner.data.texts import for_tensorflow

_KINDS_KEPT = 2
_ROWS_AT_ONCE = 4096
_VALUES_AT_ONCE = 1 << 24
MOST_OF_FREE_MEMORY = 0.5
_OF_DEVICES = (np.float32, np.int32, np.uint8)
_kept: "OrderedDict[tuple[Any, ...], Ready]" = OrderedDict()

FIXED_LAYERS = (
    keras.layers.Flatten,
    keras.layers.Normalization,
    keras.layers.Rescaling,
    keras.layers.Reshape,
    keras.layers.TextVectorization,
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
    return type(layer) in FIXED_LAYERS or (type(layer) is keras.layers.Dense and not layer.trainable)


def why_not(model: Any, dataset: Dataset) -> str | None:
    """Why the rows cannot be kept in memory as this model's steps take them; None where they can.

    Training rows that need no copy - bytes that are normalized as they are fed, rows without fixed layers, rows on
    disk - may be as many as there are.
    """
    parts = split(model)
    rows = Ready(dataset, [] if parts is None else parts[0])
    needed = 0 if rows.by_pieces else 4 * numbers_in(dataset.validation.x)
    needed += 0 if rows.streams else 4 * numbers_in(rows.raw)
    available = psutil.virtual_memory().available
    if needed > available * MOST_OF_FREE_MEMORY:
        return f"{needed / 2**30:.1f} GiB of rows, of {available / 2**30:.1f} GiB free memory"
    return None


@dataclass(frozen=True, eq=False)
class Ready:
    """Rows after a model's fixed layers, each kind made when it is first asked for.

    An array, or one for each of several inputs, in a tuple or by name.

    raw: training rows as the data set has them.
    linear: where those are bytes and the layers flatten, scale and shift them, the factor and the summand, of one
    number or one a feature: rows of a quarter of the size are quicker to gather. None where it is not so.
    """

    dataset: Dataset
    layers: Sequence[Any]

    @property
    def raw(self) -> Array:
        return self.dataset.train.x

    @cached_property
    def linear(self) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        if self.raw.dtype != np.uint8 or not self.layers:
            return None
        shape = self.raw.shape[1:]
        scale: NDArray[np.float64] = np.ones(shape)
        offset: NDArray[np.float64] = np.zeros(shape)
        for layer in self.layers:
            if type(layer) is keras.layers.Rescaling:
                scale = scale * np.asarray(layer.scale, np.float64)
                offset = offset * np.asarray(layer.scale, np.float64) + np.asarray(layer.offset, np.float64)
            elif type(layer) is not keras.layers.Flatten:
                return None
            else:
                scale, offset = scale.reshape(-1), offset.reshape(-1)
        if scale.ndim > 1:
            return None
        if np.ptp(scale) == 0 and np.ptp(offset) == 0:
            scale, offset = scale[:1], offset[:1]
        return scale.astype(np.float32), offset.astype(np.float32)

    @property
    def streams(self) -> bool:
        """Training rows can be fed from where they are."""
        several = bool(names_of(self.raw))
        return not several and (not self.layers or self.linear is not None or on_disk(self.raw))

    @property
    def by_pieces(self) -> bool:
        """Validation rows are read again each time, a few at a time."""
        return on_disk(self.dataset.validation.x) and keras.backend.backend() == "tensorflow"

    @property
    def bytes_on_device(self) -> int:
        """What all rows take there, as float32."""
        return 4 * (numbers_in(self.dataset.train.x) + numbers_in(self.dataset.validation.x))

    @cached_property
    def train(self) -> Any:
        if on_disk(self.raw) and self.layers:
            return self.raw.seen_through(lambda x: through(self.layers, x, plainly=True))
        return _apart(self.layers, self.raw)

    @cached_property
    def train_on_device(self) -> Any:
        return _on_device(self.train)

    @cached_property
    def validation_on_device(self) -> Any:
        return _on_device(_apart(self.layers, self.dataset.validation.x))

    def validation(self, batch_size: int) -> Iterator[tuple[Any, slice]]:
        """The validation rows on the device, and which they are: all, or a few of them, in whole batches."""
        x = self.dataset.validation.x
        if not self.by_pieces:
            yield self.validation_on_device, slice(None)
            return
        steps = max(1, _VALUES_AT_ONCE // math.prod(x.shape[1:]) // batch_size) * batch_size
        for start in range(0, len(x), steps):
            some = slice(start, start + steps)
            yield _on_device(through(self.layers, x[some])), some


def step_type(model: Any) -> Any:
    """The type of the rows that a step of a chain of layers takes: of texts, that of the numbers of their words."""
    return "int32" if model.inputs[0].dtype == "string" else model.inputs[0].dtype


def ready(dataset: Dataset, layers: Sequence[Any]) -> Ready:
    """The rows after these layers. The last two kinds are kept."""
    key = key_of(dataset, layers)
    if key not in _kept:
        while len(_kept) >= _KINDS_KEPT:
            _kept.popitem(last=False)
        _kept[key] = Ready(dataset, layers)
    _kept.move_to_end(key)
    return _kept[key]


def key_of(dataset: Dataset, layers: Sequence[Any]) -> tuple[Any, ...]:
    """Rows with the same key are the same after these layers."""
    return (dataset.digest, *(_key(layer) for layer in layers))


def _key(layer: Any) -> tuple[Any, ...]:
    config = {name: value for name, value in layer.get_config().items() if name != "name"}
    numbers = tuple(weight.tobytes() for weight in layer.get_weights())
    return (type(layer).__name__, json.dumps(keras.saving.serialize_keras_object(config), sort_keys=True), numbers)


def _on_device(x: Any) -> Any:
    def moved(x: Array) -> Any:
        # With its type JAX compiles nothing for it.
        return keras.ops.convert_to_tensor(x, dtype=str(x.dtype) if x.dtype in _OF_DEVICES else None)

    return keras.tree.map_structure(moved, x)


def _apart(layers: Sequence[Any], x: Array) -> Any:
    """Rows of several inputs are as a model takes them; no layer is for them alone."""
    return for_keras(x) if names_of(x) else through(layers, x)


def through(layers: Sequence[Any], x: Array, plainly: bool = False) -> Array:
    """Rows after these layers. plainly: by NumPy, if that can be, since they are few."""
    if not layers:
        return x
    if x.dtype.kind == "U":
        return _numbers_of_words(layers, x)
    if (plainly or keras.backend.backend() == "jax") and all(map(_is_plain, layers)):
        return _by_numpy(layers, x)
    parts = []
    for start in range(0, len(x), _ROWS_AT_ONCE):
        rows = keras.ops.convert_to_tensor(x[start : start + _ROWS_AT_ONCE].astype(np.float32))
        for layer in layers:
            rows = layer(rows)
        made = keras.ops.convert_to_numpy(rows)
        # NumPy has no bfloat16 of its own, and what is handed on without a copy has to be NumPy's; no digit is lost.
        parts.append(made.astype(np.float32) if made.dtype.kind == "V" else made)
    return np.concatenate(parts)


def _numbers_of_words(layers: Sequence[Any], x: Array) -> Array:
    numbers = []
    for start in range(0, len(x), _ROWS_AT_ONCE):
        rows = for_tensorflow(x[start : start + _ROWS_AT_ONCE])
        for layer in layers:
            rows = layer(rows)
        numbers.append(np.asarray(keras.ops.convert_to_numpy(rows)).astype(np.int32))
    return np.concatenate(numbers)


def _is_plain(layer: Any) -> bool:
    known = type(layer) in (keras.layers.Flatten, keras.layers.Rescaling, keras.layers.Dense)
    linear = getattr(layer, "activation", None) in (None, keras.activations.linear)
    return known and linear and layer.compute_dtype == "float32"


def _by_numpy(layers: Sequence[Any], x: Array) -> Array:
    """The same without a program for each operation, and each shape of rows."""
    rows = x.astype(np.float32)
    for layer in layers:
        if type(layer) is keras.layers.Flatten:
            rows = rows.reshape(len(rows), -1)
        elif type(layer) is keras.layers.Rescaling:
            rows = rows * np.asarray(layer.scale, np.float32) + np.asarray(layer.offset, np.float32)
        else:
            rows = rows @ layer.kernel.numpy()
            rows = rows + layer.bias.numpy() if layer.use_bias else rows
    return rows
