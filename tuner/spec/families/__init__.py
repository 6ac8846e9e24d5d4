"""Which hyperparameters each model family takes, their defaults, and what a complete configuration of one looks like.

Owns: the list of families. Names only: no Keras here.
Leaves to others: what a family asks for (mlp, cnn, rnn, timeseries, text, shared), the Keras objects (training),
the ranges to search (the space file).

A family asks only for what it uses - momentum when the optimizer has one, a layer's width when there is that layer -
so what was asked is what is in use.
"""

from collections.abc import Callable, Mapping

from tuner.spec.families.autoencoder import AUTOENCODER, RECONSTRUCTS, AutoencoderConfig, autoencoder
from tuner.spec.families.cnn import CNN, HEADS, POOLINGS, Block, CnnConfig, cnn
from tuner.spec.families.hyperparameter import COUNTED_BY, HyperparameterDef, Per, layer_name
from tuner.spec.families.mlp import MLP, HiddenLayer, MlpConfig, mlp
from tuner.spec.families.rnn import CELLS, RNN, STEPS_HEADS, RecurrentLayer, RnnConfig, rnn
from tuner.spec.families.sequences import READS_TEXT, SEQUENCE_FAMILIES, sequence_shape
from tuner.spec.families.shared import (
    ACTIVATIONS,
    AUGMENTATIONS,
    BINARY,
    CALLBACKS,
    CLASSIFICATION_LOSSES,
    INITIALIZERS,
    LOSSES,
    NORMALIZATIONS,
    OPTIMIZERS,
    OUTPUT_ACTIVATIONS,
    REGRESSION_LOSSES,
    SCHEDULES,
    SETTINGS,
    TARGET_NORMALIZATIONS,
    TASKS,
    Activation,
    Augmentation,
    Initializer,
    Loss,
    Optimizer,
    Task,
)
from tuner.spec.families.text import READERS, TEXT, WORDS, TextConfig, text
from tuner.spec.families.timeseries import TIMESERIES, timeseries
from tuner.spec.space import Ask, Space, Value

__all__ = [
    "ACTIVATIONS",
    "AUGMENTATIONS",
    "AUTOENCODER",
    "BINARY",
    "CALLBACKS",
    "CELLS",
    "CLASSIFICATION_LOSSES",
    "CNN",
    "CONFIGURE",
    "COUNTED_BY",
    "FAMILIES",
    "HEADS",
    "INITIALIZERS",
    "LOSSES",
    "MLP",
    "NEEDS_IMAGES",
    "NORMALIZATIONS",
    "OPTIMIZERS",
    "OUTPUT_ACTIVATIONS",
    "POOLINGS",
    "READERS",
    "READS_TEXT",
    "RECONSTRUCTS",
    "REGRESSION_LOSSES",
    "RNN",
    "SCHEDULES",
    "SEQUENCE_FAMILIES",
    "SETTINGS",
    "STEPS_HEADS",
    "TARGET_NORMALIZATIONS",
    "TASKS",
    "TEXT",
    "TIMESERIES",
    "WORDS",
    "Activation",
    "Augmentation",
    "AutoencoderConfig",
    "Block",
    "CnnConfig",
    "Config",
    "HiddenLayer",
    "HyperparameterDef",
    "Initializer",
    "Loss",
    "MlpConfig",
    "Optimizer",
    "Per",
    "RecurrentLayer",
    "RnnConfig",
    "Task",
    "TextConfig",
    "asked_settings",
    "autoencoder",
    "cnn",
    "layer_name",
    "mlp",
    "rnn",
    "sequence_shape",
    "text",
    "timeseries",
]

Config = MlpConfig | CnnConfig | RnnConfig | TextConfig | AutoencoderConfig

FAMILIES: Mapping[str, Mapping[str, HyperparameterDef]] = {
    "mlp": MLP, "cnn": CNN, "rnn": RNN, "timeseries": TIMESERIES, "text": TEXT, "autoencoder": AUTOENCODER,
}  # fmt: skip
CONFIGURE: Mapping[str, Callable[[Ask, Task, bool], Config]] = {
    "mlp": mlp, "cnn": cnn, "rnn": rnn, "timeseries": timeseries, "text": text, "autoencoder": autoencoder,
}  # fmt: skip
NEEDS_IMAGES = ("cnn",)
"""Families whose rows have to be (height, width, channels)."""


def asked_settings(space: Space, ask: Ask) -> Mapping[str, Value]:
    """What code may leave to the specification - normalization, batch size, epochs - as far as that says it."""
    given = [FAMILIES["mlp"][name].parameter() for name in SETTINGS if name in space]
    return {each.name: ask(each) for each in given}
