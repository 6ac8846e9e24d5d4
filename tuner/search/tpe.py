"""TPE for studies that prune: trials of different length, made comparable before it divides them into good and bad.

Optuna's own counts every completed trial as better than every pruned one. Under successive halving that misleads it:
the first trials to reach a rung go on whatever they are worth, and while few have completed, these few are what it
calls good and searches around. Here a pruned trial counts for what it would have reached: its best value so far, and
the median of what those trials gained from that epoch on that were trained longer.

Owns: that estimate, and how many trials are good.
Leaves to others: the Parzen estimators and their use (Optuna's TPESampler).
"""

import copy
import math
import statistics
from collections.abc import Iterator, Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from tuner.optuna_internals import StudyWithTrials, count_good_trials

_MOST_GOOD = 25
"""As Optuna has it: from a thousand trials the best stand out without more."""


class FairTPESampler(optuna.samplers.TPESampler):
    """Optuna's, but for which trials it calls good.

    gamma: the share of the trials that are; None is Optuna's, a tenth. options: Optuna's.
    """

    def __init__(self, gamma: float | None, **options: Any) -> None:
        super().__init__(**options)
        if gamma is not None:
            count_good_trials(self, lambda trials: min(_MOST_GOOD, math.ceil(gamma * trials)))

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return super().sample_relative(_seen(study), trial, search_space)

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        return super().sample_independent(_seen(study), trial, param_name, param_distribution)


def _seen(study: optuna.Study) -> Any:
    """A study whose pruned trials are complete, with the values that they would have reached."""
    if len(study.directions) > 1:
        return study
    return StudyWithTrials(study, lambda every: comparable(every, study.direction))


def comparable(every: Sequence[FrozenTrial], direction: StudyDirection) -> list[FrozenTrial]:
    """The same trials, the pruned ones complete with the value that they would have reached."""
    sign = 1.0 if direction == StudyDirection.MAXIMIZE else -1.0
    curves = {each.number: list(_best_so_far(each, sign)) for each in every if each.intermediate_values}
    ended = [curves[each.number] for each in every if each.state.is_finished() and each.number in curves]
    gains: dict[int, float] = {}
    found = []
    for each in every:
        if each.state == TrialState.PRUNED and each.number in curves:
            epoch = max(each.intermediate_values)
            if epoch not in gains:
                gains[epoch] = _gain(ended, epoch)
            found.append(_complete(each, sign * (curves[each.number][-1][1] + gains[epoch])))
        else:
            found.append(each)
    return found


def _best_so_far(trial: FrozenTrial, sign: float) -> Iterator[tuple[int, float]]:
    best = float("-inf")
    for epoch, value in sorted(trial.intermediate_values.items()):
        best = max(best, sign * value)
        yield epoch, best


def _gain(curves: Sequence[Sequence[tuple[int, float]]], epoch: int) -> float:
    """What a trial gains after this epoch: the sum of what the median gained from each rung to the next."""
    gain, at = 0.0, epoch
    while True:
        longer = [curve for curve in curves if curve[-1][0] > at]
        if not longer:
            return gain
        until = min(curve[-1][0] for curve in longer)
        gain += statistics.median(_at(curve, until) - _at(curve, at) for curve in longer)
        at = until


def _at(curve: Sequence[tuple[int, float]], epoch: int) -> float:
    return next((best for at, best in reversed(curve) if at <= epoch), curve[0][1])


def _complete(trial: FrozenTrial, value: float) -> FrozenTrial:
    found = copy.copy(trial)
    found.state, found.value = TrialState.COMPLETE, value
    return found
