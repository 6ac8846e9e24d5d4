"""The names of a search space as Keras objects.

Owns: what each name of `families` is in Keras.
Leaves to others: which names and defaults there are (families), what is built of them (models).
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import keras

from tuner.errors import SpecError
from tuner.spec.families import BINARY, Activation, Augmentation, Config, Initializer, Loss, Optimizer
from tuner.spec.metrics import ALIASES, key

# Keras' own "he" and "lecun" are over the fan-in. The lecture's He is over the mean of fan-in and fan-out, as Glorot's.
_FAN_AVG = {"scale": 2.0, "mode": "fan_avg"}

_INITIALIZERS: Mapping[str, Callable[[float | None, int], Any]] = {
    "zeros": lambda _, seed: keras.initializers.Zeros(),
    "constant": lambda value, seed: keras.initializers.Constant(value),
    "random_normal": lambda deviation, seed: keras.initializers.RandomNormal(stddev=deviation, seed=seed),
    "random_uniform": lambda reach, seed: keras.initializers.RandomUniform(-(reach or 0.0), reach, seed=seed),
    "glorot_normal": lambda _, seed: keras.initializers.GlorotNormal(seed=seed),
    "glorot_uniform": lambda _, seed: keras.initializers.GlorotUniform(seed=seed),
    "he_normal": lambda _, seed: keras.initializers.HeNormal(seed=seed),
    "he_uniform": lambda _, seed: keras.initializers.HeUniform(seed=seed),
    "he_avg_normal": lambda _, seed: keras.initializers.VarianceScaling(
        **_FAN_AVG, distribution="truncated_normal", seed=seed
    ),
    "he_avg_uniform": lambda _, seed: keras.initializers.VarianceScaling(**_FAN_AVG, distribution="uniform", seed=seed),
    "lecun_normal": lambda _, seed: keras.initializers.LecunNormal(seed=seed),
    "lecun_uniform": lambda _, seed: keras.initializers.LecunUniform(seed=seed),
}

_OPTIMIZERS: Mapping[str, Callable[..., Any]] = {
    "sgd": keras.optimizers.SGD,
    "momentum": keras.optimizers.SGD,
    "nesterov": lambda **options: keras.optimizers.SGD(nesterov=True, **options),
    "adagrad": keras.optimizers.Adagrad,
    "rmsprop": keras.optimizers.RMSprop,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "nadam": keras.optimizers.Nadam,
    "adadelta": keras.optimizers.Adadelta,
}


def activation(wanted: Activation, name: str, shared_axes: list[int] | None = None) -> Any | None:
    """A layer of that name; None for "linear", which does nothing. shared_axes: along which prelu has one slope."""
    if wanted.name == "linear":
        return None
    if wanted.name == "leaky_relu":
        return keras.layers.LeakyReLU(negative_slope=wanted.argument, name=name)
    if wanted.name == "elu":
        return keras.layers.ELU(alpha=wanted.argument, name=name)
    if wanted.name == "prelu":
        return keras.layers.PReLU(shared_axes=shared_axes, name=name)
    return keras.layers.Activation(wanted.name, name=name)


def initializer(wanted: Initializer, seed: int) -> Any:
    """The initializer of one kernel; the same seed gives the same weights."""
    return _INITIALIZERS[wanted.name](wanted.argument, seed)


def regularizer(l1: float, l2: float) -> Any | None:
    """The penalty on one kernel, added to the loss; None for none."""
    return keras.regularizers.L1L2(l1=l1, l2=l2) if l1 or l2 else None


def weights(config: Config, seed: int) -> dict[str, Any]:
    """The first values of a layer's kernel, and the penalty on it, as arguments of a Keras layer."""
    return {
        "kernel_initializer": initializer(config.initializer, seed),
        "kernel_regularizer": regularizer(config.l1, config.l2),
    }


def optimizer(wanted: Optimizer, epochs: int, steps_per_epoch: int) -> Any:
    """An optimizer whose learning rate follows the schedule.

    exponential: times `decay_rate` an epoch, smoothly, step by step. cosine: half a cosine, to 0 at the last step.
    """
    rate: Any = wanted.learning_rate
    if wanted.schedule == "exponential":
        rate = keras.optimizers.schedules.ExponentialDecay(rate, steps_per_epoch, wanted.decay_rate)
    elif wanted.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, epochs * steps_per_epoch)
    return _OPTIMIZERS[wanted.name](learning_rate=rate, name=wanted.name, **wanted.options)


def loss(wanted: Loss, output_activation: str) -> Any:
    """A loss. Cross-entropy of a linear output takes it for logits.

    Class indices with label smoothing, which Keras knows for one-hot targets only, become the latter; the value is the
    same otherwise.
    """
    logits = output_activation == "linear"
    if wanted.name == "sparse_categorical_crossentropy" and not wanted.label_smoothing:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=logits)
    if wanted.name in ("sparse_categorical_crossentropy", "categorical_crossentropy"):
        return keras.losses.CategoricalCrossentropy(from_logits=logits, label_smoothing=wanted.label_smoothing)
    if wanted.name == BINARY:
        return keras.losses.BinaryCrossentropy(from_logits=logits, label_smoothing=wanted.label_smoothing)
    if wanted.name == "focal":
        return keras.losses.CategoricalFocalCrossentropy(
            gamma=wanted.argument, from_logits=logits, label_smoothing=wanted.label_smoothing
        )
    if wanted.name == "huber":
        return keras.losses.Huber(delta=wanted.argument)
    return {"mse": keras.losses.MeanSquaredError, "mae": keras.losses.MeanAbsoluteError}[wanted.name]()


def augmentation(wanted: Augmentation, seeds: Callable[[], int]) -> list[Any]:
    """Layers that change training images at random. What moves in from outside an image repeats its border."""
    layers = []
    if wanted.shift_fraction is not None:
        layers.append(
            keras.layers.RandomTranslation(
                wanted.shift_fraction, wanted.shift_fraction, fill_mode="nearest", seed=seeds(), name="shift"
            )
        )
    if wanted.flip_probability is not None:
        layers.append(RandomMirror(wanted.flip_probability, seed=seeds(), name="flip"))
    if wanted.rotation_degrees is not None:
        layers.append(
            keras.layers.RandomRotation(wanted.rotation_degrees / 360, fill_mode="nearest", seed=seeds(), name="rotate")
        )
    return layers


@keras.saving.register_keras_serializable(package="tuner")
class RandomMirror(keras.layers.Layer):  # type: ignore[misc]  # Keras is Any here
    """Mirror images left to right with a probability; Keras' RandomFlip knows only one half.

    Training only, and not part of an exported model, which loads without this class.
    """

    def __init__(self, probability: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.probability = probability
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, images: Any, training: bool = False) -> Any:
        """images: (batch, height, width, channels)."""
        images = keras.ops.cast(images, self.compute_dtype)
        if not training:
            return images
        draws = keras.random.uniform((keras.ops.shape(images)[0], 1, 1, 1), seed=self.generator)
        return keras.ops.where(draws < self.probability, keras.ops.flip(images, axis=2), images)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "probability": self.probability, "seed": self.seed}


AUGMENTATION_LAYERS = (keras.layers.RandomTranslation, keras.layers.RandomRotation, RandomMirror)


def accuracy(one_hot: bool, one_output: bool = False, logits: bool = False) -> Any:
    """The share of rows whose largest output is their class; one output is a class if it is more than half."""
    if one_output:
        return keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0 if logits else 0.5)
    kind = keras.metrics.CategoricalAccuracy if one_hot else keras.metrics.SparseCategoricalAccuracy
    return kind(name="accuracy")


def metric(name: str, classes: int | None, one_hot: bool, logits: bool, one_output: bool = False) -> Any:
    """Any metric of Keras by its name: as it is written in Keras, in small letters, or one of `metrics.ALIASES`.

    classes: None for regression. one_hot: how the targets come. logits: what the model gives. one_output: for two
    classes, the second one's.
    A metric gets the targets and the probabilities that it expects, whatever the loss wants. It is logged under the
    name that was asked for. Of two classes, those that count hits (precision, recall, AUC) look at the second one.
    balanced_accuracy is our own: the mean over the classes of the share of their rows that are hit.
    Raises SpecError for a name that Keras does not know, or a metric that needs more than its name.
    """
    if key(name) == "balanced_accuracy" and classes is not None:
        return _OfClasses(BalancedAccuracy(classes, name=name), name, classes, one_hot, logits, one_output)
    try:
        found = keras.metrics.get(ALIASES.get(name, name))
        if isinstance(found, keras.metrics.F1Score | keras.metrics.FBetaScore):
            # Without an average these are one number a class.
            found = type(found)(average="macro", name=name)
        elif isinstance(found, keras.metrics.Metric):
            found = type(found).from_config({**found.get_config(), "name": name})
    except (ValueError, TypeError) as error:
        raise SpecError(f"metrics: {name!r} is no metric that Keras builds from its name ({error})") from error
    if not isinstance(found, keras.metrics.Metric):
        found = keras.metrics.MeanMetricWrapper(found, name=name)
    return found if classes is None else _OfClasses(found, name, classes, one_hot, logits, one_output)


class BalancedAccuracy(keras.metrics.Metric):  # type: ignore[misc]  # Keras is Any here
    """The mean over the classes that have rows of the share of their rows whose largest output is their class.

    Targets are one-hot.
    """

    def __init__(self, classes: int, name: str = "balanced_accuracy") -> None:
        super().__init__(name=name)
        self._classes = classes
        self.hits = self.add_variable((classes,), initializer="zeros", name="hits")
        self.rows = self.add_variable((classes,), initializer="zeros", name="rows")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        true = keras.ops.cast(y_true, self.dtype)
        said = keras.ops.one_hot(keras.ops.argmax(y_pred, axis=-1), self._classes, dtype=self.dtype)
        if sample_weight is not None:
            true = true * keras.ops.reshape(keras.ops.cast(sample_weight, self.dtype), (-1, 1))
        self.hits.assign(self.hits + keras.ops.sum(true * said, axis=0))
        self.rows.assign(self.rows + keras.ops.sum(true, axis=0))

    def result(self) -> Any:
        there = keras.ops.cast(self.rows > 0, self.dtype)
        shares = self.hits / keras.ops.maximum(self.rows, 1e-7)
        return keras.ops.sum(shares * there) / keras.ops.maximum(keras.ops.sum(there), 1.0)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "classes": self._classes}


_OF_ONE_CLASS = (
    keras.metrics.AUC, keras.metrics.Precision, keras.metrics.Recall, keras.metrics.BinaryAccuracy,
    keras.metrics.BinaryCrossentropy, keras.metrics.Hinge, keras.metrics.SquaredHinge,
)  # fmt: skip


class _OfClasses(keras.metrics.Metric):  # type: ignore[misc]  # Keras is Any here
    """A metric of class probabilities, fed with the targets it expects: class indices if it is sparse, else one-hot."""

    def __init__(
        self, inner: Any, name: str, classes: int, one_hot: bool, logits: bool, one_output: bool = False
    ) -> None:
        super().__init__(name=name)
        self.inner = inner
        self._classes = classes
        self._one_hot = one_hot
        self._logits = logits
        self._one_output = one_output
        self._sparse = "sparse" in type(inner).__name__.lower() or "sparse" in name.lower()
        self._second_only = classes == 2 and type(inner) in _OF_ONE_CLASS

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        if self._one_output:
            # From here on as with two outputs.
            y_pred = keras.ops.sigmoid(y_pred) if self._logits else y_pred
            y_true = keras.ops.reshape(keras.ops.cast(y_true, y_pred.dtype), keras.ops.shape(y_pred))
            y_true, y_pred = (keras.ops.concatenate([1 - each, each], axis=-1) for each in (y_true, y_pred))
        if self._sparse and self._one_hot:
            y_true = keras.ops.argmax(y_true, axis=-1)
        elif not self._sparse and not self._one_hot:
            y_true = keras.ops.one_hot(keras.ops.reshape(y_true, (-1,)), self._classes)
        if self._logits and not self._one_output:
            y_pred = keras.ops.softmax(y_pred)
        if self._second_only:
            y_true, y_pred = y_true[..., 1], y_pred[..., 1]
        self.inner.update_state(y_true, y_pred, sample_weight=sample_weight)

    def result(self) -> Any:
        return self.inner.result()

    def reset_state(self) -> None:
        self.inner.reset_state()

    @property
    def variables(self) -> list[Any]:
        return list(self.inner.variables)

    def get_config(self) -> dict[str, Any]:
        inner = keras.saving.serialize_keras_object(self.inner)
        return {"inner": inner, "name": self.name, "classes": self._classes, "one_hot": self._one_hot,
                "logits": self._logits, "one_output": self._one_output}  # fmt: skip


def steps_per_epoch(rows: int, batch_size: int | None) -> int:
    """The last batch may be smaller; a batch_size of None is all rows."""
    return math.ceil(rows / (batch_size or rows))
