"""The two programs of a cohort: an epoch of all members, and one member against another in a slot.

Owns: a step, the epoch's steps and its validation, what is kept as best, and the figures that come out.
Leaves to others: what a member computes (network, losses, optimizers, health), what becomes of figures (trainer).

The odd batch is a step like the others, whose missing rows are masked; a member whose epoch is shorter, that has ended
or was never there, goes through the steps without a change. So nothing but the bucket, the rows and the number of
slots is compiled in, and a cohort compiles twice, whoever its members are.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from tuner.training.cohort.bucket import Bucket
from tuner.training.cohort.health import FIGURES, looked
from tuner.training.cohort.keeping import exchanged, keep
from tuner.training.cohort.kind import Call
from tuner.training.cohort.losses import row_losses, row_metrics, weighed
from tuner.training.cohort.network import Rows, forward, masks
from tuner.training.cohort.numbers import Numbers
from tuner.training.cohort.optimizers import rate_of, step_of, updated
from tuner.training.cohort.state import State, Trained
from tuner.training.compiled.programs import Programs


class DeviceRows(NamedTuple):
    """train, validation, probe: x, (rows, features) as the data set has them, and y. Those of validation are filled up
    to a multiple of a batch."""

    x: Any
    y: Any
    validation_x: Any
    validation_y: Any
    probe_x: Any
    probe_y: Any


class Figures(NamedTuple):
    """Of each member: rate, sums over training rows (loss, metric), over validation rows (loss, metric), the penalty
    at the end; health's of each layer."""

    epoch: Any
    health: Any


class CohortPrograms:
    """For a bucket, a data set's shapes and a number of slots; compiled when first called."""

    def __init__(self, bucket: Bucket, validation_rows: int, validation_batch: int, health: bool) -> None:
        self._bucket, self._health = bucket, health
        self._validation_rows, self._validation_batch = validation_rows, validation_batch
        self._programs = Programs(repr((bucket, validation_rows, validation_batch, health)), donated=(0,))

    def epoch(self, state: State, numbers: Numbers, rows: DeviceRows, call: Call) -> tuple[State, Figures]:
        """The state that is handed over is gone afterwards."""
        made: tuple[State, Figures] = self._programs.call(self._epoch, state, numbers, rows, call)
        return made

    def begin(self, state: State, numbers: Numbers, rows: DeviceRows, call: Call) -> None:
        """Compile the epoch for arguments such as these, while members are still being admitted."""
        self._programs.begin(self._epoch, state, numbers, rows, call)

    def exchange(self, state: State, slot: int, new: State, write: bool) -> tuple[State, State]:
        """The state with `new` in a slot, if it is to be written, and what was there. The one handed over is gone."""
        made: tuple[State, State] = self._programs.call(self._exchange, state, np.int32(slot), new, np.bool_(write))
        return made

    # What follows is traced.

    def _exchange(self, state: State, slot: Any, new: State, write: Any) -> tuple[State, State]:
        return exchanged(state, slot, new, write)

    def _epoch(self, state: State, numbers: Numbers, rows: DeviceRows, call: Call) -> tuple[State, Figures]:
        state = jax.vmap(keep)(state, call.kept)
        rate = jax.vmap(lambda n, done: rate_of(self._bucket.reach, n, done))(numbers, state.iterations)

        def body(i: Any, carried: tuple[State, Any]) -> tuple[State, Any]:
            step = jax.vmap(self._step, in_axes=(0, 0, 0, 0, None, None, 0))
            stepped: tuple[State, Any] = step(*carried, numbers, call.order, rows, i, call.runs)
            return stepped

        sums = jnp.zeros((len(rate), 2), jnp.float32)
        state, sums = jax.lax.fori_loop(0, call.steps, body, (state, sums))
        state, validated = self._validate(state, numbers, rows)
        penalty = jax.vmap(self._penalty)(numbers, state.trained)
        health = self._look(state, numbers, rows, call.look)
        return state, Figures(jnp.concatenate([rate[:, None], sums, validated, penalty[:, None]], axis=1), health)

    def _step(
        self, state: State, sums: Any, numbers: Numbers, order: Any, rows: DeviceRows, i: Any, runs: Any
    ) -> tuple[State, Any]:
        places = i * numbers.batch + jnp.arange(self._bucket.rows)
        there = (jnp.arange(self._bucket.rows) < numbers.batch) & (places < len(order))
        chosen = jnp.take(order, places, mode="clip")
        x, y = (jnp.take(each, chosen, axis=0, mode="clip") for each in (rows.x, rows.y))
        count = jnp.sum(there)
        goes = runs & (count > 0)

        def loss_of(trained: Trained) -> tuple[Any, Any]:
            how = Rows(there, state.iterations, by_batch=True)
            passed = forward(self._bucket, numbers, trained, state.moving, x, how)
            losses = jnp.where(there, weighed(numbers, y, row_losses(self._bucket, numbers, y, passed.given)), 0)
            loss = jnp.sum(losses) / jnp.maximum(count, 1) + self._penalty(numbers, trained)
            metric = jnp.sum(jnp.where(there, row_metrics(self._bucket, numbers, y, passed.given), 0))
            return loss, (passed.moving, metric)

        (loss, (moving, metric)), gradients = jax.value_and_grad(loss_of, has_aux=True)(state.trained)
        new = self._updated(state, numbers, gradients)._replace(moving=moving, iterations=state.iterations + 1)
        measured = jnp.stack([loss * count, metric])
        changed = jax.tree.map(lambda after, before: jnp.where(goes, after, before), new, state)
        return changed, sums + jnp.where(goes, measured, 0)

    def _updated(self, state: State, numbers: Numbers, gradients: Trained) -> State:
        reach = self._bucket.reach
        step = step_of(reach, numbers, state.iterations, state.product)
        weights, structure = jax.tree.flatten(state.trained)
        nothing = [None] * len(weights)
        kept = (nothing if each is None else jax.tree.leaves(each) for each in (state.first, state.second))
        made = [
            updated(reach, numbers, step, *each)
            for each in zip(weights, jax.tree.leaves(gradients), zip(*kept, strict=True), strict=True)
        ]
        trained = structure.unflatten([weight for weight, _ in made])
        first, second = (
            None if before is None else structure.unflatten([each[i] for _, each in made])
            for i, before in enumerate((state.first, state.second))
        )
        return state._replace(trained=trained, first=first, second=second, product=step.product)

    def _penalty(self, numbers: Numbers, trained: Trained) -> Any:
        if not self._bucket.reach.penalties:
            return jnp.float32(0)
        # JAX gives the absolute value a slope at 0, too, by which weights that are not there would come to be.
        real = [
            jnp.where(mask, kernel, 0)
            for mask, kernel in zip(masks(self._bucket, numbers), trained.kernels, strict=True)
        ]
        absolute = sum(jnp.sum(jnp.abs(each)) for each in real)
        squared = sum(jnp.sum(jnp.square(each)) for each in real)
        return numbers.l1 * absolute + numbers.l2 * squared

    def _validate(self, state: State, numbers: Numbers, rows: DeviceRows) -> tuple[State, Any]:
        """Outputs for the validation rows, and sums over them: of losses without penalties, and of the metric."""
        batch = self._validation_batch

        def of_member(state: State, numbers: Numbers, x: Any, y: Any, there: Any) -> tuple[Any, Any]:
            how = Rows(there, None, by_batch=False)
            given = forward(self._bucket, numbers, state.trained, state.moving, x, how).given
            losses, metrics = (of(self._bucket, numbers, y, given) for of in (row_losses, row_metrics))
            return given, jnp.stack([jnp.sum(jnp.where(there, each, 0)) for each in (losses, metrics)])

        def body(i: Any, carried: tuple[Any, Any]) -> tuple[Any, Any]:
            outputs, sums = carried
            x, y = (jax.lax.dynamic_slice_in_dim(each, i * batch, batch) for each in rows[2:4])
            there = i * batch + jnp.arange(batch) < self._validation_rows
            given, measured = jax.vmap(of_member, in_axes=(0, 0, None, None, None))(state, numbers, x, y, there)
            return jax.lax.dynamic_update_slice_in_dim(outputs, given, i * batch, 1), sums + measured

        start = state.outputs, jnp.zeros((len(state.iterations), 2), jnp.float32)
        outputs, sums = jax.lax.fori_loop(0, len(rows.validation_x) // batch, body, start)
        return state._replace(outputs=outputs), sums

    def _look(self, state: State, numbers: Numbers, rows: DeviceRows, wanted: Any) -> Any:
        shape = (len(state.iterations), self._bucket.reach.depth + 1, FIGURES)
        if not self._health:
            return jnp.zeros(shape, jnp.float32)

        def look() -> Any:
            one = jax.vmap(
                lambda numbers, state: looked(
                    self._bucket, numbers, state.trained, state.moving, rows.probe_x, rows.probe_y
                )
            )
            return one(numbers, state)

        return jax.lax.cond(wanted, look, lambda: jnp.zeros(shape, jnp.float32))
