"""Compiled epochs, TensorFlow: thousands of rows a call, so that batches, steps and metrics cost no Python.

Owns: the graph of many steps and of a validation.
Leaves to others: when to stop (trainer), where a batch comes from (batch_sources), what it comes to
(measuring_tensorflow), the optimizers' kernels (fused_optimizers), which networks share a graph (graphs,
graph_signature).

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
from tuner.training.compiled.compiled_metrics import Watched, by_place
from tuner.training.compiled.fused_optimizers import fused
from tuner.training.compiled.graph_signature import shape_of
from tuner.training.compiled.graphs import Graphs
from tuner.training.compiled.measuring_tensorflow import Measuring
from tuner.training.compiled.penalties import penalized, penalties
from tuner.training.compiled.row_targets import Targets, rows_in, shapes_of, targets_of
from tuner.training.keras_internals import rate_or_schedule, takes_training
from tuner.training.plan import Metrics, TrainPlan

_VALIDATION_BATCH = 1024
_LEAST_VALIDATION_BATCH = 32
_VALIDATION_VALUES = 1 << 23
_CLASS_WEIGHTS = "class_weights"
# Measured on a CPU: rewriting takes 33 ms, and a step is 9 microseconds shorter for it.
_STEPS_WORTH_REWRITING = 4000
# Measured on a CPU: a graph of a validation costs as much as eight batches without one.
_BATCHES_UNTRACED = 4


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
        targets = targets_of(dataset.train, dataset.info, model, plan.class_weights)
        keras_internals.build_by_output(model, shapes_of(targets))
        self._watched = Watched(model, weighed=dataset.info.weighted)
        self._measuring = Measuring(model, self._watched)
        count = len(dataset.train)
        batch_size = min(plan.batch_size or count, count)
        # Where a figure depends on how rows are cut into batches, they are cut as `fit` cuts them.
        self._val_batch = validation_batch(dataset.info.input_shape) if self._watched.by_row else batch_size
        tensors = TensorFlowTensors()
        self._rows = batch_source(tensors, rows, targets, batch_size, plan.seed, self._layers or [])
        self._skip_grappler = not tensors.own_memory() and plan.epochs * count < _STEPS_WORTH_REWRITING * batch_size
        validated = targets_of(dataset.validation, dataset.info, model)
        self._ready, self._val_rows = rows, len(dataset.validation)
        self._val_targets = keras.tree.map_structure(tf.constant, validated)
        # Weights of rows, where there are some, have those of their classes in them.
        class_weights = None if targets.weighed else plan.class_weights
        self._numbers = {
            name: tf.constant(value, tf.float32)
            for name, value in {
                **(self._fused.numbers if self._fused else {}),
                **penalties(self._variables),
                **{f"grown_{mask}": 1 / (1 - layer.rate) for layer, mask in self._rows.masked},
                **({} if class_weights is None else {_CLASS_WEIGHTS: class_weights}),
            }.items()
        }
        shape = self._shape(bool(targets.weighed))
        self._graphs = Graphs(shape, self._tf_variables())
        # What others may share is made of Keras' layers alone, which compute the same in a graph and out of one.
        batches = -(-self._val_rows // self._val_batch)
        self._validated_untraced = 0 if shape is None or tensors.own_memory() else _BATCHES_UNTRACED // batches

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
            targets = self._val_targets
            if some != slice(None):
                targets = keras.tree.map_structure(lambda each, some=some: each[some], targets)
            sums = (
                sums
                + self._graphs.call(
                    self._validation, x, targets, self._numbers, skip_grappler=True, untraced=self._validated_untraced
                ).numpy()
            )
        validated = self._watched.results(sums, self._val_rows)
        self._watched.reset()
        return {**metrics, **{f"val_{name}": value for name, value in validated.items()}, "learning_rate": rate}

    def _rates(self, steps: int, one: Any) -> Any:
        """The learning rate of so many steps to come, or one for all. Keras' own `apply` looks after itself."""
        rate = rate_or_schedule(self._optimizer)
        if self._fused is None or not isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
            return one
        return tf.cast(rate(self._optimizer.iterations.value + tf.range(steps, dtype=tf.int64)), tf.float32)

    def _shape(self, weighed: bool) -> str | None:
        """What the graphs depend on beside their arguments' shapes. weighed: rows have weights."""
        if self._layers is None:
            return None
        optimizer = self._fused.kind if self._fused else self._optimizer
        layers = [self._rows.dropouts.get(id(layer), layer) for layer in self._layers]
        given = [
            self._rows.kind,
            weighed,
            self._watched.layout,
            self._val_batch,
            device_rows.step_type(self._model),
            sorted(self._numbers),
        ]
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
            x, targets, masks = self._rows.batch(source, i)
            done = None if before is None else before + tf.cast(i, tf.int64)
            measured = self._step(x, targets, masks, rows, share, done, rates[i] if only is None else only, numbers)
            return i + 1, sums + measured

        with penalized(self._variables, numbers):
            _, sums = tf.while_loop(lambda i, _: i < steps, body, (tf.constant(0), sums), parallel_iterations=1)
        if self._fused is not None:
            self._optimizer.iterations.assign_add(tf.cast(steps, tf.int64))
        return sums

    def _step(
        self, x: Any, targets: Targets, masks: Sequence[Any], rows: Any, share: Any, done: Any, rate: Any, numbers: Any
    ) -> Any:
        with tf.GradientTape() as tape:
            outputs = self._forward(x, numbers, training=True, masks=masks)
            weights = of_rows_of(numbers[_CLASS_WEIGHTS], targets.y) if _CLASS_WEIGHTS in numbers else targets.weights
            losses = self._measuring.losses(x, targets, outputs, training=True, weights=weights)
            of_rows, parts = losses.of_rows, losses.parts
            scaled = parts if of_rows else [self._optimizer.scale_loss(each) for each in parts]
        # The mean is not taken to be divided again: each row's loss counts by its share.
        seeds = [tf.fill(tf.shape(parts[0]), share), *map(tf.ones_like, parts[1:])] if of_rows else None
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
        return self._measuring.measure(losses.summed(rows), targets, outputs)

    def _forward(self, x: Any, numbers: Any, training: bool, masks: Sequence[Any] = ()) -> Any:
        if self._layers is None:
            return by_place(self._model, self._model(x, training=training))
        x = tf.cast(x, device_rows.step_type(self._model))
        for layer in self._layers:
            how = self._rows.dropouts.get(id(layer))
            if how is None:
                x = layer(x, training=training) if takes_training(layer) else layer(x)
            elif training and how >= 0:
                x = x * (tf.cast(masks[how], x.dtype) * tf.cast(numbers[f"grown_{how}"], x.dtype))
        return x

    def _validation(self, x: Any, targets: Targets, numbers: Any) -> Any:
        rows = rows_in(x)

        def body(start: Any, sums: Any) -> tuple[Any, Any]:
            end = tf.minimum(start + self._val_batch, rows)
            some_x, some = keras.tree.map_structure(lambda each: each[start:end], (x, targets))
            outputs = self._forward(some_x, numbers, training=False)
            losses = self._measuring.losses(some_x, some, outputs, training=False, weights=some.weights)
            return end, sums + self._measuring.measure(losses.summed(tf.cast(end - start, tf.float32)), some, outputs)

        start = (tf.constant(0), tf.zeros(len(self._watched.zeros())))
        with penalized(self._variables, numbers):
            return tf.while_loop(lambda at, _: at < rows, body, start, parallel_iterations=1)[1]


def _looks_up(model: Any) -> bool:
    """Some layer takes rows of its weights, whose gradients then have duplicates."""
    return any(isinstance(each, keras.layers.Embedding) for each in keras_internals.all_layers(model))


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
