"""Train a trial once more, and say whether it comes out the same.

Owns: what "the same" is - to the digit where device kind, versions and threads are, else within the noise of seeds.
Leaves to others: training, the noise (comparison, stopping_rules), how it is shown (cli).
"""

import math
import statistics
from dataclasses import dataclass
from typing import Any

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import Preprocessing, fit
from tuner.database.trials import TrialView
from tuner.errors import NotFound, TunerError
from tuner.spec.code import Code
from tuner.studies import comparison
from tuner.studies.finalists import runs_of
from tuner.studies.network_building import fixed_network
from tuner.studies.status import StudyStatus
from tuner.studies.stopping_rules import noise
from tuner.studies.stored_study import spec_of
from tuner.training.plan import Path, TrainPlan

_COMPARED = ("device", "backend", "threads", "precision")


@dataclass(frozen=True)
class Reproduction:
    """value, again: the objective at the best epoch, then and now. exact: every epoch's is the same to the digit.

    differences: what is not as it was (``version_keras 3.14 -> 3.15``). allowed: the difference of values that noise
    explains; it is allowed only where something is not as it was.
    """

    trial_number: int
    epochs: int
    value: float
    again: float
    exact: bool
    differences: tuple[str, ...]
    allowed: float

    @property
    def reproduced(self) -> bool:
        return self.exact or (bool(self.differences) and abs(self.again - self.value) <= self.allowed)

    @property
    def words(self) -> str:
        if self.exact:
            return f"trial {self.trial_number} came out the same, to the digit, in all of {self.epochs} epochs"
        gap = f"{self.again:.6f} instead of {self.value:.6f}"
        if not self.differences:
            return f"trial {self.trial_number} came out differently: {gap}, on the same device, versions and threads"
        changed = "; ".join(self.differences)
        if self.reproduced:
            within = f"within the noise ({self.allowed:.4f})"
            return f"trial {self.trial_number} came out {gap}, {within}. Not as then: {changed}"
        return f"trial {self.trial_number} came out {gap}, which noise ({self.allowed:.4f}) does not explain: {changed}"

    def object(self) -> dict[str, Any]:
        return {**vars(self), "differences": list(self.differences), "reproduced": self.reproduced}


def reproduce(
    status: StudyStatus, trial: TrialView, dataset: Dataset, tags: dict[str, str], code: Code | None, path: Path
) -> Reproduction:
    """Train a trial again, for as many epochs as it was trained. tags: of this process, as a worker writes them.

    Raises NotFound for a trial that finished no epoch, TunerError for other data.
    """
    spec = spec_of(status.study)
    if not trial.epochs or trial.value is None:
        raise NotFound(f"trial {trial.trial_number} of {trial.study_name} finished no epoch: it is {trial.state}.")
    if status.study.data_digest not in (None, dataset.digest):
        raise TunerError(f"{spec.data.name}: these are not the rows that study {trial.study_name!r} was trained on.")
    fitted: dict[str, Preprocessing] = {}

    def preprocessing(kind: str) -> Preprocessing:
        return fitted.setdefault(kind, fit(kind, dataset.train.x))

    seed, metric = int(trial.tags["seed"]), spec.objective.metric
    network = fixed_network(spec, dataset.info, code, trial.params, seed, trial.trial_number or 0)
    plan = TrainPlan(None, len(trial.epochs), metric, spec.objective.direction, spec.search.patience, seed, path)
    last = len(trial.epochs)
    result = network.train(dataset, preprocessing, plan, None, lambda each: "go_on" if each.epoch < last else "stop")
    then = [epoch.metrics.get(metric) for epoch in trial.epochs]
    now = [metrics.get(metric) for metrics in result.epochs]
    return Reproduction(
        trial_number=trial.trial_number or 0,
        epochs=len(now),
        value=trial.value,
        again=result.value if result.value is not None else math.nan,
        exact=then == now,
        differences=tuple(_differences(trial.tags, tags)),
        allowed=_allowed(status),
    )


def _differences(then: Any, now: dict[str, str]) -> list[str]:
    names = [name for name in now if name in _COMPARED or name.startswith("version_")]
    return [f"{name} {then.get(name, 'not noted')} -> {now[name]}" for name in names if then.get(name) != now[name]]


def _allowed(status: StudyStatus) -> float:
    """Two runs of one configuration differ by less than this in 19 of 20 cases: 1.96 root two deviations."""
    rounds = {each.round for each in status.finalists}
    deviations = [comparison.noise(runs_of([each for each in status.finalists if each.round == one])) for one in rounds]
    known = [deviation for deviation, freedom in deviations if freedom > 0]
    deviation = statistics.fmean(known) if known else noise(status.trials, spec_of(status.study))
    return 1.96 * math.sqrt(2) * deviation
