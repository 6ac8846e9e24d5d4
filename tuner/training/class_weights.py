"""How much a row counts in the training loss by its class, so that a rare class is not drowned by a common one.

Owns: the weights by their word, and those of the rows of a batch.
Leaves to others: the loss (compiled, cohort, Keras' `fit`).
"""

from typing import Any

import keras
import numpy as np

from tuner.data.dataset import Dataset


def class_weights(kind: str, dataset: Dataset) -> tuple[float, ...] | None:
    """One a class, by the training rows; None where all count alike.

    "balanced": rows / (classes * rows of the class), as scikit-learn has it; their mean over the rows is 1.
    """
    if kind != "balanced":
        return None
    counts = np.bincount(dataset.train.y.astype(np.intp), minlength=dataset.info.outputs)
    # Of a class without a row no weight is ever used.
    return tuple(float(len(dataset.train) / (len(counts) * count)) if count else 1.0 for count in counts)


def of_rows(weights: Any, y: Any) -> Any:
    """The weights of rows, (rows,). weights: (classes,). y: class indices, one-hot rows, or the second of two classes.

    As `labels.targets` gives them; all are tensors of the backend.
    """
    if len(y.shape) > 1:
        y = y[:, 0] if y.shape[-1] == 1 else keras.ops.argmax(y, axis=-1)
    return keras.ops.take(weights, keras.ops.cast(y, "int32"))
