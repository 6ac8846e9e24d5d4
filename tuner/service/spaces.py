"""The search space that a request means: by its name, its file, what a file would say, or Python code.

Owns: what a space in Python stands for, and that a file from somewhere runs no code that the person did not name.
Leaves to others: where a name is looked for and what a file may say (spec), finding code (spec.code).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuner.errors import InputError
from tuner.formatting import one_line
from tuner.hints import command
from tuner.service.requests import Content, PythonSettings, SpaceRequest
from tuner.spec.code import Code, find_code, looks_like_code, name_in
from tuner.spec.finding import find_space
from tuner.spec.metrics import METRICS, key
from tuner.spec.study_spec import StudySpec, spec_of_content


@dataclass(frozen=True)
class FoundSpace:
    """code: that makes its network, where a person's code does. codes: all that the person named."""

    spec: StudySpec
    code: Code | None
    codes: tuple[Code, ...]


def find(request: SpaceRequest, run: bool = True) -> FoundSpace:
    """Raises InputError, NotFound, SpecError.

    run: the code is needed; where the person has not named it, that is an error.
    """
    space, codes = request.space, tuple(find_code(each) for each in request.code)
    if isinstance(space, str) and looks_like_code(space):
        code = find_code(space)
        return FoundSpace(_of_code(code, request.python, request.space_name), code, codes)
    for name, value in request.python:
        if value is not None:
            option, key_ = name.replace("_", "-"), name.removeprefix("trial_")
            raise InputError(f"--{option} goes with a space in Python. Change {key_} in {request.called}.")
    if isinstance(space, StudySpec):
        spec = space
    elif isinstance(space, str):
        spec = find_space(space)
    else:
        spec = spec_of_content(space, request.space_name or "space", Path.cwd(), request.called)
    if spec.code is None or not (run or request.code):
        return FoundSpace(spec, None, codes)
    return FoundSpace(spec, _named(spec, codes, request.called), codes)


def _named(spec: StudySpec, codes: Sequence[Code], space: str) -> Code:
    """The code that a file asks for, if the person named it too."""
    assert spec.code is not None
    wanted = (spec.folder / spec.code.place).resolve() if spec.code.is_file else None
    for code in codes:
        if (code.file == wanted if wanted else code.place == spec.code.place) and code.name in (None, spec.code.name):
            return code
    raise InputError(
        f"{space}: its network is made by {spec.code}. If you trust that code, add {command('--code', spec.code.place)}"
    )


def _of_code(code: Code, python: PythonSettings, space_name: str | None) -> StudySpec:
    name = name_in(code)
    if python.dataset is None:
        raise InputError(f"--space {code.place}: which data? Add --dataset, such as --dataset fashion_mnist.")
    place = name.place
    if name.is_file:
        here = Path.cwd()
        place = str(code.file.relative_to(here) if code.file.is_relative_to(here) else code.file)
    given = {
        "epochs": python.trial_epochs, "batch_size": python.batch_size, "normalization": python.normalization,
    }  # fmt: skip
    settings = {name: value for name, value in given.items() if value is not None}
    content: Content = {"dataset": python.dataset, "model": {name.style: f"{place}:{name.name}"}}
    if python.objective is not None:
        content["objective"] = _objective(python.objective)
    if settings:
        content["parameters"] = settings
    # Stored with the study, so it says nothing of where that is.
    head = f"# Written by tune {one_line(command('start --space', code.place))}\n"
    called = space_name or Path(code.place).stem.rpartition(".")[2]
    return spec_of_content(content, called, Path.cwd(), f"--space {code.place}", head)


def _objective(text: str) -> dict[str, str]:
    metric, _, direction = text.partition(":")
    if not direction:
        name = key(metric.removeprefix("val_"))
        known = {each for task in METRICS.values() for each_name, each in task.items() if each_name == name}
        if metric in ("loss", "val_loss"):
            known = {"minimize"}
        if len(known) != 1:
            raise InputError(f"--objective {text}: is more of it better? Write {metric}:maximize or {metric}:minimize.")
        direction = known.pop()
    if direction not in ("minimize", "maximize"):
        raise InputError(f"--objective {text}: after the colon comes minimize or maximize.")
    return {"metric": metric, "direction": direction}
