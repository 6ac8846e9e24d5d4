"""Which parameters mattered in a study, and in which range its best trials lie.

Owns: two measures of importance on what the trials reached, and the range of each parameter among the best.
Leaves to others: the trials (database), the second measure (fanova), how it looks (cli, report, tracking).

Counted are trials that trained: complete ones, and pruned ones with the best they had reached. PED-ANOVA asks how much
a parameter's values among the best tenth differ from all that were tried; it takes parameters that only some trials
have. fANOVA asks which share of the values' variance a parameter explains alone; it takes only those that all have.
Sources: Watanabe, Bansal and Hutter, 2023; Hutter, Hoos and Leyton-Brown, 2014.
"""

import math
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import TrialState, create_trial

from tuner.analysis.fanova import fanova as shares_of_variance
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

_BEST = 0.2
_LEAST_BEST = 4


@dataclass(frozen=True)
class Importance:
    """One searched parameter.

    ped_anova: its share of all importance, 0 to 1. fanova: the same by the other measure; None where only some trials
    have the parameter.
    low, high: the range among the best trials, for numbers; None for choices.
    values: what the best trials chose and how many of them did, the most frequent first; empty for numbers.
    best_trials: how many of the best have the parameter at all.
    """

    name: str
    ped_anova: float
    fanova: float | None
    low: float | None
    high: float | None
    values: tuple[tuple[Value, int], ...]
    best_trials: int


def importance(spec: StudySpec, trials: Sequence[RunView], fanova: bool = True) -> tuple[Importance, ...]:
    """Every searched parameter of a study, the most important first.

    fanova: False leaves the second measure out, which grows a forest.
    Raises NotFound where fewer than LEAST_TRIALS trials have a value, or nothing is searched.
    """
    counted = [each for each in trials if each.state in ("complete", "pruned") and each.value is not None]
    if len(counted) < LEAST_TRIALS:
        raise NotFound(
            f"{len(counted)} trials have a value; importance needs at least {LEAST_TRIALS}. Let the study go on."
        )
    searched = _searched(spec, counted)
    names = [name for name in searched if any(name in each.params for each in counted)]
    if not names:
        raise NotFound("the space has one value for each parameter, so there is nothing to compare.")
    study = _study(spec, counted, searched)
    everywhere = [name for name in names if all(name in each.params for each in counted)]
    with warnings.catch_warnings():
        # Of regimes with few trials; how many trials there are is said where the figures are shown.
        warnings.simplefilter("ignore")
        ped_anova = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(), params=names)
    by_variance: dict[str, float] = {}
    if fanova and everywhere:
        values = [each.value for each in counted if each.value is not None]
        by_variance = shares_of_variance(
            [each.params for each in counted], values, {n: searched[n] for n in everywhere}
        )
    direction = -sign(spec.objective.direction)
    ordered = sorted(counted, key=lambda each: (direction * (each.value or 0.0), each.ordinal))
    best = ordered[: max(_LEAST_BEST, math.ceil(_BEST * len(counted)))]
    found = [_one(name, searched[name], ped_anova[name], by_variance.get(name), best) for name in names]
    return tuple(sorted(found, key=lambda each: -each.ped_anova))


def outcome_figures(spec: StudySpec, trials: Sequence[RunView]) -> dict[str, float]:
    """PED-ANOVA's shares, by the names under which a study's outcome has them; none for a study too small for any."""
    try:
        return {f"importance_{each.name}": round(each.ped_anova, 6) for each in importance(spec, trials, fanova=False)}
    except NotFound:
        return {}


def _study(spec: StudySpec, counted: Sequence[RunView], searched: Mapping[str, BaseDistribution]) -> optuna.Study:
    """The trials as Optuna's evaluators want them: all complete, with the parameters that were in use."""
    # Its INFO lines would say that a study was made.
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction=spec.objective.direction)
    study.add_trials(
        [
            create_trial(
                state=TrialState.COMPLETE,
                params={name: value for name, value in each.params.items() if name in searched},
                distributions={name: searched[name] for name in each.params if name in searched},
                value=each.value,
            )
            for each in counted
        ]
    )
    return study


def _searched(spec: StudySpec, counted: Sequence[RunView]) -> dict[str, BaseDistribution]:
    """What Optuna sampled. Code says that only while it runs; there, the values seen are the space."""
    found = distributions(spec.space)
    for name, sampled in list(found.items()):
        tried = [each.params[name] for each in counted if name in each.params]
        if any(each not in spec.space[name].domain for each in tried):
            found[name] = _holding(sampled, tried)
    if spec.code is None:
        return found
    for name in {name: None for each in counted for name in each.params if name not in found}:
        values = {each.params[name] for each in counted if name in each.params}
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
    name: str, sampled: BaseDistribution, ped_anova: float, fanova: float | None, best: Sequence[RunView]
) -> Importance:
    values = [each.params[name] for each in best if name in each.params]
    if isinstance(sampled, CategoricalDistribution):
        return Importance(name, ped_anova, fanova, None, None, tuple(Counter(values).most_common()), len(values))
    numbers = [float(value) for value in values]
    low, high = min(numbers, default=None), max(numbers, default=None)
    return Importance(name, ped_anova, fanova, low, high, (), len(numbers))
