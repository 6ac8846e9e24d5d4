"""Samplers of our own, for Optuna to ask: what a trial tries follows from its place in the budget alone.

Owns: the grid's cell and the quasi-random point of one place. Both are exact however many workers ask at once.
Leaves to others: which cells there are (cells), every sampler that learns from earlier trials (Optuna).
"""

from collections.abc import Mapping
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from tuner.optuna_internals import IndexedQMCSampler
from tuner.search.suggest import distributions
from tuner.spec.space import Params, Space


class CellSampler(BaseSampler):
    """Answers from one cell; a width of a layer that the network does not have is no part of it and gets the lowest."""

    def __init__(self, cell: Params) -> None:
        self._cell = cell

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return {}

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return {}

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        if param_name in self._cell:
            return self._cell[param_name]
        if isinstance(param_distribution, CategoricalDistribution):
            return param_distribution.choices[0]
        return param_distribution.low  # type: ignore[attr-defined]  # both kinds of number have it


class PointSampler(IndexedQMCSampler):
    """Answers from one point of a scrambled Sobol sequence over the whole space, categories and conditions included.

    Optuna's own counts the points in the database, where two workers may read the same number, and leaves out whatever
    the first trial did not ask for. Source: Sobol, 1967; Owen, 1998.

    seed: of the scrambling, one a study. index: of the point, from 0.
    """

    def __init__(self, space: Space, seed: int, index: int) -> None:
        super().__init__(index, seed=seed, scramble=True, warn_independent_sampling=False)
        self._whole: Mapping[str, BaseDistribution] = distributions(space)

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return dict(self._whole)
