"""The Optuna trial of a place of the budget, from its first moment to what it is told.

Owns: that it is made where the place has none yet, and told from what its row says.
Leaves to others: sampling and telling (search), what asks for its values (configurations, external trials).
"""

from collections.abc import Sequence

from tuner.database import budget, configurations, runs
from tuner.database.connection import Database
from tuner.database.runs import Job
from tuner.database.studies import StudyView
from tuner.optuna_internals import trial_id
from tuner.search.optuna_study import adopt, open_optuna_study, proposal_of, tell, trial_template, worst_values
from tuner.spec.baselines import Baseline
from tuner.spec.study_spec import StudySpec
from tuner.studies.pareto import values_of


class OptunaTrial:
    """number: of the trial. baseline: the configuration of a person that it tries, if it is one."""

    def __init__(self, db: Database, study: StudyView, spec: StudySpec, job: Job) -> None:
        self._db, self._spec, self._job = db, spec, job
        self._study = open_optuna_study(db.storage, study.study_name, spec, study.seed, job.ordinal)
        self.baseline = _baseline(db, spec, job)
        self.number = self._made() if job.trial_number is None else job.trial_number
        self.trial = adopt(self._study, db.storage, self.number)

    def _made(self) -> int:
        proposal = None if self.baseline is None else proposal_of(self._spec, self.baseline)
        template = trial_template(self._job.ordinal, proposal)
        return budget.fill(self._db, self._job, template, proposal[0] if proposal else "")

    def reported(self) -> set[int]:
        """The epochs that Optuna has."""
        return set(self._db.storage.get_trial(trial_id(self.trial)).intermediate_values)

    def tell(self) -> None:
        """Say how it ended. Told twice, the second time changes nothing."""
        view = runs.view_trial(self._db, self._job.study_name, self._job.ordinal)
        told: Sequence[float] | None = None if view.value is None else (view.value,)
        if len(self._spec.objectives) > 1:
            told = values_of(self._spec, view) if view.state == "complete" else None
        final = told or worst_values(self._study)
        tell(self._study, self._db.storage, self.trial.number, view.state, final, view.reason)


def _baseline(db: Database, spec: StudySpec, job: Job) -> Baseline | None:
    """The configuration of a person that a place tries: the space's first, then those that were added to the study."""
    if job.ordinal < len(spec.baselines):
        return spec.baselines[job.ordinal]
    if job.trial_number is None:
        found = configurations.bind(db, job)
    else:
        found = configurations.of_place(db, job.study_name, job.ordinal)
    return None if found is None else Baseline(*found)
