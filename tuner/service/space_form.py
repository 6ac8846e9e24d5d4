"""A search space as a form: its parameters as fields, and the space that a changed field makes.

Owns: which field a parameter is, and how a field is written in the space's file. Comments of the file are not kept in a
space that was changed so.
Leaves to others: what a parameter may be (spec.written_parameter, spec.families), checking the whole (spec.study_spec).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from tuner.errors import InputError, SpecError
from tuner.formatting import nearest
from tuner.search.algorithms import PRUNERS, SAMPLERS
from tuner.service.requests import Request
from tuner.spec.families import FAMILIES, HyperparameterDef
from tuner.spec.safe_yaml import dump, load
from tuner.spec.space import Value
from tuner.spec.study_spec import StudySpec
from tuner.spec.written_parameter import FORMS
from tuner.studies.views import View

Written = Literal["range", "choice", "fixed", "default"]


class ParameterField(View):
    """kind: of its values. written: how the space has it; of a range low, high, step and log, else values; what is not
    in the space has its default. choices: every value that there is, where it chooses by name. lowest, highest: what
    makes sense. per: each of these layers has its own. when: the values of others with which it is there."""

    name: str
    meaning: str
    kind: Literal["int", "float", "bool", "choice", "any"]
    written: Written
    low: int | float | None = None
    high: int | float | None = None
    step: int | float | None = None
    log: bool = False
    values: tuple[Value, ...] = ()
    choices: tuple[Value, ...] = ()
    default: Value
    lowest: float | None = None
    highest: float | None = None
    per: str | None = None
    when: Mapping[str, tuple[Value, ...]] = {}


class SpaceForm(View):
    """parameters: of the space in its order; empty of one in Python. further: what its model takes besides. baselines:
    configurations that are tried first, by name."""

    space: str
    dataset: str | None
    model: str
    parameters: tuple[ParameterField, ...]
    further: tuple[ParameterField, ...]
    baselines: Mapping[str, Mapping[str, Value]]
    sampler: str
    samplers: tuple[str, ...]
    pruner: str
    pruners: tuple[str, ...]
    patience: int | None


class ParameterEdit(Request):
    """A range by low and high, or values: one is fixed, several are chosen from. Words stand for numbers, too."""

    low: int | float | None = None
    high: int | float | None = None
    step: int | float | None = None
    log: bool = False
    values: Annotated[tuple[str | int | float | bool, ...], Field(max_length=1000)] | None = None


class SpaceEdit(Request):
    """What is changed of a space; null leaves a thing as it is. parameters: by name; null takes one out, so that it has
    its default. without_baselines: names of those that are left out. patience: 0 is without."""

    parameters: Annotated[dict[str, ParameterEdit | None], Field(default_factory=dict, max_length=1000)]
    without_baselines: Annotated[tuple[str, ...], Field(max_length=1000)] = ()
    dataset: Annotated[str, Field(max_length=200)] | None = None
    sampler: Annotated[str, Field(max_length=100)] | None = None
    pruner: Annotated[str, Field(max_length=100)] | None = None
    patience: Annotated[int, Field(ge=0)] | None = None


def space_form(spec: StudySpec) -> SpaceForm:
    """Of a space that was read."""
    raw: Mapping[str, Any] = load(spec.text, spec.name).get("parameters") or {}
    known = _known(spec, raw)
    return SpaceForm(
        space=spec.name,
        dataset=None if spec.source is None else spec.data.name,
        model=spec.model,
        parameters=tuple(_field(known[name], raw[name]) for name in raw if name in known),
        further=tuple(_base(each, "default") for name, each in known.items() if name not in raw),
        baselines={each.name: each.params for each in spec.baselines},
        sampler=spec.search.sampler.name,
        samplers=tuple(SAMPLERS),
        pruner=spec.search.pruner.name,
        pruners=tuple(PRUNERS),
        patience=spec.search.patience,
    )


def edited_text(spec: StudySpec, edit: SpaceEdit) -> str:
    """The space as a file with these changes. It is not checked as a whole here. Raises InputError."""
    content: dict[str, Any] = load(spec.text, spec.name)
    parameters = dict(content.get("parameters") or {})
    known = _known(spec, parameters)
    for name, change in edit.parameters.items():
        if name not in known:
            raise InputError(f"parameters.{name}: {spec.model} has no such parameter{nearest(name, known)}")
        if change is None:
            parameters.pop(name, None)
        else:
            parameters[name] = _written(known[name], change, parameters.get(name))
    if edit.parameters:
        content["parameters"] = parameters
    for name in edit.without_baselines:
        if name not in (content.get("baselines") or {}):
            raise InputError(
                f"without_baselines: there is no baseline {name!r}{nearest(name, content.get('baselines') or {})}"
            )
        content["baselines"] = {key: each for key, each in content["baselines"].items() if key != name}
    if "baselines" in content and not content["baselines"]:
        del content["baselines"]
    if edit.dataset is not None:
        content["dataset"] = edit.dataset
    search = dict(content.get("search") or {})
    for name in ("sampler", "pruner"):
        chosen = getattr(edit, name)
        if chosen is not None and chosen != getattr(spec.search, name).name:
            search[name] = chosen
    if edit.patience is not None:
        search.pop("patience", None)
        search |= {"patience": edit.patience} if edit.patience else {}
    if search:
        content["search"] = search
    return dump(content)


def _known(spec: StudySpec, raw: Mapping[str, Any]) -> Mapping[str, HyperparameterDef]:
    """Parameters that can be shown as fields, by name. raw: those that the file has."""
    if spec.external:
        return {name: HyperparameterDef(name, "any", "", "") for name in raw}
    return FAMILIES.get(spec.model, {}) if spec.code is None else {}


def _base(known: HyperparameterDef, written: Written) -> ParameterField:
    return ParameterField(
        name=known.name,
        meaning=known.meaning,
        kind=known.kind,
        written=written,
        choices=known.choices,
        default=known.default,
        lowest=known.low,
        highest=known.high,
    )


def _field(known: HyperparameterDef, raw: Any) -> ParameterField:
    """raw: as the file has it, checked before."""
    if not isinstance(raw, dict):
        raw = {"choice": raw if isinstance(raw, list) else [raw]}
    kind = next(key for key in FORMS if key in raw)
    when = FORMS[kind].model_validate(raw).conditions()
    if kind in ("int", "float"):
        low, high = raw[kind]
        of_range = {"low": low, "high": high, "step": raw.get("step"), "log": raw.get("log", False)}
        further: dict[str, Any] = {"written": "range", **of_range}
    else:
        values = tuple(raw["choice"]) if kind == "choice" else (raw["value"],)
        further = {"written": "choice" if len(values) > 1 else "fixed", "values": values}
    return _base(known, "fixed").model_copy(update={**further, "per": raw.get("per"), "when": when})


def _written(known: HyperparameterDef, edit: ParameterEdit, before: Any) -> Any:
    """As the file has it. What the file said of layers and conditions stays."""
    kept = {key: before[key] for key in ("per", "when") if isinstance(before, dict) and key in before}
    if edit.values is not None:
        values = [typed(known, each) for each in edit.values]
        if not values:
            raise InputError(f"parameters.{known.name}: choose at least one value.")
        if not kept:
            return values if len(values) > 1 else values[0]
        return {"choice": values, **kept}
    if edit.low is None or edit.high is None:
        raise InputError(f"parameters.{known.name}: give the lowest and the highest value.")
    kind: str = known.kind
    if kind == "any":
        kind = "int" if isinstance(edit.low, int) and isinstance(edit.high, int) else "float"
    if kind not in ("int", "float"):
        raise InputError(f"parameters.{known.name}: takes values, and no range.")
    made: dict[str, Any] = {kind: [edit.low, edit.high]}
    if edit.log:
        made["log"] = True
    if edit.step is not None:
        made["step"] = edit.step
    return {**made, **kept}


def typed(known: HyperparameterDef, value: str | int | float | bool) -> Value:
    """A form sends words; the family says what they stand for."""
    if not isinstance(value, str):
        return value
    for each in known.choices:
        if str(each) == value:
            return each
    if known.kind == "any":
        read = load(value, known.name)
        return read if isinstance(read, int | float | bool) else value
    try:
        if known.kind == "bool":
            return {"true": True, "false": False}[value.lower()]
        if known.kind == "int":
            return int(value)
        if known.kind == "float":
            return float(value)
    except (ValueError, KeyError) as error:
        raise SpecError(f"parameters.{known.name}: {value!r} is not one of its values.") from error
    return value
