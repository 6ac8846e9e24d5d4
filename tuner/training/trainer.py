"""Train one model on one device.

Owns: which path is taken, the epochs one after another, the best epoch's weights, patience, and the words for failure.
Leaves to others: how an epoch runs (epoch_tensorflow, epoch_jax, model_fit), choosing parameters (search), pruning
(studies).
"""

import logging
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import keras

from tuner.data.dataset import Dataset
from tuner.errors import TrialFailed
from tuner.training.checkpoint import Arrays, Checkpoint
from tuner.training.compiled.averaging import averaged, mean_with
from tuner.training.compiled.compiled_metrics import why_not
from tuner.training.health.names import PREFIX
from tuner.training.health.probe import Probe
from tuner.training.plan import Metrics, OnEpoch, Stopped, TrainPlan, TrainResult, in_few_digits
from tuner.training.stopping import best_epoch, out_of_patience

logger = logging.getLogger(__name__)


class Epochs(Protocol):
    """One way to train a model: between two epochs, its Keras variables and its optimizer's hold the whole state.

    finished: the variables with which the last epoch was validated, where training goes on from others.
    """

    path: str
    finished: Arrays | None

    def run(self, epoch: int) -> Metrics:
        """Train one epoch, from 1, and validate; Keras' names: loss, accuracy, val_loss, ..., learning_rate."""
        ...


def go_on(epoch: int, metrics: Metrics, seconds: float, checkpoint: Checkpoint) -> bool:
    """The `OnEpoch` that never ends training."""
    return True


def train(
    model: Any, dataset: Dataset, plan: TrainPlan, resume: Checkpoint | None = None, on_epoch: OnEpoch = go_on
) -> TrainResult:
    """Train a compiled model; afterwards it holds the weights that the plan keeps.

    resume: go on from there, to the same end as if training had never stopped.
    on_epoch: not called for an epoch that diverged, which also leaves no metrics in the result.
    Raises TrialFailed (state "out_of_memory") where the batch does not fit the device; ValueError where `plan.path` is
    "compiled" and the model cannot be.
    """
    started = time.perf_counter()
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    history: list[Metrics] = []
    best: Arrays = ()
    of_the_last = averaged(plan.epochs, model.optimizer) if plan.keep == "mean" else 1
    if resume is not None:
        _assign(model.variables, resume.weights)
        _assign(model.optimizer.variables, resume.optimizer)
        history, best = list(resume.epochs), resume.best_weights
    stopped: Stopped = "finished"
    reason = ""
    with out_of_memory(plan, dataset):
        epochs = _path(model, dataset, plan)
        probe = Probe(model, dataset, plan) if plan.health else None
    while len(history) < plan.epochs:
        if out_of_patience(_monitored(history, plan), plan.direction, plan.patience):
            stopped = "patience"
            reason = f"no better {plan.monitor} in {plan.patience} epochs, at epoch {len(history)} of {plan.epochs}"
            break
        epoch = len(history) + 1
        epoch_started = time.perf_counter()
        with out_of_memory(plan, dataset):
            metrics = in_few_digits(epochs.run(epoch))
            if probe is not None:
                metrics = {**metrics, **in_few_digits(probe.after(epoch))}
        seconds = time.perf_counter() - epoch_started
        check_monitored(metrics, plan)
        bad = not_finite(metrics, plan)
        if bad is not None:
            stopped, reason = "diverged", _diverged(model, epoch, bad, metrics)
            break
        history.append(metrics)
        weights = _read(model.variables)
        finished = weights if epochs.finished is None else epochs.finished
        at = _kept_epoch(history, plan)
        if plan.keep == "mean":
            best = mean_with(finished, best, max(1, epoch - plan.epochs + of_the_last))
        elif at == epoch:
            best = finished
        checkpoint = Checkpoint(epoch, weights, _read(model.optimizer.variables), at, best, tuple(history))
        if not on_epoch(epoch, metrics, seconds, checkpoint):
            stopped, reason = "caller", f"stopped at epoch {epoch} of {plan.epochs}"
            break
    values = _monitored(history, plan)
    at = _kept_epoch(history, plan)
    if best:
        _assign(model.variables, best)
    return TrainResult(
        value=values[at - 1] if at else None,
        best_epoch=at,
        epochs=tuple(history),
        stopped=stopped,
        reason=reason,
        path=epochs.path,
        averaged=of_the_last,
        seconds=time.perf_counter() - started,
    )


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

        return epoch_jax.CompiledEpochs(model, dataset, plan)
    why = why or f"no compiled epoch for {keras.backend.backend()}"
    if plan.path == "compiled":
        raise ValueError(f"the compiled epoch was asked for and cannot be had: {why}")
    return FitEpochs(model, dataset, plan, why)


def _read(variables: Sequence[Any]) -> Arrays:
    return tuple(variable.numpy() for variable in variables)


def _assign(variables: Sequence[Any], arrays: Arrays) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _kept_epoch(history: Sequence[Metrics], plan: TrainPlan) -> int:
    return len(history) if plan.keep == "mean" else best_epoch(_monitored(history, plan), plan.direction)


def _monitored(history: Sequence[Metrics], plan: TrainPlan) -> list[float]:
    return [metrics[plan.monitor] for metrics in history]


def check_monitored(metrics: Metrics, plan: TrainPlan) -> None:
    """Raises TrialFailed where the model does not measure what the study optimizes."""
    if plan.monitor not in metrics:
        measured = ", ".join(name for name in metrics if name != "learning_rate" and not name.startswith(PREFIX))
        raise TrialFailed(
            f"the model does not measure {plan.monitor!r}, which the study optimizes; it measures {measured}. "
            "Compile it with that metric, or choose another objective"
        )


def not_finite(metrics: Metrics, plan: TrainPlan) -> str | None:
    """The first of the metrics that matter which is not a number."""
    names = ("loss", "val_loss", plan.monitor)
    return next((name for name in names if not math.isfinite(metrics.get(name, 0.0))), None)


def _diverged(model: Any, epoch: int, name: str, metrics: Metrics) -> str:
    return (
        f"diverged at epoch {epoch}: {name} is {metrics[name]} "
        f"({model.optimizer.name}, learning rate {metrics['learning_rate']:.3g})"
    )


@contextmanager
def out_of_memory(plan: TrainPlan, dataset: Dataset) -> Iterator[None]:
    """Turn a framework's word for no memory left into ours: TrialFailed, state "out_of_memory"."""
    try:
        yield
    except Exception as error:
        # Each backend has an error of its own; TensorFlow and JAX name them in the same two ways.
        told = type(error).__name__ == "ResourceExhaustedError" or "RESOURCE_EXHAUSTED" in str(error)
        if not told and not isinstance(error, MemoryError):
            raise
        batch_size = plan.batch_size or len(dataset.train)
        raise TrialFailed(
            f"out of memory at batch size {batch_size}; use smaller batches or fewer units", state="out_of_memory"
        ) from error
