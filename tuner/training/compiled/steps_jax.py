"""A step of one network, JAX: what is traced of it, and what a program that has it depends on.

Owns: the forward pass in training, the loss and its gradients, the optimizer's update; which of the network's numbers
are arguments; the variables, and their values.
Leaves to others: the loop over an epoch's steps (epoch_jax, or a cohort's), the rows of a batch (batch_sources), what a
batch comes to (measuring_jax), how numbers become arguments (traced_scalars, penalties).

A step is Keras' own: the model's layers, loss and metrics within a stateless scope, and the optimizer's
`stateless_apply`. It closes over the network, but for numbers and values, which go in and come out: networks that are
described alike (`shape`) may be trained by what was traced of one of them, one after another or side by side.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jax
import keras
import numpy as np

from tuner.training import keras_internals
from tuner.training.class_weights import of_rows
from tuner.training.compiled import device_rows
from tuner.training.compiled.compiled_metrics import Watched, by_place
from tuner.training.compiled.graph_signature import shape_of
from tuner.training.compiled.masked_rows import training_maskable
from tuner.training.compiled.measuring_jax import Values, call, losses, measured, scope_of
from tuner.training.compiled.penalties import penalized, penalties
from tuner.training.compiled.row_targets import Targets
from tuner.training.compiled.traced_scalars import TracedScalars

State = tuple[Values, Values, Values, Values]
"""Values of the trained variables, the model's others, the optimizer's, and those of metrics that have a state."""


@dataclass(frozen=True)
class FedMasks:
    """Dropout layers whose masks come with the rows (`batch_sources.BatchSource`); of none, Keras draws for all."""

    dropouts: Mapping[int, int]
    masked: Sequence[tuple[Any, int]]


NONE_FED = FedMasks({}, ())


class Steps:
    """Of one model. `variables` are in the groups of `State`."""

    def __init__(
        self,
        model: Any,
        watched: Watched,
        class_weights: Sequence[float] | None,
        filled_up: bool,
        fed: FedMasks = NONE_FED,
    ) -> None:
        """filled_up: the odd batch is a whole one with rows that do not count.

        class_weights: None where rows have weights, of which those of their classes are part.
        """
        self._model = model
        self._optimizer = model.optimizer
        parts = device_rows.split(model)
        self._layers: list[Any] | None = None if parts is None else parts[1]
        self._watched, self.filled_up, self._fed = watched, filled_up, fed
        self.variables: tuple[list[Any], ...] = (
            list(model.trainable_variables), list(model.non_trainable_variables),
            list(self._optimizer.variables), watched.variables,
        )  # fmt: skip
        self._is_graph = keras_internals.is_plain_graph(model)
        called = keras_internals.all_layers(model) if self._is_graph else self._layers or ()
        dropouts = [each for each in called if self._is_plain_dropout(each)]
        self._numbers = TracedScalars(self._optimizer, dropouts)
        self.arguments: Mapping[str, Any] = {
            "pairs": self._numbers.pairs,
            "penalties": {
                name: np.float32(value) for name, value in penalties(self.variables[0]).items()
            },
            "grown": [np.float32(1 / (1 - layer.rate)) for layer, _ in fed.masked],
            "class_weights": None if class_weights is None else np.array(class_weights, np.float32),
        }  # fmt: skip

    def shape(self, rows: str) -> str | None:
        """What is traced depends on this, beside the shapes of its arguments; None where nobody can tell.

        rows: where they come from.
        """
        if self._layers is None and not self._is_graph:
            return None
        layers = [
            f"dropout {layer.noise_shape}"
            if self._is_plain_dropout(layer) and 0 < layer.rate < 1
            else self._fed.dropouts.get(id(layer), layer)
            for layer in self._layers or ()
        ]
        weighed = self.arguments["class_weights"] is not None
        given = [
            rows,
            self.filled_up,
            weighed,
            self._watched.layout,
            device_rows.step_type(self._model),
            sorted(self._numbers.pairs),
        ]
        return shape_of(layers, self._optimizer, self._model, self.variables, given, arguments=self._numbers.places)

    def read(self) -> State:
        trained, others, optimizer, metrics = ([each.value for each in group] for group in self.variables)
        return trained, others, optimizer, metrics

    def write(self, state: State) -> None:
        for group, values in zip(self.variables, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)

    def _is_plain_dropout(self, layer: Any) -> bool:
        return type(layer) is keras.layers.Dropout and id(layer) not in self._fed.dropouts

    # What follows is traced into programs.

    @contextmanager
    def as_arguments(self, arguments: Mapping[str, Any]) -> Iterator[None]:
        """While a program is traced, Keras reads the numbers that are its arguments."""
        with self._numbers.read_as(arguments["pairs"]), penalized(self.variables[0], arguments["penalties"]):
            yield

    def rate(self, state: State) -> Any:
        """The learning rate of the next step."""
        with scope_of(self.variables, state):
            return keras_internals.traced_learning_rate(self._optimizer)

    def step(
        self,
        state: State,
        batch: tuple[Any, Targets, Any],
        arguments: Mapping[str, Any],
        masks: Sequence[Any] = (),
    ) -> tuple[State, Any]:
        """batch: rows, targets, and which rows count, None where all do. Also gives sums over them."""
        trained, others, optimizer, metrics = state
        x, targets, counts = batch
        weights = arguments["class_weights"]
        weights = targets.weights if weights is None else of_rows(weights, targets.y)

        def loss_of(trained: Values) -> tuple[Any, Any]:
            with scope_of(self.variables, (trained, others, optimizer, metrics)) as scope:
                outputs = self._forward(x, counts, masks, arguments["grown"])
                of_batch = losses(self._model, self._watched, x, targets, outputs, True, counts, weights)
                scaled = self._optimizer.scale_loss(of_batch[0])
            return scaled, (of_batch, outputs, [scope.get_current_value(each) for each in self.variables[1]])

        (_, (of_batch, outputs, others)), gradients = jax.value_and_grad(loss_of, has_aux=True)(trained)
        trained, optimizer = self._optimizer.stateless_apply(optimizer, gradients, trained)
        metrics, sums = measured(self._watched, metrics, of_batch, targets, outputs, counts)
        return (trained, others, optimizer, metrics), sums

    def _forward(self, x: Any, counts: Any, masks: Sequence[Any], grown: Sequence[Any]) -> Any:
        if self._layers is None:
            return by_place(self._model, self._model(x, training=True))
        x = x.astype(device_rows.step_type(self._model))
        for layer in self._layers:
            how = self._fed.dropouts.get(id(layer))
            if how is None:
                x = call(layer, x, True, counts)
            elif how >= 0:
                x = x * (masks[how].astype(x.dtype) * grown[how].astype(x.dtype))
        return x


def is_filled_up(model: Any, watched: Watched, rows: int, batch_size: int) -> bool:
    """The odd batch at the end of so many rows is trained as a whole one."""
    return rows % batch_size > 0 and training_maskable(model, watched, device_rows.split(model) is not None)
