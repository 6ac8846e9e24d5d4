"""The families: from a configuration to a compiled Keras model that takes raw rows.

Owns: which layers a family has, in which order; the model for use (export), its predictions and scores.
Leaves to others: what a name is in Keras (catalogue), training (trainer).

Every layer outside augmentation is Keras' own, so an exported model loads with `keras.models.load_model` alone.
"""

import math
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import keras
import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Array, DataInfo, Dataset, Rows
from tuner.data.fields import Field
from tuner.data.preprocessing import Preprocessing
from tuner.data.records import for_keras, without_names
from tuner.data.rows_on_disk import on_disk, pieces
from tuner.data.texts import is_text
from tuner.errors import DataError, TrialFailed
from tuner.spec.families import (
    BINARY,
    NEEDS_IMAGES,
    READS_TEXT,
    SEQUENCE_FAMILIES,
    AutoencoderConfig,
    CnnConfig,
    Config,
    MlpConfig,
    RnnConfig,
    TextConfig,
    sequence_shape,
)
from tuner.training.compiled import device_rows
from tuner.training.compiled.compiled_metrics import why_not
from tuner.training.labels import wants_indices
from tuner.training.networks import catalogue
from tuner.training.networks.autoencoder import autoencoder_layers
from tuner.training.networks.cnn import cnn_layers
from tuner.training.networks.rnn import rnn_layers
from tuner.training.networks.text import text_layers
from tuner.training.plan import Metrics

# Outputs are clipped so far from 0 and 1 before the logarithm, as Keras does.
_EPSILON = 1e-7
_ROWS_AT_ONCE = 2048
_LEAST_ROWS_AT_ONCE = 32
_VALUES_AT_ONCE = 1 << 23


def build(
    config: Config, info: DataInfo, preprocessing: Preprocessing, metrics: Sequence[str] = (), *, seed: int
) -> Any:
    """A compiled `keras.Sequential` that takes raw rows, (rows, *input_shape) of any number type.

    metrics: further ones to watch, beside accuracy, or mae in regression.
    The same configuration and seed give identical weights; no global random state is read or changed.
    Raises DataError where the rows are not what the family reads, TrialFailed where loss and output do not go together.
    """
    draws = np.random.default_rng(seed)

    def seeds() -> int:
        return int(draws.integers(2**31 - 1))

    layers = catalogue.augmentation(config.augmentation, seeds) if info.images else []
    layers += normalization_layers(preprocessing)
    layers += _shaping(config, info, flat=preprocessing.matrix is not None)
    if isinstance(config, CnnConfig):
        layers += cnn_layers(config, seeds)
    elif isinstance(config, RnnConfig):
        layers += rnn_layers(config, seeds)
    elif isinstance(config, AutoencoderConfig):
        layers += autoencoder_layers(config, info, seeds)
    elif isinstance(config, TextConfig):
        layers += text_layers(config, info, preprocessing, seeds)
    else:
        layers += _mlp_layers(config, info, seeds)
    weights = catalogue.weights(config, seeds())
    one_output = config.loss.name == BINARY
    if one_output and (info.outputs != 2 or config.output_activation == "softmax"):
        raise TrialFailed(f"{BINARY} is for two classes, with the output_activation sigmoid or linear")
    units = 1 if one_output else info.outputs
    layers.append(keras.layers.Dense(units, activation=config.output_activation, name="output", **weights))
    if config.target_normalization == "standard":
        layers.append(_target_units(info))

    model = keras.Sequential(
        [
            keras.Input(info.input_shape, dtype="string" if info.text else None, name="rows"),
            *(each for each in layers if each is not None),
        ],
        name=config.family,
    )
    loss = catalogue.loss(config.loss, config.output_activation)
    one_hot = not wants_indices(loss)
    classes = info.outputs if info.task == "classification" else None
    logits = bool(getattr(loss, "from_logits", False))
    always = "mae" if classes is None else "accuracy"
    if classes is None:
        watched = [catalogue.metric(always, None, one_hot, logits)]
    else:
        watched = [catalogue.accuracy(one_hot, one_output, logits)]
    watched += [catalogue.metric(name, classes, one_hot, logits, one_output) for name in metrics if name != always]
    steps = catalogue.steps_per_epoch(info.train_rows, config.batch_size)
    model.compile(optimizer=catalogue.optimizer(config.optimizer, config.epochs, steps), loss=loss, metrics=watched)
    return model


def _shaping(config: Config, info: DataInfo, flat: bool) -> list[Any]:
    """What gives a row the shape that the family reads. flat: normalizing has flattened it."""
    if info.text and config.family not in READS_TEXT:
        raise DataError(
            f"{info.name}: its rows are texts, which model: {config.family} does not read. Use model: text."
        )
    if config.family in NEEDS_IMAGES:
        if not info.images:
            raise DataError(f"{info.name}: rows of shape {info.input_shape} are no images; model: cnn needs some.")
        return [keras.layers.Reshape(info.input_shape, name="as_image")] if flat else []
    if config.family in SEQUENCE_FAMILIES:
        sequence = sequence_shape(info.input_shape)
        if sequence is None:
            raise DataError(f"{info.name}: rows of shape {info.input_shape} are no sequences (steps, channels).")
        given = (math.prod(sequence),) if flat else info.input_shape
        return [keras.layers.Reshape(sequence, name="as_sequence")] if given != sequence else []
    return []


def _mlp_layers(config: MlpConfig, info: DataInfo, seeds: Callable[[], int]) -> list[Any]:
    layers: list[Any] = []
    if len(info.input_shape) > 1:
        layers.append(keras.layers.Flatten(name="flatten"))
    if config.input_dropout:
        layers.append(keras.layers.Dropout(config.input_dropout, seed=seeds(), name="input_dropout"))
    for number, layer in enumerate(config.layers, start=1):
        layers.append(keras.layers.Dense(layer.units, name=f"hidden_{number}", **catalogue.weights(config, seeds())))
        if layer.batch_normalization:
            layers.append(keras.layers.BatchNormalization(name=f"batch_normalization_{number}"))
        layers.append(catalogue.activation(layer.activation, name=f"activation_{number}"))
        if layer.dropout:
            layers.append(keras.layers.Dropout(layer.dropout, seed=seeds(), name=f"dropout_{number}"))
    return layers


def _target_units(info: DataInfo) -> Any:
    """From standard units to those of the targets; one that never varies stays what it is."""
    scale = np.array([deviation or 1.0 for deviation in info.target_deviations], np.float32)
    return keras.layers.Rescaling(scale, offset=np.array(info.target_means, np.float32), name="target_units")


def normalization_layers(preprocessing: Preprocessing) -> list[Any]:
    """Keras' layers for `Preprocessing.apply`: first the offset, then the rest, in the same order and so rounding."""
    if preprocessing.offset is None:
        return []
    centre = keras.layers.Rescaling(1.0, offset=-preprocessing.offset, name="centre")
    if preprocessing.matrix is None:
        return [centre, keras.layers.Rescaling(preprocessing.scale, name="scale")]
    whiten = keras.layers.Dense(
        len(preprocessing.matrix),
        use_bias=False,
        kernel_initializer=keras.initializers.Zeros(),
        trainable=False,
        name="whiten",
    )
    whiten.build((None, len(preprocessing.matrix)))
    whiten.set_weights([preprocessing.matrix])
    return [keras.layers.Flatten(name="flatten_to_whiten"), centre, whiten]


def export(model: Any, info: DataInfo | None = None) -> Any:
    """The model for use: raw rows in, for classes their probabilities out; not compiled, no augmentation.

    It shares its layers, and so its weights, with `model`. info: of rows of several inputs, which it then takes by
    name, and of images that were given without a channel.
    """
    layers = [layer for layer in model.layers if not isinstance(layer, catalogue.AUGMENTATION_LAYERS)]
    if getattr(model.loss, "from_logits", False):
        one = model.output_shape[-1] == 1
        layers.append(keras.layers.Activation("sigmoid" if one else "softmax", name="probabilities"))
    if info is not None and info.inputs:
        return _of_several(layers, info.inputs, model.name)
    shape = model.input_shape[1:]
    if info is not None and info.channel_added:
        shape, layers = info.given_shape, [keras.layers.Reshape(shape, name="with_channel"), *layers]
    rows = keras.Input(shape, dtype=model.inputs[0].dtype, name="rows")
    return keras.Sequential([rows, *layers], name=model.name)


def _of_several(layers: Sequence[Any], inputs: Sequence[Field], name: str) -> Any:
    """The same layers for rows of several inputs, by their names."""
    given = {each.name: keras.Input(each.shape or (1,), name=each.name) for each in inputs}
    lines = [keras.layers.Flatten(name=f"flatten_{number}")(each) for number, each in enumerate(given.values(), 1)]
    rows = keras.layers.Concatenate(name="one_line")(lines) if len(lines) > 1 else lines[0]
    for layer in layers:
        rows = layer(rows)
    return keras.Model(list(given.values()) if without_names(list(given)) else given, rows, name=name)


def save(model: Any, path: Path, info: DataInfo | None = None) -> None:
    """Write the model for use as a ``.keras`` file."""
    export(model, info).save(path)


def export_bytes(model: Any, info: DataInfo | None = None) -> bytes:
    """What `save` writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        save(model, path, info)
        return path.read_bytes()


def load_bytes(data: bytes) -> Any:
    """The model that `export_bytes` wrote."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(data)
        return keras.models.load_model(path)


def parameters(model: Any) -> int:
    """How many numbers training adjusts."""
    return int(sum(np.prod(weight.shape) for weight in model.trainable_weights))


def outputs(model: Any, dataset: Dataset) -> NDArray[np.float32]:
    """What `export` would give for the validation rows, (rows, outputs), without making or compiling another model."""
    x, layers = dataset.validation.x, model.layers
    if keras.backend.backend() == "jax" and why_not(model, dataset) is None:
        from tuner.training.compiled.evaluation_jax import evaluation_of

        given = evaluation_of(model, dataset).outputs()
        return probabilities(given) if getattr(model.loss, "from_logits", False) else given
    at_once = rows_at_once(x)
    if not on_disk(x) and device_rows.why_not(model, dataset) is None:
        # Training has them on the device, normalized.
        before, layers = device_rows.split(model) or ([], layers)
        x = device_rows.ready(dataset, before).validation_on_device
    found = []
    for start in range(0, len(x), at_once):
        rows = keras.ops.convert_to_tensor(x[start : start + at_once])
        rows = keras.ops.cast(rows, device_rows.step_type(model))
        for layer in layers:
            if not isinstance(layer, catalogue.AUGMENTATION_LAYERS):
                rows = layer(rows)
        found.append(keras.ops.convert_to_numpy(rows).astype(np.float32))
    given = np.concatenate(found)
    return probabilities(given) if getattr(model.loss, "from_logits", False) else given


def probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """What `export` makes of them. logits: (rows, outputs); of one output it is the second class's."""
    if logits.shape[1] == 1:
        return cast(NDArray[np.float32], 1 / (1 + np.exp(-logits)))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return cast(NDArray[np.float32], powers / powers.sum(axis=1, keepdims=True))


def predict(model: Any, x: Array) -> Any:
    """The outputs for raw rows, (rows, outputs); of several outputs as the model gives them."""
    if is_text(x) and keras.backend.backend() != "tensorflow" and (parts := device_rows.split(model)):
        # Only TensorFlow's programs have texts in them.
        before, after = parts
        numbers = device_rows.through(before, x)
        rest = keras.Sequential([keras.Input(numbers.shape[1:], dtype="int32"), *after])
        return rest.predict(numbers, batch_size=_ROWS_AT_ONCE, verbose=0)
    given = [model.predict(for_keras(some), batch_size=rows_at_once(x), verbose=0) for some in pieces(x)]
    return given[0] if len(given) == 1 else keras.tree.map_structure(lambda *each: np.concatenate(each), *given)


def rows_at_once(x: Array) -> int:
    """As many as leave memory to what layers make of them."""
    return max(_LEAST_ROWS_AT_ONCE, min(_ROWS_AT_ONCE, _VALUES_AT_ONCE // max(1, math.prod(x.shape[1:]))))


def evaluate(model: Any, rows: Rows, info: DataInfo) -> Metrics:
    """Score a model for use on rows that it has not seen, as `figures_of` does."""
    return figures_of(predict(model, rows.x), rows.y, info)


def figures_of(given: NDArray[np.float32], y: Array, info: DataInfo) -> Metrics:
    """What outputs come to. given: (rows, outputs).

    Classes: `accuracy`, and `loss`, the mean cross-entropy in nats, where the outputs are probabilities.
    Regression: `loss`, the mean squared error, its root `rmse`, `mae`, and `r2` where the targets vary.
    """
    outputs = given.astype(np.float64)
    if info.task == "regression":
        errors = outputs - y.astype(np.float64).reshape(outputs.shape)
        squared = float(np.mean(errors**2))
        varied = float(np.mean(np.var(y.astype(np.float64).reshape(outputs.shape), axis=0)))
        figures = {"loss": squared, "rmse": squared**0.5, "mae": float(np.mean(np.abs(errors)))}
        return figures | ({"r2": 1 - squared / varied} if varied > 0 else {})
    if outputs.shape[1] == 1:
        # One output for two classes is the probability of the second.
        outputs = np.concatenate([1 - outputs, outputs], axis=1)
    scores = {"accuracy": float(np.mean(outputs.argmax(axis=1) == y))}
    if outputs.min() >= 0 and np.allclose(outputs.sum(axis=1), 1, atol=1e-3):
        chosen = np.take_along_axis(outputs, y.astype(np.intp)[:, np.newaxis], axis=1)
        scores["loss"] = float(-np.mean(np.log(np.clip(chosen, _EPSILON, 1 - _EPSILON))))
    return scores
