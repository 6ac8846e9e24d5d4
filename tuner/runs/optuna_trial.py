"""The Optuna trial of a place of the budget, from its first moment to what it is told.

Owns: that it is made where the place has none yet, and told from what its row says.
Leaves to others: sampling and telling (search), what asks for its values (configurations, external trials), whether
Optuna's tables are read and written one by one or in bulk (the storage).
"""

from collections.abc import Callable, Sequence

import optuna
from optuna.storages import BaseStorage

from tuner.database import budget, configurations, runs
from tuner.database.connection import Database
from tuner.database.runs import INFEASIBLE, Job, RunView
from tuner.database.studies import StudyView
from tuner.optuna_internals import every_trial, trial_id
from tuner.search.algorithms import knows_constraints
from tuner.search.evidence import evidence_of
from tuner.search.history import history_of
from tuner.search.optuna_study import adopt, open_optuna_study, proposal_of, tell, trial_template, worst_values
from tuner.search.proposals import are_asked_at_once, proposals
from tuner.search.suggest import distributions
from tuner.spec.baselines import Baseline
from tuner.spec.space import Params
from tuner.spec.study_spec import StudySpec
from tuner.studies.feasibility import violation
from tuner.studies.pareto import values_of

KeepsTo = Callable[[Params], bool]


class OptunaTrial:
    """number: of the trial. baseline: the configuration of a person that it tries, if it is one."""

    def __init__(
        self,
        db: Database,
        study: StudyView,
        spec: StudySpec,
        job: Job,
        storage: BaseStorage | None = None,
        baseline: Baseline | None = None,
        keeps_to: KeepsTo | None = None,
    ) -> None:
        """keeps_to: as of `proposals`. storage: through which Optuna is asked and told; None is the database's
        own. baseline: of a place that has a trial, where it is known."""
        self._db, self._spec, self._job, self._seed = db, spec, job, study.seed
        self._keeps_to = keeps_to
        self._storage = db.storage if storage is None else storage
        self._study = open_optuna_study(self._storage, study.study_name, spec, study.seed, job.ordinal)
        self.baseline = baseline_of(db, spec, job) if storage is None else baseline
        self.number = self._made() if job.trial_number is None else job.trial_number
        self.trial = adopt(self._study, self._storage, self.number)

    def _made(self) -> int:
        # All parameters at once, with the trial: asked one by one, each is a transaction of its own.
        places = [] if self.baseline is not None else [self._job.ordinal]
        asked = _asked(self._study, self._spec, self._seed, places, self._keeps_to)
        place = as_it_begins(self._spec, self._job, self.baseline, asked.get(self._job.ordinal))
        return budget.fill(self._db, self._job, place.template, place.baseline)

    def reported(self) -> set[int]:
        """The epochs that Optuna has."""
        return set(self._storage.get_trial(trial_id(self.trial)).intermediate_values)

    def tell(self, view: RunView | None = None) -> None:
        """Say how it ended. Told twice, the second time changes nothing. view: None is as its row says."""
        if view is None:
            view = runs.view_trial(self._db, self._job.study_name, self._job.ordinal)
        told: Sequence[float] | None = None if view.value is None else (view.value,)
        infeasible = view.state == INFEASIBLE
        if len(self._spec.objectives) > 1:
            told = values_of(self._spec, view) if view.state in ("complete", "pruned") or infeasible else None
        elif infeasible and not knows_constraints(self._spec):
            told = None
        final = told or worst_values(self._study)
        over = violation(self._spec, view.facts) if infeasible else 1.0
        number = self.trial.number
        tell(self._study, self._storage, number, view.state, final, view.reason, over, measured=told is not None)


def as_it_begins(spec: StudySpec, job: Job, baseline: Baseline | None, asked: Params | None = None) -> budget.Filled:
    """The trial of a place that has none yet. asked: what it is to try, where that is known already."""
    proposal = None if baseline is None else proposal_of(spec, baseline)
    template = trial_template(job.ordinal, proposal, asked, spec.space)
    return budget.Filled(job, template, proposal[0] if proposal else "")


def asked_at_once(
    storage: BaseStorage,
    study: StudyView,
    spec: StudySpec,
    places: Sequence[int],
    keeps_to: KeepsTo | None = None,
) -> dict[int, Params]:
    """What each of these places is to try; nothing where they have to be asked one by one."""
    if not places or not are_asked_at_once(spec):
        return {}
    opened = open_optuna_study(storage, study.study_name, spec, study.seed, places[0])
    return _asked(opened, spec, study.seed, places, keeps_to)


def _asked(
    opened: optuna.Study, spec: StudySpec, seed: int, places: Sequence[int], keeps_to: KeepsTo | None
) -> dict[int, Params]:
    if not places or not are_asked_at_once(spec):
        return {}
    trials = every_trial(opened)
    evidence = evidence_of(opened, trials, distributions(spec.space))
    found = proposals(spec, seed, history_of(opened).at(trials), places, keeps_to, evidence)
    return dict(zip(places, found, strict=True))


def baseline_of(db: Database, spec: StudySpec, job: Job) -> Baseline | None:
    """The configuration of a person that a place tries: the space's first, then those that were added to the study."""
    if job.ordinal < len(spec.baselines):
        return spec.baselines[job.ordinal]
    if job.trial_number is None:
        found = configurations.bind(db, job)
    else:
        found = configurations.of_place(db, job.study_name, job.ordinal)
    return None if found is None else Baseline(*found)
