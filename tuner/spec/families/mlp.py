"""The multi-layer perceptron: which parameters it takes, and the order in which it asks for them.

Leaves to others: what all families share (shared), the Keras layers (training).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tuner.spec.families.hyperparameter import HyperparameterDef, choice
from tuner.spec.families.shared import (
    ACTIVATIONS,
    INPUT,
    TRAINING,
    WEIGHTS,
    Activation,
    Asker,
    Task,
    TrainingConfig,
    activation,
    loss,
    training,
)
from tuner.spec.space import Ask

_HIDDEN = (
    HyperparameterDef("hidden_layers", "int", 1, "number of hidden layers", low=0, high=100),
    HyperparameterDef("units", "int", 128, "neurons of a hidden layer", low=1, per="hidden_layer"),
    choice("activation", "relu", ACTIVATIONS, "of the hidden layers", per="hidden_layer"),
    HyperparameterDef(
        "batch_normalization", "bool", False, "between a hidden layer's sum and its activation", per="hidden_layer"
    ),
    HyperparameterDef(
        "dropout",
        "float",
        0.0,
        "share of a hidden layer's outputs dropped",
        low=0,
        high=1,
        open_high=True,
        per="hidden_layer",
    ),
)

MLP: Mapping[str, HyperparameterDef] = {known.name: known for known in (*_HIDDEN, *WEIGHTS, *INPUT, *TRAINING)}


@dataclass(frozen=True)
class HiddenLayer:
    units: int
    activation: Activation
    batch_normalization: bool
    dropout: float


@dataclass(frozen=True, kw_only=True)
class MlpConfig(TrainingConfig):
    """A complete configuration of a multi-layer perceptron and its training."""

    layers: tuple[HiddenLayer, ...]
    family: str = "mlp"


def mlp(ask: Ask, task: Task = "classification", images: bool = True) -> MlpConfig:
    """Ask for everything a multi-layer perceptron needs.

    images: rows are images; only those are augmented.
    """
    asker = Asker(ask, MLP)
    depth = asker.whole("hidden_layers")
    layers = tuple(
        HiddenLayer(
            units=asker.whole("units", layer=layer),
            activation=activation(asker, layer),
            batch_normalization=asker.flag("batch_normalization", layer=layer),
            dropout=asker.number("dropout", layer=layer),
        )
        for layer in range(1, depth + 1)
    )
    wanted = loss(asker, task)
    return MlpConfig(
        layers=layers,
        **training(asker, task, wanted, images=images),
    )
