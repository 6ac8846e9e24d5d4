"""What rows are learnt with: a target for each of a model's outputs, and how much each row counts.

Owns: the targets of each output, and why rows cannot be taken apart so.
Leaves to others: targets as a loss wants them, and which is which output's (labels), the weights of rows by their class
(batch), what becomes of all of it (batch_sources, the epochs).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from tuner.data.dataset import DataInfo, Rows
from tuner.data.records import arrays_of
from tuner.training.batch import fed
from tuner.training.labels import places_of_targets

_UNMATCHED = "targets and outputs are matched neither by their names nor by their order"


class Targets(NamedTuple):
    """Of some rows. y: (rows, ...), an array, or a tuple of one for each of `model.outputs`.

    weighed: (rows,), how much each counts in the loss; empty where all count alike.
    """

    y: Any
    weighed: tuple[Any, ...] = ()

    @property
    def weights(self) -> Any | None:
        return self.weighed[0] if self.weighed else None

    def of(self, at: int | None) -> Any:
        """Of the output in this place; None is the only one."""
        return self.y if at is None else self.y[at]


def why_not(model: Any, info: DataInfo) -> str | None:
    """Why such rows cannot be taken apart for this model beforehand; None where they can."""
    if any(each.keras_type == "string" for each in info.inputs):
        return "texts are among the inputs"
    if isinstance(model, keras.Sequential) and info.inputs:
        return "rows are named, and the model is a chain of layers"
    if len(model.inputs) != (len(info.inputs) or 1):
        return "the model has other inputs than the rows"
    if info.streamed:
        return "rows are a stream"
    return _UNMATCHED if places_of_targets(model, info) is None else None


def targets_of(rows: Rows, info: DataInfo, model: Any, class_weights: Sequence[float] | None = None) -> Targets:
    """In NumPy. class_weights: one a class; where rows have weights of their own, those are multiplied by them."""
    given = fed(rows, info, model, None if class_weights is None else tuple(class_weights))
    places, arrays = places_of_targets(model, info), list(arrays_of(given.y).values())
    assert places is not None, _UNMATCHED
    y = tuple(np.ascontiguousarray(arrays[place]) for place in places) if places else given.y
    return Targets(y, () if given.weights is None else (given.weights,))


def shapes_of(targets: Targets) -> list[tuple[Sequence[int], str]]:
    """Shape of a row and type of the target of each output."""
    every = targets.y if isinstance(targets.y, tuple) else (targets.y,)
    return [(each.shape[1:], str(each.dtype)) for each in every]


def rows_in(x: Any) -> int:
    """How many rows there are, of one array or of several."""
    return int(keras.tree.flatten(x)[0].shape[0])
