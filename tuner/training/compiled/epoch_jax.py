"""Compiled epochs, JAX: thousands of rows a call, so that batches, steps and metrics cost no Python.

Owns: the program of many steps.
Leaves to others: when to stop (trainer), where a batch comes from (batch_sources), what it comes to (measuring_jax),
validation (evaluation_jax), which numbers are arguments (traced_scalars, penalties), which networks share a program
(programs).

A step is Keras' own: the model's layers, loss and metrics within a stateless scope, and the optimizer's
`stateless_apply`. The loop's length is an argument too (a `scan` would be compiled anew for each), and so is how many
rows of the last batch count, where the network allows it (masked_rows): else the odd batch is a program of its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
from tuner.training.class_weights import of_rows
from tuner.training.compiled import device_rows, programs
from tuner.training.compiled.batch_sources import batch_source
from tuner.training.compiled.evaluation_jax import Inside, evaluation_of
from tuner.training.compiled.graph_signature import shape_of
from tuner.training.compiled.masked_rows import training_maskable
from tuner.training.compiled.measuring_jax import Values, call, loss, measured, scope_of
from tuner.training.compiled.penalties import penalized, penalties
from tuner.training.compiled.programs import Programs
from tuner.training.compiled.traced_scalars import TracedScalars
from tuner.training.labels import targets
from tuner.training.plan import Metrics, TrainPlan

State = tuple[Values, Values, Values, Values]
"""Values of the trained variables, the model's others, the optimizer's, and those of metrics that have a state."""


class CompiledEpochs:
    """The epochs of one model on one data set."""

    path = "compiled"
    finished: Arrays | None = None

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan, inside: Inside | None = None) -> None:
        """inside: what is to be seen inside the network, when it is asked for."""
        self._model = model
        self._optimizer = model.optimizer
        parts = device_rows.split(model)
        before: list[Any] = [] if parts is None else parts[0]
        self._layers: list[Any] | None = None if parts is None else parts[1]
        rows = device_rows.ready(dataset, before)
        y = targets(dataset.train.y, dataset.info, model)
        batch_size = min(plan.batch_size or len(y), len(y))
        self._evaluation = evaluation_of(model, dataset, batch_size, inside)
        self._watched = self._evaluation.watched
        self.seen: Callable[[], Any] | None = self._evaluation.look if self._evaluation.looks_inside else None
        self._masked = len(y) % batch_size > 0 and training_maskable(model, self._watched, parts is not None)
        steps = self._layers or []
        self._rows = batch_source(JaxTensors(), rows, y, batch_size, plan.seed, steps, filled_up=self._masked)
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
            "class_weights": None if plan.class_weights is None else np.array(plan.class_weights, np.float32),
        }  # fmt: skip
        self._programs = Programs(self._shape())
        if programs.at_once():
            self._evaluation.begin()

    def run(self, epoch: int) -> Metrics:
        self._watched.reset()
        rate = None
        batches = self._rows.epoch(epoch)
        state, sums = self._read(), self._watched.zeros()
        for each in batches:
            counts = (np.int32(each.steps), np.int32(each.meant))
            state, sums, now = self._programs.call(self._many_steps, state, sums, each.tensors, counts, self._arguments)
            rate = now if rate is None else rate
            # The feed may fill the same buffers again only when all of this has been computed.
            jax.block_until_ready(sums)
        self._write(state)
        metrics = self._watched.results(np.asarray(sums), self._rows.count)
        validated = self._evaluation.validate()
        named = {f"val_{name}": value for name, value in validated.items()}
        return {**metrics, **named, "learning_rate": float(np.asarray(rate))}

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
        weighed = self._arguments["class_weights"] is not None
        given = [self._rows.kind, self._masked, weighed, self._model.inputs[0].dtype, sorted(self._numbers.pairs)]
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

    def _many_steps(self, state: State, sums: Any, source: Any, counts: Any, arguments: Mapping[str, Any]) -> Any:
        """counts: the steps, and the rows that count in all of them. Also gives the rate before the first."""
        steps, meant = counts

        def body(i: Any, carried: tuple[State, Any]) -> tuple[State, Any]:
            state, sums = carried
            x, y, masks = self._rows.batch(source, i)
            rows = jnp.arange(len(x)) < meant - i * len(x) if self._masked else None
            weights = arguments["class_weights"]
            weights = None if weights is None else of_rows(weights, y)
            state, more = self._step(state, (x, y, rows, weights), masks, arguments["grown"])
            return state, sums + more

        with self._as_arguments(arguments):
            with scope_of(self._variables, state):
                rate = keras_internals.traced_learning_rate(self._optimizer)
            return *jax.lax.fori_loop(0, steps, body, (state, sums)), rate

    def _step(
        self, state: State, batch: tuple[Any, Any, Any, Any], masks: Sequence[Any], grown: Sequence[Any]
    ) -> tuple[State, Any]:
        """batch: rows, targets, which rows count, and how much."""
        trained, others, optimizer, metrics = state
        x, y, counts, weights = batch

        def loss_of(trained: Values) -> tuple[Any, Any]:
            with scope_of(self._variables, (trained, others, optimizer, metrics)) as scope:
                outputs = self._forward(x, counts, masks, grown)
                of_batch = loss(self._model, x, y, outputs, True, counts, weights)
                scaled = self._optimizer.scale_loss(of_batch)
            return scaled, (of_batch, outputs, [scope.get_current_value(each) for each in self._variables[1]])

        (_, (of_batch, outputs, others)), gradients = jax.value_and_grad(loss_of, has_aux=True)(trained)
        trained, optimizer = self._optimizer.stateless_apply(optimizer, gradients, trained)
        metrics, sums = measured(self._watched, metrics, of_batch, y, outputs, counts)
        return (trained, others, optimizer, metrics), sums

    def _forward(self, x: Any, counts: Any, masks: Sequence[Any], grown: Sequence[Any]) -> Any:
        if self._layers is None:
            return self._model(x, training=True)
        x = x.astype(self._model.inputs[0].dtype)
        for layer in self._layers:
            how = self._rows.dropouts.get(id(layer))
            if how is None:
                x = call(layer, x, True, counts)
            elif how >= 0:
                x = x * (masks[how].astype(x.dtype) * grown[how].astype(x.dtype))
        return x


@dataclass(frozen=True)
class JaxTensors:
    """What the sources of batches need of JAX."""

    def own_memory(self) -> bool:
        return str(jax.default_backend()) != "cpu"

    def room(self) -> int | None:
        stats = jax.local_devices()[0].memory_stats()
        return int(stats["bytes_limit"]) if stats and "bytes_limit" in stats else None

    def constant(self, array: Array) -> Any:
        return jax.device_put(array)

    def gather(self, x: Any, rows: Any) -> Any:
        return jnp.take(x, rows, axis=0, mode="clip")

    def view(self, buffer: Array) -> Any:
        return jax.dlpack.from_dlpack(buffer, copy=False)
