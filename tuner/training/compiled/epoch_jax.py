"""Compiled epochs, JAX: thousands of rows a call, so that batches, steps and metrics cost no Python.

Owns: the program of many steps.
Leaves to others: when to stop (trainer), where a batch comes from (batch_sources), a step (steps_jax), validation
(evaluation_jax), which networks share a program (programs).

The loop's length is an argument too (a `scan` would be compiled anew for each), and so is how many rows of the last
batch count, where the network allows it (masked_rows): else the odd batch is a program of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tuner.data.dataset import Array, Dataset
from tuner.training.checkpoint import Arrays
from tuner.training.compiled import device_rows, programs
from tuner.training.compiled.batch_sources import batch_source
from tuner.training.compiled.evaluation_jax import Inside, evaluation_of
from tuner.training.compiled.programs import Programs
from tuner.training.compiled.row_targets import rows_in, targets_of
from tuner.training.compiled.steps_jax import FedMasks, State, Steps, is_filled_up
from tuner.training.plan import Metrics, TrainPlan


class CompiledEpochs:
    """The epochs of one model on one data set."""

    path = "compiled"
    finished: Arrays | None = None

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan, inside: Inside | None = None) -> None:
        """inside: what is to be seen inside the network, when it is asked for."""
        before, layers = device_rows.split(model) or ([], [])
        rows = device_rows.ready(dataset, before)
        targets = targets_of(dataset.train, dataset.info, model, plan.class_weights)
        count = len(dataset.train)
        batch_size = min(plan.batch_size or count, count)
        self._evaluation = evaluation_of(model, dataset, batch_size, inside)
        self._watched = self._evaluation.watched
        self.seen: Callable[[], Any] | None = self._evaluation.look if self._evaluation.looks_inside else None
        filled_up = is_filled_up(model, self._watched, count, batch_size)
        self._rows = batch_source(JaxTensors(), rows, targets, batch_size, plan.seed, layers, filled_up)
        fed = FedMasks(self._rows.dropouts, self._rows.masked)
        class_weights = None if targets.weighed else plan.class_weights
        self._steps = Steps(model, self._watched, class_weights, filled_up, fed)
        self._programs = Programs(self._steps.shape(self._rows.kind))
        if programs.at_once():
            self._evaluation.begin()

    def run(self, epoch: int) -> Metrics:
        self._watched.reset()
        rate = None
        batches = self._rows.epoch(epoch)
        state, sums = self._steps.read(), self._watched.zeros()
        for each in batches:
            counts = (np.int32(each.steps), np.int32(each.meant))
            arguments = (each.tensors, counts, self._steps.arguments)
            state, sums, now = self._programs.call(self._many_steps, state, sums, *arguments)
            rate = now if rate is None else rate
            # The feed may fill the same buffers again only when all of this has been computed.
            jax.block_until_ready(sums)
        self._steps.write(state)
        metrics = self._watched.results(np.asarray(sums), self._rows.count)
        validated = self._evaluation.validate()
        named = {f"val_{name}": value for name, value in validated.items()}
        return {**metrics, **named, "learning_rate": float(np.asarray(rate))}

    # What follows is traced into programs.

    def _many_steps(self, state: State, sums: Any, source: Any, counts: Any, arguments: Mapping[str, Any]) -> Any:
        """counts: the steps, and the rows that count in all of them. Also gives the rate before the first."""
        steps, meant = counts

        def body(i: Any, carried: tuple[State, Any]) -> tuple[State, Any]:
            state, sums = carried
            x, targets, masks = self._rows.batch(source, i)
            batch = rows_in(targets)
            rows = jnp.arange(batch) < meant - i * batch if self._steps.filled_up else None
            state, more = self._steps.step(state, (x, targets, rows), arguments, masks)
            return state, sums + more

        with self._steps.as_arguments(arguments):
            return *jax.lax.fori_loop(0, steps, body, (state, sums)), self._steps.rate(state)


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
