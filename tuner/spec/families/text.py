"""The network that reads texts: which parameters it takes, and the order in which it asks for them.

Words become numbers and then vectors; a reader makes one row of numbers of them; perhaps a dense layer.
Leaves to others: what all families share (shared), the Keras layers (training), words (data.texts).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tuner.spec.families.hyperparameter import HyperparameterDef, choice
from tuner.spec.families.shared import (
    ACTIVATIONS,
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

READERS = ("average", "max", "convolution", "lstm", "gru")
WORDS = "words"
"""The kind of `Preprocessing` that knows the words of the training rows."""

_LAYERS = (
    HyperparameterDef("vocabulary", "int", 10_000, "words that it knows, the most common; all others are one", low=1,
                      high=20_000),
    HyperparameterDef("sequence_length", "int", 200, "words of a text that are read, from its beginning", low=1,
                      high=2_000),
    HyperparameterDef("embedding", "int", 32, "numbers that a word becomes", low=1),
    HyperparameterDef(
        "embedding_dropout", "float", 0.0, "share of whole words dropped", low=0, high=1, open_high=True
    ),
    choice("reader", "average", READERS, "what makes one row of the words: their mean or maximum, the maximum of a "
           "convolution, or the last step of a recurrent layer"),
    HyperparameterDef("units", "int", 32, "filters of the convolution, or cells of the recurrent layer", low=1),
    HyperparameterDef("kernel_size", "int", 5, "words that the convolution sees at once", low=1, high=31),
    HyperparameterDef("bidirectional", "bool", False, "the recurrent layer reads both ways, so many cells each"),
    HyperparameterDef("head_units", "int", 0, "neurons of a dense layer before the output; 0 is none", low=0),
    choice("activation", "relu", ACTIVATIONS, "of the convolution and the head's dense layer"),
    HyperparameterDef("dropout", "float", 0.0, "share dropped before the output", low=0, high=1, open_high=True),
)  # fmt: skip

TEXT: Mapping[str, HyperparameterDef] = {known.name: known for known in (*_LAYERS, *WEIGHTS, *TRAINING)}


@dataclass(frozen=True, kw_only=True)
class TextConfig(TrainingConfig):
    """A complete configuration of a network of texts and its training."""

    vocabulary: int
    sequence_length: int
    embedding: int
    embedding_dropout: float
    reader: str
    units: int
    kernel_size: int
    bidirectional: bool
    head_units: int
    activation: Activation
    dropout: float
    family: str = "text"
    normalization: str = WORDS


def text(ask: Ask, task: Task = "classification", images: bool = True) -> TextConfig:
    """Ask for everything a network of texts needs. images: is here for all families alike."""
    asker = Asker(ask, TEXT)
    vocabulary, length, embedding = (asker.whole(name) for name in ("vocabulary", "sequence_length", "embedding"))
    embedding_dropout, reader = asker.number("embedding_dropout"), asker.word("reader")
    layered, recurrent = reader not in ("average", "max"), reader in ("lstm", "gru")
    units = asker.whole("units") if layered else 0
    kernel_size = asker.whole("kernel_size") if reader == "convolution" else 0
    bidirectional = asker.flag("bidirectional") if recurrent else False
    head_units = asker.whole("head_units")
    wanted = loss(asker, task)
    return TextConfig(
        vocabulary=vocabulary,
        sequence_length=length,
        embedding=embedding,
        embedding_dropout=embedding_dropout,
        reader=reader,
        units=units,
        kernel_size=kernel_size,
        bidirectional=bidirectional,
        head_units=head_units,
        activation=activation(asker) if head_units or reader == "convolution" else Activation("linear"),
        dropout=asker.number("dropout"),
        **training(asker, task, wanted),
    )
