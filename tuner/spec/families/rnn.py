"""The recurrent network: which parameters it takes, and the order in which it asks for them.

Recurrent layers that read a sequence step by step, a head that makes one row of numbers of what they gave, and perhaps
a dense layer.
Leaves to others: what all families share (shared), the Keras layers (training).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tuner.spec.families.hyperparameter import HyperparameterDef, choice
from tuner.spec.families.shared import (
    ACTIVATIONS,
    ROW_INPUT,
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

CELLS = ("lstm", "gru", "simple")
STEPS_HEADS = ("last", "global_average", "global_max")

_LAYERS = (
    HyperparameterDef("recurrent_layers", "int", 1, "number of recurrent layers", low=1, high=8),
    choice("cell", "lstm", CELLS, "of every recurrent layer"),
    HyperparameterDef("units", "int", 32, "cells of a recurrent layer", low=1, per="recurrent_layer"),
    HyperparameterDef("bidirectional", "bool", False, "each layer reads both ways, with so many cells for each"),
    HyperparameterDef(
        "recurrent_dropout", "float", 0.0, "share of a layer's state dropped from step to step; slower on a GPU",
        low=0, high=1, open_high=True,
    ),
    HyperparameterDef(
        "layer_dropout", "float", 0.0, "share of a recurrent layer's outputs dropped", low=0, high=1, open_high=True,
        per="recurrent_layer",
    ),
    choice("head", "last", STEPS_HEADS, "what becomes of the last layer's steps: the last one, their mean or maximum"),
    HyperparameterDef("head_units", "int", 0, "neurons of a dense layer before the output; 0 is none", low=0),
    choice("activation", "relu", ACTIVATIONS, "of the head's dense layer"),
    HyperparameterDef("batch_normalization", "bool", False, "between the head's sum and its activation"),
    HyperparameterDef("dropout", "float", 0.0, "share dropped before the output", low=0, high=1, open_high=True),
)  # fmt: skip

RNN: Mapping[str, HyperparameterDef] = {known.name: known for known in (*_LAYERS, *WEIGHTS, *ROW_INPUT, *TRAINING)}


@dataclass(frozen=True)
class RecurrentLayer:
    units: int
    dropout: float


@dataclass(frozen=True, kw_only=True)
class RnnConfig(TrainingConfig):
    """A complete configuration of a recurrent network and its training."""

    layers: tuple[RecurrentLayer, ...]
    cell: str
    bidirectional: bool
    recurrent_dropout: float
    head: str
    head_units: int
    activation: Activation
    batch_normalization: bool
    dropout: float
    family: str = "rnn"


def rnn(ask: Ask, task: Task = "classification", images: bool = True) -> RnnConfig:
    """Ask for everything a recurrent network needs. images: is here for all families alike."""
    asker = Asker(ask, RNN)
    layers = tuple(
        RecurrentLayer(asker.whole("units", layer=layer), asker.number("layer_dropout", layer=layer))
        for layer in range(1, asker.whole("recurrent_layers") + 1)
    )
    cell, bidirectional = asker.word("cell"), asker.flag("bidirectional")
    recurrent_dropout, head = asker.number("recurrent_dropout"), asker.word("head")
    units = asker.whole("head_units")
    wanted = loss(asker, task)
    return RnnConfig(
        layers=layers,
        cell=cell,
        bidirectional=bidirectional,
        recurrent_dropout=recurrent_dropout,
        head=head,
        head_units=units,
        # Asked for where there is a dense layer that has them.
        activation=activation(asker) if units else Activation("linear"),
        batch_normalization=asker.flag("batch_normalization") if units else False,
        dropout=asker.number("dropout"),
        **training(asker, task, wanted),
    )
