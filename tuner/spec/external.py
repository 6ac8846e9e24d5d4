"""`model: external`: what is trained is a program's own affair, and the file says only what it may be asked to try.

Owns: parameters under any names, which of them are in use in a configuration, and baselines of such.
Leaves to others: how one parameter is written (written_parameter), the rest of the file (study_spec), the programs
(service.asking).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tuner.errors import ParameterError, SpecError
from tuner.formatting import nearest
from tuner.spec.baselines import Baseline
from tuner.spec.families import HyperparameterDef
from tuner.spec.parameters import read_parameters
from tuner.spec.space import Ask, Choice, Domain, FloatRange, Parameter, Params, Space, Value
from tuner.spec.space_file import SpaceFile

EXTERNAL = "external"
"""The `model:` of such a file."""

_LONGEST = 100

NOT_EXTERNAL = {
    "dataset": "the programs have their own data",
    "validation": "the programs have their own data",
    "metrics": "all that a program reports is kept",
    "callbacks": "they are of Keras",
}
"""Keys that such a file does not have, and why."""

_NOT_IN_EXTERNAL_SEARCH = {
    "finalists": "a program trains again what it wants to",
    "epoch_timeout": "a program that is silent for a minute has lost its trial",
}


def checked_external(file: SpaceFile, where: str) -> Mapping[str, Any]:
    """The parameters of a file of this kind, as they are written. Raises SpecError for what is not of it."""
    for key, why in NOT_EXTERNAL.items():
        if key in file.model_fields_set:
            raise SpecError(f"{where}: {key}: leave it out of model: {EXTERNAL}; {why}.")
    for key, why in _NOT_IN_EXTERNAL_SEARCH.items():
        if key in file.search.model_fields_set:
            raise SpecError(f"{where}: search.{key}: leave it out of model: {EXTERNAL}; {why}.")
    if not {"objective", "objectives"} & file.model_fields_set:
        raise SpecError(
            f"{where}: objective: is missing. Name it, as in objective: {{metric: loss, direction: minimize}}."
        )
    for each in (file.objective, *file.objectives[1:]):
        if not each.metric.strip() or not each.metric.isprintable():
            raise SpecError(f"{where}: objective.metric: {each.metric!r} is no name.")
        if not {"metric", "direction"} <= each.model_fields_set:
            raise SpecError(f"{where}: objective: say both its metric and its direction, maximize or minimize.")
    if file.parameters is None:
        raise SpecError(f"{where}: parameters: is missing.")
    return file.parameters


def read_external_parameters(raw: Mapping[str, Any], where: str) -> Space:
    """Parameters of any name, parents first. Raises SpecError."""
    for name, value in raw.items():
        at = f"{where}: parameters.{name}"
        if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= _LONGEST:
            raise SpecError(f"{where}: parameters: {name!r} is no name. Give 1 to {_LONGEST} printable characters.")
        if isinstance(value, dict) and "per" in value:
            raise SpecError(f"{at}.per: is of the layers of a family. Give each a parameter of its own, as units_1.")
    read = read_parameters(raw, {name: HyperparameterDef(name, "any", "", "") for name in raw}, where)
    return Space(tuple(replace(each, default=_first(each.domain)) for each in read))


def ask_in_use(space: Space, ask: Ask) -> Params:
    """Ask for every parameter whose condition holds; the others are in no use, and have no value."""
    answered: dict[str, Value] = {}
    for parameter in space:
        if _holds(parameter, answered):
            answered[parameter.name] = ask(parameter)
    return answered


def read_external_baselines(raw: Mapping[str, Mapping[str, Any]], space: Space, before: str) -> tuple[Baseline, ...]:
    """Configurations that name every parameter in use that is not fixed. before: what errors say before a name.

    Raises SpecError.
    """
    return tuple(Baseline(name, _complete(values, space, f"{before}{name}")) for name, values in raw.items())


def _complete(raw: Mapping[str, Any], space: Space, at: str) -> Params:
    if not isinstance(raw, dict):
        raise ParameterError(at, "", "is a mapping of parameters to values.")
    names = [each.name for each in space]
    for name in raw:
        if name not in space:
            raise ParameterError(at, str(name), f"{name}: the space has no such parameter{nearest(str(name), names)}")

    def answer(parameter: Parameter) -> Value:
        domain, name = parameter.domain, parameter.name
        if name not in raw:
            if isinstance(domain, Choice) and len(domain.values) == 1:
                return domain.values[0]
            words = f"{name}: is missing. A baseline names every parameter that is in use."
            raise ParameterError(at, name, words)
        value: Any = raw[name]
        if value not in domain:
            raise ParameterError(at, name, f"{name} is {value!r}; the space has {domain}.")
        return float(value) if isinstance(domain, FloatRange) else value

    used = ask_in_use(space, answer)
    for name in raw:
        if name not in used:
            raise ParameterError(at, name, f"{name} is given, but its condition does not hold. Leave it out.")
    return used


def _first(domain: Domain) -> Value:
    return domain.values[0] if isinstance(domain, Choice) else domain.low


def _holds(parameter: Parameter, answered: Mapping[str, Value]) -> bool:
    return all(parent in answered and answered[parent] in Choice(values) for parent, values in parameter.when.items())
