"""Train any compiled Keras model through `Model.fit`, one epoch a call.

Owns: the path that always works, also for rows that are too many to copy; moving averages of weights.
Leaves to others: when to stop (trainer), the order of rows (batches).
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Array, Dataset
from tuner.data.rows_on_disk import on_disk
from tuner.training.batch import Fed, fed
from tuner.training.batches import row_order
from tuner.training.figures import figures
from tuner.training.keras_internals import averages_weights, learning_rate
from tuner.training.plan import Metrics, TrainPlan
from tuner.training.stream_feed import StreamFeed

# Above it rows are gathered batch by batch, which is slower and needs no second copy of them.
MOST_COPIED_BYTES = 1 << 30


class FitEpochs:
    """An epoch is one call of `fit` on rows in the order that every path gives them.

    Where the optimizer averages weights, the validation rows are those averages': that is the model that `fit` leaves.
    `finished` are its weights; the model itself goes on from its own.
    """

    seen: Callable[[], Any] | None = None

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan, why: str) -> None:
        self.path = f"fit: {why}"
        self.finished: tuple[Array, ...] | None = None
        self._model = model
        self._train = fed(dataset.train, dataset.info, model, plan.class_weights)
        self._validation = fed(dataset.validation, dataset.info, model)
        self._batch_size = min(plan.batch_size or len(self._train), len(self._train))
        self._stream = None if dataset.streams is None else StreamFeed(dataset.streams, plan.batch_size)
        self._seed = plan.seed
        by_class = plan.class_weights is not None and self._train.weights is None
        self._class_weight = dict(enumerate(plan.class_weights or ())) if by_class else None
        self._averages = averages_weights(model.optimizer)

    def run(self, epoch: int) -> Metrics:
        rate = learning_rate(self._model.optimizer)
        before = _BeforeTheEnd()
        order = row_order(len(self._train), self._seed, epoch)
        history = self._model.fit(
            **(self._rows(self._train, order) if self._stream is None else self._stream.epoch()),
            shuffle=False,
            class_weight=self._class_weight,
            callbacks=[before] if self._averages else [],
            verbose=0,
        )
        # Numbers now: Keras' result of a metric may be the very memory that validation counts in next.
        trained = figures({name: values[-1] for name, values in history.history.items()})
        if self._averages:
            # Copies in the model as well: there and in the optimizer `fit` left the same arrays of JAX's.
            self.finished = _copies(self._model.variables)
            _assign(self._model.variables, self.finished)
        every = np.arange(len(self._validation))
        held = self._rows(self._validation, every) if self._stream is None else self._stream.validation()
        validated = self._model.evaluate(**held, verbose=0, return_dict=True)
        if self._averages:
            _assign(self._model.variables, before.weights)
        return {**trained, **figures(validated, prefix="val_"), "learning_rate": rate}

    def _rows(self, rows: Fed, order: NDArray[np.intp]) -> dict[str, Any]:
        if on_disk(self._train.x) or self._train.x.nbytes > MOST_COPIED_BYTES:
            return {"x": _Batches(rows, order, self._batch_size)}
        return {**rows.arguments(order), "batch_size": self._batch_size}


class _BeforeTheEnd(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is Any here
    """The weights as training leaves them, before `fit` puts their averages in their place."""

    weights: tuple[Array, ...] = ()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.weights = _copies(self.model.variables)


def _copies(variables: Sequence[Any]) -> tuple[Array, ...]:
    return tuple(np.array(variable.numpy()) for variable in variables)


def _assign(variables: Sequence[Any], arrays: Sequence[Array]) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


class _Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras is Any here
    """Rows in an order, gathered when they are asked for."""

    def __init__(self, rows: Fed, order: NDArray[np.intp], batch_size: int) -> None:
        super().__init__()
        self._rows, self._order, self._batch_size = rows, order, batch_size

    def __len__(self) -> int:
        return math.ceil(len(self._order) / self._batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        return self._rows.tuple(self._order[index * self._batch_size : (index + 1) * self._batch_size])
