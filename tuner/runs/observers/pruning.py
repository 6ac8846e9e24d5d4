"""Reports each epoch of a study with one objective to Optuna, and asks its pruner.

Owns: that an epoch is reported once, however often it was trained; which trials are pruned.
Leaves to others: the pruner itself (search), several objectives (front_pruning), of which Optuna takes no epochs.
"""

import math

import optuna

from tuner.runs.observers.port import Beginning, Decision, EpochEnd
from tuner.search.rungs import note_seconds
from tuner.spec.study_spec import StudySpec


class Pruning:
    """Comes after the row: Optuna is told of nothing that is not stored.

    reported: the epochs that Optuna has. never_prune: a baseline is there to be compared with, and trained to its end.
    """

    def __init__(self, trial: optuna.trial.Trial, spec: StudySpec, reported: set[int], never_prune: bool) -> None:
        self._trial = trial
        self._metric = spec.objective.metric
        self._counts_seconds = spec.search.cost == "seconds"
        self._prunes = not never_prune
        self._reported = reported

    def begins(self, beginning: Beginning) -> Decision | None:
        for row in beginning.rows:
            # A worker that died between the row and Optuna left this to do.
            self._report(row.epoch, row.metrics.get(self._metric, math.nan), row.seconds)
        return None

    def epoch_ended(self, end: EpochEnd) -> Decision | None:
        # Code of its own may say the objective only in the end.
        self._report(end.epoch, end.result.metrics.get(self._metric, math.nan), end.result.seconds)
        # Asked after the last epoch, too: some pruners note then what later trials are compared with.
        if self._prunes and self._trial.should_prune() and end.epoch != end.planned:
            return Decision("pruned", f"pruned at {end.words}")
        return None

    def _report(self, epoch: int, value: float, seconds: float) -> None:
        if math.isfinite(value) and epoch not in self._reported:
            if self._counts_seconds:
                note_seconds(self._trial, epoch, seconds)
            self._trial.report(value, epoch)
            self._reported.add(epoch)
