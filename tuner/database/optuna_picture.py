"""An Optuna study as one worker has it before it: read once, kept up to date, and written to in bulk.

Samplers, pruners and trials ask it as they ask Optuna's own storage, and get the same answers. What they write - a
parameter, an epoch's value, a rung, an end - changes the picture at once, and waits until the worker writes all of it
in a transaction of its own (`turns`), where Optuna's own storage makes one of each.

Owns: that what others write is read once; that nothing is written of a trial that this worker does not hold.
Leaves to others: the rows (optuna_writing, optuna_tables), making trials (budget), the fences (turns).
"""

import copy
from collections.abc import Container, Iterable, Sequence
from typing import Any

from optuna.distributions import BaseDistribution, check_distribution_compatibility
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from tuner.database import optuna_reading
from tuner.database import optuna_tables as tables
from tuner.database.connection import Database
from tuner.database.optuna_tables import Attributes
from tuner.database.optuna_writing import Ended, Writes
from tuner.optuna_internals import trial_id as id_in_storage


class OptunaPicture(BaseStorage):
    """One study. Not for several threads. Raises KeyError where Optuna does not have it.

    pending: what was written to the picture and not yet to the database.
    """

    def __init__(self, db: Database, study_name: str) -> None:
        self._db = db
        self._study_name = study_name
        storage = db.storage
        self._study_id = storage.get_study_id_from_name(study_name)
        self._directions = storage.get_study_directions(self._study_id)
        self._trials: list[FrozenTrial] = []
        self._places: dict[int, int] = {}
        self._ids: dict[int, int] = {}
        self._distributions: dict[str, BaseDistribution] = {}
        self._held: set[int] = set()
        self._running: set[int] = set()
        self._last = -1
        self.pending = Writes()
        self.refresh()

    def refresh(self) -> None:
        """Read what others have written since: new trials, and those of theirs that ran. Once a turn is enough."""
        wanted = self._running - self._held
        for trial in optuna_reading.read_trials(self._db, self._study_id, self._last, wanted):
            self._show(trial)

    def hold(self, trial_number: int) -> FrozenTrial:
        """From now on this worker alone writes to a trial, until it lets it go or has ended it."""
        if trial_number not in self._ids:
            self.refresh()
        self._held.add(self._ids[trial_number])
        return self.get_trial(self._ids[trial_number])

    def let_go(self, trial_numbers: Iterable[int]) -> None:
        """Others hold these trials by now: what was not written of them never is, and they are read again."""
        trial_ids = [self._ids[number] for number in trial_numbers]
        self.pending.forget(trial_ids)
        self._held.difference_update(trial_ids)
        self._running.update(trial_ids)

    def written(self, trial_ids: Sequence[int]) -> None:
        """What was pending of these trials is in the database."""
        ended = [trial_id for trial_id in trial_ids if trial_id in self.pending.ends]
        self.pending.forget(trial_ids)
        self._held.difference_update(ended)
        self._running.difference_update(ended)

    def id_of(self, trial_number: int) -> int:
        """Its key in Optuna's storage. Raises KeyError for one that was not read."""
        return self._ids[trial_number]

    def _show(self, trial: FrozenTrial) -> None:
        key = id_in_storage(trial)
        if key in self._held:
            return
        if key in self._places:
            self._trials[self._places[key]] = trial
        else:
            self._places[key] = len(self._trials)
            self._ids[trial.number] = key
            self._trials.append(trial)
        self._last = max(self._last, key)
        (self._running.discard if trial.state.is_finished() else self._running.add)(key)
        for name, distribution in trial.distributions.items():
            self._distributions.setdefault(name, distribution)

    def _mine(self, trial_id: int) -> FrozenTrial:
        """A copy of a trial in its place, to be changed: who has read it before sees it as it was, as Optuna has it."""
        known = self.get_trial(trial_id)
        if known.state.is_finished():
            raise UpdateFinishedTrialError(f"trial {known.number} has ended")
        if trial_id not in self._held:
            raise RuntimeError(f"trial {known.number} is not this worker's to write to")
        trial = self._trials[self._places[trial_id]] = copy.copy(known)
        return trial

    def set_trial_param(
        self, trial_id: int, param_name: str, param_value_internal: float, distribution: BaseDistribution
    ) -> None:
        trial = self._mine(trial_id)
        if (known := self._distributions.get(param_name)) is not None:
            check_distribution_compatibility(known, distribution)
        self._distributions.setdefault(param_name, distribution)
        trial.distributions = {**trial.distributions, param_name: distribution}
        trial.params = {**trial.params, param_name: distribution.to_external_repr(param_value_internal)}
        self.pending.params.setdefault(trial_id, {})[param_name] = (param_value_internal, distribution)

    def set_trial_intermediate_value(self, trial_id: int, step: int, intermediate_value: float) -> None:
        trial = self._mine(trial_id)
        trial.intermediate_values = {**trial.intermediate_values, step: intermediate_value}
        self.pending.steps.setdefault(trial_id, {})[step] = intermediate_value

    def set_trial_user_attr(self, trial_id: int, key: str, value: Any) -> None:
        trial = self._mine(trial_id)
        trial.user_attrs = {**trial.user_attrs, key: value}
        self._attribute(trial_id, "user", key, value)

    def set_trial_system_attr(self, trial_id: int, key: str, value: Any) -> None:
        trial = self._mine(trial_id)
        trial.system_attrs = {**trial.system_attrs, key: value}
        self._attribute(trial_id, "system", key, value)

    def _attribute(self, trial_id: int, kind: Attributes, key: str, value: Any) -> None:
        self.pending.attributes.setdefault(trial_id, {})[kind, key] = value

    def set_trial_state_values(self, trial_id: int, state: TrialState, values: Sequence[float] | None = None) -> bool:
        trial = self._mine(trial_id)
        if not state.is_finished():
            return False
        at = tables.now()
        trial.values = None if values is None else list(values)
        trial.state, trial.datetime_complete = state, tables.read_time(at)
        self.pending.ends[trial_id] = Ended(state.name, values, at)
        return True

    def get_trial(self, trial_id: int) -> FrozenTrial:
        return self._trials[self._places[trial_id]]

    def get_all_trials(
        self, study_id: int, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        """As of the last time that it was read. The trials themselves: who changes one changes a copy."""
        return [*self._trials] if states is None else [each for each in self._trials if each.state in states]

    def get_trial_id_from_study_id_trial_number(self, study_id: int, trial_number: int) -> int:
        return self.id_of(trial_number)

    def get_study_id_from_name(self, study_name: str) -> int:
        if study_name != self._study_name:
            raise KeyError(study_name)
        return self._study_id

    def get_study_name_from_id(self, study_id: int) -> str:
        return self._study_name

    def get_study_directions(self, study_id: int) -> list[StudyDirection]:
        return self._directions

    # Of the study itself little is written, and others read it at once.

    def set_study_user_attr(self, study_id: int, key: str, value: Any) -> None:
        self._db.storage.set_study_user_attr(study_id, key, value)

    def set_study_system_attr(self, study_id: int, key: str, value: Any) -> None:
        self._db.storage.set_study_system_attr(study_id, key, value)

    def get_study_user_attrs(self, study_id: int) -> dict[str, Any]:
        return self._db.storage.get_study_user_attrs(study_id)

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        return self._db.storage.get_study_system_attrs(study_id)

    def get_all_studies(self) -> list[Any]:
        return [each for each in self._db.storage.get_all_studies() if each.study_name == self._study_name]

    def create_new_study(self, directions: Sequence[StudyDirection], study_name: str | None = None) -> int:
        raise NotImplementedError("a picture is of one study, which is there")

    def delete_study(self, study_id: int) -> None:
        raise NotImplementedError("a picture is of one study, which is there")

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        raise NotImplementedError("a trial is made with its place of the budget")
