"""The two programs of a cohort of Keras models: an epoch of all members, and one member against another in a slot.

Owns: an epoch of one member as it is traced - its steps, validation, what is kept as best - and of all of them.
Leaves to others: a step (steps_jax), validation and a look inside (evaluation_jax), what becomes of figures
(alike_kind).

All is traced of one member's model; what tells others from it comes in as values. A slot that is free or whose member
has ended is trained too where members are side by side, and left as it is; where they are one after the other, it has
no steps.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from tuner.training.cohort.alike import Graph
from tuner.training.cohort.keeping import exchanged, keep
from tuner.training.cohort.kind import Call
from tuner.training.compiled.programs import Programs
from tuner.training.compiled.row_targets import Targets, rows_in
from tuner.training.compiled.steps_jax import State


class AlikeState(NamedTuple):
    """Of one member, or of all with a first axis more. trained, others, optimizer: values of Keras' variables.

    best: `trained` and `others` as they are kept. outputs: none where they are many.
    """

    trained: Any
    others: Any
    optimizer: Any
    best: Any
    outputs: Any
    best_outputs: Any

    @property
    def now(self) -> tuple[Any, Any]:
        return self.trained, self.others


class AlikeNumbers(NamedTuple):
    """Of one member, or of all. steps, in_use: arguments of a step, and of the evaluation."""

    steps: Any
    in_use: Any


class AlikeRows(NamedTuple):
    """On the device. validation: as `evaluation_jax.Evaluation.rows`."""

    x: Any
    targets: Targets
    validation: Any


class AlikeFigures(NamedTuple):
    """Of each member. sums, validated: over rows. metrics, validated_metrics: values of those that have a state. seen:
    inside."""

    rate: Any
    sums: Any
    metrics: Any
    validated: Any
    validated_metrics: Any
    seen: Any


class AlikePrograms:
    """Of the networks that are like one of them; compiled when first called."""

    def __init__(self, graph: Graph, likeness: Any, keeps_outputs: bool) -> None:
        self._steps, self._evaluation, self._batch = graph.steps, graph.evaluation, graph.batch_size
        self._in_turn: bool = likeness.one_after_the_other
        self._keeps_outputs = keeps_outputs
        graph.watched.reset()
        self._metrics = [np.asarray(each.value) for each in graph.watched.variables]
        self._zeros = graph.watched.zeros()
        self._places = [
            [places[id(each)] for each in used]
            for used, all_ in zip(graph.evaluation.variables, graph.steps.variables, strict=False)
            for places in [{id(each): i for i, each in enumerate(all_)}]
        ]
        # Rows differ between two cohorts of such networks in their shapes at most, which are no part of what is kept.
        self._programs = Programs(repr((likeness.graph, self._batch, self._in_turn, keeps_outputs)), donated=(0,))

    def epoch(
        self, state: AlikeState, numbers: AlikeNumbers, rows: AlikeRows, call: Call
    ) -> tuple[AlikeState, AlikeFigures]:
        """The state that is handed over is gone afterwards."""
        made: tuple[AlikeState, AlikeFigures] = self._programs.call(self._epoch, state, numbers, rows, call)
        return made

    def begin(self, state: AlikeState, numbers: AlikeNumbers, rows: AlikeRows, call: Call) -> None:
        self._programs.begin(self._epoch, state, numbers, rows, call)

    def exchange(self, state: AlikeState, slot: int, new: AlikeState, write: bool) -> tuple[AlikeState, AlikeState]:
        made: tuple[AlikeState, AlikeState] = self._programs.call(
            self._exchange, state, np.int32(slot), new, np.bool_(write)
        )
        return made

    # What follows is traced.

    def _exchange(self, state: AlikeState, slot: Any, new: AlikeState, write: Any) -> Any:
        return exchanged(state, slot, new, write)

    def _epoch(self, state: AlikeState, numbers: AlikeNumbers, rows: AlikeRows, call: Call) -> Any:
        def of_member(mine: Any) -> Any:
            state, numbers, order, runs, kept = mine
            return self._of_member(keep(state, kept), numbers, order, runs, rows, call.steps, call.look)

        of_each = (state, numbers, call.order, call.runs, call.kept)
        return jax.lax.map(of_member, of_each) if self._in_turn else jax.vmap(of_member)(of_each)

    def _of_member(
        self, state: AlikeState, numbers: AlikeNumbers, order: Any, runs: Any, rows: AlikeRows, steps: Any, look: Any
    ) -> tuple[AlikeState, AlikeFigures]:
        values: State = (state.trained, state.others, state.optimizer, [*map(jnp.asarray, self._metrics)])
        with self._steps.as_arguments(numbers.steps):
            rate = self._steps.rate(values)
            values, sums = self._trained(values, numbers, order, runs, rows, steps)
        trained, others, optimizer, metrics = values
        wanted = (runs, look & runs) if self._in_turn else (jnp.bool_(True), look)
        in_use = [[group[i] for i in places] for group, places in zip((trained, others), self._places, strict=True)]
        first = [*map(jnp.asarray, self._metrics)]
        validated_metrics, validated, outputs, seen = self._evaluation.traced(
            in_use, first, rows.validation, wanted, numbers.in_use
        )
        if self._keeps_outputs:
            state = state._replace(outputs=jnp.where(runs, outputs, state.outputs))
        state = state._replace(trained=trained, others=others, optimizer=optimizer)
        return state, AlikeFigures(rate, sums, metrics, validated, validated_metrics, seen)

    def _trained(
        self, values: State, numbers: AlikeNumbers, order: Any, runs: Any, rows: AlikeRows, steps: Any
    ) -> tuple[State, Any]:
        """An epoch's steps. The odd rows at the end are a whole batch of which some count, or a smaller one."""
        count, batch = rows_in(rows.targets), self._batch
        odd = 0 if self._steps.filled_up else count % batch
        whole = -(-count // batch) if self._steps.filled_up else count // batch

        def step(values: State, sums: Any, chosen: Any, counts: Any | None) -> tuple[State, Any]:
            take = partial(jnp.take, indices=chosen, axis=0, mode="clip")
            x, targets = jax.tree.map(take, (rows.x, rows.targets))
            stepped, more = self._steps.step(values, (x, targets, counts), numbers.steps)
            return _where(runs, stepped, values), sums + more

        def body(i: Any, carried: tuple[State, Any]) -> tuple[State, Any]:
            places = i * batch + jnp.arange(batch)
            counts = places < count if self._steps.filled_up else None
            return step(*carried, jnp.take(order, places, mode="clip"), counts)

        turns = jnp.minimum(steps, whole)
        turns = jnp.where(runs, turns, 0) if self._in_turn else turns
        values, sums = jax.lax.fori_loop(0, turns, body, (values, jnp.asarray(self._zeros)))
        return step(values, sums, order[count - odd :], None) if odd else (values, sums)


def _where(condition: Any, these: State, others: State) -> State:
    chosen: State = jax.tree.map(lambda this, other: jnp.where(condition, this, other), these, others)
    return chosen
