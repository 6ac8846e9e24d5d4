"""A stand-in for training: the learning curve that a configuration would have, from the recorded ones.

A forest of trees learns from the recorded table how a configuration's curve runs and what its epochs cost. What the
forest does not explain - the seed, and what its splits are too coarse for - is put back: the residual of a recorded
configuration of about the same level is added, chosen by the configuration itself, so that one configuration always has
one curve. `quality` says how well all this does on configurations that it has not seen.

It is a model of one data set on one machine. It ranks search algorithms; it does not foretell a study's accuracy.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.model_selection import KFold, cross_val_predict

from benchmarks.record_curves import Curve
from tuner.space import Choice, Params, Space

_TREES = 100
_NEAR = 10


@dataclass(frozen=True)
class Training:
    """What training a configuration would show. values: val_accuracy after each epoch. seconds: of each epoch."""

    values: tuple[float, ...]
    seconds: float


class Surrogate:
    """curves: recorded ones of one space, long enough to learn from."""

    def __init__(self, space: Space, curves: Sequence[Curve]) -> None:
        self._space = space
        self.epochs = max(len(curve.values) for curve in curves)
        rows = np.array([self._row(curve.params) for curve in curves])
        levels = np.array([_padded(curve.values, self.epochs) for curve in curves])
        costs = np.log([max(1e-4, float(np.median(curve.seconds))) for curve in curves])
        self._curve_trees = self._forest().fit(rows, levels)
        self._cost_trees = self._forest().fit(rows, costs)
        folds = KFold(10, shuffle=True, random_state=0)
        self._unseen = cross_val_predict(self._forest(), rows, levels, cv=folds)
        self._residuals = levels - self._unseen
        unseen_costs = cross_val_predict(self._forest(), rows, costs, cv=folds)
        best, unseen_best = levels.max(axis=1), self._unseen.max(axis=1)
        self.quality = {
            "configurations": len(curves),
            "rank correlation of the best accuracy": float(spearmanr(best, unseen_best)[0]),
            "of the upper half alone": float(spearmanr(*_upper_half(best, unseen_best))[0]),
            "of the cost of an epoch": float(spearmanr(costs, unseen_costs)[0]),
        }
        self._known: dict[str, Training] = {}

    def train(self, params: Params) -> Training:
        """The curve of one configuration; of the same one, always the same."""
        key = json.dumps({name: value for name, value in sorted(params.items()) if name != "epochs"})
        if key not in self._known:
            row = np.array([self._row(params)])
            level = self._curve_trees.predict(row)[0]
            near = np.argsort(np.abs(self._unseen.max(axis=1) - level.max()))[:_NEAR]
            pick = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % _NEAR
            values = np.clip(level + self._residuals[near[pick]], 0.0, 1.0)
            self._known[key] = Training(tuple(map(float, values)), float(np.exp(self._cost_trees.predict(row)[0])))
        return self._known[key]

    def _forest(self) -> ExtraTreesRegressor:
        return ExtraTreesRegressor(_TREES, min_samples_leaf=2, max_features=0.7, random_state=0)

    def _row(self, params: Mapping[str, object]) -> list[float]:
        """A configuration as numbers: a choice is one column a value; what is not in use is -1."""
        depth = params.get("hidden_layers")
        row: list[float] = []
        for parameter in self._space:
            value = params.get(parameter.name)
            layer = parameter.name.rpartition("_")[2]
            if parameter.shared and isinstance(depth, int) and layer.isdigit() and int(layer) > depth:
                value = None
            if isinstance(parameter.domain, Choice):
                if len(parameter.domain.values) > 1:
                    row += [float(value == each) for each in parameter.domain.values]
            elif parameter.name != "epochs":
                number = -1.0 if value is None else float(value)  # type: ignore[arg-type]
                row.append(math.log(number) if parameter.domain.log and number > 0 else number)
        return row


def _padded(values: Sequence[float], epochs: int) -> list[float]:
    return [*values, *[values[-1]] * (epochs - len(values))] if values else [0.0] * epochs


def _upper_half(best: Any, other: Any) -> tuple[Any, Any]:
    upper = best >= np.median(best)
    return best[upper], other[upper]
