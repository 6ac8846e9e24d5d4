"""Compiled epochs, TensorFlow: thousands of rows a call, so that batches, steps and metrics cost no Python.

Owns: the graph of many steps and of a validation, and what can be compiled.
Leaves to others: when to stop (trainer), shuffled rows on a CPU (feed), normalized rows (device_rows), the optimizers'
kernels (fused_optimizers).

A step computes what Keras' `train_step` computes, with the model's own layers, loss, metrics and optimizer. Left out is
what Keras does in every step and that can be done once, or beside it: normalization, shuffling, random masks, and the
state of metrics that are means.

On a GPU all rows live on the device and an epoch is one call, which gathers its batches there. A CPU has its rows in
memory anyway; there an epoch is a few calls, each on batches that a second thread laid out while the one before ran.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tuner.data.dataset import Array, Dataset
from tuner.training import device_rows
from tuner.training.batches import row_order, targets
from tuner.training.feed import Chunk, Dropout, Feed
from tuner.training.fused_optimizers import fused, learning_rate
from tuner.training.plan import Metrics, TrainPlan

_VALIDATION_BATCH = 1024
_OVERRIDABLE = ("train_step", "test_step", "compute_loss", "compute_metrics", "make_train_function", "fit")


def why_not(model: Any, dataset: Dataset) -> str | None:
    """Why this model cannot be compiled; None where it can."""
    for name in _OVERRIDABLE:
        if getattr(type(model), name) not in (getattr(keras.Model, name), getattr(keras.Sequential, name)):
            return f"the model has a {name} of its own"
    if model.run_eagerly:
        return "the model was compiled to run eagerly"
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        return "the model has several inputs or outputs"
    if len(model.metrics) > 1 + (model._compile_metrics is not None):
        return "the model has metrics of its own"
    return device_rows.why_not(dataset)


def has_own_memory() -> bool:
    """Rows have to be moved to the device before it can read them."""
    return bool(tf.config.list_logical_devices("GPU"))


class CompiledEpochs:
    """The epochs of one model on one data set."""

    path = "compiled"

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan) -> None:
        self._model = model
        self._optimizer = model.optimizer
        self._variables = list(model.trainable_weights)
        self._fused = fused(self._optimizer, self._variables)
        self._scheduled = isinstance(self._optimizer._learning_rate, keras.optimizers.schedules.LearningRateSchedule)
        parts = device_rows.split(model)
        before: list[Any] = [] if parts is None else parts[0]
        self._layers: list[Any] | None = None if parts is None else parts[1]
        rows = device_rows.ready(dataset, before)
        y, val_y = (targets(part.y, dataset.info, model) for part in (dataset.train, dataset.validation))
        self._find_metrics(y)
        batch_size = min(plan.batch_size or len(y), len(y))
        if has_own_memory():
            self._rows: _RowsOnDevice | _RowsFed = _RowsOnDevice(rows.train_on_device, y, batch_size, plan.seed)
        else:
            self._rows = _RowsFed(rows.train, y, batch_size, plan.seed, self._layers or [])
        self._val_x, self._val_y = rows.validation_on_device, tf.constant(val_y)
        self._graphs: dict[Any, Any] = {}

    def run(self, epoch: int) -> Metrics:
        rate = float(self._optimizer.learning_rate)
        self._reset()
        sums = np.zeros(1 + len(self._means), np.float32)
        for source, steps in self._rows.epoch(epoch):
            # Reading the sums waits for the device, after which the feed may fill the same buffers again.
            sums = self._call(self._many_steps, source, tf.constant(steps), tf.constant(sums)).numpy()
        metrics = self._results(sums, self._rows.count)
        self._reset()
        validated = self._results(self._call(self._validation, self._val_x, self._val_y).numpy(), len(self._val_x))
        self._reset()
        return {**metrics, **{f"val_{name}": value for name, value in validated.items()}, "learning_rate": rate}

    def _call(self, function: Any, *tensors: Any) -> Any:
        """Through its graph for tensors of these shapes, kept by hand: `tf.function` would warn of retracing."""
        key = (function.__name__, *(tuple(each.shape) for each in tf.nest.flatten(tensors)))
        if key not in self._graphs:
            self._graphs[key] = tf.function(function, autograph=False).get_concrete_function(*tensors)
        return self._graphs[key](*tensors)

    def _find_metrics(self, y: Array) -> None:
        """Metrics that are means over rows are summed in the loop; others keep their own state."""
        compiled = self._model._compile_metrics
        if compiled is not None and not compiled.built:
            compiled.build(keras.KerasTensor((None, *y.shape[1:])), self._model.outputs[0])
        found = [] if compiled is None else compiled.metrics
        self._means = [each for each in found if _is_mean(each)]
        self._others = [each for each in found if not _is_mean(each)]

    def _reset(self) -> None:
        for metric in self._others:
            metric.reset_state()

    def _results(self, sums: Any, rows: int) -> dict[str, float]:
        names = ["loss", *(each.name for each in self._means)]
        results = {name: float(total / np.float32(rows)) for name, total in zip(names, sums, strict=True)}
        return results | {each.name: float(each.result()) for each in self._others}

    # What follows is traced into graphs.

    def _many_steps(self, source: Any, steps: Any, sums: Any) -> Any:
        before = tf.identity(self._optimizer.iterations.value)
        rate = learning_rate(self._optimizer, before)

        def body(i: Any, sums: Any) -> tuple[Any, Any]:
            done = before + tf.cast(i, tf.int64)
            x, y, masks = self._rows.batch(source, i)
            measured = self._step(x, y, masks, done, learning_rate(self._optimizer, done) if self._scheduled else rate)
            return i + 1, sums + measured

        _, sums = tf.while_loop(lambda i, _: i < steps, body, (tf.constant(0), sums), parallel_iterations=1)
        if self._fused is not None:
            self._optimizer.iterations.assign_add(tf.cast(steps, tf.int64))
        return sums

    def _step(self, x: Any, y: Any, masks: Sequence[Any], done: Any, rate: Any) -> Any:
        with tf.GradientTape() as tape:
            outputs = self._forward(x, training=True, masks=masks)
            loss = self._model.compute_loss(x=x, y=y, y_pred=outputs, training=True)
            scaled = self._optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, self._variables)
        if any(each is None for each in gradients):
            # Some weights have no effect on the loss; Keras knows what to do then.
            self._fused = None
        if self._fused is not None:
            self._fused(gradients, done, rate)
        else:
            self._optimizer.apply(gradients, self._variables)
        return self._measure(loss, y, outputs)

    def _forward(self, x: Any, training: bool, masks: Sequence[Any] = ()) -> Any:
        if self._layers is None:
            return self._model(x, training=training)
        x = tf.cast(x, self._model.inputs[0].dtype)
        for layer in self._layers:
            how = self._rows.dropouts.get(id(layer))
            if how is None:
                x = layer(x, training=training) if layer._call_has_training_arg else layer(x)
            elif training and how >= 0:
                x = x * (tf.cast(masks[how], x.dtype) * (1 / (1 - layer.rate)))
        return x

    def _measure(self, loss: Any, y: Any, outputs: Any) -> Any:
        """Sums over the rows of a batch: the loss, then each metric that is a mean."""
        rows = tf.cast(tf.shape(outputs)[0], tf.float32)
        parts = [tf.cast(loss, tf.float32) * rows]
        for metric in self._means:
            parts.append(tf.reduce_sum(tf.cast(_values(metric, y, outputs), tf.float32)))
        for metric in self._others:
            metric.update_state(y, outputs)
        return tf.stack(parts)

    def _validation(self, x: Any, y: Any) -> Any:
        rows = len(self._val_x)

        def body(start: Any, sums: Any) -> tuple[Any, Any]:
            end = tf.minimum(start + _VALIDATION_BATCH, rows)
            outputs = self._forward(x[start:end], training=False)
            loss = self._model.compute_loss(x=x[start:end], y=y[start:end], y_pred=outputs, training=False)
            return end, sums + self._measure(loss, y[start:end], outputs)

        start = (tf.constant(0), tf.zeros(1 + len(self._means)))
        return tf.while_loop(lambda at, _: at < rows, body, start, parallel_iterations=1)[1]


class _RowsOnDevice:
    """All rows on the device; an epoch is its order, and dropout is Keras' own."""

    def __init__(self, x: Any, y: Array, batch_size: int, seed: int) -> None:
        self.count = len(y)
        self.dropouts: dict[int, int] = {}
        self._x, self._y = x, tf.constant(y)
        self._batch_size = batch_size
        self._seed = seed

    def epoch(self, epoch: int) -> Any:
        order = row_order(self.count, self._seed, epoch).astype(np.int32)
        steps, odd = divmod(self.count, self._batch_size)
        whole = order[: steps * self._batch_size].reshape(steps, self._batch_size)
        yield (self._x, self._y, tf.constant(whole)), steps
        if odd:
            yield (self._x, self._y, tf.constant(order[np.newaxis, -odd:])), 1

    def batch(self, source: Any, i: Any) -> tuple[Any, Any, Sequence[Any]]:
        x, y, order = source
        return tf.gather(x, order[i]), tf.gather(y, order[i]), ()


class _RowsFed:
    """Rows that the feed lays out, with masks for the dropout layers.

    dropouts: by the layer's id, which mask is its own; -1 where the feed has applied it to the rows.
    """

    def __init__(self, x: Array, y: Array, batch_size: int, seed: int, layers: Sequence[Any]) -> None:
        self.count = len(x)
        self._seed = seed
        self._layers = [
            layer
            for layer in layers
            if type(layer) is keras.layers.Dropout and layer.rate > 0 and layer.noise_shape is None
        ]
        first = bool(self._layers) and self._layers[0] is layers[0] and x.dtype == np.float32
        self.dropouts = {id(layer): i - first for i, layer in enumerate(self._layers)}
        masks = [Dropout(tuple(layer.output.shape[1:]), layer.rate) for layer in self._layers[int(first) :]]
        self._feed = Feed(x, y, batch_size, self._layers[0].rate if first else None, masks)
        self._sources = [_tensors(chunk) for chunk in self._feed.chunks]

    def epoch(self, epoch: int) -> Any:
        for number, steps in self._feed.epoch(row_order(self.count, self._seed, epoch), self._seeds()):
            yield self._sources[number], steps

    def batch(self, source: Any, i: Any) -> tuple[Any, Any, Sequence[Any]]:
        x, y, masks = source
        return x[i], y[i], [mask[i] for mask in masks]

    def _seeds(self) -> list[list[int]]:
        """One an epoch for each dropout layer: the state of its own generator, which moves on as far as under Keras."""
        seeds = []
        for layer in self._layers:
            state = layer.seed_generator.state
            seeds.append([int(each) for each in state.numpy()])
            state.assign([seeds[-1][0], seeds[-1][1] + self._feed.batches])
        return seeds


def _is_mean(metric: Any) -> bool:
    wrapper = keras.metrics.MeanMetricWrapper
    return isinstance(metric, wrapper) and type(metric).update_state is wrapper.update_state


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


def _tensors(chunk: Chunk) -> tuple[Any, Any, tuple[Any, ...]]:
    """The buffers as tensors that share their memory: what is written there later is read later."""
    arrays: list[Any] = [chunk.x, chunk.y, *chunk.masks]
    x, y, *masks = (tf.experimental.dlpack.from_dlpack(each.__dlpack__()) for each in arrays)
    return x, y, tuple(masks)
