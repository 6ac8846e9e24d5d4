"""PED-ANOVA: how much the values of a parameter among the best trials differ from all that were tried.

Owns: both densities of a parameter, smoothed on a grid, and their distance; as Optuna's evaluator finds them, whose
trials ten thousand of ours would first have to become.
Leaves to others: which trials count and which are the best, the check of it (counted), how it is shown (importance).

A parameter that only some trials have is weighed among those. Sources: Watanabe, Bansal and Hutter, 2023; Scott, 1992,
for how far is smoothed.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from tuner.search.normal import share_below

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_CELLS = 50
_LEAST_WIDTH = 0.5 / 1.64
_ANYTHING = 1e-12


def divergence(values: Sequence[Any], best: Mask, trials: int, best_trials: int, sampled: BaseDistribution) -> float:
    """The variance of the chance to be among the best that a parameter explains; 0 where nothing can be told.

    values: of the trials that have it. best: which of these are among the best. trials, best_trials: of the study.
    """
    if len(values) < 2 or not best.any() or sampled.single():
        return 0.0
    cells, among = placed(values, sampled)
    density = _by_choice if isinstance(sampled, CategoricalDistribution) else _by_number
    tried = density(np.bincount(cells, minlength=among)) + _ANYTHING
    of_best = density(np.bincount(cells[best], minlength=among)) + _ANYTHING
    part, best_part = len(values) / trials, int(best.sum()) / best_trials
    distance = float(tried @ (of_best / tried - 1.0) ** 2)
    return (best_trials / trials) ** 2 * best_part**2 / part * distance


def placed(values: Sequence[Any], sampled: BaseDistribution) -> tuple[NDArray[np.intp], int]:
    """The cell of each value on a grid over what can be sampled, and how many cells there are."""
    if isinstance(sampled, CategoricalDistribution):
        # 1 and True are two choices, but a database may give 2 where 2.0 was stored.
        cells: dict[Any, int] = {each: place for place, each in enumerate(sampled.choices)}
        cells |= {(type(each), each): place for place, each in enumerate(sampled.choices)}
        found = [cells.get((type(each), each), cells.get(each, 0)) for each in values]
        return np.array(found), len(sampled.choices)
    assert isinstance(sampled, IntDistribution | FloatDistribution)
    numbers, low, high = np.asarray(values, dtype=np.float64), float(sampled.low), float(sampled.high)
    among = _CELLS
    if isinstance(sampled, IntDistribution) and sampled.log:
        among = min(among, math.ceil(math.log2(high - low + 1.0)) + 1)
    elif sampled.step is not None:
        among = min(among, round((high - low) / sampled.step) + 1)
    if sampled.log:
        numbers, low, high = np.log(numbers), math.log(low), math.log(high)
    cells_of = np.ceil((numbers - low) * ((among - 1) / (high - low)) - 0.5)
    return np.clip(cells_of, 0, among - 1).astype(np.intp), among


def _by_choice(counts: NDArray[np.intp]) -> Floats:
    """A kernel a choice that was made, most of it on the choice itself, and one that knows nothing."""
    seen = np.flatnonzero(counts)
    elsewhere = 1.0 / (len(seen) + 1)
    kernels = np.full((len(seen), len(counts)), elsewhere)
    kernels[np.arange(len(seen)), seen] += 1.0
    kernels /= kernels.sum(axis=1, keepdims=True)
    return np.asarray((counts[seen] @ kernels + 1.0 / len(counts)) / (counts.sum() + 1))


def _by_number(counts: NDArray[np.intp]) -> Floats:
    """A normal distribution around each cell that was tried, cut off at both ends, and one that knows nothing."""
    seen, most = np.flatnonzero(counts).astype(np.float64), len(counts) - 1
    weights = counts[counts > 0].astype(np.float64)
    total, so_far = weights.sum(), np.cumsum(weights)
    mean = seen @ weights / total
    spread = math.sqrt((seen - mean) ** 2 @ weights / max(1.0, total - 1.0))
    quarters = np.searchsorted(so_far, total // 4, "left"), np.searchsorted(so_far, total * 3 // 4, "right")
    middle_half = seen[min(len(seen) - 1, quarters[1])] - seen[quarters[0]]
    width = max(_LEAST_WIDTH, 1.059 * min(middle_half / 1.34, spread) * total**-0.2)
    centres, widths = np.append(seen, most / 2.0), np.append(np.full(len(seen), width), most + 1.0)
    edges = (np.arange(-0.5, most + 1.0) - centres[:, None]) / widths[:, None]
    below = share_below(edges)
    kernels = np.diff(below, axis=1) / (below[:, -1:] - below[:, :1])
    return np.asarray(np.append(weights, 1.0) @ kernels / (total + 1.0))
