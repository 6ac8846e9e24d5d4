"""A stand-in for training: the learning curve that a configuration would have, from the recorded ones.

A forest of trees learns from the recorded table how a configuration's curve runs and what its epochs cost; of what is
minimized it learns the logarithm, since a loss has no worst value. On it lies
the roughness of a recorded curve of about the same level, so that an epoch's figure is as uncertain as a real one;
which, is decided by the configuration and the study's seed. `quality` says how well the forest ranks configurations
that it has not seen.

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
from tuner.spec.space import Choice, Params, Space
from tuner.spec.space_file import Objective

_TREES = 100
_NEAR = 10
_LEAST = 1e-6
"""Below this no loss is told from another."""


@dataclass(frozen=True)
class Training:
    """What training a configuration would show.

    values: the objective after each epoch, with a minus where less is better.
    levels: the same without its roughness, which no study sees.
    seconds: of an epoch.
    """

    values: tuple[float, ...]
    levels: tuple[float, ...]
    seconds: float


class Surrogate:
    """curves: recorded ones of one space, long enough to learn from. objective: whose values they are."""

    def __init__(self, space: Space, curves: Sequence[Curve], objective: Objective) -> None:
        self._less_is_better = objective.direction == "minimize"
        curves = [curve for curve in curves if curve.values]
        self._space = space
        self.epochs = max(len(curve.values) for curve in curves)
        rows = np.array([self._row(curve.params) for curve in curves])
        levels = np.array([_padded(curve.values, self.epochs) for curve in curves])
        levels = -np.log(np.maximum(levels, _LEAST)) if self._less_is_better else levels
        costs = np.log([max(1e-4, float(np.median(curve.seconds))) for curve in curves])
        self._curve_trees = _forest().fit(rows, levels)
        self._cost_trees = _forest().fit(rows, costs)
        self._tops = levels.max(axis=1)
        self._roughness = levels - np.array([_smooth(level) for level in levels])
        self._known: dict[str, tuple[Any, float]] = {}
        folds = KFold(10, shuffle=True, random_state=0)
        unseen = cross_val_predict(_forest(), rows, levels, cv=folds).max(axis=1)
        unseen_costs = cross_val_predict(_forest(), rows, costs, cv=folds)
        upper = self._tops >= np.median(self._tops)
        self.quality = {
            "configurations": float(len(curves)),
            "rank correlation of the best value": float(spearmanr(self._tops, unseen)[0]),
            "in the upper half": float(spearmanr(self._tops[upper], unseen[upper])[0]),
            "of an epoch's cost": float(spearmanr(costs, unseen_costs)[0]),
        }

    def train(self, params: Params, seed: int) -> Training:
        """The curve of one configuration in one study."""
        key = json.dumps({name: value for name, value in sorted(params.items()) if name != "epochs"})
        if key not in self._known:
            row = np.array([self._row(params)])
            # A tree at a time, without the bookkeeping of the whole forest's `predict`, which takes ten times as long.
            small = row.astype(np.float32)
            level = np.mean([tree.tree_.predict(small)[0, :, 0] for tree in self._curve_trees.estimators_], axis=0)
            cost = np.mean([float(np.ravel(tree.tree_.predict(small))[0]) for tree in self._cost_trees.estimators_])
            self._known[key] = level, float(np.exp(cost))
        level, seconds = self._known[key]
        near = np.argsort(np.abs(self._tops - level.max()))[:_NEAR]
        pick = near[int.from_bytes(hashlib.sha256(f"{seed}{key}".encode()).digest()[:4], "big") % len(near)]
        values = level + self._roughness[pick]
        return Training(self._shown(values), self._shown(level), seconds)

    def _shown(self, level: Any) -> tuple[float, ...]:
        return tuple(map(float, -np.exp(-level) if self._less_is_better else np.clip(level, 0.0, 1.0)))

    def _row(self, params: Mapping[str, Any]) -> list[float]:
        """A configuration as numbers: a choice is one column a value; what is not in use is -1.

        The learning rate also as the step that it comes to, by the kind of optimizer, which a tree would need many
        configurations to find out.
        """
        depth = params.get("hidden_layers", params.get("blocks"))
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
                number = -1.0 if value is None else float(value)
                row.append(math.log(number) if parameter.domain.log and number > 0 else number)
        adapts = params.get("optimizer") in ("adam", "rmsprop", "adamw", "nadam")
        step = math.log(params.get("learning_rate", 0.001)) - math.log(1 - params.get("momentum", 0.0))
        return [*row, step if adapts else 5.0, 5.0 if adapts else step, step - math.log(params.get("batch_size", 64))]


def _forest() -> ExtraTreesRegressor:
    return ExtraTreesRegressor(_TREES, max_features=0.7, random_state=0)


def _padded(values: Sequence[float], epochs: int) -> list[float]:
    return [*values, *[values[-1]] * (epochs - len(values))]


def _smooth(level: Any) -> list[float]:
    """The mean over each epoch and its neighbours."""
    return [float(np.mean(level[max(0, i - 1) : i + 2])) for i in range(len(level))]
