"""All that is asked of a network between its epochs, JAX, as one program: validation, answers, and a look inside.

Owns: the program, and which of the three a call of it is for.
Leaves to others: the epochs (epoch_jax), what a batch comes to (measuring_jax), what is seen inside (health), which
networks share a program (programs).

It knows neither the optimizer nor layers that do nothing in use, so that networks which differ in those share it.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Dataset
from tuner.training import keras_internals
from tuner.training.compiled import device_rows
from tuner.training.compiled.compiled_metrics import OF_TRAINING, Watched, by_place
from tuner.training.compiled.graph_signature import Place, shape_of
from tuner.training.compiled.masked_rows import figures_maskable
from tuner.training.compiled.measuring_jax import Values, call, losses, measured, scope_of
from tuner.training.compiled.penalties import penalized, penalties
from tuner.training.compiled.programs import Programs
from tuner.training.compiled.row_targets import Targets, rows_in, shapes_of, targets_of

Rows = tuple[Any, Targets, Any]
"""Of validation, their targets, and those that are looked at."""

_BATCH = 1024
_last: "Evaluation | None" = None


class Inside(Protocol):
    """What is seen inside a network. parts: of it, that this depends on. rows: arrays, that are looked at."""

    parts: Sequence[Any]
    rows: Sequence[Any]

    def traced(self, variables: Sequence[Any], values: Sequence[Any], rows: Sequence[Any]) -> Any:
        """Arrays, of the model whose variables have these values."""
        ...


def evaluation_of(model: Any, dataset: Dataset, batch_size: int = _BATCH, inside: Inside | None = None) -> "Evaluation":
    """Of a model whose epochs can be compiled. batch_size: of its training. The last one is kept."""
    global _last
    if _last is None or not _last.is_of(model, dataset):
        _last = Evaluation(model, dataset, batch_size, inside)
    return _last


def forget() -> None:
    """Let go of the last network."""
    global _last
    _last = None


def _layers_in_use(model: Any) -> list[Any] | None:
    """Those that rows go through which are ready; None where the model is called as a whole."""
    parts = device_rows.split(model)
    return None if parts is None else [each for each in parts[1] if type(each) not in OF_TRAINING]


def variables_in_use(model: Any) -> tuple[list[Any], list[Any]]:
    """The trained ones, and the others, of which the figures of a network depend."""
    layers = _layers_in_use(model)
    used = [model] if layers is None else layers
    return (
        [each for layer in used for each in layer.trainable_variables],
        [each for layer in used for each in layer.non_trainable_variables],
    )


def penalties_in_use(model: Any) -> dict[str, Any]:
    """The factors of the penalties on them."""
    return {name: np.float32(value) for name, value in penalties(variables_in_use(model)[0]).items()}


class Evaluation:
    """One network on the validation rows. variables: in use, see `variables_in_use`; so are the penalties on them."""

    def __init__(self, model: Any, dataset: Dataset, batch_size: int, inside: Inside | None) -> None:
        self._model, self._dataset = model, dataset
        before, _ = device_rows.split(model) or ([], [])
        self._layers = _layers_in_use(model)
        targets = targets_of(dataset.validation, dataset.info, model)
        keras_internals.build_by_output(model, shapes_of(targets))
        self.watched = Watched(model, weighed=dataset.info.weighted)
        self._x, self._targets = device_rows.ready(dataset, before).validation_on_device, jax.device_put(targets)
        self._masked = figures_maskable(self.watched)
        # Where a figure depends on how rows are cut into batches, they are cut as `fit` cuts them.
        self._batch = min(_BATCH if self.watched.by_row else batch_size, len(dataset.validation))
        self.variables = variables_in_use(model)
        self.penalties = penalties_in_use(model)
        self._inside = inside if self._layers is not None else None
        self._seen_rows = () if inside is None else jax.device_put(tuple(inside.rows))
        self._programs = Programs(self.shape())

    def is_of(self, model: Any, dataset: Dataset) -> bool:
        return model is self._model and dataset is self._dataset

    def validate(self) -> Mapping[str, float]:
        """The figures of the validation rows, by Keras' names."""
        self.watched.reset()
        metrics, sums, _, _ = self._run(rows=True)
        for variable, value in zip(self.watched.variables, metrics, strict=True):
            variable.assign(value)
        found = self.watched.results(np.asarray(sums), len(self._dataset.validation))
        self.watched.reset()
        return found

    def outputs(self) -> NDArray[np.float32]:
        """What it gives for each validation row."""
        return np.asarray(self._run(rows=True)[2])

    @property
    def looks_inside(self) -> bool:
        return self._inside is not None

    def look(self) -> Any:
        """What `Inside.traced` gives of the network as it is now."""
        return self._run(look=True)[3]

    def begin(self) -> None:
        """Compile it in a thread, if it is not there, while this one goes on."""
        self._programs.begin(self._evaluation, *self._arguments(rows=True))

    def _run(self, rows: bool = False, look: bool = False) -> Any:
        return self._programs.call(self._evaluation, *self._arguments(rows, look))

    def _arguments(self, rows: bool, look: bool = False) -> Sequence[Any]:
        values = [[each.value for each in group] for group in self.variables]
        metrics = [each.value for each in self.watched.variables]
        return values, metrics, self.rows, (np.bool_(rows), np.bool_(look)), self.penalties

    @property
    def rows(self) -> Rows:
        """On the device."""
        return self._x, self._targets, self._seen_rows

    def shape(self) -> str | None:
        """What is traced depends on this, beside the shapes of its arguments; None where nobody can tell."""
        without: list[Place] = []
        if self._layers is None:
            if not keras_internals.is_plain_graph(self._model):
                return None
            idle = (each for each in keras_internals.all_layers(self._model) if type(each) in OF_TRAINING)
            without = [(id(each), name) for each in idle for name in vars(each)]
        given = [self._batch, self._masked, self.watched.layout, device_rows.step_type(self._model)]
        seen = [] if self._inside is None else self._inside.parts
        described = (self._layers, self._model, self.variables, self.watched.variables, given, seen)
        return shape_of(*described, arguments=without)

    # What follows is traced into a program.

    def _evaluation(self, *arguments: Any) -> Any:
        return self.traced(*arguments)

    def traced(self, values: Sequence[Values], metrics: Values, rows: Rows, wanted: Any, penalties: Any) -> Any:
        """values: of `variables`. wanted: the figures of the validation rows, and a look inside. penalties: factors.

        Gives what metrics with a state have come to, sums over the rows, an output for each, and what is seen.
        """
        x, targets, seen_rows = rows
        with penalized(self.variables[0], penalties):
            evaluated = self._masked_batches if self._masked else self._batches
            metrics, sums, outputs = evaluated(values, metrics, (x, targets), wanted[0])
        return metrics, sums, outputs, self._seen(values, seen_rows, wanted[1])

    def _of_batch(
        self, values: Sequence[Values], metrics: Values, some: tuple[Any, Targets], counts: Any | None = None
    ) -> tuple[Values, Any, Any]:
        x, targets = some
        with scope_of(self.variables, values):
            outputs = self._forward(x)
            of_batch = losses(self._model, self.watched, x, targets, outputs, False, counts, targets.weights)
        metrics, sums = measured(self.watched, metrics, of_batch, targets, outputs, counts)
        return metrics, sums, jax.tree.map(lambda each: each.astype(jnp.float32), outputs)

    def _forward(self, x: Any) -> Any:
        if self._layers is None:
            return by_place(self._model, self._model(x, training=False))
        x = x.astype(device_rows.step_type(self._model))
        for layer in self._layers:
            x = call(layer, x, False, None)
        return x

    def _masked_batches(
        self, values: Sequence[Values], metrics: Values, every: tuple[Any, Targets], wanted: Any
    ) -> Any:
        """The last batch begins so early that it is a whole one; rows that were in the one before do not count."""
        rows, batch = rows_in(every), self._batch

        def body(i: Any, carried: Any) -> Any:
            metrics, sums, outputs = carried
            start = jnp.minimum(i * batch, rows - batch)
            some = jax.tree.map(lambda each: jax.lax.dynamic_slice_in_dim(each, start, batch), every)
            counts = start + jnp.arange(batch) >= i * batch
            metrics, more, given = self._of_batch(values, metrics, some, counts)
            put = partial(jax.lax.dynamic_update_slice_in_dim, start_index=start, axis=0)
            return metrics, sums + more, jax.tree.map(put, outputs, given)

        zeros = [jnp.zeros((rows, *each.shape[1:]), jnp.float32) for each in self._model.outputs]
        outputs = zeros if keras_internals.places_of_outputs(self._model) is not None else zeros[0]
        steps = jnp.where(wanted, -(-rows // batch), 0)
        return jax.lax.fori_loop(0, steps, body, (metrics, jnp.asarray(self.watched.zeros()), outputs))

    def _batches(self, values: Sequence[Values], metrics: Values, every: tuple[Any, Targets], wanted: Any) -> Any:
        rows, batch = rows_in(every), self._batch
        whole = rows // batch

        def body(carried: Any, some: Any) -> Any:
            metrics, sums = carried
            metrics, more, given = self._of_batch(values, metrics, some)
            return (metrics, sums + more), given

        cut = jax.tree.map(lambda each: each[: whole * batch].reshape(whole, batch, *each.shape[1:]), every)
        (metrics, sums), outputs = jax.lax.scan(body, (metrics, jnp.asarray(self.watched.zeros())), cut)
        outputs = jax.tree.map(lambda each: each.reshape(whole * batch, *each.shape[2:]), outputs)
        if whole * batch == rows:
            return metrics, sums, outputs
        odd = jax.tree.map(lambda each: each[whole * batch :], every)
        metrics, more, given = self._of_batch(values, metrics, odd)
        return metrics, sums + more, jax.tree.map(lambda *each: jnp.concatenate(each), outputs, given)

    def _seen(self, values: Sequence[Values], rows: Any, wanted: Any) -> Any:
        if self._inside is None:
            return ()
        variables, flat = ([each for group in groups for each in group] for groups in (self.variables, values))

        def look() -> Any:
            assert self._inside is not None
            return self._inside.traced(variables, flat, rows)

        shapes = jax.eval_shape(look)
        return jax.lax.cond(wanted, look, lambda: jax.tree.map(lambda each: jnp.zeros(each.shape, each.dtype), shapes))
