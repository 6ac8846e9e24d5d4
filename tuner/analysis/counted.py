"""The check of a parameter's importance: the same question answered by counting, without a density.

The chance to be among the best is counted in some ranges of a parameter, or for each of its choices; how much of its
variance lies between them is what PED-ANOVA asks, too. What so many ranges would show of nothing at all is taken off,
so noise counts for nothing, and the same is counted of trials whose outcomes are shuffled: where these often show as
much, the parameter's importance may be chance.

Owns: the ranges, the share of the variance between them, and how often chance shows as much.
Leaves to others: which trials are the best (importance). Source: Kelley, 1935, for what is taken off.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import BaseDistribution, CategoricalDistribution

from tuner.analysis.ped_anova import Mask, placed

_MOST_RANGES = 10
_LEAST_IN_RANGE = 8
_SHUFFLES = 999


def counted(values: Sequence[Any], best: Mask, sampled: BaseDistribution) -> tuple[float, float]:
    """What lies between the ranges of a parameter, in trials, and the chance that shuffled trials show as much.

    values: of the trials that have it. best: which of these are among the best.
    """
    ranges = _ranges(values, sampled)
    sizes, hits = np.bincount(ranges), np.bincount(ranges, weights=best)
    trials, most = int(sizes.sum()), int(best.sum())
    free = trials - len(sizes)
    if len(sizes) < 2 or free < 1 or not 0 < most < trials:
        return 0.0, 1.0
    whole = most - most**2 / trials
    between = float(_between(hits, sizes))
    of_nothing = (len(sizes) - 1) * (whole - between) / free
    draws = np.random.default_rng(0).multivariate_hypergeometric(sizes, most, size=_SHUFFLES, method="marginals")
    as_much = int((_between(draws, sizes) >= between - 1e-9).sum())
    return max(0.0, between - of_nothing), (1 + as_much) / (1 + _SHUFFLES)


def _between(hits: NDArray[Any], sizes: NDArray[Any]) -> NDArray[np.float64]:
    """Of hits in each range, in the last axis, their variance between the ranges, times trials."""
    return np.asarray((hits**2 / sizes).sum(axis=-1) - hits.sum(axis=-1) ** 2 / sizes.sum())


def _ranges(values: Sequence[Any], sampled: BaseDistribution) -> NDArray[np.intp]:
    """From 0, each with some trials: a choice each, or of numbers stretches with about as many trials each."""
    if isinstance(sampled, CategoricalDistribution):
        cells, _ = placed(values, sampled)
    else:
        numbers = np.asarray(values, dtype=np.float64)
        count = min(_MOST_RANGES, max(2, len(numbers) // _LEAST_IN_RANGE))
        distinct = np.unique(numbers)
        edges = distinct if len(distinct) <= count else np.quantile(numbers, np.arange(1, count) / count)
        cells = np.searchsorted(edges, numbers)
    return np.unique(cells, return_inverse=True)[1]
