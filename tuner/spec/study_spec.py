"""The search-space file: YAML in, a checked `StudySpec` out, or one line that says what to mend.

Owns: the checks of the file against the space, the task and the model family.
Leaves to others: its keys (space_file), parameters (parameters), loading the data (data), building networks (training).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tuner.errors import SpecError
from tuner.formatting import nearest
from tuner.spec.baselines import Baseline, read_baselines, read_python_baselines
from tuner.spec.code import STYLES, CodeName, read_name
from tuner.spec.defaults import Defaults, restored
from tuner.spec.families import BINARY, CALLBACKS, FAMILIES, LOSSES, NEEDS_IMAGES, SETTINGS, HyperparameterDef, Task
from tuner.spec.metrics import METRICS, key
from tuner.spec.objectives import COSTS
from tuner.spec.parameters import read_parameters
from tuner.spec.safe_yaml import dump, load, naming_lines, read_text
from tuner.spec.sources import DataSpec, may_be_images, read_data, task_of
from tuner.spec.space import ByAnswer, Choice, Default, Parameter, Space, Value
from tuner.spec.space_file import (
    Algorithm,
    Objective,
    Search,
    SpaceFile,
    digest,
    read_content,
    refilled,
    written,
)


@dataclass(frozen=True)
class StudySpec:
    """A checked search-space file.

    name: the space's, from the file's name. text: the file as it was read. folder: where it was, for relative paths.
    code: of a network that a person's code makes; then `model` is "keras_tuner" or "python", and `space` holds only
    settings of the training that the file gives: the rest of it is known when the code asks.
    callbacks: of Keras, each a name with its options. written: what the file says, by paths; the rest are defaults.
    """

    name: str
    data: DataSpec
    task: Task
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

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """All of them; the first is the one by which epochs are compared."""
        return (self.objective, *self.further_objectives)


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
    file = _first_of_several(whole if defaults is None else refilled(whole, defaults), where)
    if isinstance(file.model, dict):
        return _python_spec(file, said, text, name, folder, where, defaults)
    model = file.model
    if file.callbacks:
        raise SpecError(f"{where}: callbacks: go with a model of your own code. The families have search.patience.")
    if file.parameters is None:
        raise SpecError(f"{where}: parameters: is missing.")
    if model not in FAMILIES:
        raise SpecError(f"{where}: model: {model!r} is not known{nearest(model, FAMILIES)}")
    data = _data(file, folder, where)
    if file.model in NEEDS_IMAGES and not may_be_images(data):
        raise SpecError(f"{where}: model: {file.model} needs images, and {data.name} has none. Use model: mlp.")
    task = task_of(data)
    usual = {} if defaults is None else {name: restored(each) for name, each in defaults.families[model][task].items()}
    known = {name: _with_default(each, usual.get(name, each.default)) for name, each in FAMILIES[model].items()}
    space = replace(read_parameters(file.parameters, known, where), defaults=usual)
    file = file.model_copy(update={"objective": _objective(file, task, defaults)})
    _check_objective(file, file.objective, task, where)
    for each in file.objectives[1:]:
        _check_further(file, each, task, where)
    _check_task(space, task, where)
    return StudySpec(
        name=name,
        data=data,
        task=task,
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
    style = next(each for each in STYLES if each in file.model)
    data = _data(file, folder, where)
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
        data=data,
        task=task,
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
    )


def _first_of_several(file: SpaceFile, where: str) -> SpaceFile:
    """Of several objectives the first takes the place of the one; such a study is not pruned."""
    if "objectives" not in file.model_fields_set:
        return file
    if "objective" in file.model_fields_set:
        raise SpecError(f"{where}: objective and objectives: give one of them.")
    if len(file.objectives) < 2:
        raise SpecError(f"{where}: objectives: are several, such as [val_accuracy, parameters]. For one: objective:.")
    names = [each.metric for each in file.objectives]
    if len(set(names)) < len(names):
        raise SpecError(f"{where}: objectives: {', '.join(names)}: one is given twice.")
    if "pruner" in file.search.model_fields_set and file.search.pruner.name != "none":
        raise SpecError(
            f"{where}: search.pruner: {file.search.pruner.name} compares trials by one objective, and there are "
            f"{len(names)}. Leave it out: such studies run unpruned."
        )
    search = file.search.model_copy(update={"pruner": Algorithm(name="none")})
    return file.model_copy(update={"objective": file.objectives[0], "search": search})


def _check_further(file: SpaceFile, objective: Objective, task: Task, where: str) -> None:
    """An objective after the first: a metric of the validation rows, or what the network costs."""
    if objective.metric in COSTS:
        if objective.direction == "maximize":
            raise SpecError(f"{where}: objectives: less of {objective.metric} is better. Set direction: minimize.")
    elif objective.metric.startswith("val_"):
        _check_objective(file, objective, task, where)
    else:
        raise SpecError(f"{where}: objectives: {objective.metric!r} is not known{nearest(objective.metric, COSTS)}")


def _callbacks(file: SpaceFile, where: str) -> tuple[Mapping[str, Any], ...]:
    listed: tuple[Mapping[str, Any], ...] = tuple(
        {each: {}} if isinstance(each, str) else each for each in file.callbacks
    )
    for each in listed:
        for name in each:
            if name not in CALLBACKS:
                raise SpecError(f"{where}: callbacks: {name!r} is not known{nearest(name, CALLBACKS)}")
    return listed


def _data(file: SpaceFile, folder: Path, where: str) -> DataSpec:
    if isinstance(file.validation, float) and not 0 < file.validation < 1:
        raise SpecError(f"{where}: validation: {file.validation} is no share. Give one between 0 and 1, or whole rows.")
    if isinstance(file.validation, int) and file.validation < 1:
        raise SpecError(f"{where}: validation: {file.validation} rows are too few. A study needs validation rows.")
    return read_data(file.dataset, file.validation, folder, where)


def _check_objective(file: SpaceFile, objective: Objective, task: Task, where: str) -> None:
    metric = objective.metric
    for name in file.metrics:
        if key(name) not in METRICS[task]:
            raise SpecError(f"{where}: metrics: {name!r} is no metric of a {task}{nearest(name, METRICS[task])}")
    if not metric.startswith("val_"):
        raise SpecError(
            f"{where}: objective.metric: {metric!r} is measured on the training rows. Use {f'val_{metric}'!r}, "
            "which is measured on rows that the network has not seen."
        )
    known = {"val_loss", *(f"val_{each}" for each in file.metrics)}
    known.add("val_accuracy" if task == "classification" else "val_mae")
    if metric not in known:
        name = metric.removeprefix("val_")
        if key(name) in METRICS[task]:
            raise SpecError(f"{where}: objective.metric: {metric!r} is not measured. Add metrics: [{name}].")
        raise SpecError(f"{where}: objective.metric: {metric!r} is not measured{nearest(metric, known)}")
    better = "minimize" if metric == "val_loss" else METRICS[task][key(metric.removeprefix("val_"))]
    if better != objective.direction:
        word = "lower" if better == "minimize" else "higher"
        raise SpecError(f"{where}: objective: {metric} is better when it is {word}. Set direction: {better}.")


def _check_task(space: Space, task: Task, where: str) -> None:
    """Losses and outputs that cannot learn this task, which Keras would take in silence or fail on in every trial."""
    losses = _choices(space["loss"]) if "loss" in space else ()
    for parameter in space:
        values = _choices(parameter)
        if parameter.name == "loss":
            for value in values:
                if value not in LOSSES[task]:
                    raise SpecError(
                        f"{where}: parameters.loss: {value!r} is no loss of a {task}. There are: "
                        f"{', '.join(LOSSES[task])}."
                    )
        if parameter.name == "output_activation" and "softmax" in values and losses == (BINARY,):
            raise SpecError(
                f"{where}: parameters.output_activation: softmax of one output is always 1. Of {BINARY}, use sigmoid "
                "or linear, or leave it out."
            )
        if parameter.name == "output_activation" and task == "regression" and "softmax" in values:
            raise SpecError(
                f"{where}: parameters.output_activation: softmax gives shares, and a regression needs numbers. "
                "Use linear, or leave it out."
            )


def _choices(parameter: Parameter) -> tuple[Value, ...]:
    return parameter.domain.values if isinstance(parameter.domain, Choice) else ()
