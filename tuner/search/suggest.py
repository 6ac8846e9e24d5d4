"""Parameters in Optuna's words: the distributions of a space, and the Ask of an Optuna trial.

Owns: which parameters are sampled when. The widths of all layers up to the deepest network are sampled together, so
that the sampler sees one flat space; only those that the network asks for are recorded as in use.
Leaves to others: the samplers and pruners (algorithms), what a network asks for (families).
"""

from collections.abc import Mapping

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import Trial

from tuner.space import Ask, Choice, FloatRange, IntRange, Parameter, Params, Space, Value, answers


def distribution(parameter: Parameter) -> BaseDistribution | None:
    """What Optuna samples; None where there is nothing to choose."""
    match parameter.domain:
        case Choice(values):
            return CategoricalDistribution(values) if len(values) > 1 else None
        case IntRange(low, high, step, log):
            return IntDistribution(low, high, log=log, step=step)
        case FloatRange(low, high, step, log):
            return FloatDistribution(low, high, log=log, step=step)


def distributions(space: Space) -> dict[str, BaseDistribution]:
    """Every parameter that Optuna samples, by name."""
    every = {parameter.name: distribution(parameter) for parameter in space}
    return {name: each for name, each in every.items() if each is not None}


def answer_from(trial: Trial, space: Space, used: dict[str, Value]) -> Ask:
    """Answer a network from an Optuna trial. used: receives every value in use, as `answers` says."""

    def choose(parameter: Parameter) -> Value:
        together = [each for each in space if parameter.shared and each.shared == parameter.shared] or [parameter]
        values = {each.name: _suggest(trial, each) for each in together}
        return values[parameter.name]

    return answers(space, choose, used)


def proposal(baseline: Params, space: Space) -> Params:
    """The part of a baseline that Optuna samples, by name: what a trial is given beforehand."""
    sampled = distributions(space)
    return {name: value for name, value in baseline.items() if name in sampled}


def _suggest(trial: Trial, parameter: Parameter) -> Value:
    match distribution(parameter):
        case CategoricalDistribution(choices=choices):
            value = trial.suggest_categorical(parameter.name, choices)
            assert value is not None
            return value
        case IntDistribution() as whole:
            return trial.suggest_int(parameter.name, whole.low, whole.high, step=whole.step, log=whole.log)
        case FloatDistribution() as real:
            return trial.suggest_float(parameter.name, real.low, real.high, step=real.step, log=real.log)
        case _:
            assert isinstance(parameter.domain, Choice)
            return parameter.domain.values[0]


def describe(params: Params, searched: Mapping[str, object]) -> Params:
    """The part of a configuration that the search chose."""
    return {name: value for name, value in params.items() if name in searched}
