"""Which rows a step gets, in which order, and with which targets: the same for every way to train.

Owns: the order of rows in an epoch, and targets as a loss wants them.
Leaves to others: cutting the order into batches (the epochs).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Array, DataInfo


def row_order(rows: int, seed: int, epoch: int) -> NDArray[np.intp]:
    """A permutation of the rows for one epoch, from 1. It depends on nothing else, so any epoch can be the first."""
    return np.random.default_rng((seed, epoch)).permutation(rows)


def wants_indices(loss: Any) -> bool:
    """The loss takes class indices; every other loss of classes takes one-hot targets.

    loss: as `compile` took it: a Keras loss, a function, or a name.
    """
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    return "sparse" in name.lower()


def targets(y: Array, info: DataInfo, model: Any) -> Array:
    """Targets as the compiled model wants them.

    Classes: (rows,) int32 indices; (rows, classes) float32, one-hot; (rows, 1) float32 where there is one output.
    Regression: (rows, outputs) float32.
    """
    if info.task == "regression":
        return y.reshape(len(y), -1).astype(np.float32)
    if wants_indices(model.loss):
        return y.astype(np.int32)
    if model.output_shape[-1] == 1:
        return y.reshape(-1, 1).astype(np.float32)
    return np.eye(info.outputs, dtype=np.float32)[y.astype(np.intp)]
