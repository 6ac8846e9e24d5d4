"""What all model families have in common: parameters of the input and of training, and how they are asked.

Owns: names, kinds, limits and defaults (those of Keras where it has one) that no family has for itself.
Leaves to others: what a family adds (mlp, cnn, rnn, timeseries, text).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from tuner.spec.families.hyperparameter import HyperparameterDef, choice
from tuner.spec.space import Ask, Value

Task = Literal["classification", "regression"]
TASKS: tuple[Task, ...] = ("classification", "regression")

ACTIVATIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu", "linear")
INITIALIZERS = (
    "zeros",
    "constant",
    "random_normal",
    "random_uniform",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "he_avg_normal",
    "he_avg_uniform",
    "lecun_normal",
    "lecun_uniform",
)
OPTIMIZERS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "nadam", "adadelta")
SCHEDULES = ("constant", "exponential", "cosine")
CLASSIFICATION_LOSSES = (
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
    "binary_crossentropy",
    "focal",
    "mse",
)
REGRESSION_LOSSES = ("mse", "mae", "huber")
LOSSES: Mapping[Task, tuple[str, ...]] = {"classification": CLASSIFICATION_LOSSES, "regression": REGRESSION_LOSSES}
OUTPUT_ACTIVATIONS = ("softmax", "sigmoid", "linear")
CALLBACKS = ("early_stopping", "reduce_lr_on_plateau", "swap_ema_weights", "terminate_on_nan")
NORMALIZATIONS = ("none", "minmax", "standard", "whiten")
TARGET_NORMALIZATIONS = ("none", "standard")
CLASS_WEIGHTS = ("none", "balanced")
AUGMENTATIONS = (
    "none",
    "shift",
    "flip",
    "rotate",
    "shift+flip",
    "shift+rotate",
    "flip+rotate",
    "shift+flip+rotate",
)

SETTINGS = ("normalization", "batch_size", "epochs")
"""What a specification may say of the training of a network that a person's code makes."""

# Keras: SGD() is 0.01, every other optimizer 0.001.
_LEARNING_RATES = {"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01}
_RHO = {"rmsprop": 0.9, "adadelta": 0.95}


WEIGHTS = (
    HyperparameterDef("negative_slope", "float", 0.3, "leaky_relu: slope below zero", low=0, high=1, open_high=True),
    HyperparameterDef("alpha", "float", 1.0, "elu: the value that it falls to, negated", low=0, open_low=True),
    choice("initializer", "glorot_uniform", INITIALIZERS, "of the weights of every layer"),
    HyperparameterDef("initializer_value", "float", 0.0, "constant: every weight"),
    HyperparameterDef("initializer_stddev", "float", 0.05, "random_normal: standard deviation", low=0, open_low=True),
    HyperparameterDef(
        "initializer_range", "float", 0.05, "random_uniform: from minus to plus this", low=0, open_low=True
    ),
    HyperparameterDef("l1", "float", 0.0, "penalty on the sum of absolute weights", low=0),
    HyperparameterDef("l2", "float", 0.0, "penalty on the sum of squared weights", low=0),
)

ROW_INPUT = (
    HyperparameterDef("input_dropout", "float", 0.0, "share of the inputs dropped", low=0, high=1, open_high=True),
    choice("normalization", "none", NORMALIZATIONS, "fitted on the training rows, inside the model"),
)

_IMAGE_INPUT = (
    choice("augmentation", "none", AUGMENTATIONS, "random changes of training images"),
    HyperparameterDef("shift_fraction", "float", 0.1, "shift: at most this share of height and width", low=0, high=1),
    HyperparameterDef("flip_probability", "float", 0.5, "flip: share of images mirrored left to right", low=0, high=1),
    HyperparameterDef("rotation_degrees", "float", 15.0, "rotate: at most this, either way", low=0, high=180),
)

INPUT = (*ROW_INPUT, *_IMAGE_INPUT)
AUGMENTING = tuple(known.name for known in _IMAGE_INPUT)
"""What only images have."""

TRAINING = (
    choice("optimizer", "adam", OPTIMIZERS, "gradient descent and its kin"),
    HyperparameterDef(
        "learning_rate", "float", 0.001, "step size; Keras' default depends on the optimizer", low=0, open_low=True
    ),
    HyperparameterDef(
        "momentum", "float", 0.9, "momentum, nesterov: share of the last step kept", low=0, high=1, open_high=True
    ),
    HyperparameterDef(
        "rho", "float", 0.9, "rmsprop, adadelta: decay of the squared gradients", low=0, high=1, open_high=True
    ),
    HyperparameterDef(
        "beta_1", "float", 0.9, "adam and its kin: decay of the gradients", low=0, high=1, open_high=True
    ),
    HyperparameterDef(
        "beta_2", "float", 0.999, "adam and its kin: decay of the squares", low=0, high=1, open_high=True
    ),
    HyperparameterDef("weight_decay", "float", 0.004, "adamw: share of a weight taken off a step", low=0),
    choice("schedule", "constant", SCHEDULES, "of the learning rate, over the epochs"),
    HyperparameterDef("decay_rate", "float", 0.9, "exponential: factor an epoch", low=0, high=1, open_low=True),
    HyperparameterDef(
        "batch_size",
        "int",
        32,
        "rows a step; 1 is stochastic, full is batch gradient descent",
        choices=("full",),
        low=1,
    ),
    HyperparameterDef("epochs", "int", 10, "passes over the training rows, at most", low=1),
    choice(
        "loss",
        "sparse_categorical_crossentropy",
        tuple(dict.fromkeys(CLASSIFICATION_LOSSES + REGRESSION_LOSSES)),
        "what training minimizes",
    ),
    HyperparameterDef(
        "label_smoothing", "float", 0.0, "share of the target spread over all classes", low=0, high=1, open_high=True
    ),
    HyperparameterDef("focal_gamma", "float", 2.0, "focal: how much easy rows are discounted", low=0),
    HyperparameterDef("huber_delta", "float", 1.0, "huber: where the square ends", low=0, open_low=True),
    choice("output_activation", "softmax", OUTPUT_ACTIVATIONS, "of the last layer"),
    choice(
        "target_normalization",
        "none",
        TARGET_NORMALIZATIONS,
        "regression: the last layer works in units of the training targets; figures stay in their own",
    ),
    choice(
        "class_weight",
        "none",
        CLASS_WEIGHTS,
        "of a row in the training loss; balanced: the rows of each class together count as much as those of any other",
    ),
)


@dataclass(frozen=True)
class Activation:
    """argument: the slope of leaky_relu, the alpha of elu."""

    name: str
    argument: float | None = None


@dataclass(frozen=True)
class Initializer:
    """argument: the value of constant, the standard deviation of random_normal, the range of random_uniform."""

    name: str
    argument: float | None = None


@dataclass(frozen=True)
class Augmentation:
    """Each strength is None where that change is not made. shift_fraction: of height and width."""

    shift_fraction: float | None = None
    flip_probability: float | None = None
    rotation_degrees: float | None = None


@dataclass(frozen=True)
class Optimizer:
    """options: momentum, rho, beta_1, beta_2, weight_decay - those that this optimizer has.

    decay_rate: the factor an epoch, for the exponential schedule.
    """

    name: str
    learning_rate: float
    options: Mapping[str, float]
    schedule: str = "constant"
    decay_rate: float | None = None


@dataclass(frozen=True)
class Loss:
    """argument: gamma of focal, delta of huber."""

    name: str
    label_smoothing: float = 0.0
    argument: float | None = None


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """What every family has: the first weights, the input, and training. batch_size: None is all rows."""

    family: str
    initializer: Initializer
    l1: float
    l2: float
    output_activation: str
    optimizer: Optimizer
    loss: Loss
    batch_size: int | None
    epochs: int
    input_dropout: float = 0.0
    normalization: str = "none"
    augmentation: Augmentation = field(default_factory=Augmentation)
    target_normalization: str = "none"
    class_weight: str = "none"


class Asker:
    """Asks for a family's parameters by name; kinds are guaranteed by the spec's check."""

    def __init__(self, ask: Ask, known: Mapping[str, HyperparameterDef]) -> None:
        self._ask = ask
        self._known = known

    def __call__(self, name: str, default: Value | None = None, layer: int | None = None) -> Value:
        return self._ask(self._known[name].parameter(default, layer))

    def __contains__(self, name: str) -> bool:
        """Whether the family takes it."""
        return name in self._known

    def whole(self, name: str, layer: int | None = None) -> int:
        return cast(int, self(name, layer=layer))

    def number(self, name: str, default: float | None = None, layer: int | None = None) -> float:
        return float(self(name, default, layer))

    def flag(self, name: str, layer: int | None = None) -> bool:
        return bool(self(name, layer=layer))

    def word(self, name: str, default: str | None = None, layer: int | None = None) -> str:
        return str(self(name, default, layer))


def activation(asker: Asker, layer: int | None = None) -> Activation:
    """Ask for the activation of a hidden layer, or of all."""
    name = asker.word("activation", layer=layer)
    argument = {"leaky_relu": "negative_slope", "elu": "alpha"}.get(name)
    return Activation(name, asker.number(argument) if argument else None)


def initializer(asker: Asker) -> Initializer:
    """Ask for the first weights."""
    name = asker.word("initializer")
    argument = {
        "constant": "initializer_value",
        "random_normal": "initializer_stddev",
        "random_uniform": "initializer_range",
    }.get(name)
    return Initializer(name, asker.number(argument) if argument else None)


def augmentation(asker: Asker) -> Augmentation:
    """Ask for changes of training images."""
    kinds = asker.word("augmentation").split("+")
    return Augmentation(
        shift_fraction=asker.number("shift_fraction") if "shift" in kinds else None,
        flip_probability=asker.number("flip_probability") if "flip" in kinds else None,
        rotation_degrees=asker.number("rotation_degrees") if "rotate" in kinds else None,
    )


def optimizer(asker: Asker) -> Optimizer:
    """Ask for the optimizer, its rate and its options."""
    name = asker.word("optimizer")
    learning_rate = asker.number("learning_rate", default=_LEARNING_RATES.get(name, 0.001))
    options = {
        option: asker.number(option, default=_RHO.get(name) if option == "rho" else None)
        for option in _OPTIMIZER_OPTIONS.get(name, ())
    }
    schedule = asker.word("schedule")
    decay_rate = asker.number("decay_rate") if schedule == "exponential" else None
    return Optimizer(name, learning_rate, options, schedule, decay_rate)


_OPTIMIZER_OPTIONS = {
    "momentum": ("momentum",),
    "nesterov": ("momentum",),
    "rmsprop": ("rho",),
    "adadelta": ("rho",),
    "adam": ("beta_1", "beta_2"),
    "nadam": ("beta_1", "beta_2"),
    "adamw": ("beta_1", "beta_2", "weight_decay"),
}


BINARY = "binary_crossentropy"
"""The loss of two classes with one output, the probability of the second."""


def output_activation(asker: Asker, task: Task, loss: Loss) -> str:
    """Ask for the output's activation; the default depends on the task and the loss."""
    usual = "softmax" if task == "classification" else "linear"
    return asker.word("output_activation", default="sigmoid" if loss.name == BINARY else usual)


def loss(asker: Asker, task: Task) -> Loss:
    """Ask for the loss; the default depends on the task."""
    default = "sparse_categorical_crossentropy" if task == "classification" else "mse"
    name = asker.word("loss", default=default)
    smoothing = asker.number("label_smoothing") if "crossentropy" in name or name == "focal" else 0.0
    argument = {"focal": "focal_gamma", "huber": "huber_delta"}.get(name)
    return Loss(name, smoothing, asker.number(argument) if argument else None)


def training(asker: Asker, task: Task, wanted: Loss, images: bool = False) -> dict[str, Any]:
    """Ask for what every family has, as the fields of its configuration. wanted: the loss, asked before.

    images: rows are images; only those are augmented.
    """
    asked: dict[str, Any] = {"loss": wanted, "initializer": initializer(asker)}
    if "input_dropout" in asker:
        asked["input_dropout"] = asker.number("input_dropout")
    asked |= {name: asker.number(name) for name in ("l1", "l2")}
    asked["output_activation"] = output_activation(asker, task, wanted)
    if "normalization" in asker:
        asked["normalization"] = asker.word("normalization")
    if "augmentation" in asker and images:
        asked["augmentation"] = augmentation(asker)
    asked |= {"optimizer": optimizer(asker), "batch_size": batch_size(asker), "epochs": asker.whole("epochs")}
    of_task = "class_weight" if task == "classification" else "target_normalization"
    return {**asked, of_task: asker.word(of_task)}


def batch_size(asker: Asker) -> int | None:
    """Ask for the rows of a step; None is all of them."""
    size = asker("batch_size")
    return None if size == "full" else cast(int, size)
