"""How good a finished model is on the test rows, and how sure that is.

Owns: the headline figure of each task, its 95% interval, and what guessing without looking at a row would come to.
Leaves to others: a model's outputs and plain metrics (training), when the test rows are scored (closing).
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import DataInfo, Dataset, Rows
from tuner.data.views import of_target, target_of
from tuner.errors import TrialFailed
from tuner.training.by_target import NO_TARGET, by_target
from tuner.training.networks.models import figures_of, predict
from tuner.training.stream_feed import test_outputs

HEADLINES = ("accuracy", "mae")
"""Of classes, of regression."""

_Z_95 = 1.959964
_RESAMPLES = 2000
_SEED = 0
_VALUES_AT_ONCE = 1 << 22


def score(model: Any, dataset: Dataset, objective: str = "") -> dict[str, float]:
    """The metrics of a model for use on the test rows.

    Of several targets, each one's figures begin with its name; those without a name are of the target that the
    objective is about, else of the first.

    Beside those of `evaluate`: `low` and `high`, the 95% interval of the headline figure - Wilson's for an accuracy, a
    bootstrap over the test rows for a mean absolute error - and `naive`, what that figure is for always guessing the
    training rows' most common class, or the mean of their targets. A figure that is not finite is left out. Raises
    TrialFailed where the headline figure is not.
    """
    if dataset.streams is None:
        given = predict(model, dataset.test.x)
    else:
        given, y = test_outputs(model, dataset)
        dataset = replace(dataset, test=Rows(y, y))
    if not dataset.info.targets:
        return _figures(given, dataset)
    found = {
        name: _figures(each, of_target(dataset, name)) for name, each in by_target(model, given, dataset.info).items()
    }
    if not found:
        raise TrialFailed(NO_TARGET)
    about = target_of(objective, dataset.info)
    first = found[about.name] if about is not None and about.name in found else next(iter(found.values()))
    return {**first, **{f"{name}_{key}": each for name, own in found.items() for key, each in own.items()}}


def _figures(given: NDArray[np.float32], dataset: Dataset) -> dict[str, float]:
    rows, info = dataset.test, dataset.info
    measured = figures_of(given, rows.y, info)
    figures = {name: each for name, each in measured.items() if math.isfinite(each)}
    if not figures.keys() & set(HEADLINES):
        raise TrialFailed("the figures on the test rows are not numbers")
    if info.task == "classification":
        low, high = wilson(figures["accuracy"], len(rows))
    else:
        outputs = given.astype(np.float64)
        low, high = bootstrap(np.abs(outputs - rows.y.astype(np.float64).reshape(outputs.shape)).mean(axis=1))
    # What the training rows of a stream have most of, nobody has counted.
    guess = {} if info.streamed else {"naive": naive(dataset.train, rows, info)}
    return {**figures, "low": low, "high": high, **guess}


def naive(train: Rows, rows: Rows, info: DataInfo) -> float:
    """The headline figure on `rows` of the best guess that looks at no row."""
    if info.task == "classification":
        common = np.bincount(train.y.astype(np.intp)).argmax()
        return float(np.mean(rows.y == common))
    return float(np.mean(np.abs(rows.y.astype(np.float64) - train.y.mean(axis=0, dtype=np.float64))))


def wilson(share: float, rows: int) -> tuple[float, float]:
    """The 95% interval of a share that was counted over so many rows.

    Source: Wilson, 1927.
    """
    spread = _Z_95**2 / rows
    middle = (share + spread / 2) / (1 + spread)
    half = _Z_95 / (1 + spread) * math.sqrt(share * (1 - share) / rows + spread / (4 * rows))
    return middle - half, middle + half


def bootstrap(values: NDArray[np.float64]) -> tuple[float, float]:
    """The 95% interval of the mean of (rows,) values: percentiles of the means of resampled rows, always the same.

    Source: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    # Its stream never changes (NEP 19), unlike that of default_rng.
    random = np.random.RandomState(np.random.MT19937(np.random.SeedSequence(_SEED)))
    at_once = max(1, _VALUES_AT_ONCE // len(values))
    means = [
        values[random.randint(len(values), size=(min(at_once, _RESAMPLES - start), len(values)))].mean(axis=1)
        for start in range(0, _RESAMPLES, at_once)
    ]
    low, high = np.quantile(np.concatenate(means), [0.025, 0.975])
    return float(low), float(high)
