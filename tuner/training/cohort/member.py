"""One member of a cohort on the host: what is known of it between two epochs.

Owns: its epochs so far, patience, which epoch's weights are kept, its end, its checkpoints.
Leaves to others: its weights, which are on the device (trainer), what ends a training (training.trainer, stopping).
"""

import time
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import numpy as np

from tuner.data.dataset import DataInfo
from tuner.training.checkpoint import Checkpoint
from tuner.training.cohort.bucket import Bucket
from tuner.training.cohort.keras_order import KerasOrder
from tuner.training.cohort.numbers import Numbers, numbers_of
from tuner.training.cohort.port import Entry
from tuner.training.cohort.seeds import seeds_of
from tuner.training.cohort.state import State
from tuner.training.compiled.averaging import counted
from tuner.training.health.probe import is_looked_at, looks_every
from tuner.training.networks.catalogue import steps_per_epoch
from tuner.training.plan import Metrics, Stopped, TrainResult
from tuner.training.stopping import best_epoch
from tuner.training.trainer import diverged, end_of, not_finite, stopped_at


class Member:
    """number, slot: whose it is; another has the slot once it has ended and is at rest.

    share: how much of the weights as they are now is still to become part of what is kept; see `program.Call.kept`.
    rest: its state, where its slot was given to another; None while it is in its slot.
    """

    def __init__(self, entry: Entry, number: int, slot: int, bucket: Bucket, info: DataInfo) -> None:
        config = entry.config
        epochs = min(entry.plan.epochs or config.epochs, config.epochs)
        self.entry = entry
        self.plan = replace(entry.plan, batch_size=config.batch_size, epochs=epochs)
        self.number, self.slot = number, slot
        seeds = seeds_of(config, self.plan.seed)
        self._order = KerasOrder(config, bucket, entry.preprocessing, seeds)
        self.numbers: Numbers = numbers_of(config, bucket, info, entry.preprocessing, seeds, self.plan.class_weights)
        self.steps = steps_per_epoch(info.train_rows, config.batch_size)
        self.share = 0.0
        self.rest: State | None = None
        self._every = looks_every(info.train_rows, self.plan)
        self._history: list[Metrics] = list(entry.resume.epochs) if entry.resume else []
        self._has_best = False
        self._averaged = counted(epochs, config.optimizer.schedule != "constant") if self.plan.keep == "mean" else 1
        self._started = time.perf_counter()
        self.ended, self.reason = end_of(self.plan, self._monitored())

    def first_state(self, nobody: State, accumulators: Any) -> State:
        """What its slot begins with. nobody: a state of zeros, on the device; only what differs from it goes there.

        accumulators: where adagrad's begin, on the device.
        """
        resume, order, state = self.entry.resume, self._order, nobody
        if resume is None:
            trained, moving = order.first()
            second = accumulators if self.entry.config.optimizer.name == "adagrad" else state.second
            return state._replace(trained=trained, moving=moving, second=second)
        trained, moving = order.padded(resume.weights)
        kept, steps, product = order.padded_kept(resume.optimizer)
        first, second = (None if place is None else mine for place, mine in zip(state[2:4], kept, strict=True))
        if resume.best_weights:
            self._has_best = True
            state = state._replace(best=order.padded(resume.best_weights))
        return state._replace(
            trained=trained, moving=moving, first=first, second=second, iterations=np.int32(steps),
            product=np.float32(product),
        )  # fmt: skip

    @property
    def epoch(self) -> int:
        """Whole epochs done."""
        return len(self._history)

    @property
    def looks(self) -> bool:
        """Whether it is to be looked into after its next epoch."""
        return self.plan.health and is_looked_at(self.epoch + 1, self.plan.epochs, self._every)

    def told(self, metrics: Metrics) -> None:
        """One more epoch was trained."""
        epoch = self.epoch + 1
        bad = not_finite(metrics, self.plan)
        if bad is not None:
            self.ended = "diverged"
            self.reason = diverged(self.entry.config.optimizer.name, epoch, bad, metrics)
            return
        self._history.append(metrics)
        if self.plan.keep == "mean":
            self.share = 1 / max(1, epoch - self.plan.epochs + self._averaged)
        else:
            self.share = float(self.kept_epoch == epoch)
        self._has_best = self._has_best or self.share > 0
        self.ended, self.reason = end_of(self.plan, self._monitored())

    def end(self, how: Stopped) -> None:
        """Somebody wants no more epochs of it."""
        if how == "released":
            self.ended, self.reason, self._has_best, self.share = how, f"released at epoch {self.epoch}", False, 0.0
        elif self.ended is None:
            self.ended, self.reason = how, stopped_at(self.epoch, self.plan)

    @property
    def kept_epoch(self) -> int:
        """Whose weights are kept so far; 0 where there is none."""
        return self.epoch if self.plan.keep == "mean" else best_epoch(self._monitored(), self.plan.direction)

    @property
    def kept_value(self) -> float | None:
        """The monitored metric there."""
        return self._monitored()[self.kept_epoch - 1] if self.kept_epoch else None

    def checkpoint(self, state: State) -> Checkpoint:
        """state: its own; no more of it than is needed is taken off the device."""
        trained, moving, first, second, iterations, product = jax.device_get(state[:6])
        weights = self._order.weights((trained, moving), int(iterations))
        optimizer = self._order.optimizer((first, second), int(iterations), float(product))
        best = self.kept_weights(state) if self._has_best else ()
        return Checkpoint(self.epoch, weights, optimizer, self.kept_epoch, best, tuple(self._history))

    def kept_weights(self, state: State) -> Any:
        """Every variable of the model, with the weights that the plan keeps, or where there are none as it is now."""
        now, steps = (state.trained, state.moving), int(state.iterations)
        if not self._has_best:
            return self._order.weights(jax.device_get(now), steps)
        if self.share in (0, 1):
            kept = jax.device_get(now if self.share else state.best)
        else:
            kept = jax.tree.map(partial(_mixed, self.share), *jax.device_get((now, state.best)))
        # Generators of random numbers are as they were at the epoch that is kept, or now, where that is a mean.
        behind = 0 if self.plan.keep == "mean" else (self.epoch - self.kept_epoch) * self.steps
        return self._order.weights(kept, steps - behind)

    def kept_outputs(self, state: State) -> Any | None:
        """For the validation rows, by the weights that are kept; None where they were never computed."""
        if not self._has_best or self.plan.keep == "mean":
            return None
        if self.entry.resume is not None and self.kept_epoch <= self.entry.resume.epoch:
            return None
        return jax.device_get(state.outputs if self.share == 1 else state.best_outputs)

    def result(self) -> TrainResult:
        return TrainResult(
            value=self.kept_value,
            best_epoch=self.kept_epoch,
            epochs=tuple(self._history),
            stopped=self.ended or "caller",
            reason=self.reason,
            path="cohort",
            averaged=self._averaged,
            seconds=time.perf_counter() - self._started,
        )

    def _monitored(self) -> list[float]:
        return [metrics[self.plan.monitor] for metrics in self._history]


def _mixed(share: float, now: Any, kept: Any) -> Any:
    """What `program` would keep at the next epoch's start."""
    return kept + (now - kept) * np.float32(share)
