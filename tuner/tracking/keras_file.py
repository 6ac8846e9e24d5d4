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
    """What a model takes and gives. outputs: empty where the file does not say it; several: there is more than one."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    several: bool = False


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
    order = [layer for _, layer in _ends(model.get("config", {}).get("input_layers"))]
    inputs = tuple(sorted(_inputs(layers), key=lambda each: order.index(each.name) if each.name in order else 0))
    if not inputs:
        raise ValueError(f"{path}: the model does not say what it takes. Build it before saving.")
    ends = _ends(model["config"].get("output_layers"))
    if not ends:
        return Interface(inputs, tuple(_outputs(layers)))
    outputs = [_output_of(name, layer, {each["config"]["name"]: each for each in layers}) for name, layer in ends]
    known = tuple(each for each in outputs if each is not None)
    return Interface(inputs, known if len(known) == len(outputs) else (), several=len(outputs) > 1)


def _ends(written: Any) -> list[tuple[str, str]]:
    """The inputs or outputs of a graph, in their order: what each is called, and its layer."""
    if isinstance(written, dict):
        return [(name, place[0]) for name, place in written.items()]
    if not isinstance(written, list) or not written:
        return []
    places = [written] if isinstance(written[0], str) else written
    # What is nested deeper is told by no name.
    return [(place[0], place[0]) for place in places] if all(isinstance(each[0], str) for each in places) else []


def _output_of(name: str, layer: str, layers: Mapping[str, Mapping[str, Any]]) -> Tensor | None:
    """Followed back to the Dense layer that made it; None where another did."""
    for _ in layers:
        found = layers[layer]
        if found["class_name"] == "Dense":
            return Tensor(name, _dense(found), "float32")
        if found["class_name"] not in _SHAPE_KEEPING:
            return None
        try:
            layer = found["inbound_nodes"][0]["args"][0]["config"]["keras_history"][0]
        except (KeyError, IndexError, TypeError):
            return None
    return None


def _dense(layer: Mapping[str, Any]) -> tuple[int | None, ...]:
    before = layer.get("build_config", {}).get("input_shape") or [None, None]
    return (*before[1:-1], layer["config"]["units"])


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
            yield Tensor(config["name"], _dense(layer), "float32")
            return
        if layer["class_name"] not in _SHAPE_KEEPING:
            return
