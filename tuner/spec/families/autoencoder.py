"""The autoencoder: which parameters it takes, and the order in which it asks for them.

Layers that narrow to a code, and as many that widen again; what it learns to give out is the row itself.
Leaves to others: what all families share (shared), the Keras layers (training), rows as their own targets (data).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tuner.spec.families.hyperparameter import HyperparameterDef, choice
from tuner.spec.families.mlp import HiddenLayer
from tuner.spec.families.shared import (
    ACTIVATIONS,
    ROW_INPUT,
    TRAINING,
    WEIGHTS,
    Asker,
    Task,
    TrainingConfig,
    activation,
    loss,
    training,
)
from tuner.spec.space import Ask

RECONSTRUCTS = ("autoencoder",)
"""Families whose targets are the rows themselves."""

_LAYERS = (
    HyperparameterDef("hidden_layers", "int", 1, "number of hidden layers on either side of the code", low=0, high=20),
    HyperparameterDef("units", "int", 128, "neurons of a hidden layer, and of the one that mirrors it", low=1,
                      per="hidden_layer"),
    HyperparameterDef("code", "int", 16, "numbers of the code, the narrowest layer", low=1),
    choice("activation", "relu", ACTIVATIONS, "of the hidden layers", per="hidden_layer"),
    HyperparameterDef("batch_normalization", "bool", False, "between a hidden layer's sum and its activation",
                      per="hidden_layer"),
    HyperparameterDef("dropout", "float", 0.0, "share of a hidden layer's outputs dropped", low=0, high=1,
                      open_high=True, per="hidden_layer"),
    HyperparameterDef("noise", "float", 0.0, "standard deviation of the noise added to normalized training rows, which "
                      "are to be given out without it", low=0),
)  # fmt: skip

AUTOENCODER: Mapping[str, HyperparameterDef] = {
    known.name: known for known in (*_LAYERS, *WEIGHTS, *ROW_INPUT, *TRAINING)
}


@dataclass(frozen=True, kw_only=True)
class AutoencoderConfig(TrainingConfig):
    """A complete configuration of an autoencoder and its training."""

    layers: tuple[HiddenLayer, ...]
    code: int
    noise: float
    family: str = "autoencoder"


def autoencoder(ask: Ask, task: Task = "regression", images: bool = True) -> AutoencoderConfig:
    """Ask for everything an autoencoder needs. images: is here for all families alike."""
    asker = Asker(ask, AUTOENCODER)
    layers = tuple(
        HiddenLayer(
            units=asker.whole("units", layer=layer),
            activation=activation(asker, layer),
            batch_normalization=asker.flag("batch_normalization", layer=layer),
            dropout=asker.number("dropout", layer=layer),
        )
        for layer in range(1, asker.whole("hidden_layers") + 1)
    )
    wanted = loss(asker, task)
    return AutoencoderConfig(
        layers=layers,
        code=asker.whole("code"),
        noise=asker.number("noise"),
        **training(asker, task, wanted),
    )
