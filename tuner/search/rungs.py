"""Successive halving whose rungs are seconds, not epochs.

Owns: comparing trials that have cost the same. An epoch of a large network may cost twenty of a small one; at equal
epochs the small one is never asked what it would reach for the price.
Leaves to others: the same by epochs (Optuna), measuring seconds (studies).
"""

import statistics

import optuna
from optuna.pruners import BasePruner
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

SPENT = "tuner_seconds"
"""The attribute of a trial that holds the seconds it had spent after each epoch, in order."""


def note_seconds(trial: optuna.Trial, epoch: int, seconds: float) -> None:
    """Note what an epoch cost, before it is reported; noted twice, the second time changes nothing."""
    spent = list(trial.user_attrs.get(SPENT, []))
    if len(spent) < epoch:
        trial.set_user_attr(SPENT, [*spent, (spent[-1] if spent else 0.0) + seconds])


class SecondsRungs(BasePruner):
    """A trial goes on if it is among the best of those that have spent as much, asked when it passes a rung.

    min_epochs: where the first rung is, in epochs of median cost; each further one is reduction_factor times as far.
    """

    def __init__(self, min_epochs: int, reduction_factor: int) -> None:
        self._min_epochs = min_epochs
        self._factor = reduction_factor

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        every = [each for each in study.get_trials(deepcopy=False) if each.user_attrs.get(SPENT)]
        spent = trial.user_attrs.get(SPENT)
        if not spent or not trial.intermediate_values:
            return False
        costs = [each.user_attrs[SPENT][-1] / len(each.user_attrs[SPENT]) for each in every]
        rung = self._min_epochs * statistics.median(costs)
        before = spent[-2] if len(spent) > 1 else 0.0
        while rung <= spent[-1]:
            if rung > before and not self._goes_on(study, trial, every, rung):
                return True
            rung *= self._factor
        return False

    def _goes_on(self, study: optuna.Study, trial: FrozenTrial, every: list[FrozenTrial], rung: float) -> bool:
        sign = 1.0 if study.direction == StudyDirection.MAXIMIZE else -1.0
        own = _best_at(trial, rung, sign)
        others = [
            _best_at(each, rung, sign)
            for each in every
            if each.number != trial.number and each.user_attrs[SPENT][-1] >= rung and each.intermediate_values
        ]
        ranked = sorted([*others, own], reverse=True)
        return own >= ranked[max(1, len(ranked) // self._factor) - 1]


def _best_at(trial: FrozenTrial, rung: float, sign: float) -> float:
    """The best value for so many seconds, the sign turned so that more is better; at least its first epoch's."""
    epochs = sorted(trial.intermediate_values.items())
    spent = trial.user_attrs[SPENT]
    reached = [value for (_, value), cost in zip(epochs, spent, strict=False) if cost <= rung] or [epochs[0][1]]
    return max(sign * value for value in reached)
