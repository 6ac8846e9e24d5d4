"""What of a network is looked at, and on which rows.

Leaves to others: what is measured (measures), when (probe).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Dataset
from tuner.training.compiled.device_rows import through
from tuner.training.health.measures import Part, parts
from tuner.training.labels import targets
from tuner.training.networks.catalogue import AUGMENTATION_LAYERS

ROWS = 128
_NOT_IN_USE = (*AUGMENTATION_LAYERS, keras.layers.Dropout, keras.layers.SpatialDropout2D, keras.layers.GaussianNoise)


@dataclass(frozen=True, eq=False)
class Looked:
    """The layers one after another, in use; those of them that are measured; rows and targets."""

    chain: Sequence[Any]
    parts: Sequence[Part]
    x: Any
    y: Any

    def after(self, before: Sequence[Any]) -> "Looked":
        """The same without the first layers, of which nothing is measured: the rows have been through them."""
        chain = self.chain[len(before) :]
        return Looked(chain, parts(chain), through(before, self.x), self.y)


def looked_at(model: Any, dataset: Dataset) -> Looked | None:
    """None where the network is no chain of layers, or nothing of it is measured."""
    if dataset.info.inputs or dataset.info.targets:
        return None
    chain = _chain(model)
    found = parts(chain) if chain is not None else []
    if chain is None or not found or not (isinstance(model.loss, str) or callable(model.loss)):
        return None
    chosen = probed(dataset)
    x = dataset.train.x[chosen]
    # Texts go through the layer that makes numbers of their words as they are.
    x = x if dataset.info.text else x.astype(model.inputs[0].dtype)
    return Looked(chain, found, x, targets(dataset.train.y[chosen], dataset.info, model))


def probed(dataset: Dataset) -> NDArray[np.intp]:
    """The training rows that networks are looked at with."""
    return np.random.default_rng(0).permutation(len(dataset.train))[:ROWS]


def _chain(model: Any) -> list[Any] | None:
    """The layers one after another, without those that do nothing outside training; None where there is no chain."""
    if not isinstance(model, keras.Sequential) or any(isinstance(each, keras.Model) for each in model.layers):
        return None
    return [each for each in model.layers if not isinstance(each, _NOT_IN_USE)]
