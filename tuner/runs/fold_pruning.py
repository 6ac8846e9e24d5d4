"""Prunes within an epoch: a trial that is behind over its first folds does not train that epoch in the others.

Owns: the comparison over the same folds at the same epoch, by the percentile that the study's pruner has for epochs.
Leaves to others: what becomes of the trial (observers), the comparison of whole epochs (search), the folds (training).

As Optuna's percentile pruner compares epochs: the trial's best figure so far against the percentile of the complete
trials' at this epoch, where each figure is the mean over as many folds as have trained the epoch.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from tuner.database import epochs
from tuner.database.connection import Database
from tuner.database.runs import Job
from tuner.runs.observers.port import Beginning, Decision, EpochEnd
from tuner.spec.metrics import sign
from tuner.spec.study_spec import StudySpec
from tuner.training.folds.trainer import fold_values

Values = Sequence[float]

PRUNERS = ("percentile", "median")
"""Others have rungs, bounds or patience, which are of epochs."""


class FoldPruning:
    """Of one trial. Asked as the trainer of folds asks (`GoesOn`), and as an observer for what came of it."""

    def __init__(self, db: Database, job: Job, spec: StudySpec) -> None:
        self._db, self._job = db, job
        pruner = spec.search.pruner
        self._upwards = sign(spec.objective.direction)
        options = pruner.options
        self._share = float(options.get("percentile") or 50.0) if pruner.name == "percentile" else 50.0
        self._startup = int(options.get("startup_trials") or 0)
        self._warmup = int(options.get("warmup_epochs") or 0)
        self._mine: dict[int, list[float]] = {}
        self._others: tuple[int, list[Values]] = (0, [])
        self._behind = 0

    def begins(self, beginning: Beginning) -> Decision | None:
        for row in beginning.rows:
            self._mine[row.epoch] = list(fold_values(row.metrics))
        return None

    def epoch_ended(self, end: EpochEnd) -> Decision | None:
        return Decision("pruned", f"pruned after fold {self._behind} at {end.words}") if self._behind else None

    def __call__(self, epoch: int, values: Values) -> bool:
        self._mine[epoch] = list(values)
        if epoch < self._warmup:
            return True
        mine = [each[: len(values)] for each in self._mine.values() if len(each) >= len(values)]
        others = [each[: len(values)] for each in self._complete(epoch) if len(each) >= len(values)]
        if is_behind(mine, others, self._share, self._startup, self._upwards):
            self._behind = len(values)
        return not self._behind

    def _complete(self, epoch: int) -> list[Values]:
        """Of the complete trials, what each fold came to at this epoch; read once an epoch."""
        if self._others[0] != epoch:
            found: Mapping[int, Mapping[str, float]] = epochs.of_complete_trials(self._db, self._job.study_name, epoch)
            self._others = (epoch, [each for metrics in found.values() if (each := fold_values(metrics))])
        return self._others[1]


def is_behind(mine: Sequence[Values], others: Sequence[Values], share: float, startup: int, upwards: float) -> bool:
    """Whether the best of a trial's means, epoch by epoch, is not among the best share (of a hundred) of the others'.

    startup: so many others there have to be. upwards: 1.0 where more is better, else -1.0. Pure.
    """
    if len(others) < max(1, startup):
        return False
    best = max(upwards * float(np.mean(each)) for each in mine)
    border = float(np.percentile([upwards * float(np.mean(each)) for each in others], 100.0 - share))
    return best < border


def fold_pruning(db: Database, job: Job, spec: StudySpec, never_prune: bool) -> FoldPruning | None:
    """None where a trial is not pruned fold by fold."""
    single = len(spec.objectives) == 1 and spec.search.cost == "epochs"
    return FoldPruning(db, job, spec) if single and spec.search.pruner.name in PRUNERS and not never_prune else None
