"""Compiled epochs, TensorFlow: thousands of rows a call, so that batches, steps and metrics cost no Python.

Owns: the graph of many steps and of a validation.
Leaves to others: when to stop (trainer), where a batch comes from (batch_sources), the optimizers' kernels
(fused_optimizers), which networks share a graph (graphs, graph_signature).

A step computes what Keras' `train_step` computes, with the model's own layers, loss, metrics and optimizer. Left out is
what Keras does in every step and that can be done once, or beside it: normalization, shuffling, random masks, and the
state of metrics that are means.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from tuner.data.dataset import Array, Dataset
from tuner.training import backend_tensorflow, keras_internals
from tuner.training.checkpoint import Arrays
from tuner.training.class_weights import of_rows as of_rows_of
from tuner.training.compiled import device_rows
from tuner.training.compiled.batch_sources import batch_source
from tuner.training.compiled.compiled_metrics import Watched, gives_one_a_row
from tuner.training.compiled.fused_optimizers import fused
from tuner.training.compiled.graph_signature import shape_of
from tuner.training.compiled.graphs import Graphs
from tuner.training.compiled.penalties import penalized, penalties
from tuner.training.keras_internals import rate_or_schedule, takes_training
from tuner.training.labels import targets
from tuner.training.plan import Metrics, TrainPlan

_VALIDATION_BATCH = 1024
_LEAST_VALIDATION_BATCH = 32
_VALIDATION_VALUES = 1 << 23
_CLASS_WEIGHTS = "class_weights"
# Measured on a CPU: rewriting takes 33 ms, and a step is 9 microseconds shorter for it.
_STEPS_WORTH_REWRITING = 4000


def validation_batch(shape: Sequence[int]) -> int:
    """Rows at once, where any number gives the same figures: what a layer makes of large ones fills memory."""
    return max(_LEAST_VALIDATION_BATCH, min(_VALIDATION_BATCH, _VALIDATION_VALUES // max(1, math.prod(shape))))


class CompiledEpochs:
    """The epochs of one model on one data set."""

    path = "compiled"
    finished: Arrays | None = None
    seen: Callable[[], Any] | None = None

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan) -> None:
        self._model = model
        self._optimizer = model.optimizer
        self._variables = list(model.trainable_weights)
        # Keras squares the gradient of a row of an embedding once for each time that it was looked up.
        self._fused = None if _looks_up(model) else fused(self._optimizer, self._variables)
        parts = device_rows.split(model)
        before: list[Any] = [] if parts is None else parts[0]
        self._layers: list[Any] | None = None if parts is None else parts[1]
        rows = device_rows.ready(dataset, before)
        y, val_y = (targets(part.y, dataset.info, model) for part in (dataset.train, dataset.validation))
        keras_internals.build_compiled(model, y.shape[1:], str(y.dtype))
        self._by_row = _by_row(model)
        self._watched = Watched(model)
        batch_size = min(plan.batch_size or len(y), len(y))
        # Where a figure depends on how rows are cut into batches, they are cut as `fit` cuts them.
        self._val_batch = validation_batch(dataset.info.input_shape) if self._watched.by_row else batch_size
        tensors = TensorFlowTensors()
        self._rows = batch_source(tensors, rows, y, batch_size, plan.seed, self._layers or [])
        self._skip_grappler = not tensors.own_memory() and plan.epochs * len(y) < _STEPS_WORTH_REWRITING * batch_size
        self._ready, self._val_y = rows, tf.constant(val_y)
        self._numbers = {
            name: tf.constant(value, tf.float32)
            for name, value in {
                **(self._fused.numbers if self._fused else {}),
                **penalties(self._variables),
                **{f"grown_{mask}": 1 / (1 - layer.rate) for layer, mask in self._rows.masked},
                **({} if plan.class_weights is None else {_CLASS_WEIGHTS: plan.class_weights}),
            }.items()
        }
        self._graphs = Graphs(self._shape(), self._tf_variables())

    def run(self, epoch: int) -> Metrics:
        rate = keras_internals.learning_rate(self._optimizer)
        self._watched.reset()
        sums = self._watched.zeros()
        one_rate = tf.constant([rate], tf.float32)
        for each in self._rows.epoch(epoch):
            counts = (tf.constant(each.steps), tf.constant(each.rows, tf.float32))
            arguments = (each.tensors, counts, tf.constant(sums), self._rates(each.most, one_rate), self._numbers)
            # Reading the sums waits for the device, after which the feed may fill the same buffers again.
            sums = self._graphs.call(
                self._many_steps, *arguments, skip_grappler=self._skip_grappler, dynamic_dims=self._rows.dynamic_dims
            ).numpy()
        metrics = self._watched.results(sums, self._rows.count)
        self._watched.reset()
        sums = self._watched.zeros()
        for x, some in self._ready.validation(self._val_batch):
            given = (x, self._val_y[some], self._numbers)
            sums = sums + self._graphs.call(self._validation, *given, skip_grappler=True).numpy()
        validated = self._watched.results(sums, len(self._val_y))
        self._watched.reset()
        return {**metrics, **{f"val_{name}": value for name, value in validated.items()}, "learning_rate": rate}

    def _rates(self, steps: int, one: Any) -> Any:
        """The learning rate of so many steps to come, or one for all. Keras' own `apply` looks after itself."""
        rate = rate_or_schedule(self._optimizer)
        if self._fused is None or not isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
            return one
        return tf.cast(rate(self._optimizer.iterations.value + tf.range(steps, dtype=tf.int64)), tf.float32)

    def _shape(self) -> str | None:
        """What the graphs depend on beside their arguments' shapes."""
        if self._layers is None:
            return None
        optimizer = self._fused.kind if self._fused else self._optimizer
        layers = [self._rows.dropouts.get(id(layer), layer) for layer in self._layers]
        given = [self._rows.kind, self._val_batch, device_rows.step_type(self._model), sorted(self._numbers)]
        return shape_of(layers, optimizer, self._model, self._variables, given)

    def _tf_variables(self) -> list[Any]:
        own = [*self._model.variables, *self._optimizer.variables, *self._watched.variables]
        return [*(variable.value for variable in own), *(self._fused.slots if self._fused else ())]

    # What follows is traced into graphs.

    def _many_steps(self, source: Any, counts: tuple[Any, Any], sums: Any, rates: Any, numbers: Any) -> Any:
        """counts: of steps, and of a batch's rows. rates: one for each step, or one for all."""
        steps, rows = counts
        # The share of one row in the gradient of the mean loss, as Keras rounds it.
        share = 1.0 / rows
        before = None if self._fused is None else tf.identity(self._optimizer.iterations.value)
        only = rates[0] if rates.shape[0] == 1 else None

        def body(i: Any, sums: Any) -> tuple[Any, Any]:
            x, y, masks = self._rows.batch(source, i)
            done = None if before is None else before + tf.cast(i, tf.int64)
            measured = self._step(x, y, masks, rows, share, done, rates[i] if only is None else only, numbers)
            return i + 1, sums + measured

        with penalized(self._variables, numbers):
            _, sums = tf.while_loop(lambda i, _: i < steps, body, (tf.constant(0), sums), parallel_iterations=1)
        if self._fused is not None:
            self._optimizer.iterations.assign_add(tf.cast(steps, tf.int64))
        return sums

    def _step(
        self, x: Any, y: Any, masks: Sequence[Any], rows: Any, share: Any, done: Any, rate: Any, numbers: Any
    ) -> Any:
        with tf.GradientTape() as tape:
            outputs = self._forward(x, numbers, training=True, masks=masks)
            weights = of_rows_of(numbers[_CLASS_WEIGHTS], y) if _CLASS_WEIGHTS in numbers else None
            losses, of_rows = self._losses(x, y, outputs, training=True, weights=weights)
            scaled = losses if of_rows else [self._optimizer.scale_loss(each) for each in losses]
        # The mean is not taken to be divided again: each row's loss counts by its share.
        seeds = [tf.fill(tf.shape(losses[0]), share), *map(tf.ones_like, losses[1:])] if of_rows else None
        gradients = tape.gradient(scaled, self._variables, output_gradients=seeds)
        if any(each is None or isinstance(each, tf.IndexedSlices) for each in gradients):
            # Some weights have no effect on the loss, or some of a layer alone; Keras knows what to do then, by numbers
            # that are no arguments.
            self._fused = None
            self._graphs.keep_to_itself()
        if self._fused is not None:
            self._fused.step(gradients, done, rate, numbers)
        else:
            self._optimizer.apply(gradients, self._variables)
        return self._measure(_summed(losses, of_rows, rows), y, outputs)

    def _losses(
        self, x: Any, y: Any, outputs: Any, training: bool, weights: Any | None = None
    ) -> tuple[list[Any], bool]:
        """The loss of each row and then the penalties, and True; or Keras' own sum of all, and False.

        weights: how much each row counts; None is 1.
        """
        if self._by_row is not None:
            values = self._by_row.call(y if y.dtype.is_integer else tf.cast(y, tf.float32), outputs)
            masked = any(keras_internals.mask_of(each) is not None for each in (values, outputs))
            if values.shape.rank == 1 and values.dtype == outputs.dtype == tf.float32 and not masked:
                values = values if weights is None else values * weights
                return [values, *keras_internals.further_losses(self._model)], True
        loss = self._model.compute_loss(x=x, y=y, y_pred=outputs, sample_weight=weights, training=training)
        return [loss], False

    def _forward(self, x: Any, numbers: Any, training: bool, masks: Sequence[Any] = ()) -> Any:
        if self._layers is None:
            return self._model(x, training=training)
        x = tf.cast(x, device_rows.step_type(self._model))
        for layer in self._layers:
            how = self._rows.dropouts.get(id(layer))
            if how is None:
                x = layer(x, training=training) if takes_training(layer) else layer(x)
            elif training and how >= 0:
                x = x * (tf.cast(masks[how], x.dtype) * tf.cast(numbers[f"grown_{how}"], x.dtype))
        return x

    def _measure(self, loss: Any, y: Any, outputs: Any) -> Any:
        """Sums over the rows of a batch: the loss, then each metric that is a mean."""
        parts = [loss]
        for metric in self._watched.means:
            parts.append(tf.reduce_sum(tf.cast(_values(metric, y, outputs), tf.float32)))
        for metric in self._watched.others:
            metric.update_state(y, outputs, sample_weight=None)
        return tf.stack(parts)

    def _validation(self, x: Any, y: Any, numbers: Any) -> Any:
        rows = x.shape[0]

        def body(start: Any, sums: Any) -> tuple[Any, Any]:
            end = tf.minimum(start + self._val_batch, rows)
            some_x, some_y = x[start:end], y[start:end]
            outputs = self._forward(some_x, numbers, training=False)
            loss = _summed(*self._losses(some_x, some_y, outputs, training=False), tf.cast(end - start, tf.float32))
            return end, sums + self._measure(loss, some_y, outputs)

        start = (tf.constant(0), tf.zeros(1 + len(self._watched.means)))
        with penalized(self._variables, numbers):
            return tf.while_loop(lambda at, _: at < rows, body, start, parallel_iterations=1)[1]


def _looks_up(model: Any) -> bool:
    """Some layer takes rows of its weights, whose gradients then have duplicates."""
    return any(isinstance(each, keras.layers.Embedding) for each in keras_internals.all_layers(model))


def _by_row(model: Any) -> Any | None:
    """The model's loss, where it is the mean of rows' losses and nothing else is done to it."""
    losses, optimizer = keras_internals.losses(model), model.optimizer
    if len(losses) != 1 or keras_internals.weighs_losses(model):
        return None
    (loss,) = losses
    plain = (
        isinstance(loss, keras.losses.Loss)
        and type(loss).__call__ is keras.losses.Loss.__call__
        and keras_internals.is_kerass(loss)
        and gives_one_a_row(getattr(loss, "fn", None), loss)
        and loss.reduction == "sum_over_batch_size"
        and loss.dtype == "float32"
    )
    scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer) or optimizer.loss_scale_factor
    return loss if plain and not scaled else None


def _summed(losses: Sequence[Any], of_rows: bool, rows: Any) -> Any:
    """The loss summed over a batch's rows, penalties included."""
    loss, *penalties = losses
    if not of_rows:
        return tf.cast(loss, tf.float32) * rows
    summed = tf.reduce_sum(loss)
    return summed + tf.add_n(penalties) * rows if penalties else summed


def _values(metric: Any, y: Any, outputs: Any) -> Any:
    """A metric of each row.

    Accuracy is read from the logits where there are some, since the loss is too, and without Keras' care for negative
    zeros: together a tenth of a small step.
    """
    sparse = type(metric) is keras.metrics.SparseCategoricalAccuracy and len(y.shape) == 1
    if not sparse and type(metric) is not keras.metrics.CategoricalAccuracy:
        return _of_rows(keras_internals.values_of(metric, y, outputs))
    if outputs.op.type == "Softmax":
        outputs = outputs.op.inputs[0]
    return tf.equal(tf.argmax(outputs, axis=-1), tf.cast(y, tf.int64) if sparse else tf.argmax(y, axis=-1))


def _of_rows(values: Any) -> Any:
    """One value a row; of several, as Keras does, the mean."""
    return tf.reduce_mean(values, axis=list(range(1, values.shape.rank))) if values.shape.rank > 1 else values


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
