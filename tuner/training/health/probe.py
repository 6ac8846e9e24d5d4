"""When a network is looked at while it trains, and the names of what was measured.

Owns: how often it is worth it, by which framework.
Leaves to others: what is measured (measures), on which rows (looked), gradients and compiling (measures_tensorflow,
measures_jax), what follows from it (diagnosis).
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import keras

from tuner.data.dataset import Dataset
from tuner.training.health.looked import ROWS, Looked, looked_at
from tuner.training.plan import TrainPlan

# Looking at so many rows costs about as much as training them, and twice that where an epoch is a single step.
_SHARE = 0.02


class Look(Protocol):
    """One framework's way to look at a network."""

    def __call__(self) -> Sequence[float]:
        """What `figures` gives of the network as it is now."""
        ...


class Probe:
    """Looks at one network while it is trained: after the first epoch, after the last, and so often between."""

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan, seen: Callable[[], Any] | None = None) -> None:
        """seen: what a program sees inside that is there anyway."""
        self._names: list[str] = []
        self._look: Look | None = None
        self.every = looks_every(len(dataset.train), plan)
        self._last = plan.epochs
        looked = looked_at(model, dataset)
        if looked is not None:
            self._look = _look(model, looked, seen)
            self._names = [name for part in looked.parts for name in part.names()]

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


def _look(model: Any, looked: Looked, seen: Callable[[], Any] | None) -> Look | None:
    if keras.backend.backend() == "tensorflow":
        from tuner.training.health.measures_tensorflow import TensorFlowLook

        return TensorFlowLook(model, looked)
    if keras.backend.backend() == "jax":
        from tuner.training.health.measures_jax import JaxLook

        return JaxLook(model, looked, seen)
    return None
