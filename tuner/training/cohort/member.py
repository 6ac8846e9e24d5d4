"""One member of a cohort on the host: what is known of it between two epochs.

Owns: its epochs so far, patience, which epoch's weights are kept, its end, its checkpoints.
Leaves to others: its weights, which are on the device (trainer), and what they are in Keras (its kind), what ends a
training (training.trainer, stopping).
"""

import time
from functools import partial
from typing import Any

import jax

from tuner.training.checkpoint import Arrays, Checkpoint
from tuner.training.cohort.keeping import mixed
from tuner.training.cohort.kind import Own, SlotState
from tuner.training.compiled.averaging import counted
from tuner.training.health.probe import is_looked_at, looks_every
from tuner.training.plan import Metrics, Stopped, TrainResult
from tuner.training.stopping import best_epoch
from tuner.training.trainer import diverged, end_of, not_finite, stopped_at


class Member:
    """number, slot: whose it is; another has the slot once it has ended and is at rest.

    share: how much of the weights as they are now is still to become part of what is kept; see `kind.Call.kept`.
    rest: its state, where its slot was given to another; None while it is in its slot.
    """

    def __init__(self, own: Own, number: int, slot: int, rows: int) -> None:
        """rows: of training."""
        self.own, self.plan, self.number, self.slot = own, own.plan, number, slot
        self.share = 0.0
        self.rest: SlotState | None = None
        resume = own.resume
        self._every = looks_every(rows, self.plan)
        self._history: list[Metrics] = list(resume.epochs) if resume else []
        self._resumed = resume.epoch if resume else 0
        self._has_best = bool(resume and resume.best_weights)
        self._averaged = counted(self.plan.epochs, own.scheduled) if self.plan.keep == "mean" else 1
        self._started = time.perf_counter()
        self.ended, self.reason = end_of(self.plan, self._monitored())

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
            self.reason = diverged(self.own.optimizer_name, epoch, bad, metrics)
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

    def checkpoint(self, state: SlotState) -> Checkpoint:
        """state: its own; no more of it than is needed is taken off the device."""
        weights = self.own.weights(jax.device_get(state.now), state)
        best = self.kept_weights(state) if self._has_best else ()
        return Checkpoint(
            self.epoch, weights, self.own.optimizer(state), self.kept_epoch, best, tuple(self._history)
        )  # fmt: skip

    def kept_weights(self, state: SlotState) -> Arrays:
        """Every variable of the model, with the weights that the plan keeps, or where there are none as it is now."""
        if not self._has_best:
            return self.own.weights(jax.device_get(state.now), state)
        if self.share in (0, 1):
            kept = jax.device_get(state.now if self.share else state.best)
        else:
            kept = jax.tree.map(partial(mixed, self.share), *jax.device_get((state.now, state.best)))
        # Generators of random numbers are as they were at the epoch that is kept, or now, where that is a mean.
        behind = 0 if self.plan.keep == "mean" else (self.epoch - self.kept_epoch) * self.own.steps
        return self.own.weights(kept, state, behind)

    def kept_outputs(self, state: SlotState) -> Any | None:
        """For the validation rows, by the weights that are kept; None where they were never computed."""
        if not self._has_best or self.plan.keep == "mean":
            return None
        if self._resumed and self.kept_epoch <= self._resumed:
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
