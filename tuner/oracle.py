"""A KerasTuner oracle on Optuna: scripts keep their `keras_tuner.Tuner`, and get Optuna's samplers and a study in SQL.

Owns: KerasTuner's trials as trials of an Optuna study, and taking a study up again.
Leaves to others: everything else of a tuner - building, training, checkpoints, its folder - to KerasTuner.

It needs both worlds, so it stands outside the floors, and nobody here imports it.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras_tuner
import optuna
from optuna.trial import FrozenTrial, TrialState

from tuner.database.connection import Database, open_database
from tuner.errors import SpecError, StudyConflict
from tuner.optuna_internals import storage_of, trial_id
from tuner.search.algorithms import sampler as make_sampler
from tuner.search.compatibility import check_algorithms
from tuner.search.optuna_study import adopt, tell, worst_value
from tuner.search.suggest import distribution, suggest_anew
from tuner.settings import read_settings
from tuner.spec.metrics import Direction
from tuner.spec.safe_yaml import dump
from tuner.spec.space import Value
from tuner.spec.study_spec import StudySpec, parse_spec
from tuner.training.custom.hypermodel import AskedHyperParameters, parameter_of

logger = logging.getLogger(__name__)

_STATE = "keras_tuner"
_STATUS = keras_tuner.engine.trial.TrialStatus
_DRAWS = 1000
"""In a row, all of them tried before: then no other configuration is left. Of 100 the last one is missed once in
20,000 searches."""
_FAILED = (_STATUS.FAILED, _STATUS.INVALID)


class OptunaOracle(keras_tuner.Oracle):  # type: ignore[misc]  # KerasTuner is Any here
    """Proposes by an Optuna sampler and keeps every trial in an SQL database.

    objective, max_trials, hyperparameters, allow_new_entries, tune_new_entries, max_retries_per_trial,
    max_consecutive_failed_trials: as every KerasTuner oracle takes them; max_trials=None ends where the space does.
    storage: of the study, as SQLAlchemy's URL; None takes TUNER_STORAGE, else sqlite:///tuner.db. study_name: None
    takes the tuner's project name. sampler: tpe, random, cmaes, gp or nsga2, with sampler_options as a search-space
    file has them. seed: of the sampler. overwrite: a study of that name is deleted first, with its trials.

    A study of that name is gone on with: its finished trials count, and a trial that a killed script left is run again.
    The database decides, also where the tuner's folder is gone or was overwritten; another search is another
    study_name, or has overwrite. A configuration is tried once: where each was, the search ends. One script at a time
    works on a study; KerasTuner's own chief and workers count as one.

    Raises SpecError for a sampler that there is not, and, when the tuner first builds, for a hyperparameter that Optuna
    has no equal of; StudyConflict for a study of that name with another objective; ServiceDown, InputError for a
    database that cannot be used.
    """

    def __init__(
        self,
        objective: Any = None,
        max_trials: int | None = 10,
        *,
        storage: str | None = None,
        study_name: str | None = None,
        sampler: str = "tpe",
        sampler_options: Mapping[str, Value] | None = None,
        seed: int | None = None,
        overwrite: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(objective=objective, max_trials=max_trials, seed=seed, **kwargs)
        self._spec = _spec(sampler, sampler_options or {})
        self._max_collisions = _DRAWS
        self._overwrites, self._overwrote = overwrite, False
        self._storage_url = storage or read_settings().storage
        self._study_name = study_name
        self._database: Database | None = None
        self._study: optuna.Study | None = None
        self._numbers: dict[str, int] = {}
        self._asked: dict[str, dict[str, Any]] = {}

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Values for a new trial: Optuna is asked for each hyperparameter that is known and in use.

        None where each configuration of the space has been tried: the search ends.
        """
        # KerasTuner's own search for one that was not tried yet.
        untried = self._random_values()
        if untried is None:
            logger.warning(
                "study %s: each of the %d configurations of the space has been tried, so the search ends before its %s "
                "trials", self._study_name, len(self._tried_so_far), self.max_trials or "further",
            )  # fmt: skip
            return {"status": _STATUS.STOPPED, "values": None}
        study = self._open(len(self._numbers))
        trial, values = self._ask(study)
        if self._tried_so_far and self._duplicate(values):
            study.tell(trial, state=TrialState.FAIL)
            study.enqueue_trial(untried)
            trial, values = self._ask(study)
        self._numbers[trial_id] = trial.number
        trial.set_user_attr("trial_id", trial_id)
        self._asked[trial_id] = dict(values)
        return {"status": _STATUS.RUNNING, "values": values}

    def _ask(self, study: optuna.Study) -> tuple[optuna.Trial, dict[str, Any]]:
        trial = study.ask()
        hp = AskedHyperParameters(lambda parameter: suggest_anew(trial, parameter))
        hp.merge(self.hyperparameters, overwrite=False)
        return trial, hp.values

    def update_space(self, hyperparameters: Any) -> None:
        """Also says, before anything is trained, what Optuna has no equal of."""
        for hp in hyperparameters.space:
            parameter_of(hp)
        super().update_space(hyperparameters)

    @keras_tuner.synchronized  # type: ignore[untyped-decorator]  # KerasTuner is Any here
    def create_trial(self, tuner_id: str) -> Any:
        trial = super().create_trial(tuner_id)
        if trial.status == _STATUS.RUNNING:
            self._store_own_values(trial)
            self._note(trial)
        return trial

    def _store_own_values(self, trial: Any) -> None:
        """Those of a `populate_space` of somebody's own, which changes what Optuna said, or did not ask it."""
        asked = self._asked.pop(trial.trial_id, None)
        if trial.trial_id in self._numbers and asked in (None, trial.hyperparameters.values):
            return
        study = self._open(len(self._numbers))
        if asked is not None:
            study.tell(self._numbers[trial.trial_id], state=TrialState.FAIL)
        own = study.ask()
        own.set_user_attr("trial_id", trial.trial_id)
        self._numbers[trial.trial_id] = own.number
        for hp in trial.hyperparameters.space:
            self._store_new(own, hp, trial.hyperparameters)

    @keras_tuner.synchronized  # type: ignore[untyped-decorator]  # KerasTuner is Any here
    def end_trial(self, trial: Any) -> None:
        """As KerasTuner ends it; then Optuna is told, unless it will be tried again."""
        try:
            super().end_trial(trial)
        finally:
            ended = self.trials[trial.trial_id]
            if ended.trial_id not in self._retry_queue:
                self._tell(ended)

    def _set_project_dir(self, directory: Any, project_name: str) -> None:
        super()._set_project_dir(directory, project_name)
        if self._study_name is None:
            self._study_name = str(project_name)
        self._take_up()

    def reload(self) -> None:
        """From the tuner's folder, where there is more than the database has: then the database's word counts."""
        super().reload()
        if self._overwrote:
            # The folder's trials are those of the study that was deleted; its space is the script's.
            for known in (self.trials, self.ongoing_trials, self._tried_so_far, self._id_to_hash, self._run_times,
                          self.start_order, self.end_order, self._retry_queue):  # fmt: skip
                known.clear()
        self._take_up()

    def _open(self, ordinal: int) -> optuna.Study:
        """The study with the sampler of one trial: each has a seed of its own."""
        assert self._study_name is not None
        if self._study is None:
            optuna.logging.set_verbosity(optuna.logging.ERROR)
            self._database = open_database(self._storage_url)
            self._delete_first(self._database)
            direction: Direction = "maximize" if self.objective.direction == "max" else "minimize"
            self._study = optuna.create_study(
                storage=self._database.storage, study_name=self._study_name, direction=direction, load_if_exists=True
            )
            known = self._study.user_attrs.get("objective", "" if self._study.trials else self.objective.name)
            if not known:
                raise StudyConflict(
                    f"study {self._study_name!r} in {self._storage_url} was made by another program. "
                    "Choose another study_name."
                )
            if self._study.direction.name.lower() != direction or known != self.objective.name:
                raise StudyConflict(
                    f"study {self._study_name!r} in {self._storage_url} is of another objective ({known}, "
                    f"{self._study.direction.name.lower()}d). Choose another study_name."
                )
            self._study.set_user_attr("objective", self.objective.name)
        self._study.sampler = make_sampler(self._spec, self.seed, ordinal)
        return self._study

    def _delete_first(self, database: Database) -> None:
        """Once: this oracle's own trials stay."""
        if self._overwrites and self._study_name in optuna.get_all_study_names(database.storage):
            study = optuna.load_study(study_name=self._study_name, storage=database.storage)
            if not study.user_attrs.get("objective") and study.trials:
                raise StudyConflict(
                    f"study {self._study_name!r} in {self._storage_url} was made by another program, and is not "
                    "deleted. Choose another study_name."
                )
            logger.warning("study %s and its %d trials are deleted: overwrite", self._study_name, len(study.trials))
            optuna.delete_study(study_name=self._study_name, storage=database.storage)
            self._overwrote = True
        self._overwrites = False

    def _take_up(self) -> None:
        """Make the study's trials this oracle's."""
        study = self._open(0)
        found = [each for each in study.get_trials(deepcopy=False) if _STATE in each.user_attrs]
        for frozen in found:
            self._take_up_trial(frozen)
        if found:
            logger.info("study %s: %d trials taken up", self._study_name, len(found))

    def _take_up_trial(self, frozen: FrozenTrial) -> None:
        trial = keras_tuner.engine.trial.Trial.from_state(json.loads(frozen.user_attrs[_STATE]))
        trial_id = trial.trial_id
        self._numbers[trial_id] = frozen.number
        self.trials[trial_id] = trial
        self.hyperparameters.merge(trial.hyperparameters.space, overwrite=False)
        if trial_id not in self.start_order:
            self.start_order.append(trial_id)
            self._record_values(trial)
        if frozen.state.is_finished():
            if trial_id not in self.end_order:
                self.end_order.append(trial_id)
            if trial_id in self._retry_queue:
                self._retry_queue.remove(trial_id)
        elif trial_id not in self._retry_queue:
            self._retry_queue.append(trial_id)

    def _note(self, trial: Any) -> None:
        """Keep KerasTuner's own record of a trial beside Optuna's."""
        self._trial(trial.trial_id).set_user_attr(_STATE, json.dumps(trial.get_state()))

    def _trial(self, trial_id: str) -> optuna.trial.Trial:
        study = self._open(0)
        return adopt(study, storage_of(study), self._numbers[trial_id])

    def _tell(self, ended: Any) -> None:
        study, trial = self._open(0), self._trial(ended.trial_id)
        if study.trials[trial.number].state != TrialState.RUNNING:
            return
        for hp in ended.hyperparameters.space:
            self._store_new(trial, hp, ended.hyperparameters)
        self._note(ended)
        # A tuner of somebody's own may end one before it was scored; KerasTuner counts that as ended.
        failed = ended.status in _FAILED or ended.score is None
        score = worst_value(study) if failed else float(ended.score)
        reason = (str(ended.message or "").strip().splitlines() or ["ended without a score" if failed else ""])[-1]
        tell(study, storage_of(study), trial.number, "failed" if failed else "complete", score, reason)

    def _store_new(self, trial: optuna.trial.Trial, hp: Any, hyperparameters: Any) -> None:
        """A hyperparameter that appeared only while the trial ran had its default there; Optuna learns of it too."""
        parameter = parameter_of(hp)
        known = any(name == hp.name or name.startswith(f"{hp.name} [") for name in trial.params)
        if known or not hyperparameters.is_active(hp) or hp.name not in hyperparameters.values:
            return
        value, sampled = hyperparameters.values[hp.name], distribution(parameter)
        if sampled is not None and value in parameter.domain:
            trial.storage.set_trial_param(trial_id(trial), hp.name, sampled.to_internal_repr(value), sampled)


def _spec(sampler: str, options: Mapping[str, Value]) -> StudySpec:
    """The part of a specification that says how to search."""
    content = {
        "dataset": "digits", "model": {"keras_tuner": "script.py:hypermodel"},
        "search": {"sampler": {"name": sampler, **options}},
    }  # fmt: skip
    spec = parse_spec(dump(content), "OptunaOracle", Path(), "OptunaOracle")
    try:
        check_algorithms(spec, "OptunaOracle")
    except SpecError as error:
        raise SpecError(str(error).replace("search.sampler", "sampler")) from error
    return spec
