"""The keys of a search-space file: what its YAML says in, a `SpaceFile` of checked kinds out.

Owns: the keys, their kinds, defaults and short forms, each in a line for editors and docs; a search's identity (its
digest).
Leaves to others: reading YAML (safe_yaml), whether they make sense together (study_spec), what `parameters` and
`baselines` hold.
"""

import hashlib
import json
from typing import Any, Literal

from pydantic import Field, ValidationError

from tuner.errors import SpecError
from tuner.settings import LARGEST_SEED, MOST_TRIALS
from tuner.spec.defaults import Defaults
from tuner.spec.metrics import Direction
from tuner.spec.objectives import spread
from tuner.spec.sources import may_be_numbers
from tuner.spec.strict_model import StrictModel, complaint
from tuner.spec.validation import SMALL_TABLES, VALIDATION_SHARE, Validation, read_mapping


class Objective(StrictModel):
    """What the study optimizes: a metric of the validation rows, as Keras names it.

    A regression that names none minimizes val_mae.
    """

    metric: str = Field(default="val_accuracy", description="as Keras names it, with val_ before it")
    direction: Direction = Field(default="maximize", description="whether more of it is better, or less")


class Algorithm(StrictModel):
    """A sampler or a pruner by name, with its options.

    inner: the pruner that this one asks, with its own options, once they are all written out.
    """

    name: str
    options: dict[str, int | float | bool | str | None] = Field(default_factory=dict)
    inner: "Algorithm | None" = None


MOST_FINALISTS = 1000
SHARE = 0.25
"""Of the search's training time, for finalists, where neither a specification nor a person says otherwise."""


class Finalists(StrictModel):
    """The best configurations, trained again over several seeds when the search is over; then the winner on all rows.

    share: None keeps to the numbers.
    """

    configurations: int = Field(
        default=3,
        ge=0,
        le=MOST_FINALISTS,
        description="how many; 0 leaves the finalists out, 1 only trains the winner on all rows",
    )
    seeds: int = Field(default=3, ge=1, le=MOST_FINALISTS, description="how many times each is trained")
    share: float | None = Field(
        default=None,
        gt=0,
        description="at most so much of the search's training time, with fewer where they do not fit",
    )


class Search(StrictModel):
    """How long and by which algorithms to search."""

    trials: int = Field(default=40, ge=1, le=MOST_TRIALS, description="how many, exactly, baselines included")
    timeout: float | None = Field(
        default=None,
        gt=0,
        description="seconds of training, after which no new trial begins and those running end with their best",
    )
    sampler: Algorithm = Field(
        default=Algorithm(name="tpe"),
        description="what proposes configurations: a name, or a mapping with its name and options",
    )
    pruner: Algorithm = Field(
        default=Algorithm(name="percentile"),
        description="what ends trials early: a name, or a mapping with its name and options",
    )
    cost: Literal["epochs", "seconds"] = Field(
        default="epochs", description="at equal what asha compares trials: epochs, or seconds of training"
    )
    patience: int | None = Field(
        default=None, ge=1, description="epochs without a better objective after which a trial ends"
    )
    seed: int | None = Field(
        default=None, ge=0, le=LARGEST_SEED, description="of everything random in the study; without it, one is drawn"
    )
    epochs: int | None = Field(
        default=None, ge=1, description="how many, of all trials together, after which the search ends"
    )
    target: float | None = Field(
        default=None, description="a value of the objective; the search ends when a trial reaches it"
    )
    plateau: int | None = Field(
        default=None, ge=1, description="trials without an improvement above the noise, after which the search ends"
    )
    epoch_timeout: float | None = Field(
        default=None,
        gt=0,
        description="seconds of an epoch after which a trial hangs and fails; without it, by the epochs so far",
    )
    finalists: Finalists = Field(
        default=Finalists(share=SHARE),
        description="the best configurations, trained again over several seeds; a number of them, or a mapping",
    )


class SpaceFile(StrictModel):
    """The file's top level. Parameters and baselines are checked against the model family afterwards."""

    dataset: str | dict[str, Any] | None = Field(
        default=None, description="which data: a name, or a file or folder and what it holds; none of model: external"
    )
    validation: int | float | Validation = Field(
        default=VALIDATION_SHARE,
        description="training rows kept for validation: a share below 1, or a number of rows; or a mapping, for "
        "groups, time and cross-validation; an mlp that says nothing parts fewer than 500 rows of numbers into 5 folds",
    )
    model: str | dict[str, str] = Field(
        default="mlp",
        description="a family, Python code that makes the network, or external: programs ask for what to try",
    )
    objective: Objective = Field(
        default=Objective(), description="the metric of the validation rows that the study optimizes"
    )
    objectives: tuple[Objective, ...] = Field(
        default=(),
        strict=False,
        description="several of them, the first a metric of the validation rows",
    )
    constraints: dict[str, str] = Field(
        default_factory=dict,
        description='what a trial keeps to, or it is no winner, such as {parameters: "<= 50000", latency_ms: "<= 2"}; '
        "a network with too many parameters is not trained",
    )
    metrics: tuple[str, ...] = Field(default=(), strict=False, description="further metrics of Keras to watch, by name")
    parameters: dict[str, Any] | None = Field(
        default=None, description="what is searched, and what is fixed; a parameter that is left out has its default"
    )
    callbacks: tuple[str | dict[str, dict[str, Any]], ...] = Field(
        default=(),
        strict=False,
        description="of Keras, each by name alone or with options; for a network of your own code",
    )
    baselines: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="configurations that are tried first, each under a name; what one leaves out has its default",
    )
    search: Search = Field(default=Search(), description="how long, and by which algorithms")


def read_content(content: Any, where: str) -> SpaceFile:
    """What a file says with its keys and kinds checked. where: what errors call it. Raises SpecError.

    A sampler or pruner given by its name alone, or with options, becomes an Algorithm.
    """
    if not isinstance(content, dict):
        raise SpecError(f"{where}: the file has no keys. It needs at least dataset: and parameters:.")
    content = dict(content)
    search = content.get("search")
    if isinstance(search, dict):
        content["search"] = {
            key: _algorithm(value)
            if key in ("sampler", "pruner")
            else _finalists(value)
            if key == "finalists"
            else value
            for key, value in search.items()
        }
    if isinstance(content.get("validation"), dict):
        content["validation"] = read_mapping(content["validation"], where)
    if "objectives" in content:
        content["objectives"] = spread(content["objectives"])
    try:
        return SpaceFile.model_validate(content)
    except ValidationError as error:
        raise SpecError(f"{where}: {complaint(error, SpaceFile)}") from error


def first_of_several(file: SpaceFile, where: str, pruned: bool = True) -> SpaceFile:
    """Of several objectives the first takes the place of the one. pruned: older releases trained them whole."""
    if "objectives" not in file.model_fields_set:
        return file
    if "objective" in file.model_fields_set:
        raise SpecError(f"{where}: objective and objectives: give one of them.")
    if len(file.objectives) < 2:
        raise SpecError(f"{where}: objectives: are several, such as [val_accuracy, parameters]. For one: objective:.")
    names = [each.metric for each in file.objectives]
    if len(set(names)) < len(names):
        raise SpecError(f"{where}: objectives: {', '.join(names)}: one is given twice.")
    search = file.search if pruned else file.search.model_copy(update={"pruner": Algorithm(name="none")})
    return file.model_copy(update={"objective": file.objectives[0], "search": search})


def _finalists(value: Any) -> Any:
    return {"configurations": value} if isinstance(value, int) and not isinstance(value, bool) else value


def _algorithm(value: Any) -> Any:
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, dict):
        return {"name": value.get("name"), "options": {key: each for key, each in value.items() if key != "name"}}
    return value


def refilled(file: SpaceFile, defaults: Defaults) -> SpaceFile:
    """The file, what it leaves out filled in from other defaults than today's; what it says is known as before."""
    search, given = file.search, {name: getattr(file.search, name) for name in file.search.model_fields_set}
    if "finalists" in given:
        own = search.finalists
        said = {name: getattr(own, name) for name in own.model_fields_set}
        given["finalists"] = Finalists.model_validate({**defaults.finalists, **said})
    usual = {
        key: _algorithm(value) if key in ("sampler", "pruner") else value for key, value in defaults.search.items()
    }
    left_out = {key: value for key, value in defaults.file.items() if key not in file.model_fields_set}
    filled = {
        **dict(file),
        **left_out,
        "search": Search.model_construct(search.model_fields_set, **{**dict(Search.model_validate(usual)), **given}),
    }
    if isinstance(file.dataset, dict):
        kind = next((each for each in defaults.sources if each in file.dataset), "")
        filled["dataset"] = {**defaults.sources.get(kind, {}), **file.dataset}
    return SpaceFile.model_construct(file.model_fields_set, **filled)


def with_usual_validation(file: SpaceFile) -> SpaceFile:
    """A family of tables parts few rows into folds, where the file does not say how rows are validated with."""
    if file.model != "mlp" or "validation" in file.model_fields_set or not may_be_numbers(file.dataset):
        return file
    # Not set, as pydantic has it: nobody wrote it.
    return SpaceFile.model_construct(file.model_fields_set, **{**dict(file), "validation": SMALL_TABLES})


def written(file: SpaceFile) -> frozenset[str]:
    """What a person wrote, as paths such as `search.pruner.percentile`; the rest was filled in."""
    found = {"objective" if name == "objectives" else name for name in file.model_fields_set}
    if isinstance(file.dataset, dict):
        found |= {f"dataset.{key}" for key in file.dataset}
    found |= {f"parameters.{name}" for name in file.parameters or {}}
    for name, params in file.baselines.items():
        found |= {f"baselines.{name}.{key}" for key in params} if isinstance(params, dict) else set()
    for name in file.search.model_fields_set:
        value = getattr(file.search, name)
        found.add(f"search.{name}")
        if isinstance(value, Algorithm):
            found |= {f"search.{name}.{key}" for key in ("name", *value.options)}
    return frozenset(found)


_HOW_LONG = {"trials", "timeout", "seed", "epochs", "target", "plateau", "epoch_timeout", "finalists"}


def digest(file: SpaceFile) -> str:
    """What makes two files the same search: everything but how long it goes on and from which seed."""
    content = file.model_dump(mode="json", exclude={"search": _HOW_LONG})
    return hashlib.sha256(json.dumps(content, sort_keys=False).encode()).hexdigest()
