"""Train any compiled Keras model through `Model.fit`, one epoch a call.

Owns: the path that always works.
Leaves to others: when to stop (trainer), the order of rows (batches).
"""

from typing import Any

from tuner.data.dataset import Dataset
from tuner.training.batches import row_order, targets
from tuner.training.plan import Metrics, TrainPlan


class FitEpochs:
    """An epoch is one call of `fit` on rows that are already shuffled, so that every path sees the same batches."""

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan, why: str) -> None:
        self.path = f"fit: {why}"
        self._model = model
        self._train_x, self._train_y = dataset.train.x, targets(dataset.train.y, dataset.info, model)
        self._validation = (dataset.validation.x, targets(dataset.validation.y, dataset.info, model))
        self._batch_size = plan.batch_size or len(dataset.train)
        self._seed = plan.seed

    def run(self, epoch: int) -> Metrics:
        rate = float(self._model.optimizer.learning_rate)
        order = row_order(len(self._train_x), self._seed, epoch)
        history = self._model.fit(
            self._train_x[order],
            self._train_y[order],
            batch_size=self._batch_size,
            epochs=1,
            shuffle=False,
            validation_data=self._validation,
            verbose=0,
        )
        return {**{name: float(values[-1]) for name, values in history.history.items()}, "learning_rate": rate}
