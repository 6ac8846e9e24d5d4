"""Parameters in Optuna's words: the distributions of a space, and the Ask of an Optuna trial.

Owns: which parameters are sampled when. The widths of all layers up to the deepest network are sampled together, so
that the sampler sees one flat space; only those that the network asks for are recorded as in use.
Leaves to others: the samplers and pruners (algorithms), what a network asks for (families).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import Trial

from tuner.errors import SpecError
from tuner.optuna_internals import as_begun, trial_id
from tuner.spec.space import Ask, Choice, FloatRange, IntRange, Parameter, Params, Space, Value, answers, nearest


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
        values = {each.name: _value(trial, each) for each in together}
        return values[parameter.name]

    return answers(space, choose, used)


def _value(trial: Trial, parameter: Parameter) -> Value:
    """What a trial has, where it has it: it may have begun when the space was another one. Else it is sampled."""
    begun = as_begun(trial)
    if parameter.name in begun.params:
        value: Value = begun.params[parameter.name]
        return value
    given = begun.system_attrs.get("fixed_params", {})
    if parameter.name in given and given[parameter.name] not in parameter.domain:
        # A person's configuration of a space that was wider: Optuna keeps no value outside of a domain.
        asked: Value = given[parameter.name]
        return asked
    return suggest_anew(trial, parameter)


def answer_as_asked(trial: Trial, space: Space, used: dict[str, Value], baseline: Params | None, defaults: bool) -> Ask:
    """Answer code that says what it searches by asking: each parameter is sampled in the domain with which it is asked.

    space: of the parameters that are written down beforehand; one of these is answered from there.
    baseline: values by name for those it names. defaults: the rest of a baseline has its defaults, not sampled values.
    Raises SpecError for a baseline's value that lies outside the domain asked.
    """
    known = answer_from(trial, space, {})

    def answer(asked: Parameter) -> Value:
        if asked.name in used and used[asked.name] in asked.domain:
            return used[asked.name]
        if asked.name in space:
            value = known(asked)
        elif baseline is not None and (asked.name in baseline or defaults):
            value = _given(trial, asked, baseline)
        else:
            value = suggest_anew(trial, asked)
        used[asked.name] = value
        return value

    return answer


def _given(trial: Trial, asked: Parameter, baseline: Params) -> Value:
    """A value that a person knows, stored as if it had been sampled."""
    value = baseline.get(asked.name, asked.default)
    if isinstance(asked.domain, FloatRange) and type(value) is int:
        value = float(value)
    if value not in asked.domain:
        if asked.name in baseline:
            raise SpecError(f"the baseline has {asked.name} = {value!r}; the code asks for {asked.domain}.")
        # A default outside its own range cannot be shown to the sampler.
        value = nearest(value, asked.domain)
    sampled = distribution(asked)
    if sampled is not None and asked.name not in trial.params:
        value = on_step(value, sampled)
        internal = sampled.to_internal_repr(value)
        trial.storage.set_trial_param(trial_id(trial), asked.name, internal, sampled)
    return value


def suggest_anew(trial: Trial, parameter: Parameter) -> Value:
    """Sample a parameter in the domain with which it is asked.

    A name that had another kind of domain before, under another condition or in another space of its study, is told
    apart by its domain.
    """
    try:
        return _suggest(trial, parameter)
    except ValueError:
        return _suggest(trial, replace(parameter, name=f"{parameter.name} [{parameter.domain}]"))


def on_step(value: Any, sampled: BaseDistribution) -> Any:
    """What a sampler computed, as a person would write it: 0.8, and not the 0.7999999999999999 of 0.6 + 0.2."""
    if isinstance(sampled, FloatDistribution) and sampled.step is not None:
        return FloatRange(sampled.low, sampled.high, sampled.step).nearest(value)
    return value


def proposal(baseline: Params, space: Space) -> Params:
    """The part of a baseline that Optuna samples, by name: what a trial is given beforehand."""
    sampled = distributions(space)
    return {name: on_step(value, sampled[name]) for name, value in baseline.items() if name in sampled}


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
