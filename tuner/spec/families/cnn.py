"""The convolutional network: which parameters it takes, and the order in which it asks for them.

Blocks of convolutions, each ended by pooling, then a head: all that is left flattened, or each filter's mean or
maximum, and perhaps a dense layer.
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

POOLINGS = ("max", "average", "stride", "none")
HEADS = ("flatten", "global_average", "global_max")

_BLOCKS = (
    HyperparameterDef("blocks", "int", 2, "number of blocks", low=1, high=8),
    HyperparameterDef("convolutions", "int", 1, "convolutions of a block", low=1, high=8, per="block"),
    HyperparameterDef("filters", "int", 32, "filters of each convolution of a block", low=1, per="block"),
    HyperparameterDef("kernel_size", "int", 3, "height and width of a block's filters", low=1, high=31, per="block"),
    choice("pooling", "max", POOLINGS, "what halves height and width at a block's end; stride: its last convolution"),
    choice("activation", "relu", ACTIVATIONS, "after every convolution, and of the head's dense layer"),
    HyperparameterDef("batch_normalization", "bool", False, "between each sum and its activation"),
    HyperparameterDef(
        "block_dropout", "float", 0.0, "share of a block's outputs dropped", low=0, high=1, open_high=True, per="block"
    ),
    choice("head", "flatten", HEADS, "what becomes of the last block: all of it, or one number a filter"),
    HyperparameterDef("head_units", "int", 0, "neurons of a dense layer before the output; 0 is none", low=0),
    HyperparameterDef("dropout", "float", 0.0, "share dropped before the output", low=0, high=1, open_high=True),
)

CNN: Mapping[str, HyperparameterDef] = {known.name: known for known in (*_BLOCKS, *WEIGHTS, *INPUT, *TRAINING)}


@dataclass(frozen=True)
class Block:
    convolutions: int
    filters: int
    kernel_size: int
    dropout: float


@dataclass(frozen=True, kw_only=True)
class CnnConfig(TrainingConfig):
    """A complete configuration of a convolutional network and its training.

    family: cnn convolves images, timeseries sequences, by the same parameters.
    """

    blocks: tuple[Block, ...]
    pooling: str
    activation: Activation
    batch_normalization: bool
    head: str
    head_units: int
    dropout: float
    family: str = "cnn"


def cnn(ask: Ask, task: Task = "classification", images: bool = True) -> CnnConfig:
    """Ask for everything a convolutional network needs. images: is here for all families alike; it needs them."""
    return asked_blocks(Asker(ask, CNN), task, "cnn")


def asked_blocks(asker: Asker, task: Task, family: str) -> CnnConfig:
    """Ask for blocks, head and training. family: cnn of images, or timeseries, which are not augmented."""
    blocks = tuple(
        Block(
            convolutions=asker.whole("convolutions", layer=block),
            filters=asker.whole("filters", layer=block),
            kernel_size=asker.whole("kernel_size", layer=block),
            dropout=asker.number("block_dropout", layer=block),
        )
        for block in range(1, asker.whole("blocks") + 1)
    )
    wanted = loss(asker, task)
    return CnnConfig(
        blocks=blocks,
        pooling=asker.word("pooling"),
        activation=activation(asker),
        batch_normalization=asker.flag("batch_normalization"),
        head=asker.word("head"),
        head_units=asker.whole("head_units"),
        dropout=asker.number("dropout"),
        family=family,
        **training(asker, task, wanted, images=family == "cnn"),
    )
