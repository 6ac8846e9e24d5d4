"""The metrics of a compiled model, as a compiled epoch counts them.

Owns: which are means over rows, summed along the way, and which keep a state of their own; what models are compilable.
Leaves to others: the sums (the epochs).
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from tuner.data.dataset import Array, Dataset
from tuner.training import device_rows

_OVERRIDABLE = ("train_step", "test_step", "compute_loss", "compute_metrics", "make_train_function", "fit")


def why_not(model: Any, dataset: Dataset) -> str | None:
    """Why this model's epochs cannot be compiled; None where they can."""
    for name in _OVERRIDABLE:
        if getattr(type(model), name) not in (getattr(keras.Model, name), getattr(keras.Sequential, name)):
            return f"the model has a {name} of its own"
    if model.run_eagerly:
        return "the model was compiled to run eagerly"
    if not getattr(model, "inputs", None):
        return "the model is a subclass, without inputs that are known beforehand"
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        return "the model has several inputs or outputs"
    if len(model.metrics) > 1 + (model._compile_metrics is not None):
        return "the model has metrics of its own"
    return device_rows.why_not(model, dataset)


class Watched:
    """means: metrics that are means over rows. others: those with a state, in `variables`."""

    def __init__(self, model: Any, y: Array) -> None:
        compiled = model._compile_metrics
        if compiled is not None and not compiled.built:
            compiled.build(keras.KerasTensor((None, *y.shape[1:])), model.outputs[0])
        found = [] if compiled is None else compiled.metrics
        self.means = [each for each in found if _is_mean(each)]
        self.others = [each for each in found if not _is_mean(each)]
        self.variables = [variable for metric in self.others for variable in metric.variables]

    def zeros(self) -> Array:
        """Sums before the first row: of the loss, then of each mean."""
        return np.zeros(1 + len(self.means), np.float32)

    def reset(self) -> None:
        for metric in self.others:
            metric.reset_state()

    def results(self, sums: Any, rows: int) -> Mapping[str, float]:
        """By Keras' names. sums: over so many rows."""
        names = ["loss", *(each.name for each in self.means)]
        results = {name: float(total / np.float32(rows)) for name, total in zip(names, sums, strict=True)}
        return results | {each.name: float(each.result()) for each in self.others}


def _is_mean(metric: Any) -> bool:
    wrapper = keras.metrics.MeanMetricWrapper
    return isinstance(metric, wrapper) and type(metric).update_state is wrapper.update_state
