"""The `parameters:` of a search-space file: YAML values in, a `Space` out.

Owns: the ways a range, a choice, a fixed value, a share per layer and a condition are written, and their checks.
Leaves to others: what a family's parameter means (families), the rest of the file (study_spec).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tuner.errors import SpecError
from tuner.formatting import nearest
from tuner.spec.families import COUNTED_BY, HyperparameterDef, layer_name
from tuner.spec.space import Choice, Domain, FloatRange, IntRange, Parameter, Space, Value

_KEYS = ("int", "float", "choice", "value", "log", "step", "per", "when")


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
        parameters[name] = _parameter(known[name], value, at)
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


def _parameter(known: HyperparameterDef, raw: Any, at: str) -> Parameter:
    if not isinstance(raw, dict):
        return Parameter(known.name, _choice(known, raw if isinstance(raw, list) else [raw], at), known.default)
    for key in raw:
        if key not in _KEYS:
            raise SpecError(f"{at}: there is no key {key!r}{nearest(str(key), _KEYS)}")
    kinds = [key for key in ("int", "float", "choice", "value") if key in raw]
    if len(kinds) != 1:
        raise SpecError(f"{at}: give exactly one of int: [low, high], float: [low, high], choice: [...] or value: ....")
    if "per" in raw and (raw["per"] != known.per or known.per is None):
        layered = f"can be per: {known.per}" if known.per else "is shared by all layers and has no per:"
        raise SpecError(f"{at}: {known.name} {layered}.")
    kind = kinds[0]
    if kind in ("choice", "value"):
        for key in ("log", "step"):
            if key in raw:
                raise SpecError(f"{at}: {key} goes with int or float, not with {kind}.")
        values = raw[kind] if kind == "choice" else [raw[kind]]
        domain: Domain = _choice(known, values, at)
    else:
        domain = _range(known, kind, raw, at)
    return Parameter(known.name, domain, known.default, when=_when(raw.get("when", {}), at))


def _choice(known: HyperparameterDef, values: Any, at: str) -> Choice:
    if not isinstance(values, list) or not values:
        raise SpecError(f"{at}: has no value to choose. List at least one.")
    checked = tuple(_value(known, value, at) for value in values)
    seen = set()
    for value in checked:
        # 1 == True == 1.0 in Python.
        if (type(value), value) in seen:
            raise SpecError(f"{at}: {value!r} is listed twice.")
        seen.add((type(value), value))
    return Choice(checked)


def _value(known: HyperparameterDef, raw: Any, at: str) -> Value:
    """A value of the family's kind: 0 for a float is 0.0; anything out of the family's limits is an error."""
    if not isinstance(raw, int | float | str | bool):
        raise SpecError(f"{at}: {raw!r} is not a value. Give a number, a word, true or false.")
    value: Value = raw
    if known.kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    fault = known.fault(value)
    if fault is not None:
        if known.kind == "choice" and isinstance(value, str):
            raise SpecError(f"{at}: {value!r} is not known{nearest(value, map(str, known.choices))}")
        raise SpecError(f"{at}: {fault}.")
    return value


def _range(known: HyperparameterDef, kind: str, raw: Mapping[str, Any], at: str) -> IntRange | FloatRange:
    if known.kind != kind:
        wants = {"int": "int: [low, high]", "float": "float: [low, high]"}.get(known.kind, "a list of values")
        raise SpecError(f"{at}: {known.name} takes {wants}, not {kind}.")
    bounds = raw[kind]
    if not isinstance(bounds, list) or len(bounds) != 2:
        raise SpecError(f"{at}: {kind} takes [low, high], not {bounds!r}.")
    log, step = raw.get("log", False), raw.get("step")
    if not isinstance(log, bool):
        raise SpecError(f"{at}: log is true or false, not {log!r}.")
    if log and isinstance(bounds[0], int | float) and bounds[0] <= 0:
        raise SpecError(f"{at}: a log range cannot reach {bounds[0]:g}. Start above zero.")
    low, high = (_value(known, bound, at) for bound in bounds)
    if isinstance(low, str) or isinstance(high, str):
        raise SpecError(f"{at}: {kind} takes two numbers, not {bounds!r}.")
    if low > high:
        raise SpecError(f"{at}: low {low:g} is above high {high:g}. Swap them.")
    if low == high:
        raise SpecError(f"{at}: low and high are both {low:g}. Give a range, or the value alone.")
    if step is not None:
        if log:
            raise SpecError(f"{at}: log and step exclude each other. Keep one.")
        if isinstance(step, bool) or not isinstance(step, int if kind == "int" else int | float) or step <= 0:
            raise SpecError(f"{at}: step is a {'whole ' if kind == 'int' else ''}number above zero, not {step!r}.")
        if FloatRange.in_steps(low, high, step) == Choice((float(low),)):
            raise SpecError(f"{at}: step {step:g} is wider than the range. Make it at most {high - low:g}.")
    if kind == "int":
        whole = 1 if step is None else int(step)
        # Optuna would cut the top silently; the file then says something that is never tried.
        if (int(high) - int(low)) % whole:
            raise SpecError(f"{at}: high {high} is not a whole number of steps of {whole} above low {low}.")
        return IntRange(int(low), int(high), step=whole, log=log)
    made = FloatRange(float(low), float(high), step=None if step is None else float(step), log=log)
    if step is not None and float(high) not in FloatRange.in_steps(low, high, step):
        raise SpecError(f"{at}: high {high:g} is not a whole number of steps of {step:g} above low {low:g}.")
    return made


def _when(raw: Any, at: str) -> Mapping[str, tuple[Value, ...]]:
    if not isinstance(raw, dict):
        raise SpecError(f"{at}: when takes a parameter and its values, such as when: {{optimizer: [momentum]}}.")
    return {parent: tuple(values) if isinstance(values, list) else (values,) for parent, values in raw.items()}


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
