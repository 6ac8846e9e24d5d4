"""What a saved Keras model takes and gives, read from its file without loading it.

Owns: the shapes and types in a .keras file (a zip; ``config.json`` describes the layers).
Leaves to others: the weights, and running the model.
"""

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Layers after which a row has the shape it had before.
_SHAPE_KEEPING = frozenset({"Activation", "Softmax", "Identity", "Dropout", "Rescaling"})


@dataclass(frozen=True)
class Tensor:
    """One input or output. shape: of one row, without the batch; None where any size goes."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str


@dataclass(frozen=True)
class Interface:
    """What a model takes and gives. outputs: empty where the file does not say it."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


def read_interface(path: Path) -> Interface:
    """Read a model file.

    Raises ValueError for a file that is no Keras model, or one whose inputs are not in it.
    Source: Keras' `saving_lib`, the .keras format of Keras 3.
    """
    try:
        with zipfile.ZipFile(path) as file:
            model = json.loads(file.read("config.json"))
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is not a model saved by Keras 3 (.keras)") from error
    layers = model.get("config", {}).get("layers", [])
    inputs = tuple(_inputs(layers))
    if not inputs:
        raise ValueError(f"{path}: the model does not say what it takes. Build it before saving.")
    return Interface(inputs, tuple(_outputs(layers)))


def _inputs(layers: list[Mapping[str, Any]]) -> Iterator[Tensor]:
    for layer in layers:
        if layer["class_name"] == "InputLayer":
            config = layer["config"]
            yield Tensor(config["name"], tuple(config["batch_shape"][1:]), config["dtype"])


def _outputs(layers: list[Mapping[str, Any]]) -> Iterator[Tensor]:
    """That of a network that ends in a Dense layer, as every classifier and regressor here does."""
    for layer in reversed(layers):
        config = layer["config"]
        if layer["class_name"] == "Dense":
            before = layer.get("build_config", {}).get("input_shape") or [None, None]
            yield Tensor(config["name"], (*before[1:-1], config["units"]), "float32")
            return
        if layer["class_name"] not in _SHAPE_KEEPING:
            return
