"""What goes into training a model and what comes out. Plain values: no Keras."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from tuner.training.checkpoint import Checkpoint

Metrics = Mapping[str, float]
Path = Literal["auto", "compiled", "fit"]
Direction = Literal["maximize", "minimize"]
Stopped = Literal["finished", "patience", "caller", "released", "diverged"]
Verdict = Literal["go_on", "stop", "release"]

WEIGHTS_ONLY = "model.weights.zip"
"""The stored file of a model that cannot be made from a .keras file."""


@dataclass(frozen=True, eq=False)
class EpochResult:
    """One epoch of one network.

    member: its place among those that are trained together. epoch: from 1. seconds: validation included.
    best_epoch: whose weights are kept so far, 0 where there is none; best: the monitored metric there.
    ended: why this was the last one, whatever is answered; None while another may follow. reason: the same in words.
    checkpoint: makes that from which training goes on; to be called before the next epoch begins.
    """

    member: int
    epoch: int
    metrics: Metrics
    seconds: float
    best_epoch: int
    best: float | None
    ended: Stopped | None
    reason: str
    checkpoint: Callable[[], Checkpoint]


Observe = Callable[[EpochResult], Verdict]
"""Asked at each epoch's end; not of one that diverged, which has ended. "stop" keeps what was trained, with the weights
that the plan keeps; "release" leaves it to whoever goes on from its checkpoint."""


@dataclass(frozen=True)
class TrainPlan:
    """How to train a compiled model.

    batch_size: rows a step; None is all of them.
    monitor: the metric whose best epoch's weights are kept, such as ``val_accuracy``.
    patience: epochs without improvement after which training ends; None is never.
    seed: of weights, row order and dropout.
    health: look inside the network too, at most epochs' ends; its figures are metrics that begin with ``health/``.
    keep: which weights are the model's: those of the best epoch, or, where no rows tell which that is, the mean of
    those of the last epochs (`averaging.averaged`); "told" leaves it to whoever says so (`ModelTrainer.keep`).
    class_weights: how much a row of each class counts in the training loss, as Keras' `fit` has it; None is 1 of all.
    path: "auto" takes the compiled epoch where it can; "fit" is `Model.fit`; "compiled" refuses to fall back.
    """

    batch_size: int | None
    epochs: int
    monitor: str
    direction: Direction
    patience: int | None
    seed: int
    path: Path = "auto"
    keep: Literal["best", "mean", "told"] = "best"
    health: bool = False
    class_weights: tuple[float, ...] | None = None


@dataclass(frozen=True)
class TrainResult:
    """What training came to; the model that was trained now holds the weights that the plan keeps.

    value: the monitored metric at the best epoch; None where no epoch ended with a finite one.
    best_epoch: from 1; 0 where there is none; the last, where the mean is kept.
    averaged: of so many epochs' weights the model's are the mean.
    epochs: each epoch's metrics, those before a resume included.
    reason: in words, where training ended before its epochs were up.
    stopped: where it was released, the model is as its last epoch left it.
    path: the way that was taken, and why where it is not the compiled epoch.
    """

    value: float | None
    best_epoch: int
    epochs: tuple[Metrics, ...]
    stopped: Stopped
    reason: str
    path: str
    averaged: int = 1
    seconds: float = field(default=0.0)


@dataclass(frozen=True)
class Training:
    """What a function ``space(trial)`` may return instead of a model alone.

    model: compiled. epochs, batch_size: None takes the specification's. callbacks: of Keras, made for this model.
    """

    model: Any
    epochs: int | None = None
    batch_size: int | None = None
    callbacks: Sequence[Any] = ()


def in_few_digits(metrics: Metrics) -> Metrics:
    """The same figures, those of 32 bits in as few digits as tell them: 0.889, and not 0.8889999985694885.

    All that is told from here on has the same digits: Optuna, SQL and MLflow.
    """
    # A figure of a person's own may be larger than 32 bits hold.
    with np.errstate(over="ignore"):
        narrow = {name: np.float32(each) for name, each in metrics.items()}
    return {name: float(str(narrow[name])) if float(narrow[name]) == each else each for name, each in metrics.items()}
