"""Training that is one call of somebody's `fit`: a HyperModel's own, or `Model.fit` with callbacks that keep a state.

Owns: what is seen of such a call epoch by epoch, ending it early, and what its result says in the end.
Leaves to others: the call itself (python_network), the epochs that we run ourselves (trainer).

Such a call cannot be entered in its middle: after its worker died it starts again from the beginning. Its epochs are
what it tells its callbacks; a loop of its own may call only `set_model` and `on_epoch_end`.
"""

import contextlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from tuner.data.dataset import Dataset
from tuner.errors import TrialFailed
from tuner.formatting import plural
from tuner.training.batch import fed
from tuner.training.checkpoint import Arrays, Checkpoint
from tuner.training.figures import figures
from tuner.training.keras_internals import averages_weights, learning_rate
from tuner.training.plan import EpochResult, Metrics, Observe, Stopped, TrainPlan, TrainResult, in_few_digits
from tuner.training.stopping import best_epoch, out_of_patience
from tuner.training.stream_feed import StreamFeed
from tuner.training.trainer import check_monitored, not_finite


class _Enough(Exception):
    """The training was asked to stop and goes on."""


class WholeFit:
    """One such training, watched. most: epochs after which it ends, whatever it would do; None is its own affair.

    own: the call is a person's code, which may give the model other rows than it gets.
    """

    def __init__(
        self, model: Any, dataset: Dataset, plan: TrainPlan, observe: Observe, most: int | None = None,
        *, own: bool = False,
    ) -> None:  # fmt: skip
        self.model = model
        self._dataset = dataset
        self._plan = plan
        self._observe = observe
        self._most = most
        self._own = own
        self._history: list[Metrics] = []
        self._best: Arrays = ()
        self._held: tuple[Metrics, float] | None = None
        self._began = time.perf_counter()
        self._stopped: Stopped = "finished"
        self._reason = ""

    def run(self, fit: Callable[..., Any], how: str) -> TrainResult:
        """Call `fit` with x, y, validation_data, callbacks, and sample_weight where rows have weights;
        afterwards the model has its best epoch's weights.

        fit: gives a History, the objective's value, a dictionary of metrics, or a list of such.
        Raises TrialFailed where in the end nobody has said what the objective's value is.
        """
        started = self._began = time.perf_counter()
        train, validation = (
            fed(part, self._dataset.info, self.model, may_call=not self._own)
            for part in (self._dataset.train, self._dataset.validation)
        )
        results: Any = None
        with contextlib.suppress(_Enough):
            given = {**train.arguments(), "validation_data": validation.tuple()}
            if self._dataset.streams is not None:
                given = StreamFeed(self._dataset.streams, self._plan.batch_size).every_epoch()
            results = fit(**given, callbacks=[_Watching(self)])
        value = self._end(results)
        values = self._monitored()
        at = best_epoch(values, self._plan.direction)
        if self._best:
            for variable, array in zip(self.model.variables, self._best, strict=True):
                variable.assign(array)
        if value is None and at:
            value = values[at - 1]
        return TrainResult(
            value=value,
            best_epoch=at,
            epochs=tuple(self._history),
            stopped=self._stopped,
            reason=self._reason,
            path=how,
            seconds=time.perf_counter() - started,
        )

    def epoch_begins(self) -> None:
        if self._is_over():
            raise _Enough

    def epoch_ended(self, logs: Mapping[str, Any] | None) -> None:
        """An epoch whose metrics lack the objective waits: the call's result may still add it."""
        if self._is_over():
            raise _Enough
        # From the end of the one before: what other callbacks do at its beginning is part of it.
        seconds = time.perf_counter() - self._began
        metrics = self._with_rate(_plain(logs or {}))
        if self._held is not None:
            self._tell(*self._held)
            self._held = None
        if self._plan.monitor in metrics:
            self._tell(metrics, seconds)
        else:
            self._held = (metrics, seconds)
        self._began = time.perf_counter()

    def _tell(self, metrics: Metrics, seconds: float) -> None:
        bad = not_finite(metrics, self._plan)
        if bad is not None:
            self._stop("diverged", f"diverged at epoch {len(self._history) + 1}: {bad} is {metrics[bad]}")
            return
        self._history.append(metrics)
        epoch = len(self._history)
        weights = tuple(variable.numpy() for variable in self.model.variables)
        values = self._monitored()
        at = best_epoch(values, self._plan.direction)
        if at == epoch:
            self._best = weights
        ended, reason = self._ended(values)
        best = values[at - 1] if at else None
        answer = self._observe(EpochResult(0, epoch, metrics, seconds, at, best, ended, reason, self._checkpoint))
        if answer == "release":
            self._best = ()
            self._stop("released", f"released at epoch {epoch}")
        elif ended is not None:
            self._stop(ended, reason)
        elif answer == "stop":
            self._stop("caller", f"stopped at epoch {epoch}")

    def _ended(self, values: Sequence[float]) -> tuple[Stopped | None, str]:
        plan, epoch = self._plan, len(values)
        if out_of_patience(values, plan.direction, plan.patience):
            return "patience", f"no better {plan.monitor} in {plural(plan.patience or 0, 'epoch')}, at epoch {epoch}"
        return ("finished" if self._is_over() else None), ""

    def _checkpoint(self) -> Checkpoint:
        """What is known of the epochs; of weights there are none, for nobody can go on from them."""
        return Checkpoint(len(self._history), (), (), best_epoch(self._monitored(), self._plan.direction), (),
                          tuple(self._history))  # fmt: skip

    def _is_over(self) -> bool:
        return self._stopped != "finished" or (self._most is not None and len(self._history) >= self._most)

    def _stop(self, stopped: Stopped, reason: str) -> None:
        self._stopped, self._reason = stopped, reason
        # Raising here would skip the other callbacks' ends; a loop that does not look gets the exception next.
        self.model.stop_training = True

    def _end(self, results: Any) -> float | None:
        """Take what `fit` gave; the objective's value if that says it."""
        if self._stopped in ("caller", "released", "diverged"):
            return None
        if isinstance(results, keras.callbacks.History) and not self._history and self._held is None:
            # The call did not pass its callbacks on.
            names, columns = list(results.history), list(zip(*results.history.values(), strict=False))
            for row in columns:
                self.epoch_ended(dict(zip(names, row, strict=True)))
            results = None
        said = _said(results, self._plan.monitor)
        if self._held is not None or (said and not self._history):
            metrics, seconds = self._held or (self._with_rate({}), time.perf_counter() - self._began)
            self._held = None
            merged = {**metrics, **said}
            check_monitored(merged, self._plan)
            self._tell(merged, seconds)
        if not self._history and self._stopped != "diverged":
            raise TrialFailed("fit told nothing: it returned no metrics, and called no callback's on_epoch_end")
        return None if self._stopped == "diverged" else said.get(self._plan.monitor)

    def _monitored(self) -> list[float]:
        return [metrics.get(self._plan.monitor, math.nan) for metrics in self._history]

    def _with_rate(self, metrics: Metrics) -> Metrics:
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is None or "learning_rate" in metrics:
            return metrics
        return {**metrics, "learning_rate": learning_rate(optimizer)}


def averaging(model: Any, callbacks: Sequence[Any]) -> list[Any]:
    """Callbacks before these, by which averaged weights are those that are validated and kept, as everywhere."""
    swaps = any(isinstance(each, keras.callbacks.SwapEMAWeights) for each in callbacks)
    return (
        [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if averages_weights(model.optimizer) and not swaps else []
    )


class _Watching(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is Any here
    """Copied with the other callbacks by code that does so, it still tells the same training."""

    def __init__(self, fit: WholeFit) -> None:
        super().__init__()
        self._fit = fit

    def __deepcopy__(self, memo: Any) -> "_Watching":
        return _Watching(self._fit)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._fit.epoch_begins()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self._model is not None:
            # A loop may train another model than `build` made, such as a wrapped one.
            self._fit.model = self._model
        self._fit.epoch_ended(logs)


def _plain(logs: Mapping[str, Any]) -> Metrics:
    """Numbers only, as Python's."""
    return in_few_digits(figures(logs))


def _said(results: Any, monitor: str) -> Metrics:
    """A result of `fit` as metrics: a number is the objective, several are averaged; a History says nothing new."""
    if isinstance(results, Mapping):
        return _plain(results)
    if isinstance(results, list | tuple) and results:
        every = [_said(each, monitor) for each in results]
        return {name: float(np.mean([each[name] for each in every])) for name in every[0]}
    if results is None or isinstance(results, keras.callbacks.History):
        return {}
    found = _plain({monitor: results})
    if not found:
        raise TrialFailed(f"fit returned a {type(results).__name__}; a History, a number or a dictionary is needed")
    return found
