"""Train the networks of a configuration's folds as one: an epoch is one of each, its figures are their means.

Owns: the mean, the figure of each fold beside it, the epoch whose weights all of them keep, where one fold ends all.
Leaves to others: an epoch of a fold (training.trainer), which folds there are (network), what happens between two
epochs (runs).

All folds are at the same epoch, as in `xgboost.cv`: whoever compares epochs - a pruner, patience, a learning curve -
compares means over the same folds, and the best epoch is one for all, which the final training can take over. Each fold
with a best epoch of its own would flatter the mean.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import count, takewhile

import numpy as np

from tuner.data.fold_error import standard_error
from tuner.training.checkpoint import Checkpoint
from tuner.training.plan import EpochResult, Metrics, TrainPlan, TrainResult, in_few_digits
from tuner.training.stopping import best_epoch
from tuner.training.trainer import ModelTrainer, end_of, stopped_at

PREFIX = "folds/"
"""Of the metrics that tell the objective of each fold, counted from 1, and the standard error of their mean."""

ERROR = f"{PREFIX}error"

GoesOn = Callable[[int, Sequence[float]], bool]
"""Whether an epoch is trained by the folds that are left: by the objective of those that have trained it."""


def plan_of_fold(plan: TrainPlan, seed: int, is_last: bool) -> TrainPlan:
    """What is decided for all folds together is not decided by one of them. The last one alone is looked into."""
    return replace(plan, seed=seed, keep="told", patience=None, health=plan.health and is_last)


class FoldsTrainer:
    """ratio: of rows held to rows learnt (`fold_error`). resume: of this trainer."""

    def __init__(
        self,
        trainers: Sequence[ModelTrainer],
        plan: TrainPlan,
        ratio: float,
        resume: Checkpoint | None,
        goes_on: GoesOn | None = None,
    ) -> None:
        self._started = time.perf_counter()
        self._trainers, self._plan, self._ratio, self._goes_on = trainers, plan, ratio, goes_on
        self._history: list[Metrics] = [] if resume is None else list(resume.epochs)
        members = () if resume is None else resume.members
        self._made: list[Callable[[], Checkpoint]] = [partial(_same, each) for each in members]
        self._done = [each.epoch for each in members] + [0] * (len(trainers) - len(members))
        self._ended, self._reason = end_of(plan, self._monitored())
        self.of_last: Metrics = {}

    def step(self) -> Sequence[EpochResult]:
        if self._ended is not None:
            return ()
        epoch, results = len(self._history) + 1, list[EpochResult]()
        for fold in range(len(self._trainers)):
            self._catch_up(fold, epoch - 1)
            results.append(self._step(fold))
            if results[-1].ended == "diverged" or (fold + 1 < len(self._trainers) and self._is_behind(epoch, results)):
                break
        metrics = in_few_digits(self._figures(results))
        seconds = sum(each.seconds for each in results)
        if results[-1].ended == "diverged":
            self._ended, self._reason = "diverged", f"fold {len(results)}: {results[-1].reason}"
        else:
            self._history.append(metrics)
            if self._kept() == epoch:
                for trainer in self._trainers[: len(results)]:
                    trainer.keep()
            self._ended, self._reason = end_of(self._plan, self._monitored())
        at = self._kept()
        best = self._monitored()[at - 1] if at else None
        checkpoint = partial(self._checkpoint, epoch)
        return (EpochResult(0, epoch, metrics, seconds, at, best, self._ended, self._reason, checkpoint),)

    def stop(self, member: int) -> None:
        if self._ended is None:
            self._ended, self._reason = "caller", stopped_at(len(self._history), self._plan)

    def release(self, member: int) -> None:
        self._ended, self._reason = "released", f"released at epoch {len(self._history)}"
        for trainer in self._trainers:
            trainer.release(0)

    def result(self, member: int) -> TrainResult:
        at, every = self._kept(), [trainer.result(0) for trainer in self._trainers]
        self.of_last = every[-1].epochs[at - 1] if 0 < at <= len(every[-1].epochs) else {}
        return TrainResult(
            value=self._monitored()[at - 1] if at else None,
            best_epoch=at,
            epochs=tuple(self._history),
            stopped=self._ended or "caller",
            reason=self._reason,
            path=f"{len(self._trainers)} folds, one after another: {every[-1].path}",
            seconds=time.perf_counter() - self._started,
        )

    def _step(self, fold: int) -> EpochResult:
        (result,) = self._trainers[fold].step()
        self._done[fold] = result.epoch
        if fold == len(self._made):
            self._made.append(result.checkpoint)
        self._made[fold] = result.checkpoint
        return result

    def _catch_up(self, fold: int, epochs: int) -> None:
        """A worker may have died when an epoch was found to be behind, before all folds had trained it."""
        while self._done[fold] < epochs:
            self._step(fold)

    def _is_behind(self, epoch: int, results: Sequence[EpochResult]) -> bool:
        return self._goes_on is not None and not self._goes_on(
            epoch, [each.metrics[self._plan.monitor] for each in results]
        )

    def _figures(self, results: Sequence[EpochResult]) -> Metrics:
        names = dict.fromkeys(name for each in results for name in each.metrics)
        # What one fold alone is looked into for is its own.
        every = {name: [each.metrics[name] for each in results if name in each.metrics] for name in names}
        mean = {name: _mean(values) for name, values in every.items()}
        values = [each.metrics[self._plan.monitor] for each in results]
        found = {f"{PREFIX}{number}": value for number, value in enumerate(values, start=1)}
        if len(values) > 1 and np.isfinite(values).all():
            found[ERROR] = standard_error(values, self._ratio)
        return {**mean, **found}

    def _checkpoint(self, epoch: int) -> Checkpoint:
        if epoch != len(self._history):
            raise RuntimeError(f"the checkpoint of epoch {epoch} was asked for after epoch {len(self._history)}")
        members = tuple(make() for make in self._made)
        return Checkpoint(epoch, (), (), self._kept(), (), tuple(self._history), members)

    def _kept(self) -> int:
        return best_epoch(self._monitored(), self._plan.direction)

    def _monitored(self) -> list[float]:
        return [metrics[self._plan.monitor] for metrics in self._history]


def _mean(values: Sequence[float]) -> float:
    """In as few digits as figures of 32 bits have: 0.81666666, and not 0.8166666599999999."""
    return float(f"{np.mean(values):.8g}")


def _same(checkpoint: Checkpoint) -> Checkpoint:
    return checkpoint


def fold_values(metrics: Metrics) -> tuple[float, ...]:
    """The objective of each fold, in their order, of an epoch's metrics; nothing where there are no folds."""
    names = takewhile(metrics.__contains__, (f"{PREFIX}{number}" for number in count(1)))
    return tuple(metrics[name] for name in names)
