"""The search-space file: YAML in, a checked `StudySpec` out, or one line that says what to mend.

Owns: the checks of the file against the space and the model family.
Leaves to others: its keys (space_file), what suits a task (task_checks), parameters (parameters, external), loading
the data (data), building networks (training).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from tuner.errors import SpecError
from tuner.formatting import nearest
from tuner.spec.baselines import Baseline, read_baselines, read_python_baselines
from tuner.spec.code import STYLES, CodeName, read_name
from tuner.spec.constraints import Constraint, check_name, read_constraints
from tuner.spec.defaults import Defaults, restored
from tuner.spec.external import (
    EXTERNAL,
    ask_in_use,
    checked_external,
    read_external_baselines,
    read_external_parameters,
)
from tuner.spec.families import (
    CALLBACKS,
    CONFIGURE,
    FAMILIES,
    NEEDS_IMAGES,
    RECONSTRUCTS,
    SETTINGS,
    HyperparameterDef,
    Task,
)
from tuner.spec.metrics import METRICS, key
from tuner.spec.parameters import read_parameters
from tuner.spec.safe_yaml import dump, load, naming_lines, read_text
from tuner.spec.sources import DataSpec, may_be_images, of_family, read_data, task_of
from tuner.spec.space import Ask, ByAnswer, Default, Space
from tuner.spec.space_file import (
    Finalists,
    Objective,
    Search,
    SpaceFile,
    digest,
    first_of_several,
    read_content,
    refilled,
    with_usual_validation,
    written,
)
from tuner.spec.task_checks import check_constraints, check_further, check_objective, check_task
from tuner.spec.validation import as_validation, check_share

_Known = TypeVar("_Known")


@dataclass(frozen=True)
class StudySpec:
    """A checked search-space file.

    name: the space's, from the file's name. text: the file as it was read. folder: where it was, for relative paths.
    source, source_task: None of `model: external`, whose data are its programs' own affair.
    code: of a network that a person's code makes; then `model` is "keras_tuner" or "python", and `space` holds only
    settings of the training that the file gives: the rest of it is known when the code asks.
    callbacks: of Keras, each a name with its options. written: what the file says, by paths; the rest are defaults.
    """

    name: str
    source: DataSpec | None
    source_task: Task | None
    model: str
    objective: Objective
    metrics: tuple[str, ...]
    space: Space
    baselines: tuple[Baseline, ...]
    search: Search
    text: str
    folder: Path
    digest: str
    written: frozenset[str]
    code: CodeName | None = None
    callbacks: tuple[Mapping[str, Any], ...] = ()
    further_objectives: tuple[Objective, ...] = ()
    constraints: tuple[Constraint, ...] = ()

    @property
    def external(self) -> bool:
        """Programs that ask for its trials train them, and no worker does."""
        return self.model == EXTERNAL

    @property
    def data(self) -> DataSpec:
        """Raises SpecError where it is external."""
        return _known(self.source, self.name)

    @property
    def task(self) -> Task:
        """Raises SpecError where it is external."""
        return _known(self.source_task, self.name)

    @property
    def data_name(self) -> str:
        """What a table of studies shows."""
        return "-" if self.source is None else self.source.name

    def configure(self, ask: Ask) -> None:
        """Ask for what a configuration of it consists of; nothing where a person's code says that."""
        if self.external:
            ask_in_use(self.space, ask)
        elif self.code is None:
            CONFIGURE[self.model](ask, self.task, True)

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """All of them; the first is the one by which epochs are compared."""
        return (self.objective, *self.further_objectives)

    @property
    def further_figures(self) -> tuple[str, ...]:
        """What is measured of a trial beside the objective by which epochs are compared: by names, each once."""
        objectives = (each.metric for each in self.further_objectives)
        return tuple(dict.fromkeys((*objectives, *(each.metric for each in self.constraints))))


def _known(found: _Known | None, name: str) -> _Known:
    if found is None:
        raise SpecError(f"{name}: programs train its trials, with data of their own; there are none here.")
    return found


def read_spec(path: Path) -> StudySpec:
    """Read and check a search-space file. Raises SpecError."""
    return parse_spec(read_text(path), path.stem, path.resolve().parent, where=str(path))


def parse_spec(text: str, name: str, folder: Path, where: str, defaults: Defaults | None = None) -> StudySpec:
    """Check the text of a search-space file.

    where: what errors call it. folder: what relative paths in it start from. defaults: others than today's, of the
    release for which the text was written. Raises SpecError.
    """
    # Of older releases only text is checked with other defaults; they read YAML 1.1.
    whole = load(text, where, old_booleans=defaults is not None)
    with naming_lines(text, where):
        return _checked(read_content(whole, where), text, name, folder, where, defaults)


def spec_of_content(content: Mapping[str, Any], name: str, folder: Path, where: str, head: str = "") -> StudySpec:
    """The same of what a file would say. head: comments above it in the text that people are shown."""
    text = head + dump(dict(content))
    return _checked(read_content(content, where), text, name, folder, where)


def _checked(
    whole: SpaceFile, text: str, name: str, folder: Path, where: str, defaults: Defaults | None = None
) -> StudySpec:
    said = written(whole)
    filled = whole if defaults is None else refilled(whole, defaults)
    file = first_of_several(filled, where, pruned=defaults is None)
    file = file if defaults is not None else with_usual_validation(file)
    if isinstance(file.model, dict):
        return _python_spec(file, said, text, name, folder, where, defaults)
    if file.model == EXTERNAL:
        return _external_spec(file, said, text, name, folder, where)
    model = file.model
    if file.callbacks:
        raise SpecError(f"{where}: callbacks: go with a model of your own code. The families have search.patience.")
    if file.parameters is None:
        raise SpecError(f"{where}: parameters: is missing.")
    if model not in FAMILIES:
        raise SpecError(f"{where}: model: {model!r} is not known{nearest(model, (*FAMILIES, EXTERNAL))}")
    data = _data(file, folder, where, defaults)
    if file.model in NEEDS_IMAGES and not may_be_images(data):
        raise SpecError(f"{where}: model: {file.model} needs images, and {data.name} has none. Use model: mlp.")
    task = task_of(data)
    usual = {} if defaults is None else {name: restored(each) for name, each in defaults.families[model][task].items()}
    known = {name: _with_default(each, usual.get(name, each.default)) for name, each in FAMILIES[model].items()}
    space = replace(read_parameters(file.parameters, known, where), defaults=usual)
    file = file.model_copy(update={"objective": _objective(file, task, defaults)})
    check_objective(file, file.objective, task, where)
    for each in file.objectives[1:]:
        check_further(file, each, task, where)
    constraints = read_constraints(file.constraints, where)
    check_constraints(file, constraints, task, where)
    check_task(space, task, where)
    return StudySpec(
        name=name,
        source=data,
        source_task=task,
        model=model,
        objective=file.objective,
        metrics=file.metrics,
        space=space,
        baselines=read_baselines(file.baselines, space, model, task, f"{where}: baselines."),
        search=file.search,
        text=text,
        folder=folder,
        digest=digest(file),
        written=said,
        further_objectives=file.objectives[1:],
        constraints=constraints,
    )


def _with_default(known: HyperparameterDef, default: Default) -> HyperparameterDef:
    # What depends on another parameter is the space's to say; this is what it is without that.
    return replace(known, default=default.otherwise if isinstance(default, ByAnswer) else default)


OBJECTIVES: Mapping[str, Objective] = {
    "classification": Objective(),
    "regression": Objective(metric="val_mae", direction="minimize"),
    "classification, code": Objective(),
    "regression, code": Objective(metric="val_loss", direction="minimize"),
}
"""Where a file names none: by task, and whether a person's code makes the network."""


def _objective(file: SpaceFile, task: Task, defaults: Defaults | None) -> Objective:
    if "objective" in file.model_fields_set:
        return file.objective
    kind = f"{task}, code" if isinstance(file.model, dict) else task
    return OBJECTIVES[kind] if defaults is None else Objective.model_validate(defaults.objective[kind])


def _python_spec(
    file: SpaceFile, said: frozenset[str], text: str, name: str, folder: Path, where: str, defaults: Defaults | None
) -> StudySpec:
    """A file whose network is made by code: what is searched is the code's to say."""
    assert isinstance(file.model, dict)
    if len(file.model) != 1 or next(iter(file.model)) not in STYLES:
        raise SpecError(f"{where}: model: is a family, {{keras_tuner: FILE.py:NAME}} or {{python: FILE.py:NAME}}.")
    if file.metrics:
        raise SpecError(f"{where}: metrics: are named where the code compiles its model.")
    if file.callbacks and as_validation(file.validation).folds is not None:
        raise SpecError(
            f"{where}: callbacks: keep a state through one call of fit, and folds are trained an epoch at a time. "
            "Write validation: 0.2, or leave the callbacks out."
        )
    style = next(each for each in STYLES if each in file.model)
    constraints = read_constraints(file.constraints, where)
    for each in constraints:
        check_name(each.metric, file.objective.metric, where)
    data = _data(file, folder, where, defaults)
    task = task_of(data)
    settings = {each: FAMILIES["mlp"][each] for each in SETTINGS}
    objective = _objective(file, task, defaults)
    better = METRICS[task].get(key(objective.metric.removeprefix("val_")))
    if "loss" in objective.metric and better is None:
        better = "minimize"
    if better is not None and better != objective.direction:
        word = "lower" if better == "minimize" else "higher"
        raise SpecError(f"{where}: objective: {objective.metric} is better when it is {word}. Set direction: {better}.")
    return StudySpec(
        name=name,
        source=data,
        source_task=task,
        model=style,
        objective=objective,
        metrics=(),
        space=read_parameters(file.parameters, settings, where) if file.parameters else Space(()),
        baselines=read_python_baselines(file.baselines, style, f"{where}: baselines."),
        search=file.search,
        text=text,
        folder=folder,
        digest=digest(file),
        written=said,
        code=read_name(style, file.model[style], f"{where}: model.{style}"),
        callbacks=_callbacks(file, where),
        further_objectives=file.objectives[1:],
        constraints=constraints,
    )


def _external_spec(file: SpaceFile, said: frozenset[str], text: str, name: str, folder: Path, where: str) -> StudySpec:
    """A file of which programs take the trials: parameters and objectives, and how to search."""
    parameters = checked_external(file, where)
    space = read_external_parameters(parameters, where)
    return StudySpec(
        name=name,
        source=None,
        source_task=None,
        model=EXTERNAL,
        objective=file.objective,
        metrics=(),
        space=space,
        baselines=read_external_baselines(file.baselines, space, f"{where}: baselines."),
        search=file.search.model_copy(update={"finalists": Finalists(configurations=0)}),
        text=text,
        folder=folder,
        digest=digest(file),
        written=said,
        further_objectives=file.objectives[1:],
        constraints=read_constraints(file.constraints, where),
    )


def _callbacks(file: SpaceFile, where: str) -> tuple[Mapping[str, Any], ...]:
    listed: tuple[Mapping[str, Any], ...] = tuple(
        {each: {}} if isinstance(each, str) else each for each in file.callbacks
    )
    for each in listed:
        for name in each:
            if name not in CALLBACKS:
                raise SpecError(f"{where}: callbacks: {name!r} is not known{nearest(name, CALLBACKS)}")
    return listed


def _data(file: SpaceFile, folder: Path, where: str, defaults: Defaults | None) -> DataSpec:
    if file.dataset is None:
        raise SpecError(f"{where}: dataset: is missing.")
    check_share(file.validation, where)
    data = read_data(file.dataset, file.validation, folder, where)
    # Of older releases every array of (rows, height, width) was of images.
    images = file.model in NEEDS_IMAGES or defaults is not None
    return of_family(data, images, reconstruct=file.model in RECONSTRUCTS)
