"""When a network is looked at while it trains, and the names of what was measured.

Owns: how often it is worth it, on which rows, by which framework.
Leaves to others: what is measured (measures), gradients and compiling (measures_tensorflow, measures_jax), what follows
from it (diagnosis).
"""

from collections.abc import Sequence
from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Dataset
from tuner.training.health.measures import Part, parts
from tuner.training.labels import targets
from tuner.training.networks.catalogue import AUGMENTATION_LAYERS
from tuner.training.plan import TrainPlan

ROWS = 128
# Looking at so many rows costs about as much as training them, and twice that where an epoch is a single step.
_SHARE = 0.02
_NOT_IN_USE = (*AUGMENTATION_LAYERS, keras.layers.Dropout, keras.layers.SpatialDropout2D, keras.layers.GaussianNoise)


class Look(Protocol):
    """One framework's way to look at a network."""

    def __call__(self) -> Sequence[float]:
        """What `figures` gives of the network as it is now."""
        ...


class Probe:
    """Looks at one network while it is trained: after the first epoch, after the last, and so often between."""

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan) -> None:
        self._names: list[str] = []
        self._look: Look | None = None
        self.every = looks_every(len(dataset.train), plan)
        self._last = plan.epochs
        chain = _chain(model)
        found = parts(chain) if chain is not None else []
        if not found or not (isinstance(model.loss, str) or callable(model.loss)):
            return
        chosen = probed(dataset)
        x = dataset.train.x[chosen].astype(model.inputs[0].dtype)
        y = targets(dataset.train.y[chosen], dataset.info, model)
        self._look = _look(model, chain or [], found, x, y)
        self._names = [name for part in found for name in part.names()]

    def after(self, epoch: int) -> dict[str, float]:
        """The metrics of an epoch, from 1; none where this one is passed over, or the network is no chain of layers.

        `health/layer_1/...` to `health/output/...`:
        ``gradient_norm`` of the mean loss; ``gradient_to_weights``, it over the norm of the weights;
        ``activation_spread``, the deviation over rows, mean of units; ``unit_spread``, the deviation over units in
        parts of their size; ``dead_units``, the share that is at zero slope on every row; ``saturated_units``, the
        share whose slope is on average below 5% of the steepest.
        """
        if self._look is None or not is_looked_at(epoch, self._last, self.every):
            return {}
        values = self._look()
        return {name: float(f"{value:.4g}") for name, value in zip(self._names, values, strict=True)}


def looks_every(rows: int, plan: TrainPlan) -> int:
    """So many epochs lie between two looks. rows: of training."""
    single = plan.batch_size is None or plan.batch_size >= rows
    return max(1, round((2 if single else 1) * ROWS / (_SHARE * rows)))


def is_looked_at(epoch: int, last: int, every: int) -> bool:
    """The first epoch, then every so many that lead to the last."""
    return epoch == 1 or (epoch > every and (last - epoch) % every == 0)


def probed(dataset: Dataset) -> NDArray[np.intp]:
    """The training rows that networks are looked at with."""
    return np.random.default_rng(0).permutation(len(dataset.train))[:ROWS]


def _look(model: Any, chain: list[Any], found: list[Part], x: Any, y: Any) -> Look | None:
    if keras.backend.backend() == "tensorflow":
        from tuner.training.health.measures_tensorflow import TensorFlowLook

        return TensorFlowLook(model, chain, found, x, y)
    if keras.backend.backend() == "jax":
        from tuner.training.health.measures_jax import JaxLook

        return JaxLook(model, chain, found, x, y)
    return None


def _chain(model: Any) -> list[Any] | None:
    """The layers one after another, without those that do nothing outside training; None where there is no chain."""
    if not isinstance(model, keras.Sequential) or any(isinstance(each, keras.Model) for each in model.layers):
        return None
    return [each for each in model.layers if not isinstance(each, _NOT_IN_USE)]
