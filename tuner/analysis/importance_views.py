"""Which parameters mattered, as programs see it.

Leaves to others: the figures (importance).
"""

from collections.abc import Sequence

from tuner.analysis.importance import Importance
from tuner.spec.space import Value
from tuner.studies.views import View


class ChosenValue(View):
    """trials: how many of the best have it."""

    value: Value
    trials: int


class AmongTheBest(View):
    """Where the best trials lie. trials: those that have the parameter. low, high: of a number; values: of a choice."""

    trials: int
    low: float | None
    high: float | None
    values: tuple[ChosenValue, ...]


class ParameterImportance(View):
    """ped_anova: its share of all importance, 0 to 1. counted: the same, by counting, for a check. chance: how often
    shuffled trials show as much."""

    name: str
    ped_anova: float
    counted: float
    chance: float
    best: AmongTheBest


class StudyImportance(View):
    """The most important first."""

    study_name: str
    parameters: tuple[ParameterImportance, ...]


def importance_view(study_name: str, found: Sequence[Importance]) -> StudyImportance:
    return StudyImportance(study_name=study_name, parameters=tuple(map(_parameter, found)))


def _parameter(each: Importance) -> ParameterImportance:
    values = tuple(ChosenValue(value=value, trials=count) for value, count in each.values)
    best = AmongTheBest(trials=each.best_trials, low=each.low, high=each.high, values=values)
    return ParameterImportance(
        name=each.name, ped_anova=each.ped_anova, counted=each.counted, chance=each.chance, best=best
    )
