"""The model for use of a person's code: raw rows in, its normalization inside, and a file that can be loaded again.

Owns: wrapping, saving, and trying whether the file loads; weights and configuration where it does not, and putting
these back.
Leaves to others: the families' models (models), where the bytes are kept (studies).
"""

import io
import json
import math
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tuner.data.dataset import DataInfo
from tuner.data.fields import Field
from tuner.data.preprocessing import Preprocessing
from tuner.data.records import for_keras, without_names
from tuner.redaction import redacted
from tuner.training.network import Exported
from tuner.training.networks.models import normalization_layers
from tuner.training.plan import WEIGHTS_ONLY


def export(model: Any, preprocessing: Preprocessing, info: DataInfo) -> Exported:
    """Save a trained model for use. A .keras file counts only if Keras loads it again."""
    with tempfile.TemporaryDirectory(prefix="tuner-") as folder:
        path = Path(folder) / "model.keras"
        own_rows = takes_other_rows(model, info)
        try:
            (_uncompiled(model) if own_rows else for_use(model, preprocessing, info)).save(path)
            keras.models.load_model(path)
        except Exception as error:
            # Whatever a class of a person's raises when it is written down, or made again.
            problem = f"cannot be loaded from a .keras file ({type(error).__name__}: {_line(error)})"
            return Exported(WEIGHTS_ONLY, _weights_only(model, preprocessing, Path(folder)), problem)
        modules = _foreign_modules(path)
        problem = f"has classes of {', '.join(modules)}: to load it elsewhere, give custom_objects" if modules else ""
        if own_rows:
            problem = "; ".join(filter(None, ["takes rows as its fit makes them, not as they are", problem]))
        return Exported("model.keras", path.read_bytes(), problem)


def takes_other_rows(model: Any, info: DataInfo) -> bool:
    """Its inputs cannot be raw rows: a fit of its own cuts them, or makes several of one."""
    inputs = getattr(model, "inputs", None) or []
    shapes, size = [tuple(each.shape[1:]) for each in inputs], math.prod(info.input_shape)
    if info.inputs:
        return bool(inputs) and len(inputs) != len(info.inputs)
    return len(shapes) > 1 or any(None not in shape and math.prod(shape) != size for shape in shapes)


def put_back(model: Any, data: bytes, rows: Any) -> None:
    """The weights of a WEIGHTS_ONLY file into a network that was built in the same way. rows: one at least."""
    if not model.built:
        model(for_keras(rows[:1]), training=False)
    with tempfile.TemporaryDirectory(prefix="tuner-") as folder, zipfile.ZipFile(io.BytesIO(data)) as file:
        model.load_weights(file.extract("model.weights.h5", folder))


def _line(error: Exception) -> str:
    return " ".join(redacted(str(error)).split())[:200]


def _foreign_modules(path: Path) -> list[str]:
    """Python modules other than Keras' from which the file's classes come."""
    with zipfile.ZipFile(path) as file:
        named = re.findall(r'"module": "([\w.]+)"', file.read("config.json").decode())
    return sorted({each for each in named if each.partition(".")[0] not in ("keras", "builtins")})


def for_use(model: Any, preprocessing: Preprocessing, info: DataInfo) -> Any:
    """The model that takes raw rows, not compiled; it shares its layers with `model`."""
    if info.inputs or len(getattr(model, "outputs", None) or ()) > 1:
        return _of_several(model, info)
    input_shape = info.input_shape
    graph = bool(getattr(model, "inputs", None))
    wanted = tuple(model.inputs[0].shape[1:]) if graph else input_shape
    channel = [keras.layers.Reshape(input_shape, name="with_channel")] if info.channel_added else []
    before = [*channel, *normalization_layers(preprocessing)]
    if None not in wanted and (wanted != input_shape or preprocessing.matrix is not None):
        before = [*before, keras.layers.Reshape(wanted, name="shape_of_the_model")]
    after = []
    if getattr(model.loss, "from_logits", False):
        one = graph and model.outputs[0].shape[-1] == 1
        after = [keras.layers.Activation("sigmoid" if one else "softmax", name="probabilities")]
    if graph and not before and not after and type(model) is not keras.Sequential:
        return _uncompiled(model)
    layers = model.layers if type(model) is keras.Sequential else [_uncompiled(model)]
    rows = keras.Input(info.given_shape, name="rows")
    return keras.Sequential([rows, *before, *layers, *after], name=model.name)


def _of_several(model: Any, info: DataInfo) -> Any:
    """The same for several inputs or outputs: nothing comes before it, and its inputs and outputs keep their names."""
    if not getattr(model, "inputs", None):
        fields = info.inputs or (Field("rows", info.input_shape, "float32"),)
        inputs = {each.name: keras.Input(each.shape, dtype=each.keras_type, name=each.name) for each in fields}
        given = tuple(inputs.values()) if without_names(list(inputs)) else inputs
        given = given if info.inputs else inputs["rows"]
        return keras.Model(given, model(given), name=model.name)
    plain = _uncompiled(model)
    losses = _losses(model)
    if not any(getattr(each, "from_logits", False) for each in losses):
        return plain
    outputs = {}
    for name, output, loss in zip(model.output_names, plain.outputs, losses, strict=True):
        if getattr(loss, "from_logits", False):
            kind = "sigmoid" if output.shape[-1] == 1 else "softmax"
            output = keras.layers.Activation(kind, name=f"{name}_probabilities")(output)
        outputs[name] = output
    only = next(iter(outputs.values()))
    return keras.Model(plain.input, outputs if len(outputs) > 1 else only, name=model.name)


def _losses(model: Any) -> list[Any]:
    """Of each output, as `compile` took them."""
    given = model.loss
    if isinstance(given, dict):
        return [given.get(name) for name in model.output_names]
    given = list(given) if isinstance(given, list | tuple) else [given]
    return given if len(given) == len(model.outputs) else given[:1] * len(model.outputs)


def _uncompiled(model: Any) -> Any:
    """The same graph without its loss and optimizer; a subclass without a graph as it is."""
    if type(model) is keras.Sequential and model.inputs:
        (rows,) = model.inputs
        return keras.Sequential([keras.Input(rows.shape[1:], dtype=rows.dtype), *model.layers], name=model.name)
    if getattr(model, "inputs", None) and getattr(model, "outputs", None):
        return keras.Model(model.input, model.output, name=model.name)
    return model


def _weights_only(model: Any, preprocessing: Preprocessing, folder: Path) -> bytes:
    weights = folder / "model.weights.h5"
    model.save_weights(weights)
    try:
        config = model.get_config()
        text = json.dumps(config, default=str)
    except Exception as error:
        text = json.dumps({"error": f"the model has no configuration: {error}"})
    target = folder / "weights.zip"
    with zipfile.ZipFile(target, "w") as file:
        file.write(weights, "model.weights.h5")
        file.writestr("config.json", text)
        arrays = {name: getattr(preprocessing, name) for name in ("offset", "scale", "matrix")}
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **{name: each for name, each in arrays.items() if each is not None})
        file.writestr("normalization.npz", buffer.getvalue())
    return target.read_bytes()
