"""One compiled call an epoch, TensorFlow: shuffle, batches, steps and metrics run on the device, not in Python.

Owns: the graph of an epoch and of a validation, and what can be compiled.
Leaves to others: when to stop (trainer), rows on the device (device_rows), the optimizer's step (fused_optimizers).
"""

from typing import Any

import keras
import tensorflow as tf

from tuner.data.dataset import Dataset
from tuner.training import device_rows
from tuner.training.batches import row_order, targets
from tuner.training.fused_optimizers import apply_gradients
from tuner.training.plan import Metrics, TrainPlan

_VALIDATION_BATCH = 1024


def why_not(model: Any, dataset: Dataset, plan: TrainPlan) -> str | None:
    """Why this model cannot be compiled into one call an epoch; None where it can."""
    stock = (keras.Sequential, keras.Model)
    for name in ("train_step", "test_step", "compute_loss", "compute_metrics", "fit"):
        if not any(getattr(type(model), name) is getattr(kind, name) for kind in stock):
            return f"the model has its own {name}"
    if model.run_eagerly:
        return "the model was compiled to run eagerly"
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        return "the model has several inputs or outputs"
    return device_rows.why_not(dataset)


class CompiledEpochs:
    """The epochs of one model on one data set that lives on the device."""

    path = "compiled"

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan) -> None:
        self._model = model
        self._layers, prefix = device_rows.split(model)
        self._x, self._val_x = device_rows.resident(dataset, prefix)
        self._y = tf.constant(targets(dataset.train.y, dataset.info, model))
        self._val_y = tf.constant(targets(dataset.validation.y, dataset.info, model))
        self._seed = plan.seed
        self._batch_size = min(plan.batch_size or len(dataset.train), len(dataset.train))
        self._train = tf.function(self._train_epoch, autograph=False)
        self._validate = tf.function(self._validation, autograph=False)

    def run(self, epoch: int) -> Metrics:
        rate = float(self._model.optimizer.learning_rate)
        self._model.reset_metrics()
        order = tf.constant(row_order(len(self._x), self._seed, epoch))
        self._train(self._x, self._y, order)
        metrics = {name: float(value) for name, value in self._model.get_metrics_result().items()}
        self._model.reset_metrics()
        self._validate(self._val_x, self._val_y)
        for name, value in self._model.get_metrics_result().items():
            metrics[f"val_{name}"] = float(value)
        self._model.reset_metrics()
        return {**metrics, "learning_rate": rate}

    def _forward(self, x: Any, training: bool) -> Any:
        if self._layers is None:
            return self._model(x, training=training)
        for layer in self._layers:
            x = layer(x, training=training) if layer._call_has_training_arg else layer(x)
        return x

    def _step(self, x: Any, y: Any) -> None:
        with tf.GradientTape() as tape:
            outputs = self._forward(x, training=True)
            loss = self._model.compute_loss(x=x, y=y, y_pred=outputs, training=True)
            self._model._loss_tracker.update_state(loss, sample_weight=tf.shape(x)[0])
            scaled = self._model.optimizer.scale_loss(loss)
        variables = self._model.trainable_weights
        apply_gradients(self._model.optimizer, tape.gradient(scaled, variables), variables)
        self._model.compute_metrics(x, y, outputs)

    def _train_epoch(self, x: Any, y: Any, order: Any) -> None:
        size = self._batch_size
        full = len(self._x) // size

        def body(i: Any) -> tuple[Any]:
            rows = order[i * size : (i + 1) * size]
            rows.set_shape((size,))
            self._step(tf.gather(x, rows), tf.gather(y, rows))
            return (i + 1,)

        tf.while_loop(lambda i: i < full, body, (tf.constant(0),), parallel_iterations=1)
        if len(self._x) % size:
            rows = order[full * size :]
            self._step(tf.gather(x, rows), tf.gather(y, rows))

    def _validation(self, x: Any, y: Any) -> None:
        rows = len(self._val_x)
        size = min(_VALIDATION_BATCH, rows)

        def body(i: Any) -> tuple[Any]:
            self._check(x[i * size : (i + 1) * size], y[i * size : (i + 1) * size])
            return (i + 1,)

        tf.while_loop(lambda i: i < rows // size, body, (tf.constant(0),), parallel_iterations=1)
        if rows % size:
            self._check(x[rows - rows % size :], y[rows - rows % size :])

    def _check(self, x: Any, y: Any) -> None:
        outputs = self._forward(x, training=False)
        loss = self._model.compute_loss(x=x, y=y, y_pred=outputs, training=False)
        self._model._loss_tracker.update_state(loss, sample_weight=tf.shape(x)[0])
        self._model.compute_metrics(x, y, outputs)
