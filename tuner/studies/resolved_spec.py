"""A study's specification as it is stored: every default written out, so that no later release changes what it means.

Owns: the stored form and its version, from a specification and back.
Leaves to others: the file (space_file, study_spec), defaults (defaults, families, search), when two are the same
(same_request).

A release that gives the form another field raises VERSION, and gives the forms before it what they meant there.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from tuner.errors import SpecError
from tuner.spec.baselines import Baseline
from tuner.spec.code import STYLES, Style, read_name
from tuner.spec.constraints import Constraint
from tuner.spec.defaults import Conditional, Defaults, restored, stored
from tuner.spec.families import FAMILIES, RECONSTRUCTS, Task
from tuner.spec.families.defaults import family_defaults
from tuner.spec.metrics import Direction
from tuner.spec.source_kinds import KINDS
from tuner.spec.sources import DataSpec, of_family, read_data
from tuner.spec.space import Choice, Domain, FloatRange, IntRange, Parameter, Space, Value
from tuner.spec.space_file import Algorithm, Finalists, Objective, Search, SpaceFile
from tuner.spec.strict_model import complaint
from tuner.spec.study_spec import OBJECTIVES, StudySpec
from tuner.spec.validation import Validation

VERSION: Literal[4] = 4


class _Stored(BaseModel):
    """Nothing has a default here: what is not written is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredObjective(_Stored):
    metric: str
    direction: Direction


class StoredConstraint(_Stored):
    metric: str
    at_most: bool
    bound: float


class StoredParameter(_Stored):
    """kind: int, float or choice, with what that kind has; the rest is None. shared: as of `Parameter`."""

    name: str
    kind: Literal["int", "float", "choice"]
    low: int | float | None
    high: int | float | None
    step: int | float | None
    log: bool | None
    values: tuple[Value, ...] | None
    default: Value
    when: tuple[tuple[str, tuple[Value, ...]], ...]
    shared: str | None


class StoredBaseline(_Stored):
    name: str
    params: dict[str, Value]


class StoredAlgorithm(_Stored):
    """inner: the pruner that this one asks."""

    name: str
    options: dict[str, Value | None]
    inner: "StoredAlgorithm | None"


class StoredFinalists(_Stored):
    configurations: int
    seeds: int
    share: float | None


class StoredSearch(_Stored):
    trials: int
    timeout: float | None
    sampler: StoredAlgorithm
    pruner: StoredAlgorithm
    cost: Literal["epochs", "seconds"]
    patience: int | None
    seed: int | None
    epochs: int | None
    target: float | None
    plateau: int | None
    epoch_timeout: float | None
    finalists: StoredFinalists


class ResolvedSpec(_Stored):
    """A whole specification. The keys are those of the file, as far as it has them.

    dataset: a name, or every key of a file's kind; None, with validation and task, of `model: external`.
    code: what makes the network, where a person's code does; `model` is then its style. defaults: of the family's
    parameters that are not searched, by name. written: the paths that the person wrote (`space_file.written`);
    everything else was filled in.
    """

    version: Literal[4]
    dataset: str | dict[str, Any] | None
    validation: int | float | Validation | None
    task: Task | None
    model: str
    code: str | None
    objectives: tuple[StoredObjective, ...]
    constraints: tuple[StoredConstraint, ...]
    metrics: tuple[str, ...]
    parameters: tuple[StoredParameter, ...]
    defaults: dict[str, Value | Conditional]
    callbacks: tuple[dict[str, dict[str, Any]], ...]
    baselines: tuple[StoredBaseline, ...]
    search: StoredSearch
    written: tuple[str, ...]


def todays_defaults() -> Defaults:
    """What a file leaves out, today."""
    # Optuna's algorithms are imported where a study is stored, not where it is looked at.
    from tuner.search.algorithms import PRUNERS, SAMPLERS, option_defaults

    file, search = SpaceFile(dataset=""), Search()
    kinds = {
        name: {key: each.get_default(call_default_factory=True) for key, each in kind.model_fields.items()
               if not each.is_required()}
        for name, kind in KINDS.items()
    }  # fmt: skip
    tasks: tuple[Task, ...] = ("classification", "regression")
    return Defaults(
        file={"validation": file.validation, "model": file.model},
        search={**search.model_dump(), "sampler": search.sampler.name, "pruner": search.pruner.name},
        finalists=Finalists().model_dump(),
        objective={kind: each.model_dump() for kind, each in OBJECTIVES.items()},
        sources=kinds,
        samplers={**option_defaults(SAMPLERS)},
        pruners={**option_defaults(PRUNERS)},
        families={
            model: {task: {name: stored(each) for name, each in family_defaults(model, task).items()} for task in tasks}
            for model in FAMILIES
        },
    )


def resolve(spec: StudySpec, defaults: Defaults | None = None) -> ResolvedSpec:
    """Write out every default of a specification. defaults: those with which it was read; None is today's.

    Raises SpecError for a number that is not finite: no database keeps it.
    """
    usual = defaults or todays_defaults()
    search = spec.search
    made = ResolvedSpec(
        version=VERSION,
        dataset=_dataset(spec),
        validation=None if spec.source is None else spec.source.validation,
        task=spec.source_task,
        model=spec.model,
        code=None if spec.code is None else str(spec.code),
        objectives=tuple(StoredObjective(metric=each.metric, direction=each.direction) for each in spec.objectives),
        constraints=tuple(StoredConstraint(**vars(each)) for each in spec.constraints),
        metrics=spec.metrics,
        parameters=tuple(map(_parameter, spec.space)),
        defaults={} if spec.external or spec.code is not None else usual.families[spec.model][spec.task],
        callbacks=tuple({name: dict(each[name]) for name in each} for each in spec.callbacks),
        baselines=tuple(StoredBaseline(name=each.name, params=dict(each.params)) for each in spec.baselines),
        search=StoredSearch(
            **{name: getattr(search, name) for name in StoredSearch.model_fields if name not in _OWN},
            sampler=_algorithm(search.sampler, usual.samplers),
            pruner=_algorithm(search.pruner, usual.pruners),
            finalists=StoredFinalists(**search.finalists.model_dump()),
        ),
        written=tuple(sorted(spec.written)),
    )
    try:
        json.dumps(as_json(made), allow_nan=False)
    except ValueError as error:
        raise SpecError(f"{spec.name}: has a number that is not finite. Give one that is.") from error
    return made


_OWN = ("sampler", "pruner", "finalists")


def as_json(resolved: ResolvedSpec) -> dict[str, Any]:
    """What is stored."""
    return resolved.model_dump(mode="python", exclude_none=False) | {"search": resolved.search.model_dump()}


def read_resolved(content: Mapping[str, Any], where: str) -> ResolvedSpec:
    """A stored form. where: what errors call it. Raises SpecError for one that this version cannot read."""
    version = content.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise SpecError(f"{where} was stored by a newer version of tuner ({version}). Upgrade tuner.")
    try:
        return ResolvedSpec.model_validate(_as_now(content, version))
    except ValidationError as error:
        raise SpecError(f"{where} cannot be read: {complaint(error, ResolvedSpec)}") from error


# Options that a sampler has had since a form, as it worked before: by that form's version.
_BEFORE: Mapping[int, Mapping[str, Mapping[str, Value]]] = {
    3: {"tpe": {"min_bandwidth": 0.0, "allow_duplicates": True}},
    4: {"tpe": {"startup_defaults": False}},
}


def _as_now(content: Mapping[str, Any], version: int) -> Mapping[str, Any]:
    """The form of today. The first one had no constraints, the second and the third fewer options of `tpe`."""
    found = {**content, "version": VERSION}
    if version == 1:
        found["constraints"] = ()
    match found:
        case {"search": {"sampler": {"name": str(name), "options": dict(options)}}}:
            before = {
                key: each for form, of in _BEFORE.items() if version < form for key, each in of.get(name, {}).items()
            }
            sampler = {**found["search"]["sampler"], "options": {**before, **options}}
            found["search"] = {**found["search"], "sampler": sampler}
    return found


def restore(resolved: ResolvedSpec, name: str, text: str, folder: Path, where: str) -> StudySpec:
    """The specification of a stored form. text: the person's, to look at. folder: what relative paths start from."""
    return StudySpec(
        name=name,
        source=_source(resolved, folder, where),
        source_task=resolved.task,
        model=resolved.model,
        objective=_objective(resolved.objectives[0]),
        metrics=resolved.metrics,
        space=Space(
            tuple(map(_restored_parameter, resolved.parameters)),
            {key: restored(each) for key, each in resolved.defaults.items()},
        ),
        baselines=tuple(Baseline(each.name, each.params) for each in resolved.baselines),
        search=_restored_search(resolved),
        text=text,
        folder=folder,
        digest=hashlib.sha256(json.dumps([as_json(resolved), str(folder)]).encode()).hexdigest(),
        written=frozenset(resolved.written),
        code=None if resolved.code is None else read_name(_style(resolved.model), resolved.code, where),
        callbacks=resolved.callbacks,
        further_objectives=tuple(map(_objective, resolved.objectives[1:])),
        constraints=tuple(Constraint(**dict(each)) for each in resolved.constraints),
    )


@lru_cache(maxsize=64)
def restore_stored(content: str, name: str, text: str, folder: str, where: str) -> StudySpec:
    """The same of the stored JSON: a study is looked at several times a second, and its specification never changes."""
    return restore(read_resolved(json.loads(content), where), name, text, Path(folder), where)


def _style(model: str) -> Style:
    return next(each for each in STYLES if each == model)


# Before rows could say it, arrays of (rows, height, width) were images of every family.
_ROWS_WERE_IMAGES = True


def _source(resolved: ResolvedSpec, folder: Path, where: str) -> DataSpec | None:
    if resolved.dataset is None or resolved.validation is None:
        return None
    data = read_data(resolved.dataset, resolved.validation, folder, where)
    return of_family(data, _ROWS_WERE_IMAGES, reconstruct=resolved.model in RECONSTRUCTS)


def _dataset(spec: StudySpec) -> str | dict[str, Any] | None:
    data = spec.source
    if data is None:
        return None
    if data.files is not None:
        return data.files.model_dump(mode="json")
    return data.name if data.idx is None else {"idx": str(data.idx)}


def _algorithm(algorithm: Algorithm, usual: Mapping[str, Mapping[str, Value | None]]) -> StoredAlgorithm:
    options = {**usual[algorithm.name], **algorithm.options}
    asked = options.get("pruner")
    inner = _algorithm(Algorithm(name=asked), usual) if isinstance(asked, str) else None
    return StoredAlgorithm(name=algorithm.name, options=options, inner=inner)


def _restored_search(resolved: ResolvedSpec) -> Search:
    """What is set of it is what the person wrote: a grid whose trials are not is as large as all its cells."""
    search = resolved.search
    made = Search(
        **{key: getattr(search, key) for key in StoredSearch.model_fields if key not in _OWN},
        sampler=_restored_algorithm(search.sampler),
        pruner=_restored_algorithm(search.pruner),
        finalists=Finalists(**search.finalists.model_dump()),
    )
    return Search.model_construct({key for key in dict(made) if f"search.{key}" in resolved.written}, **dict(made))


def _restored_algorithm(found: StoredAlgorithm) -> Algorithm:
    inner = None if found.inner is None else _restored_algorithm(found.inner)
    return Algorithm(name=found.name, options=found.options, inner=inner)


def _objective(found: StoredObjective) -> Objective:
    return Objective(metric=found.metric, direction=found.direction)


def _parameter(each: Parameter) -> StoredParameter:
    domain = each.domain
    known: dict[str, Any] = dict.fromkeys(("low", "high", "step", "log", "values"))
    kind: Literal["int", "float", "choice"]
    kind = "choice" if isinstance(domain, Choice) else "int" if isinstance(domain, IntRange) else "float"
    known |= {key: value for key, value in vars(domain).items() if key in known}
    return StoredParameter(
        name=each.name, kind=kind, default=each.default, shared=each.shared,
        when=tuple((parent, tuple(values)) for parent, values in each.when.items()), **known,
    )  # fmt: skip


def _restored_parameter(found: StoredParameter) -> Parameter:
    domain: Domain
    if found.kind == "choice":
        domain = Choice(found.values or ())
    else:
        made: type[IntRange] | type[FloatRange] = IntRange if found.kind == "int" else FloatRange
        domain = made(found.low, found.high, found.step, bool(found.log))  # type: ignore[arg-type]  # as it was stored
    return Parameter(found.name, domain, found.default, {name: values for name, values in found.when}, found.shared)
