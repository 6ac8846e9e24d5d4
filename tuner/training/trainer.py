"""Train on one device, an epoch a step.

Owns: the port of a trainer and the trainer of one model: which path is taken, the best epoch's weights, patience, and
the words for failure.
Leaves to others: how an epoch runs (epoch_tensorflow, epoch_jax, model_fit), training that is one call of somebody's
`fit` and cannot be stepped (custom_fit), choosing parameters (search), what happens between two epochs (runs).
"""

import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

import keras

from tuner.data.dataset import Dataset
from tuner.errors import TrialFailed
from tuner.formatting import plural
from tuner.training.checkpoint import Arrays, Checkpoint
from tuner.training.compiled.averaging import averaged, mean_with
from tuner.training.compiled.compiled_metrics import why_not
from tuner.training.health.names import PREFIX
from tuner.training.health.probe import Probe
from tuner.training.plan import (
    EpochResult,
    Metrics,
    Observe,
    Stopped,
    TrainPlan,
    TrainResult,
    Verdict,
    in_few_digits,
)
from tuner.training.stopping import best_epoch, out_of_patience

logger = logging.getLogger(__name__)


class Epochs(Protocol):
    """One way to train a model: between two epochs, its Keras variables and its optimizer's hold the whole state.

    finished: the variables with which the last epoch was validated, where training goes on from others.
    seen: what a program that is there anyway sees inside the network as it is; None where there is no such.
    """

    path: str
    finished: Arrays | None
    seen: Callable[[], Any] | None

    def run(self, epoch: int) -> Metrics:
        """Train one epoch, from 1, and validate; Keras' names: loss, accuracy, val_loss, ..., learning_rate."""
        ...


class Trainer(Protocol):
    """Trains its members together, an epoch a step; members are counted from 0."""

    def step(self) -> Sequence[EpochResult]:
        """One epoch of each that has not ended; nothing once all have. Raises TrialFailed as `train` does."""
        ...

    def stop(self, member: int) -> None:
        """No more epochs of this one; what has ended by itself stays as it was."""
        ...

    def release(self, member: int) -> None:
        """No more epochs of this one, and nothing of it is kept."""
        ...

    def result(self, member: int) -> TrainResult:
        """What one that has ended came to; from then on its model holds the weights that the plan keeps."""
        ...


def drive(trainer: Trainer, observers: Sequence[Observe]) -> None:
    """Step until every member has ended. observers: one a member."""
    while results := trainer.step():
        for each in results:
            if each.ended == "diverged":
                continue
            answer = observers[each.member](each)
            if answer == "stop":
                trainer.stop(each.member)
            elif answer == "release":
                trainer.release(each.member)


def go_on(result: EpochResult) -> Verdict:
    """The `Observe` that never ends training."""
    return "go_on"


def train(
    model: Any, dataset: Dataset, plan: TrainPlan, resume: Checkpoint | None = None, observe: Observe = go_on
) -> TrainResult:
    """Train a compiled model; afterwards it holds the weights that the plan keeps.

    resume: go on from there, to the same end as if training had never stopped.
    Raises TrialFailed (state "out_of_memory") where the batch does not fit the device; ValueError where `plan.path` is
    "compiled" and the model cannot be.
    """
    trainer = ModelTrainer(model, dataset, plan, resume)
    drive(trainer, [observe])
    return trainer.result(0)


class ModelTrainer:
    """The trainer of one compiled model."""

    def __init__(self, model: Any, dataset: Dataset, plan: TrainPlan, resume: Checkpoint | None = None) -> None:
        self._started = time.perf_counter()
        self._model = model
        self._dataset = dataset
        self._plan = plan
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        self._history: list[Metrics] = []
        self._best: Arrays = ()
        self._weights: Arrays | None = None
        self._told = 0 if resume is None else resume.best_epoch
        self._averaged = averaged(plan.epochs, model.optimizer) if plan.keep == "mean" else 1
        if resume is not None:
            _assign(model.variables, resume.weights)
            _assign(model.optimizer.variables, resume.optimizer)
            self._history, self._best = list(resume.epochs), resume.best_weights
        with out_of_memory(at_batch_size(plan, dataset)):
            self._epochs = _path(model, dataset, plan)
            self._probe = Probe(model, dataset, plan, self._epochs.seen) if plan.health else None
        self._ended, self._reason = self._end()

    def step(self) -> Sequence[EpochResult]:
        if self._ended is not None:
            return ()
        epoch = len(self._history) + 1
        self._weights = None
        started = time.perf_counter()
        with out_of_memory(at_batch_size(self._plan, self._dataset)):
            metrics = in_few_digits(self._epochs.run(epoch))
            if self._probe is not None:
                metrics = {**metrics, **in_few_digits(self._probe.after(epoch))}
        seconds = time.perf_counter() - started
        check_monitored(metrics, self._plan)
        bad = not_finite(metrics, self._plan)
        if bad is not None:
            self._ended, self._reason = "diverged", diverged(self._model.optimizer.name, epoch, bad, metrics)
        else:
            self._history.append(metrics)
            self._keep(epoch)
            self._ended, self._reason = self._end()
        at = self._kept()
        best = self._monitored()[at - 1] if at else None
        checkpoint = partial(self._checkpoint, epoch)
        return (EpochResult(0, epoch, metrics, seconds, at, best, self._ended, self._reason, checkpoint),)

    def keep(self) -> None:
        """The weights of the last epoch are those that are kept, of a plan that leaves it to others to say so."""
        self._told, self._best = len(self._history), self._finished()

    def stop(self, member: int) -> None:
        if self._ended is None:
            self._ended, self._reason = "caller", stopped_at(len(self._history), self._plan)

    def release(self, member: int) -> None:
        self._ended, self._reason, self._best = "released", f"released at epoch {len(self._history)}", ()

    def result(self, member: int) -> TrainResult:
        at = self._kept()
        if self._best:
            _assign(self._model.variables, self._best)
        return TrainResult(
            value=self._monitored()[at - 1] if at else None,
            best_epoch=at,
            epochs=tuple(self._history),
            stopped=self._ended or "caller",
            reason=self._reason,
            path=self._epochs.path,
            averaged=self._averaged,
            seconds=time.perf_counter() - self._started,
        )

    def _end(self) -> tuple[Stopped | None, str]:
        return end_of(self._plan, self._monitored())

    def _keep(self, epoch: int) -> None:
        """Take the weights of the epoch that has just ended, where the plan keeps them."""
        mean = self._plan.keep == "mean"
        if self._plan.keep == "told" or (not mean and self._kept() != epoch):
            return
        finished = self._finished()
        self._best = (
            mean_with(finished, self._best, max(1, epoch - self._plan.epochs + self._averaged)) if mean else finished
        )

    def _checkpoint(self, epoch: int) -> Checkpoint:
        if epoch != len(self._history):
            raise RuntimeError(f"the checkpoint of epoch {epoch} was asked for after epoch {len(self._history)}")
        optimizer = _read(self._model.optimizer.variables)
        return Checkpoint(epoch, self._read_weights(), optimizer, self._kept(), self._best, tuple(self._history))

    def _finished(self) -> Arrays:
        return self._read_weights() if self._epochs.finished is None else self._epochs.finished

    def _read_weights(self) -> Arrays:
        """As the last epoch left them; off the device once."""
        if self._weights is None:
            self._weights = _read(self._model.variables)
        return self._weights

    def _kept(self) -> int:
        if self._plan.keep == "mean":
            return len(self._history)
        if self._plan.keep == "told":
            return self._told
        return best_epoch(self._monitored(), self._plan.direction)

    def _monitored(self) -> list[float]:
        return [metrics[self._plan.monitor] for metrics in self._history]


def _path(model: Any, dataset: Dataset, plan: TrainPlan) -> Epochs:
    from tuner.training.model_fit import FitEpochs

    if plan.path == "fit":
        return FitEpochs(model, dataset, plan, why="asked for")
    why = why_not(model, dataset)
    if why is None and keras.backend.backend() == "tensorflow":
        from tuner.training.compiled import epoch_tensorflow

        return epoch_tensorflow.CompiledEpochs(model, dataset, plan)
    if why is None and keras.backend.backend() == "jax":
        from tuner.training.compiled import epoch_jax
        from tuner.training.health import measures_jax

        return epoch_jax.CompiledEpochs(model, dataset, plan, measures_jax.inside(model, dataset))
    why = why or f"no compiled epoch for {keras.backend.backend()}"
    if plan.path == "compiled":
        raise ValueError(f"the compiled epoch was asked for and cannot be had: {why}")
    return FitEpochs(model, dataset, plan, why)


def _read(variables: Sequence[Any]) -> Arrays:
    return tuple(variable.numpy() for variable in variables)


def _assign(variables: Sequence[Any], arrays: Arrays) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def check_monitored(metrics: Metrics, plan: TrainPlan) -> None:
    """Raises TrialFailed where the model does not measure what the study optimizes."""
    if plan.monitor not in metrics:
        measured = ", ".join(name for name in metrics if name != "learning_rate" and not name.startswith(PREFIX))
        raise TrialFailed(
            f"the model does not measure {plan.monitor!r}, which the study optimizes; it measures {measured}. "
            "Compile it with that metric, or choose another objective"
        )


def end_of(plan: TrainPlan, monitored: Sequence[float]) -> tuple[Stopped | None, str]:
    """Whether what is trained so far is all, and why. monitored: after each epoch."""
    epoch = len(monitored)
    if epoch >= plan.epochs:
        return "finished", ""
    if out_of_patience(monitored, plan.direction, plan.patience):
        waited = plural(plan.patience or 0, "epoch")
        return "patience", f"no better {plan.monitor} in {waited}, at epoch {epoch} of {plan.epochs}"
    return None, ""


def stopped_at(epoch: int, plan: TrainPlan) -> str:
    """Why it ended, where somebody said so."""
    return f"stopped at epoch {epoch} of {plan.epochs}"


def not_finite(metrics: Metrics, plan: TrainPlan) -> str | None:
    """The first of the metrics that matter which is not a number."""
    names = ("loss", "val_loss", plan.monitor)
    return next((name for name in names if not math.isfinite(metrics.get(name, 0.0))), None)


def diverged(optimizer: str, epoch: int, name: str, metrics: Metrics) -> str:
    """In words. name: of the metric that is no number."""
    rate = metrics["learning_rate"]
    return f"diverged at epoch {epoch}: {name} is {metrics[name]} ({optimizer}, learning rate {rate:.3g})"


def at_batch_size(plan: TrainPlan, dataset: Dataset) -> str:
    """Where memory may have run out."""
    return f"at batch size {plan.batch_size or len(dataset.train)}"


@contextmanager
def out_of_memory(where: str, instead: str = "use smaller batches or fewer units") -> Iterator[None]:
    """Turn a framework's word for no memory left into ours: TrialFailed, state "out_of_memory".

    where: ``at batch size 64``. instead: what to do.
    """
    try:
        yield
    except Exception as error:
        # Each backend has an error of its own; TensorFlow and JAX name them in the same two ways.
        told = type(error).__name__ == "ResourceExhaustedError" or "RESOURCE_EXHAUSTED" in str(error)
        if not told and not isinstance(error, MemoryError):
            raise
        raise TrialFailed(f"out of memory {where}; {instead}", state="out_of_memory") from error
