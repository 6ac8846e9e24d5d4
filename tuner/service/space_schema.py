"""The space language as a JSON schema, for editors: made from what checks a file, so that the two cannot drift.

Owns: how a file's keys, a family's parameters, samplers and pruners look as a schema.
Leaves to others: each key in a line (space_file), the checks themselves (study_spec, parameters, compatibility), the
same as a page (language_page).
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel

from tuner.search.algorithms import PRUNERS, SAMPLERS
from tuner.spec.external import EXTERNAL, NOT_EXTERNAL
from tuner.spec.families import CALLBACKS, FAMILIES, HyperparameterDef
from tuner.spec.metrics import METRICS
from tuner.spec.source_kinds import KINDS
from tuner.spec.sources import known_sources
from tuner.spec.space_file import Finalists, Objective, Search, SpaceFile
from tuner.spec.validation import Validation
from tuner.spec.written_parameter import FORMS

_KINDS = {"int": "integer", "float": "number", "bool": "boolean", "str": "string"}


@cache
def schema() -> dict[str, Any]:
    """A JSON schema (draft 2020-12) of a search-space file."""
    made: dict[str, Any] = SpaceFile.model_json_schema()
    top, of_search = descriptions(SpaceFile), descriptions(Search)
    properties = {name: dict(each) for name, each in made["properties"].items()}
    for each in properties.values():
        each.pop("title", None)
    properties["dataset"] = {"description": top["dataset"], "anyOf": [_names(known_sources()), *map(kind, KINDS)]}
    properties["validation"] = {
        "description": top["validation"],
        "default": SpaceFile.model_fields["validation"].default,
        "anyOf": [{"type": "number", "exclusiveMinimum": 0}, _object(Validation, top["validation"])],
    }
    properties["model"] = {**properties["model"], "anyOf": [{"enum": [*FAMILIES, EXTERNAL]}, *_code()]}
    properties["objective"] = _object(Objective, top["objective"])
    properties["metrics"] = {**properties["metrics"], "items": {"anyOf": [{"enum": sorted(_metrics())}, _WORD]}}
    properties["parameters"] = {
        "type": "object", "description": top["parameters"],
    }  # fmt: skip
    of_families = {
        "properties": {name: _parameter(known) for name, known in parameters().items()},
        "additionalProperties": False,
    }
    of_programs = {"additionalProperties": _parameter(HyperparameterDef("", "any", "", ""))}
    properties["callbacks"] = {**properties["callbacks"], "items": {"anyOf": [{"enum": list(CALLBACKS)}, _MAPPING]}}
    search = _object(Search, top["search"])
    for name, known_algorithms in (("sampler", SAMPLERS), ("pruner", PRUNERS)):
        default = Search.model_fields[name].default.name
        search["properties"][name] = {
            "description": of_search[name],
            "default": default,
            **_algorithm(known_algorithms),
        }
    search["properties"]["finalists"] = {
        "description": of_search["finalists"],
        "default": Search().finalists.model_dump(),
        "anyOf": [{"type": "integer", "minimum": 0}, _object(Finalists, of_search["finalists"])],
    }
    properties["search"] = search
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A search-space file of tuner",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "if": {"properties": {"model": {"const": EXTERNAL}}, "required": ["model"]},
        "then": {
            "properties": {"parameters": of_programs, **dict.fromkeys(NOT_EXTERNAL, False)},
            "required": ["parameters"],
        },
        "else": {"properties": {"parameters": of_families}, "required": ["dataset"]},
    }


def parameters() -> dict[str, HyperparameterDef]:
    """Every parameter of any family, by name; where several have one of that name, with the choices of all of them."""
    found: dict[str, HyperparameterDef] = {}
    for family in FAMILIES.values():
        for name, known in family.items():
            first = found.setdefault(name, known)
            found[name] = replace(first, choices=tuple(dict.fromkeys((*first.choices, *known.choices))))
    return found


def options(algorithm: Callable[..., object]) -> dict[str, tuple[str, Any]]:
    """The options of a sampler or pruner: its kind and its default."""
    found = {}
    for name, each in inspect.signature(algorithm).parameters.items():
        if each.kind is inspect.Parameter.KEYWORD_ONLY:
            kinds = [kind for kind in get_args(each.annotation) if kind is not NoneType] or [each.annotation]
            found[name] = (kinds[0].__name__, each.default)
    return found


_WORD = {"type": "string"}
_MAPPING = {"type": "object"}


def _names(words: Mapping[str, str]) -> dict[str, Any]:
    return {"anyOf": [{"const": name, "description": each} for name, each in words.items()]}


def kind(name: str) -> dict[str, Any]:
    """One kind of file, the key that names it first."""
    made = KINDS[name].model_json_schema()
    made["description"] = inspect.cleandoc(made["description"]).replace("\n\n", "\n").replace("\n", " ")
    made.pop("title", None)
    properties = made["properties"]
    for each in properties.values():
        each.pop("title", None)
    made["properties"] = {name: properties.pop(name), **properties}
    return made


def _code() -> list[dict[str, Any]]:
    words = {"keras_tuner": "FILE.py:NAME, built with hp", "python": "FILE.py:NAME, a function of a trial"}
    return [
        {
            "type": "object", "additionalProperties": False, "required": [style],
            "properties": {style: {"type": "string", "description": each}},
        }
        for style, each in words.items()
    ]  # fmt: skip


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Each key's line, in the order of the keys."""
    return {name: field.description or "" for name, field in model.model_fields.items()}


def _object(model: type[BaseModel], description: str) -> dict[str, Any]:
    properties = model.model_json_schema()["properties"]
    for each in properties.values():
        each.pop("title", None)
        each.pop("$ref", None)
        if each.get("default", 0) is None:
            each.pop("default")
    return {"type": "object", "description": description, "properties": properties, "additionalProperties": False}


def _metrics() -> set[str]:
    return {name for names in METRICS.values() for name in names}


def _algorithm(known: Mapping[str, Callable[..., object]]) -> dict[str, Any]:
    mappings = [
        {
            "type": "object", "required": ["name"], "additionalProperties": False,
            "properties": {"name": {"const": name}, **_options(algorithm)},
        }
        for name, algorithm in known.items()
    ]  # fmt: skip
    return {"anyOf": [{"enum": list(known)}, *mappings]}


def _options(algorithm: Callable[..., object]) -> dict[str, Any]:
    found = {}
    for name, (kind, default) in options(algorithm).items():
        found[name] = {"type": _KINDS[kind], **({} if default is None else {"default": default})}
    return found


def _parameter(known: HyperparameterDef) -> dict[str, Any]:
    """Every way to write a parameter: a value, a list, a range, or a mapping with a condition."""
    value = known.values.json_schema()
    several = {"type": "array", "items": value, "minItems": 1}
    held = {"choice": several, "value": value}
    per = sorted({each.per for family in FAMILIES.values() if (each := family.get(known.name)) and each.per})
    ways = [value, several]
    for form, written in FORMS.items():
        if form in ("int", "float") and known.kind not in (form, "any"):
            continue
        properties = {key: _given(each) for key, each in written.model_json_schema()["properties"].items()}
        if per:
            properties["per"]["enum"] = per
        else:
            del properties["per"]
        properties[form] = held.get(form, properties[form])
        ways.append({"type": "object", "required": [form], "additionalProperties": False, "properties": properties})
    return {"description": known.meaning, "default": known.default, "anyOf": ways}


def _given(key: Mapping[str, Any]) -> dict[str, Any]:
    """A key's schema where it is written: without the null that stands for its absence."""
    kinds = [each for each in key.get("anyOf", ()) if each != {"type": "null"}]
    more = kinds[0] if len(kinds) == 1 else {}
    return {**{name: each for name, each in key.items() if name not in ("title", "anyOf", "default")}, **more}
