"""Where a training's configuration comes from, and who is told what came of it: Optuna, or nobody.

Owns: the Optuna trial of a place of the budget, from its first moment to what it is told.
Leaves to others: sampling and telling (search), the network of a configuration (network_building).
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tuner.data.dataset import DataInfo
from tuner.database import budget, runs
from tuner.database.runs import Job
from tuner.optuna_internals import trial_id
from tuner.runs.study_context import StudyContext
from tuner.search.optuna_study import (
    adopt,
    baseline_proposal,
    open_optuna_study,
    tell,
    trial_template,
    worst_values,
)
from tuner.spec.space import Params, Value
from tuner.studies.network_building import ask_network, fixed_network
from tuner.studies.pareto import values_of
from tuner.training.network import Network


class Configuration(Protocol):
    """params: every value that is known; code may ask for more while it trains."""

    @property
    def params(self) -> Mapping[str, Value]: ...

    def network(self, info: DataInfo, seed: int) -> Network:
        """Untrained. Raises TrialFailed where code fails."""
        ...

    def tell(self) -> None:
        """Say how it ended, from what its row says. Told twice, the second time changes nothing."""
        ...


class Known:
    """Of a trial that has ended: the same values again."""

    def __init__(self, context: StudyContext, params: Params, trial_number: int) -> None:
        self.params = params
        self._context = context
        self._number = trial_number

    def network(self, info: DataInfo, seed: int) -> Network:
        context = self._context
        return fixed_network(context.spec, info, context.code, self.params, seed, self._number)

    def tell(self) -> None:
        """Nobody waits for it."""


class Asked:
    """An Optuna trial answers what the network asks. It is made here, where the place of the budget has none yet."""

    def __init__(self, context: StudyContext, job: Job) -> None:
        db, spec = context.db, context.spec
        self.params: dict[str, Value] = {}
        self._context = context
        self._job = job
        self._study = open_optuna_study(db.storage, context.study.study_name, spec, context.study.seed, job.ordinal)
        proposal = baseline_proposal(spec, job.ordinal)
        self.number = job.trial_number
        if self.number is None:
            template = trial_template(job.ordinal, proposal)
            self.number = budget.fill(db, job, template, proposal[0] if proposal else "")
        self.trial = adopt(self._study, db.storage, self.number)
        self.is_baseline = proposal is not None
        self._baseline = spec.baselines[job.ordinal].params if self.is_baseline else None

    def network(self, info: DataInfo, seed: int) -> Network:
        context = self._context
        return ask_network(context.spec, info, context.code, self.trial, self._baseline, self.params, seed)

    def reported(self) -> set[int]:
        """The epochs that Optuna has."""
        return set(self._context.db.storage.get_trial(trial_id(self.trial)).intermediate_values)

    def tell(self) -> None:
        db, spec = self._context.db, self._context.spec
        view = runs.view_trial(db, self._job.study_name, self._job.ordinal)
        told: Sequence[float] | None = None if view.value is None else (view.value,)
        if len(spec.objectives) > 1:
            told = values_of(spec, view) if view.state == "complete" else None
        final = told or worst_values(self._study)
        tell(self._study, db.storage, self.trial.number, view.state, final, view.reason)
