"""The convolutional network of sequences: that of images, along one axis.

Leaves to others: its parameters and what they mean (cnn), the Keras layers (training).
"""

from collections.abc import Mapping

from tuner.spec.families.cnn import CNN, CnnConfig, asked_blocks
from tuner.spec.families.hyperparameter import HyperparameterDef
from tuner.spec.families.shared import AUGMENTING, Asker, Task
from tuner.spec.space import Ask

_MEANINGS = {
    "kernel_size": "steps that a block's filters see at once",
    "pooling": "what halves the steps at a block's end; stride: its last convolution",
}

TIMESERIES: Mapping[str, HyperparameterDef] = {
    name: known.meaning_here(_MEANINGS.get(name, known.meaning))
    for name, known in CNN.items()
    if name not in AUGMENTING
}


def timeseries(ask: Ask, task: Task = "classification", images: bool = True) -> CnnConfig:
    """Ask for everything a convolutional network of sequences needs. images: is here for all families alike."""
    return asked_blocks(Asker(ask, TIMESERIES), task, "timeseries")
