"""Optuna's private names: all that this project uses of what Optuna does not offer in public, and nothing else.

Owns: a trial's id and a study's storage; the hooks of samplers that are replaced, each checked to be there when it is.
Leaves to others: what they are replaced with (search).

Tried on Optuna 5.0. A hook that a release renames would be passed over in silence, and the search would quietly be
another one: `HookGone` says so instead, and `tests/test_optuna_internals.py` sees each hook being called.
"""

from collections.abc import Callable, Container, Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import QMCSampler, TPESampler
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, Trial, TrialState


class HookGone(RuntimeError):
    """This release of Optuna has renamed what is replaced here."""

    def __init__(self, owner: type, name: str) -> None:
        super().__init__(f"Optuna {optuna.__version__}: {owner.__name__}.{name} is gone. Use Optuna 5.0.")


def trial_id(trial: Trial | FrozenTrial) -> int:
    """Its key in Optuna's storage, which is not its number."""
    return trial._trial_id


def storage_of(study: optuna.Study) -> BaseStorage:
    return study._storage


def count_good_trials(sampler: TPESampler, good: Callable[[int], int]) -> None:
    """How many of so many trials TPE calls good. (Its own argument `gamma` is deprecated; what it sets is not.)"""
    if not hasattr(sampler, "_gamma"):
        raise HookGone(TPESampler, "_gamma")
    sampler._gamma = good


class StudyWithTrials:
    """A study, but for its trials as a sampler reads them: those that `shown` makes of them."""

    def __init__(self, study: optuna.Study, shown: Callable[[Sequence[FrozenTrial]], list[FrozenTrial]]) -> None:
        if not callable(getattr(study, "_get_trials", None)):
            raise HookGone(optuna.Study, "_get_trials")
        self._study = study
        self._shown = shown

    def __getattr__(self, name: str) -> Any:
        return getattr(self._study, name)

    def _get_trials(
        self, deepcopy: bool = True, states: Container[TrialState] | None = None, use_cache: bool = False
    ) -> list[FrozenTrial]:
        return self._shown(self._study._get_trials(deepcopy=False, states=states, use_cache=use_cache))


class IndexedQMCSampler(QMCSampler):
    """Optuna's quasi-random sampler at a point that is given, instead of the next one in the database. From 0."""

    def __init__(self, index: int, **options: Any) -> None:
        if not callable(getattr(QMCSampler, "_find_sample_id", None)):
            raise HookGone(QMCSampler, "_find_sample_id")
        super().__init__(**options)
        self._index = index

    def _find_sample_id(self, study: optuna.Study, search_space: dict[str, BaseDistribution]) -> int:
        return self._index
