"""Which parameters mattered in a study, and in which range its best trials lie.

Owns: the figure and its check, on what the trials reached, and the range of each parameter among the best.
Leaves to others: the trials (database), both figures (ped_anova, counted), how they look (cli, report, tracking).

Counted are trials that trained: complete ones, and pruned ones with the best they had reached. The figure is
PED-ANOVA's: how much a parameter's values among the best tenth differ from all that were tried. The check counts the
same without a density. They answer one question, so where they differ, there are too few trials to tell.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from tuner.analysis.counted import counted
from tuner.analysis.ped_anova import divergence
from tuner.database.runs import RunView
from tuner.errors import NotFound
from tuner.search.suggest import distributions
from tuner.spec.metrics import sign
from tuner.spec.space import Value
from tuner.spec.study_spec import StudySpec

LEAST_TRIALS = 8
"""Fewer say nothing."""

SURE_TRIALS = 40
"""With fewer, what comes out is an indication."""

OFTEN = 0.05
"""Where shuffled trials show as much more often than this, what a parameter shows may be chance."""

_DECISIVE = 0.1
_BEST = 0.2
_LEAST_BEST = 4


@dataclass(frozen=True)
class Importance:
    """One searched parameter.

    ped_anova: its share of all importance, 0 to 1. counted: the same by the check. chance: how often shuffled trials
    show as much as it does, 0 to 1.
    low, high: the range among the best trials, for numbers; None for choices.
    values: what the best trials chose and how many of them did, the most frequent first; empty for numbers.
    best_trials: how many of the best have the parameter at all.
    """

    name: str
    ped_anova: float
    counted: float
    chance: float
    low: float | None
    high: float | None
    values: tuple[tuple[Value, int], ...]
    best_trials: int


def importance(spec: StudySpec, trials: Sequence[RunView]) -> tuple[Importance, ...]:
    """Every searched parameter of a study, the most important first.

    Raises NotFound where fewer than LEAST_TRIALS trials have a value, or nothing is searched.
    """
    trained = [each for each in trials if each.state in ("complete", "pruned") and each.value is not None]
    if len(trained) < LEAST_TRIALS:
        raise NotFound(
            f"{len(trained)} trials have a value; importance needs at least {LEAST_TRIALS}. Let the study go on."
        )
    searched = _searched(spec, trained)
    having = {name: _having(trained, name, sampled) for name, sampled in searched.items()}
    names = [name for name, places in having.items() if places]
    if not names:
        raise NotFound("the space has one value for each parameter, so there is nothing to compare.")
    direction = -sign(spec.objective.direction)
    losses = direction * np.array([each.value for each in trained], dtype=np.float64)
    decisive = losses <= np.sort(losses)[math.ceil(_DECISIVE * len(losses)) - 1]
    figures: dict[str, float] = {}
    checks: dict[str, tuple[float, float]] = {}
    for name in names:
        values = [trained[place].params[name] for place in having[name]]
        best = decisive[having[name]]
        figures[name] = divergence(values, best, len(trained), int(decisive.sum()), searched[name])
        checks[name] = counted(values, best, searched[name])
    by_figure, by_check = _shares(figures), _shares({name: between for name, (between, _) in checks.items()})
    ordered = sorted(trained, key=lambda each: (direction * (each.value or 0.0), each.ordinal))
    ordered = ordered[: max(_LEAST_BEST, math.ceil(_BEST * len(trained)))]
    found = [_one(name, searched[name], by_figure[name], by_check[name], checks[name][1], ordered) for name in names]
    return tuple(sorted(found, key=lambda each: -each.ped_anova))


def _having(trained: Sequence[RunView], name: str, sampled: BaseDistribution) -> list[int]:
    """The places of those that have a parameter; of a choice, one that can still be made."""
    having = [place for place, each in enumerate(trained) if name in each.params]
    if not isinstance(sampled, CategoricalDistribution):
        return having
    choices = set(sampled.choices)
    return [place for place in having if trained[place].params[name] in choices]


def _shares(figures: Mapping[str, float]) -> dict[str, float]:
    """Of all of them together; all the same where none has anything."""
    total = sum(figures.values())
    return {name: each / total if total > 0.0 else 1.0 / len(figures) for name, each in figures.items()}


def outcome_figures(spec: StudySpec, trials: Sequence[RunView]) -> dict[str, float]:
    """PED-ANOVA's shares, by the names under which a study's outcome has them; none for a study too small for any."""
    try:
        return {f"importance_{each.name}": round(each.ped_anova, 6) for each in importance(spec, trials)}
    except NotFound:
        return {}


def _searched(spec: StudySpec, trained: Sequence[RunView]) -> dict[str, BaseDistribution]:
    """What Optuna sampled. Code says that only while it runs; there, the values seen are the space."""
    found = distributions(spec.space)
    for name, sampled in list(found.items()):
        tried = [each.params[name] for each in trained if name in each.params]
        domain, different = spec.space[name].domain, {(type(each), each) for each in tried}
        if any(each not in domain for _, each in different):
            found[name] = _holding(sampled, tried)
    if spec.code is None:
        return found
    for name in {name: None for each in trained for name in each.params if name not in found}:
        values = {each.params[name] for each in trained if name in each.params}
        if len(values) < 2:
            continue
        if any(isinstance(value, str | bool) for value in values):
            found[name] = CategoricalDistribution(tuple(sorted(values, key=str)))
        elif all(isinstance(value, int) for value in values):
            found[name] = IntDistribution(min(map(int, values)), max(map(int, values)))
        else:
            found[name] = FloatDistribution(min(map(float, values)), max(map(float, values)))
    return found


def _holding(sampled: BaseDistribution, values: Sequence[Value]) -> BaseDistribution:
    """The same, wide enough for values from before a person narrowed the space."""
    if isinstance(sampled, CategoricalDistribution):
        known = {(type(each), each) for each in sampled.choices}
        more = dict.fromkeys(each for each in values if (type(each), each) not in known)
        return CategoricalDistribution((*sampled.choices, *more))
    assert isinstance(sampled, IntDistribution | FloatDistribution)
    numbers = [*map(float, values), float(sampled.low), float(sampled.high)]
    low, high, log = min(numbers), max(numbers), sampled.log and min(numbers) > 0
    if isinstance(sampled, IntDistribution):
        return IntDistribution(int(low), int(high), log=log)
    return FloatDistribution(low, high, log=log)


def _one(
    name: str, sampled: BaseDistribution, figure: float, check: float, chance: float, best: Sequence[RunView]
) -> Importance:
    values = [each.params[name] for each in best if name in each.params]
    if isinstance(sampled, CategoricalDistribution):
        chosen = tuple(Counter(values).most_common())
        return Importance(name, figure, check, chance, None, None, chosen, len(values))
    numbers = [float(value) for value in values]
    low, high = min(numbers, default=None), max(numbers, default=None)
    return Importance(name, figure, check, chance, low, high, (), len(numbers))
