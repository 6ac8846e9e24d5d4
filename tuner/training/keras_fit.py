"""Train any compiled Keras model through `Model.fit`, one epoch a call.

Owns: the path that always works, also for rows that are too many to copy.
Leaves to others: when to stop (trainer), the order of rows (batches).
"""

import math
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Array, Dataset
from tuner.training.batches import row_order, targets
from tuner.training.plan import Metrics, TrainPlan

# Above it rows are gathered batch by batch, which is slower and needs no second copy of them.
_MOST_COPIED_BYTES = 1 << 30


class FitEpochs:
    """An epoch is one call of `fit` on rows in the order that every path gives them."""

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan, why: str) -> None:
        self.path = f"fit: {why}"
        self._model = model
        self._x, self._y = dataset.train.x, targets(dataset.train.y, dataset.info, model)
        self._val_x, self._val_y = dataset.validation.x, targets(dataset.validation.y, dataset.info, model)
        self._batch_size = min(plan.batch_size or len(self._x), len(self._x))
        self._seed = plan.seed

    def run(self, epoch: int) -> Metrics:
        rate = float(self._model.optimizer.learning_rate)
        order = row_order(len(self._x), self._seed, epoch)
        if self._x.nbytes > _MOST_COPIED_BYTES:
            history = self._model.fit(
                _Batches(self._x, self._y, order, self._batch_size),
                validation_data=_Batches(self._val_x, self._val_y, np.arange(len(self._val_x)), self._batch_size),
                shuffle=False,
                verbose=0,
            )
        else:
            history = self._model.fit(
                self._x[order],
                self._y[order],
                batch_size=self._batch_size,
                validation_data=(self._val_x, self._val_y),
                shuffle=False,
                verbose=0,
            )
        return {**{name: float(values[-1]) for name, values in history.history.items()}, "learning_rate": rate}


class _Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras is Any here
    """Rows in an order, gathered when they are asked for."""

    def __init__(self, x: Array, y: Array, order: NDArray[np.intp], batch_size: int) -> None:
        super().__init__()
        self._x, self._y, self._order, self._batch_size = x, y, order, batch_size

    def __len__(self) -> int:
        return math.ceil(len(self._order) / self._batch_size)

    def __getitem__(self, index: int) -> tuple[Array, Array]:
        rows = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        return self._x[rows], self._y[rows]
