"""Optuna's private names: all that this project uses of what Optuna does not offer in public, and nothing else.

Owns: a trial's id, what it began with, a study's storage and all of its trials; the one hook of a sampler that is
replaced, if it is there.
Leaves to others: what it is replaced with (search).

Tried on Optuna 5.0. A hook that a release renames would be passed over in silence, and the search would quietly be
another one: `HookGone` says so instead, and `tests/test_optuna_internals.py` sees the hook being called.
"""

from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import QMCSampler
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, Trial


class HookGone(RuntimeError):
    """This release of Optuna has renamed what is replaced here."""

    def __init__(self, owner: type, name: str) -> None:
        super().__init__(f"Optuna {optuna.__version__}: {owner.__name__}.{name} is gone. Use Optuna 5.0.")


def trial_id(trial: Trial | FrozenTrial) -> int:
    """Its key in Optuna's storage, which is not its number."""
    return trial._trial_id


def as_begun(trial: Trial) -> FrozenTrial:
    """What this process knows of a trial that it goes on with: its values so far, its attributes. Not a copy."""
    return trial._cached_frozen_trial


def storage_of(study: optuna.Study) -> BaseStorage:
    return study._storage


def every_trial(study: optuna.Study) -> list[FrozenTrial]:
    """All trials of a study by their numbers, the ones that it holds; also where a pruner shows a sampler a part."""
    return study._storage.get_all_trials(study._study_id, deepcopy=False)


class IndexedQMCSampler(QMCSampler):
    """Optuna's quasi-random sampler at a point that is given, instead of the next one in the database. From 0."""

    def __init__(self, index: int, **options: Any) -> None:
        if not callable(getattr(QMCSampler, "_find_sample_id", None)):
            raise HookGone(QMCSampler, "_find_sample_id")
        super().__init__(**options)
        self._index = index

    def _find_sample_id(self, study: optuna.Study, search_space: dict[str, BaseDistribution]) -> int:
        return self._index
