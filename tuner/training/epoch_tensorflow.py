"""Compiled epochs, TensorFlow: thousands of rows a call, so that batches, steps and metrics cost no Python.

Owns: the graph of many steps and of a validation.
Leaves to others: when to stop (trainer), where a batch comes from (batch_sources), the optimizers' kernels
(fused_optimizers), which networks share a graph (graphs, likeness).

A step computes what Keras' `train_step` computes, with the model's own layers, loss, metrics and optimizer. Left out is
what Keras does in every step and that can be done once, or beside it: normalization, shuffling, random masks, and the
state of metrics that are means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from tuner.data.dataset import Array, Dataset
from tuner.training import backend_tensorflow, device_rows
from tuner.training.batch_sources import batch_source
from tuner.training.batches import targets
from tuner.training.fused_optimizers import fused
from tuner.training.graphs import Graphs
from tuner.training.likeness import shape_of
from tuner.training.penalties import penalized, penalties
from tuner.training.plan import Metrics, TrainPlan
from tuner.training.watched import Watched

_VALIDATION_BATCH = 1024


class CompiledEpochs:
    """The epochs of one model on one data set."""

    path = "compiled"

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan) -> None:
        self._model = model
        self._optimizer = model.optimizer
        self._variables = list(model.trainable_weights)
        self._fused = fused(self._optimizer, self._variables)
        parts = device_rows.split(model)
        before: list[Any] = [] if parts is None else parts[0]
        self._layers: list[Any] | None = None if parts is None else parts[1]
        rows = device_rows.ready(dataset, before)
        y, val_y = (targets(part.y, dataset.info, model) for part in (dataset.train, dataset.validation))
        self._watched = Watched(model, y)
        batch_size = min(plan.batch_size or len(y), len(y))
        self._rows = batch_source(TensorFlowTensors(), rows, y, batch_size, plan.seed, self._layers or [])
        self._val_x, self._val_y = rows.validation_on_device, tf.constant(val_y)
        self._numbers = {
            name: tf.constant(value, tf.float32)
            for name, value in {
                **(self._fused.numbers if self._fused else {}),
                **penalties(self._variables),
                **{f"grown_{mask}": 1 / (1 - layer.rate) for layer, mask in self._rows.masked},
            }.items()
        }
        self._graphs = Graphs(self._shape(), self._tf_variables())

    def run(self, epoch: int) -> Metrics:
        rate = float(self._optimizer.learning_rate)
        self._watched.reset()
        sums = self._watched.zeros()
        for source, steps, most in self._rows.epoch(epoch):
            arguments = (source, tf.constant(steps), tf.constant(sums), self._rates(most), self._numbers)
            # Reading the sums waits for the device, after which the feed may fill the same buffers again.
            sums = self._graphs.call(self._many_steps, *arguments, brief=most == 1).numpy()
        metrics = self._watched.results(sums, self._rows.count)
        self._watched.reset()
        sums = self._graphs.call(self._validation, self._val_x, self._val_y, self._numbers, brief=True).numpy()
        validated = self._watched.results(sums, len(self._val_x))
        self._watched.reset()
        return {**metrics, **{f"val_{name}": value for name, value in validated.items()}, "learning_rate": rate}

    def _rates(self, steps: int) -> Any:
        """The learning rate of so many steps to come, or one for all. Keras' own `apply` looks after itself."""
        rate = self._optimizer._learning_rate
        if self._fused is None or not isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
            return tf.reshape(self._optimizer.learning_rate, [1])
        return tf.cast(rate(self._optimizer.iterations.value + tf.range(steps, dtype=tf.int64)), tf.float32)

    def _shape(self) -> str | None:
        """What the graphs depend on beside their arguments' shapes."""
        if self._layers is None:
            return None
        optimizer = self._fused.kind if self._fused else self._optimizer
        layers = [self._rows.dropouts.get(id(layer), layer) for layer in self._layers]
        compiled = [self._model.loss, *self._watched.means, *self._watched.others]
        return shape_of(layers, optimizer, self._rows.kind, self._model.inputs[0].dtype, *compiled)

    def _tf_variables(self) -> list[Any]:
        own = [*self._model.variables, *self._optimizer.variables, *self._watched.variables]
        return [*(variable.value for variable in own), *(self._fused.slots if self._fused else ())]

    # What follows is traced into graphs.

    def _many_steps(self, source: Any, steps: Any, sums: Any, rates: Any, numbers: Any) -> Any:
        """rates: one for each step, or one for all."""
        before = tf.identity(self._optimizer.iterations.value)
        only = rates[0] if rates.shape[0] == 1 else None

        def body(i: Any, sums: Any) -> tuple[Any, Any]:
            x, y, masks = self._rows.batch(source, i)
            measured = self._step(
                x, y, masks, before + tf.cast(i, tf.int64), rates[i] if only is None else only, numbers
            )
            return i + 1, sums + measured

        with penalized(self._variables, numbers):
            _, sums = tf.while_loop(lambda i, _: i < steps, body, (tf.constant(0), sums), parallel_iterations=1)
        if self._fused is not None:
            self._optimizer.iterations.assign_add(tf.cast(steps, tf.int64))
        return sums

    def _step(self, x: Any, y: Any, masks: Sequence[Any], done: Any, rate: Any, numbers: Any) -> Any:
        with tf.GradientTape() as tape:
            outputs = self._forward(x, numbers, training=True, masks=masks)
            loss = self._model.compute_loss(x=x, y=y, y_pred=outputs, training=True)
            scaled = self._optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, self._variables)
        if any(each is None for each in gradients):
            # Some weights have no effect on the loss; Keras knows what to do then.
            self._fused = None
        if self._fused is not None:
            self._fused.step(gradients, done, rate, numbers)
        else:
            self._optimizer.apply(gradients, self._variables)
        return self._measure(loss, y, outputs)

    def _forward(self, x: Any, numbers: Any, training: bool, masks: Sequence[Any] = ()) -> Any:
        if self._layers is None:
            return self._model(x, training=training)
        x = tf.cast(x, self._model.inputs[0].dtype)
        for layer in self._layers:
            how = self._rows.dropouts.get(id(layer))
            if how is None:
                x = layer(x, training=training) if layer._call_has_training_arg else layer(x)
            elif training and how >= 0:
                x = x * (tf.cast(masks[how], x.dtype) * tf.cast(numbers[f"grown_{how}"], x.dtype))
        return x

    def _measure(self, loss: Any, y: Any, outputs: Any) -> Any:
        """Sums over the rows of a batch: the loss, then each metric that is a mean."""
        rows = tf.cast(tf.shape(outputs)[0], tf.float32)
        parts = [tf.cast(loss, tf.float32) * rows]
        for metric in self._watched.means:
            parts.append(tf.reduce_sum(tf.cast(_values(metric, y, outputs), tf.float32)))
        for metric in self._watched.others:
            metric.update_state(y, outputs)
        return tf.stack(parts)

    def _validation(self, x: Any, y: Any, numbers: Any) -> Any:
        rows = len(self._val_x)

        def body(start: Any, sums: Any) -> tuple[Any, Any]:
            end = tf.minimum(start + _VALIDATION_BATCH, rows)
            outputs = self._forward(x[start:end], numbers, training=False)
            loss = self._model.compute_loss(x=x[start:end], y=y[start:end], y_pred=outputs, training=False)
            return end, sums + self._measure(loss, y[start:end], outputs)

        start = (tf.constant(0), tf.zeros(1 + len(self._watched.means)))
        with penalized(self._variables, numbers):
            return tf.while_loop(lambda at, _: at < rows, body, start, parallel_iterations=1)[1]


def _values(metric: Any, y: Any, outputs: Any) -> Any:
    """A metric of each row.

    Accuracy is read from the logits where there are some, since the loss is too, and without Keras' care for negative
    zeros: together a tenth of a small step.
    """
    sparse = type(metric) is keras.metrics.SparseCategoricalAccuracy and len(y.shape) == 1
    if not sparse and type(metric) is not keras.metrics.CategoricalAccuracy:
        return metric._fn(y, outputs, **metric._fn_kwargs)
    if outputs.op.type == "Softmax":
        outputs = outputs.op.inputs[0]
    return tf.equal(tf.argmax(outputs, axis=-1), tf.cast(y, tf.int64) if sparse else tf.argmax(y, axis=-1))


@dataclass(frozen=True)
class TensorFlowTensors:
    """What the sources of batches need of TensorFlow."""

    def own_memory(self) -> bool:
        return bool(tf.config.list_logical_devices("GPU"))

    def room(self) -> int | None:
        return backend_tensorflow.room_bytes or None

    def constant(self, array: Array) -> Any:
        return tf.constant(array)

    def gather(self, x: Any, rows: Any) -> Any:
        return tf.gather(x, rows)

    def view(self, buffer: Any) -> Any:
        return tf.experimental.dlpack.from_dlpack(buffer.__dlpack__())
