"""Compiled epochs, JAX: thousands of rows a call, so that batches, steps and metrics cost no Python.

Owns: the program of many steps and of a validation.
Leaves to others: when to stop (trainer), where a batch comes from (batch_sources), which numbers are arguments
(traced_scalars, penalties), which networks share a program (programs).

A step is Keras' own: the model's layers, loss and metrics within a stateless scope, and the optimizer's
`stateless_apply`. The loop's length is an argument too (a `scan` would be compiled anew for each).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from tuner.data.dataset import Array, Dataset
from tuner.training import keras_internals
from tuner.training.checkpoint import Arrays
from tuner.training.compiled import device_rows
from tuner.training.compiled.batch_sources import batch_source
from tuner.training.compiled.compiled_metrics import Watched
from tuner.training.compiled.graph_signature import shape_of
from tuner.training.compiled.penalties import penalized, penalties
from tuner.training.compiled.programs import Programs
from tuner.training.compiled.traced_scalars import TracedScalars
from tuner.training.keras_internals import takes_training
from tuner.training.labels import targets
from tuner.training.plan import Metrics, TrainPlan

_VALIDATION_BATCH = 1024

Values = list[Any]
State = tuple[Values, Values, Values, Values]
"""Values of the trained variables, the model's others, the optimizer's, and those of metrics that have a state."""


class CompiledEpochs:
    """The epochs of one model on one data set."""

    path = "compiled"
    finished: Arrays | None = None

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan) -> None:
        self._model = model
        self._optimizer = model.optimizer
        parts = device_rows.split(model)
        before: list[Any] = [] if parts is None else parts[0]
        self._layers: list[Any] | None = None if parts is None else parts[1]
        rows = device_rows.ready(dataset, before)
        y, val_y = (targets(part.y, dataset.info, model) for part in (dataset.train, dataset.validation))
        keras_internals.build_compiled(model, y.shape[1:], str(y.dtype))
        self._watched = Watched(model)
        batch_size = min(plan.batch_size or len(y), len(y))
        # Where a figure depends on how rows are cut into batches, they are cut as `fit` cuts them.
        self._val_batch = _VALIDATION_BATCH if self._watched.by_row else batch_size
        self._rows = batch_source(JaxTensors(), rows, y, batch_size, plan.seed, self._layers or [])
        self._val_x, self._val_y = rows.validation_on_device, jnp.asarray(val_y)
        self._variables: tuple[list[Any], ...] = (
            list(model.trainable_variables), list(model.non_trainable_variables),
            list(self._optimizer.variables), self._watched.variables,
        )  # fmt: skip
        dropouts = [each for each in self._layers or () if self._is_plain_dropout(each)]
        self._numbers = TracedScalars(self._optimizer, dropouts)
        self._arguments: Mapping[str, Any] = {
            "pairs": self._numbers.pairs,
            "penalties": {
                name: np.float32(value) for name, value in penalties(self._variables[0]).items()
            },
            "grown": [np.float32(1 / (1 - layer.rate)) for layer, _ in self._rows.masked],
        }  # fmt: skip
        self._programs = Programs(self._shape())

    def run(self, epoch: int) -> Metrics:
        rate = keras_internals.learning_rate(self._optimizer)
        self._watched.reset()
        batches = self._rows.epoch(epoch)
        state, sums = self._read(), self._watched.zeros()
        for each in batches:
            steps = np.int32(each.steps)
            state, sums = self._programs.call(self._many_steps, state, sums, each.tensors, steps, self._arguments)
            # The feed may fill the same buffers again only when all of this has been computed.
            jax.block_until_ready(sums)
        self._write(state)
        metrics = self._watched.results(np.asarray(sums), self._rows.count)
        self._watched.reset()
        state, sums = self._programs.call(
            self._validation, self._read(), self._watched.zeros(), self._val_x, self._val_y, self._arguments
        )
        self._write(state)
        validated = self._watched.results(np.asarray(sums), len(self._val_x))
        self._watched.reset()
        return {**metrics, **{f"val_{name}": value for name, value in validated.items()}, "learning_rate": rate}

    def _is_plain_dropout(self, layer: Any) -> bool:
        return type(layer) is keras.layers.Dropout and id(layer) not in self._rows.dropouts

    def _shape(self) -> str | None:
        """What the programs depend on beside their arguments' shapes."""
        if self._layers is None:
            return None
        layers = [
            f"dropout {layer.noise_shape}"
            if self._is_plain_dropout(layer) and 0 < layer.rate < 1
            else self._rows.dropouts.get(id(layer), layer)
            for layer in self._layers
        ]
        given = [self._rows.kind, self._val_batch, self._model.inputs[0].dtype, sorted(self._numbers.pairs)]
        return shape_of(layers, self._optimizer, self._model, self._variables, given, arguments=self._numbers.places)

    def _read(self) -> State:
        trained, others, optimizer, metrics = ([each.value for each in group] for group in self._variables)
        return trained, others, optimizer, metrics

    def _write(self, state: State) -> None:
        for group, values in zip(self._variables, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)

    # What follows is traced into programs.

    @contextmanager
    def _as_arguments(self, arguments: Mapping[str, Any]) -> Iterator[None]:
        with self._numbers.read_as(arguments["pairs"]), penalized(self._variables[0], arguments["penalties"]):
            yield

    def _scope(self, state: State) -> Any:
        pairs = [
            pair
            for group, values in zip(self._variables, state, strict=True)
            for pair in zip(group, values, strict=True)
        ]
        return keras.StatelessScope(state_mapping=pairs, collect_losses=True)

    def _many_steps(self, state: State, sums: Any, source: Any, steps: Any, arguments: Mapping[str, Any]) -> Any:
        def body(i: Any, carried: tuple[State, Any]) -> tuple[State, Any]:
            state, sums = carried
            x, y, masks = self._rows.batch(source, i)
            state, measured = self._step(state, x, y, masks, arguments["grown"])
            return state, sums + measured

        with self._as_arguments(arguments):
            return jax.lax.fori_loop(0, steps, body, (state, sums))

    def _step(self, state: State, x: Any, y: Any, masks: Sequence[Any], grown: Sequence[Any]) -> tuple[State, Any]:
        trained, others, optimizer, metrics = state

        def loss_of(trained: Values) -> tuple[Any, Any]:
            scope = self._scope((trained, others, optimizer, metrics))
            with scope:
                outputs = self._forward(x, True, masks, grown)
                loss = self._model.compute_loss(x=x, y=y, y_pred=outputs, training=True)
                scaled = self._optimizer.scale_loss(loss)
            return scaled, (loss, outputs, [scope.get_current_value(each) for each in self._variables[1]])

        (_, (loss, outputs, others)), gradients = jax.value_and_grad(loss_of, has_aux=True)(trained)
        trained, optimizer = self._optimizer.stateless_apply(optimizer, gradients, trained)
        metrics, measured = self._measure(metrics, loss, y, outputs)
        return (trained, others, optimizer, metrics), measured

    def _forward(self, x: Any, training: bool, masks: Sequence[Any] = (), grown: Sequence[Any] = ()) -> Any:
        if self._layers is None:
            return self._model(x, training=training)
        x = x.astype(self._model.inputs[0].dtype)
        for layer in self._layers:
            how = self._rows.dropouts.get(id(layer))
            if how is None:
                x = layer(x, training=training) if takes_training(layer) else layer(x)
            elif training and how >= 0:
                x = x * (masks[how].astype(x.dtype) * grown[how].astype(x.dtype))
        return x

    def _measure(self, metrics: Values, loss: Any, y: Any, outputs: Any) -> tuple[Values, Any]:
        """Sums over the rows of a batch: the loss, then each metric that is a mean."""
        parts = [loss.astype(jnp.float32) * outputs.shape[0]]
        parts += [jnp.sum(_values(each, y, outputs).astype(jnp.float32)) for each in self._watched.means]
        scope = keras.StatelessScope(state_mapping=list(zip(self._watched.variables, metrics, strict=True)))
        with scope:
            for metric in self._watched.others:
                metric.update_state(y, outputs, sample_weight=None)
        return [scope.get_current_value(each) for each in self._watched.variables], jnp.stack(parts)

    def _validation(self, state: State, sums: Any, x: Any, y: Any, arguments: Mapping[str, Any]) -> Any:
        def part(state: State, sums: Any, x: Any, y: Any) -> tuple[State, Any]:
            with self._scope(state):
                outputs = self._forward(x, False)
                loss = self._model.compute_loss(x=x, y=y, y_pred=outputs, training=False)
            metrics, measured = self._measure(state[3], loss, y, outputs)
            return (*state[:3], metrics), sums + measured

        def body(i: Any, carried: tuple[State, Any]) -> tuple[State, Any]:
            return part(*carried, *(jax.lax.dynamic_slice_in_dim(each, i * batch, batch) for each in (x, y)))

        batch = min(self._val_batch, len(x))
        whole = len(x) // batch
        with self._as_arguments(arguments):
            state, sums = jax.lax.fori_loop(0, whole, body, (state, sums))
            rest = whole * batch
            return part(state, sums, x[rest:], y[rest:]) if rest < len(x) else (state, sums)


def _values(metric: Any, y: Any, outputs: Any) -> Any:
    """A metric of each row. Accuracy without Keras' care for negative zeros, as under TensorFlow."""
    sparse = type(metric) is keras.metrics.SparseCategoricalAccuracy and len(y.shape) == 1
    if not sparse and type(metric) is not keras.metrics.CategoricalAccuracy:
        values = keras_internals.values_of(metric, y, outputs)
        # Of several values a row, as Keras does, the mean.
        return jnp.mean(values, axis=tuple(range(1, values.ndim))) if values.ndim > 1 else values
    return jnp.argmax(outputs, axis=-1) == (y if sparse else jnp.argmax(y, axis=-1))


@dataclass(frozen=True)
class JaxTensors:
    """What the sources of batches need of JAX."""

    def own_memory(self) -> bool:
        return str(jax.default_backend()) != "cpu"

    def room(self) -> int | None:
        stats = jax.local_devices()[0].memory_stats()
        return int(stats["bytes_limit"]) if stats and "bytes_limit" in stats else None

    def constant(self, array: Array) -> Any:
        return jnp.asarray(array)

    def gather(self, x: Any, rows: Any) -> Any:
        return jnp.take(x, rows, axis=0, mode="clip")

    def view(self, buffer: Array) -> Any:
        return jax.dlpack.from_dlpack(buffer, copy=False)
