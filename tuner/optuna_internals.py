"""Optuna's private names: all that this project uses of what Optuna does not offer in public, and nothing else.

Owns: a trial's id and a study's storage; the one hook of a sampler that is replaced, checked to be there when it is.
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


def storage_of(study: optuna.Study) -> BaseStorage:
    return study._storage


class IndexedQMCSampler(QMCSampler):
    """Optuna's quasi-random sampler at a point that is given, instead of the next one in the database. From 0."""

    def __init__(self, index: int, **options: Any) -> None:
        if not callable(getattr(QMCSampler, "_find_sample_id", None)):
            raise HookGone(QMCSampler, "_find_sample_id")
        super().__init__(**options)
        self._index = index

    def _find_sample_id(self, study: optuna.Study, search_space: dict[str, BaseDistribution]) -> int:
        return self._index
