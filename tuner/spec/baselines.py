"""The `baselines:` of a search-space file: configurations that a person knows, tried first.

Owns: completing each with the family's defaults and checking that the space holds it.
Leaves to others: proposing them to Optuna (search).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tuner.errors import ParameterError
from tuner.formatting import nearest
from tuner.spec.families import CONFIGURE, COUNTED_BY, FAMILIES, HyperparameterDef, Task, layer_name
from tuner.spec.space import Ask, Choice, Parameter, Params, Space, Value, fixed, with_defaults


@dataclass(frozen=True)
class Baseline:
    """params: every parameter in use, complete, by the name under which it is recorded."""

    name: str
    params: Params


def read_baselines(
    raw: Mapping[str, Mapping[str, Any]], space: Space, model: str, task: Task, before: str
) -> tuple[Baseline, ...]:
    """Complete and check every baseline. Raises ParameterError for one that lies outside the space.

    before: what errors say before its name, such as `my.yaml: baselines.`.
    """
    return tuple(
        Baseline(name, _complete(values, space, model, task, f"{before}{name}")) for name, values in raw.items()
    )


def read_python_baselines(raw: Mapping[str, Mapping[str, Any]], style: str, before: str) -> tuple[Baseline, ...]:
    """Baselines of a network that a person's code makes: what it may ask is not known yet, so only values are checked.

    A KerasTuner space has one that is not written down: its defaults, which come first. before: as of `read_baselines`.
    """
    made = [Baseline("defaults", {})] if style == "keras_tuner" and "defaults" not in raw else []
    for name, values in raw.items():
        at = f"{before}{name}"
        if not isinstance(values, dict):
            raise ParameterError(at, "", "is a mapping of parameters to values.")
        for key, value in values.items():
            if not _is_value(value):
                raise ParameterError(at, key, f"{key}: {value!r} is not a value. Give a number, a word, true or false.")
        made.append(Baseline(name, dict(values)))
    return tuple(made)


def _is_value(value: Any) -> bool:
    """A number, a word, true or false, that every database holds."""
    if isinstance(value, str):
        return value.isprintable()
    return isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))


def _complete(raw: Mapping[str, Any], space: Space, model: str, task: Task, at: str) -> Params:
    given = given_values(raw, FAMILIES[model], at)
    # Conditions may look at a parameter that is asked later, so everything is asked once beforehand.
    wanted: dict[str, Value] = {}

    def plainly(asked: Parameter) -> Value:
        return fixed(given)(replace(asked, default=_unless_given(asked, space.find(asked))))

    CONFIGURE[model](with_defaults(space, _noting(plainly, wanted)), task, True)
    used: dict[str, Value] = {}
    taken: set[str] = set()

    def answer(asked: Parameter) -> Value:
        found = space.find(asked)
        key = asked.name if asked.name in given else asked.shared or asked.name
        stated, written = given.get(key), asked.shared or asked.name
        value = _unless_given(asked, found) if stated is None else stated
        if found is None:
            if value != asked.default:
                words = f"{key} is {value!r}, but the space does not search it. Add it to parameters."
                raise ParameterError(at, written, words)
        elif not all(wanted.get(parent) in Choice(values) for parent, values in found.when.items()):
            if stated is not None:
                words = f"{key} is given, but its condition does not hold. Leave it out."
                raise ParameterError(at, written, words)
        elif value not in found.domain:
            origin = "" if stated is not None else ", the default as none is given"
            raise ParameterError(at, written, f"{key} is {value!r}{origin}; the space has {found.domain}.")
        used[(asked.shared or asked.name) if found is None else found.name] = value
        taken.add(key)
        return value

    CONFIGURE[model](with_defaults(space, answer), task, True)
    for name in given:
        if name not in taken:
            words = f"{name} is given, but this configuration has no use for it. Leave it out."
            raise ParameterError(at, name if name in raw else name.rpartition("_")[0], words)
    return used


def _unless_given(asked: Parameter, found: Parameter | None) -> Value:
    """Where the space has one value alone, it need not be said again."""
    if found is not None and isinstance(found.domain, Choice) and len(found.domain.values) == 1:
        return found.domain.values[0]
    return asked.default


def _noting(ask: Ask, noted: dict[str, Value]) -> Ask:
    """The same answers, each noted under the name that was asked."""

    def answer(asked: Parameter) -> Value:
        noted[asked.name] = ask(asked)
        return noted[asked.name]

    return answer


def given_values(raw: Mapping[str, Any], known: Mapping[str, HyperparameterDef], at: str) -> dict[str, Value]:
    """The values as written, a list spread over the layers."""
    given: dict[str, Value] = {}
    if not isinstance(raw, dict):
        raise ParameterError(at, "", "is a mapping of parameters to values.")
    for name, value in raw.items():
        if name not in known:
            words = f"{name}: the model has no such parameter{nearest(str(name), known)}"
            raise ParameterError(at, str(name), words)
        if isinstance(value, list):
            if not known[name].per:
                raise ParameterError(at, name, f"{name} takes one value, not a list.")
            layers = {layer_name(name, i): each for i, each in enumerate(value, start=1)}
        else:
            layers = {name: value}
        for key, each in layers.items():
            try:
                given[key] = known[name].checked(each)
            except ValueError as error:
                raise ParameterError(at, name, f"{name}: {error}.") from error
    for name, value in raw.items():
        per = known[name].per
        depth = raw.get(COUNTED_BY[per]) if per else None
        if isinstance(value, list) and isinstance(depth, int) and len(value) != depth:
            words = COUNTED_BY[per].replace("_", " ") if per else ""
            raise ParameterError(at, name, f"{name} has {len(value)} values for {depth} {words}.")
    return given
