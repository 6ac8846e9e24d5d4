"""The `parameters:` of a search-space file: YAML values in, a `Space` out.

Owns: parameters among each other: conditions, parents first, a share per layer.
Leaves to others: how one is written (written_parameter), the rest of the file (study_spec).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tuner.errors import SpecError
from tuner.formatting import nearest
from tuner.spec.families import COUNTED_BY, HyperparameterDef, layer_name
from tuner.spec.space import Choice, Parameter, Space
from tuner.spec.written_parameter import read_parameter


def read_parameters(raw: Mapping[str, Any], known: Mapping[str, HyperparameterDef], where: str) -> Space:
    """Check every parameter against the family and give the space, per-layer ones spread, parents first."""
    if not raw:
        raise SpecError(f"{where}: parameters: is empty. Name at least one, such as learning_rate.")
    parameters: dict[str, Parameter] = {}
    layered: list[str] = []
    for name, value in raw.items():
        at = f"{where}: parameters.{name}"
        if name == "metrics":
            raise SpecError(f"{at}: metrics are watched, not searched. Give them at the top level: metrics: [...].")
        if name not in known:
            raise SpecError(f"{at}: the model has no such parameter{nearest(name, known)}")
        parameters[name] = read_parameter(known[name], value, at)
        if isinstance(value, dict) and "per" in value:
            layered.append(name)
    for name in parameters:
        _check_conditions(parameters, layered, name, where)
    ordered = _parents_first(parameters, where)
    spread = [
        each
        for parameter in ordered
        for each in (
            _spread(parameter, _most(parameters, known, parameter.name)) if parameter.name in layered else (parameter,)
        )
    ]
    return Space(tuple(spread))


def _check_conditions(parameters: dict[str, Parameter], layered: Sequence[str], name: str, where: str) -> None:
    """Every condition is on a parameter of the space, and on values that it can have."""
    at = f"{where}: parameters.{name}.when"
    for parent, values in parameters[name].when.items():
        if parent == name:
            raise SpecError(f"{at}: {name} cannot depend on itself.")
        if parent not in parameters:
            raise SpecError(f"{at}: there is no parameter {parent!r} in this space{nearest(parent, parameters)}")
        if parent in layered:
            raise SpecError(f"{at}: {parent} differs by layer, so nothing can depend on it. Share it: drop its per:.")
        if not values:
            raise SpecError(f"{at}.{parent}: has no values. List at least one.")
        for value in values:
            if value not in parameters[parent].domain:
                raise SpecError(
                    f"{at}.{parent}: {value!r} is never chosen; {parent} is one of {_words(parameters[parent])}."
                )


def _words(parameter: Parameter) -> str:
    return str(parameter.domain)


def _parents_first(parameters: Mapping[str, Parameter], where: str) -> list[Parameter]:
    ordered: dict[str, Parameter] = {}

    def place(name: str, below: tuple[str, ...]) -> None:
        if name in below:
            circle = " -> ".join((*below[below.index(name) :], name))
            raise SpecError(f"{where}: parameters: conditions go in a circle: {circle}.")
        for parent in parameters[name].when:
            place(parent, (*below, name))
        ordered.setdefault(name, parameters[name])

    for name in parameters:
        place(name, ())
    return list(ordered.values())


def _most(parameters: Mapping[str, Parameter], known: Mapping[str, HyperparameterDef], name: str) -> int:
    """The largest number of layers, or blocks, that the space can ask for, each with a value of this parameter."""
    per = known[name].per
    assert per is not None
    count = parameters.get(COUNTED_BY[per])
    if count is None:
        return int(known[COUNTED_BY[per]].default)
    if isinstance(count.domain, Choice):
        return max(int(value) for value in count.domain.values)
    return int(count.domain.high)


def _spread(parameter: Parameter, depth: int) -> list[Parameter]:
    """One parameter a layer."""
    return [
        replace(parameter, name=layer_name(parameter.name, layer), shared=parameter.name)
        for layer in range(1, depth + 1)
    ]
