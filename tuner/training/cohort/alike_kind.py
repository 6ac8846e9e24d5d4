"""Keras models whose graphs are the same as members of one program.

Owns: the kind, and one network of it: its values in the program's order and in Keras', its figures.
Leaves to others: which networks these are (alike), the program (alike_program), slots (trainer).
"""

from typing import Any

import jax
import keras
import numpy as np
from numpy.typing import NDArray

from tuner.training.checkpoint import Arrays
from tuner.training.cohort.alike import Graph
from tuner.training.cohort.alike_program import AlikeFigures, AlikeNumbers, AlikePrograms, AlikeRows, AlikeState
from tuner.training.cohort.kind import Call
from tuner.training.cohort.port import ModelEntry
from tuner.training.cohort.trainer import CohortTrainer
from tuner.training.compiled import device_rows
from tuner.training.compiled.row_targets import targets_of
from tuner.training.health.probe import Probe
from tuner.training.keras_internals import rate_or_schedule
from tuner.training.networks.models import probabilities
from tuner.training.plan import Metrics, in_few_digits
from tuner.training.trainer import out_of_memory

_MOST_OUTPUTS = 128
"""A row; of more, a network is asked for them once, when it has ended."""


def alike_cohort(entry: ModelEntry, slots: int) -> CohortTrainer:
    """A cohort of the networks that are like this one, which is no member yet. Raises as `CohortTrainer` does."""
    with out_of_memory(f"with {slots} networks of batch size {entry.like.batch_size} at once", "train fewer at once"):
        kind = AlikeKind(entry)
    return CohortTrainer(kind, slots)


class AlikeOwn:
    """One network: `kind.Own`. inside: what was seen in it last."""

    def __init__(self, entry: ModelEntry) -> None:
        graph: Graph = entry.graph
        self.model, self.plan, self.resume = entry.model, entry.plan, entry.resume
        self.watched = graph.watched
        self.numbers = AlikeNumbers(graph.steps.arguments, graph.evaluation.penalties)
        self.steps = -(-len(entry.dataset.train) // graph.batch_size)
        optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        self.optimizer_name: str = self.model.optimizer.name
        self.scheduled = isinstance(rate_or_schedule(optimizer), keras.optimizers.schedules.LearningRateSchedule)
        self.inside: Any = None
        self.probe = Probe(self.model, entry.dataset, self.plan, lambda: self.inside) if self.plan.health else None
        self._values = graph.steps.read()[:3]
        self._nothing = _no_outputs(entry)
        places = {id(each): (g, i) for g, group in enumerate(graph.steps.variables[:2]) for i, each in enumerate(group)}
        self._places = [places[id(each)] for each in self.model.variables]

    def first_state(self) -> AlikeState:
        trained, others, optimizer = self._values
        best = (trained, others)
        if self.resume is not None:
            trained, others = self._in_groups(self.resume.weights)
            optimizer = _like(self.resume.optimizer, optimizer)
            best = self._in_groups(self.resume.best_weights) if self.resume.best_weights else (trained, others)
        return AlikeState(trained, others, optimizer, best, self._nothing, self._nothing)

    def weights(self, now: Any, state: AlikeState, behind: int = 0) -> Arrays:
        # Generators of random numbers are among these: they are what they were.
        return tuple(np.asarray(now[group][i]) for group, i in self._places)

    def optimizer(self, state: AlikeState) -> Arrays:
        return tuple(map(np.asarray, jax.device_get(state.optimizer)))

    def _in_groups(self, weights: Arrays) -> tuple[list[Any], list[Any]]:
        groups: tuple[list[Any], list[Any]] = ([*self._values[0]], [*self._values[1]])
        for (group, i), value in zip(self._places, weights, strict=True):
            groups[group][i] = np.asarray(value, groups[group][i].dtype)
        return groups


class AlikeKind:
    """`kind.Kind`, of the networks that are like one of them."""

    def __init__(self, entry: ModelEntry) -> None:
        """entry: of which all is traced."""
        self._like = entry.like
        graph: Graph = entry.graph
        dataset = entry.dataset
        self.where = f"of batch size {entry.like.batch_size}"
        self.rows = len(dataset.train)
        self._validation_rows = len(dataset.validation)
        before, _ = device_rows.split(entry.model) or ([], [])
        ready = device_rows.ready(dataset, before)
        targets = targets_of(dataset.train, dataset.info, entry.model, entry.plan.class_weights)
        self._device_rows = AlikeRows(ready.train_on_device, jax.device_put(targets), graph.evaluation.rows)
        self._nobodys = AlikeOwn(entry)
        first = self._nobodys.first_state()
        self.nobody: AlikeState = jax.device_put(jax.tree.map(lambda one: np.zeros(one.shape, one.dtype), first))
        self._programs = AlikePrograms(graph, entry.like, keeps_outputs=first.outputs.size > 0)

    def numbers_of_nobody(self) -> AlikeNumbers:
        return self._nobodys.numbers

    def own(self, entry: ModelEntry) -> AlikeOwn:
        if entry.like != self._like:
            raise ValueError("the network is not like those of the cohort")
        return AlikeOwn(entry)

    def begin(self, state: AlikeState, numbers: AlikeNumbers, call: Call) -> None:
        self._programs.begin(state, numbers, self._device_rows, call)

    def epoch(self, state: AlikeState, numbers: AlikeNumbers, call: Call) -> tuple[AlikeState, AlikeFigures]:
        state, figures = self._programs.epoch(state, numbers, self._device_rows, call)
        # What is inside is much, and seldom wanted.
        seen = figures.seen if call.look else ()
        return state, jax.device_get(figures._replace(seen=seen))

    def exchange(self, state: AlikeState, slot: int, new: AlikeState, write: bool) -> tuple[AlikeState, AlikeState]:
        return self._programs.exchange(state, slot, new, write)

    def metrics(self, own: AlikeOwn, slot: int, figures: AlikeFigures, looked: int) -> Metrics:
        mine: AlikeFigures = jax.tree.map(lambda each: each[slot], figures)
        found = self._named(own, mine.metrics, mine.sums, self.rows)
        validated = self._named(own, mine.validated_metrics, mine.validated, self._validation_rows)
        named = {f"val_{name}": value for name, value in validated.items()}
        metrics = in_few_digits({**found, **named, "learning_rate": float(mine.rate)})
        if not looked or own.probe is None:
            return metrics
        own.inside = mine.seen
        return {**metrics, **in_few_digits(own.probe.after(looked))}

    def _named(self, own: AlikeOwn, metrics: Any, sums: Any, rows: int) -> Metrics:
        for variable, value in zip(own.watched.variables, metrics, strict=True):
            variable.assign(value)
        return own.watched.results(sums, rows)

    def model(self, own: AlikeOwn, weights: Arrays) -> Any:
        own.watched.reset()
        for variable, value in zip(own.model.variables, weights, strict=True):
            variable.assign(value)
        return own.model

    def answers(self, own: AlikeOwn, outputs: Any) -> NDArray[np.float32] | None:
        if not outputs.size:
            return None
        return probabilities(outputs) if getattr(own.model.loss, "from_logits", False) else outputs


def _no_outputs(entry: ModelEntry) -> NDArray[np.float32]:
    shape = entry.model.outputs[0].shape[1:]
    kept = len(entry.model.outputs) == 1 and int(np.prod(shape)) <= _MOST_OUTPUTS
    return np.zeros((len(entry.dataset.validation), *shape) if kept else (0,), np.float32)


def _like(arrays: Arrays, values: Any) -> list[Any]:
    return [np.asarray(array, value.dtype) for array, value in zip(arrays, values, strict=True)]
