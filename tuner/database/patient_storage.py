"""Optuna's storage, each call of which waits by itself while the database is away.

Owns: that a call made again changes nothing more: the answer to the first may have been lost.
Leaves to others: how long, and the words (patience), what Optuna stores (Optuna).
"""

from collections.abc import Callable, Container, Sequence
from typing import Any, ParamSpec, TypeVar

from optuna.distributions import BaseDistribution
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from tuner.database.patience import patiently

P = ParamSpec("P")
T = TypeVar("T")


class PatientStorage(BaseStorage):
    """Another storage, with patience. wait_s: for each call; 0 does not wait.

    What makes a study or a trial is passed on as it is: made twice, there would be two. This project makes both in a
    transaction of its own (`Database.optuna_within`).
    """

    def __init__(self, storage: BaseStorage, wait_s: float) -> None:
        self._within = storage
        self._wait_s = wait_s

    def _patiently(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return patiently(lambda: call(*args, **kwargs), self._wait_s) if self._wait_s > 0 else call(*args, **kwargs)

    def create_new_study(self, directions: Sequence[StudyDirection], study_name: str | None = None) -> int:
        return self._within.create_new_study(directions, study_name)

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        return self._within.create_new_trial(study_id, template_trial)

    def delete_study(self, study_id: int) -> None:
        self._within.delete_study(study_id)

    def set_study_user_attr(self, study_id: int, key: str, value: Any) -> None:
        self._patiently(self._within.set_study_user_attr, study_id, key, value)

    def set_study_system_attr(self, study_id: int, key: str, value: Any) -> None:
        self._patiently(self._within.set_study_system_attr, study_id, key, value)

    def get_study_id_from_name(self, study_name: str) -> int:
        return self._patiently(self._within.get_study_id_from_name, study_name)

    def get_study_name_from_id(self, study_id: int) -> str:
        return self._patiently(self._within.get_study_name_from_id, study_id)

    def get_study_directions(self, study_id: int) -> list[StudyDirection]:
        return self._patiently(self._within.get_study_directions, study_id)

    def get_study_user_attrs(self, study_id: int) -> dict[str, Any]:
        return self._patiently(self._within.get_study_user_attrs, study_id)

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        return self._patiently(self._within.get_study_system_attrs, study_id)

    def get_all_studies(self) -> list[Any]:
        return self._patiently(self._within.get_all_studies)

    def set_trial_param(
        self, trial_id: int, param_name: str, param_value_internal: float, distribution: BaseDistribution
    ) -> None:
        self._patiently(self._within.set_trial_param, trial_id, param_name, param_value_internal, distribution)

    def set_trial_intermediate_value(self, trial_id: int, step: int, intermediate_value: float) -> None:
        self._patiently(self._within.set_trial_intermediate_value, trial_id, step, intermediate_value)

    def set_trial_user_attr(self, trial_id: int, key: str, value: Any) -> None:
        self._patiently(self._within.set_trial_user_attr, trial_id, key, value)

    def set_trial_system_attr(self, trial_id: int, key: str, value: Any) -> None:
        self._patiently(self._within.set_trial_system_attr, trial_id, key, value)

    def set_trial_state_values(self, trial_id: int, state: TrialState, values: Sequence[float] | None = None) -> bool:
        asked = 0

        def tell() -> bool:
            nonlocal asked
            asked += 1
            try:
                return self._within.set_trial_state_values(trial_id, state, values)
            except UpdateFinishedTrialError:
                # Only its holder ends a trial: it was the first call, whose answer was lost.
                if asked == 1:
                    raise
                return True

        return self._patiently(tell)

    def get_trial(self, trial_id: int) -> FrozenTrial:
        return self._patiently(self._within.get_trial, trial_id)

    def get_trial_id_from_study_id_trial_number(self, study_id: int, trial_number: int) -> int:
        return self._patiently(self._within.get_trial_id_from_study_id_trial_number, study_id, trial_number)

    def get_trial_number_from_id(self, trial_id: int) -> int:
        return self._patiently(self._within.get_trial_number_from_id, trial_id)

    def get_trial_param(self, trial_id: int, param_name: str) -> float:
        return self._patiently(self._within.get_trial_param, trial_id, param_name)

    def get_all_trials(
        self, study_id: int, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        return self._patiently(self._within.get_all_trials, study_id, deepcopy, states)

    def get_best_trial(self, study_id: int) -> FrozenTrial:
        return self._patiently(self._within.get_best_trial, study_id)

    def get_n_trials(self, study_id: int, state: tuple[TrialState, ...] | TrialState | None = None) -> int:
        return self._patiently(self._within.get_n_trials, study_id, state)

    def remove_session(self) -> None:
        self._within.remove_session()
