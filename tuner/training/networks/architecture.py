"""A network in words, a line a layer.

Owns: what is said of each kind of layer.
Leaves to others: what the layers are (models).
"""

from typing import Any

import keras
import numpy as np

from tuner.formatting import plural

_SAID = ("units", "filters", "kernel_size", "strides", "pool_size", "rate", "negative_slope", "alpha", "axis")


def in_words(model: Any) -> str:
    """The layers from the rows to the outputs with their shapes and sizes, then how the network is trained."""
    rows = [("rows", "", _shape(getattr(model, "input_shape", None)), "")]
    rows += [(layer.name, _layer(layer), _shape(_output(layer)), _size(layer)) for layer in model.layers]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    trained = int(sum(np.prod(each.shape) for each in model.trainable_weights))
    lines += ["", f"{trained:,} numbers are trained, {int(model.count_params()) - trained:,} are not."]
    if getattr(model, "optimizer", None) is not None:
        lines.append(f"Trained with {model.optimizer.name} on {_name(model.loss)}.")
    return "\n".join(lines) + "\n"


def _layer(layer: Any) -> str:
    """``Dense, 128 units, relu``."""
    words = [type(layer).__name__]
    for name in _SAID:
        value = getattr(layer, name, None)
        if name == "units" and value is not None:
            words.append(plural(value, "unit"))
        elif name == "filters" and value is not None:
            words.append(f"{value} filters")
        elif name == "rate" and isinstance(value, int | float):
            words.append(f"{value:.0%} dropped")
        elif isinstance(value, int | float | tuple) and name != "axis":
            shown = " x ".join(map(str, value)) if isinstance(value, tuple) else f"{value:g}"
            words.append(f"{name.replace('_', ' ')} {shown}")
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if isinstance(layer, keras.layers.Activation):
        return activation
    return ", ".join([*words, *([activation] if activation != "linear" else [])])


def _output(layer: Any) -> Any:
    try:
        return layer.output.shape
    except (AttributeError, ValueError):
        return None


def _shape(shape: Any) -> str:
    if not isinstance(shape, tuple):
        return ""
    return " x ".join("?" if size is None else str(size) for size in shape[1:])


def _size(layer: Any) -> str:
    count = layer.count_params() if layer.built else 0
    return f"{count:,} numbers" if count else ""


def _name(loss: Any) -> str:
    return str(loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", "a loss"))
