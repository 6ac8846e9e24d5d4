"""Rows as Keras' `fit` and `evaluate` take them: x, targets as the loss wants them, and how much each row counts.

Owns: the weights of rows, from their own and from those of their classes.
Leaves to others: the shape of targets (labels), rows of several inputs (records), the order of rows (batches).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.data.dataset import Array, DataInfo, Rows
from tuner.data.records import for_keras, without_names
from tuner.training.keras_internals import places_of_outputs
from tuner.training.labels import places_of_targets, targets


@dataclass(frozen=True, eq=False)
class Fed:
    """Rows of a part. weights: None where all count alike. order: names of targets, of which Keras is given a tuple."""

    x: Array
    y: Array
    weights: Array | None
    order: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.x)

    def arguments(self, chosen: Any = slice(None)) -> dict[str, Any]:
        """Of `fit` and `evaluate`, for some of the rows."""
        return dict(zip(("x", "y", "sample_weight"), self.tuple(chosen), strict=False))

    def tuple(self, chosen: Any = slice(None)) -> tuple[Any, ...]:
        """The same as a batch has it: (x, y), or (x, y, weights)."""
        y = for_keras(self.y[chosen])
        pair = (for_keras(self.x[chosen]), tuple(y[name] for name in self.order) if self.order else y)
        return pair if self.weights is None else (*pair, self.weights[chosen])


def fed(
    rows: Rows,
    info: DataInfo,
    model: Any,
    class_weights: tuple[float, ...] | None = None,
    may_call: bool = True,
) -> Fed:
    """What a compiled model is given of a part. class_weights: one a class; they multiply those of the rows.

    may_call: as `labels.targets` has it.
    """
    weights = rows.weights
    if weights is not None and class_weights is not None:
        # Keras takes one of them.
        weights = np.multiply(weights.astype(np.float32), np.asarray(class_weights, np.float32)[rows.y.astype(np.intp)])
    order = _order(model, info) if weights is not None and may_call else ()
    return Fed(rows.x, targets(rows.y, info, model, may_call), weights, order)


def _order(model: Any, info: DataInfo) -> tuple[str, ...]:
    """Of targets by name, where outputs are a list: Keras looks the weights of such rows up by an output's place."""
    names, places = [each.name for each in info.targets], places_of_targets(model, info)
    by_name = places and not without_names(names) and not isinstance(places_of_outputs(model), dict)
    return tuple(names[place] for place in places or ()) if by_name else ()
