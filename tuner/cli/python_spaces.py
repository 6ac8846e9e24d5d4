"""Spaces in Python on the command line: the search-space file that they stand for.

Owns: `--space my_model.py --dataset D ...` as the text of a search-space file, and the trial run before a study.
Leaves to others: the options (python_options), what a file may say (study_spec), which code (code), running it
(training, in a process of its own).
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from tuner.cli.common import echo
from tuner.cli.python_options import Given
from tuner.data.dataset import Dataset
from tuner.errors import InputError, SpecError
from tuner.formatting import command, one_line
from tuner.spec.code import Code, find_code, looks_like_code, name_in
from tuner.spec.finding import find_space
from tuner.spec.metrics import METRICS, key
from tuner.spec.safe_yaml import load
from tuner.spec.study_spec import StudySpec, parse_spec
from tuner.studies import child_process
from tuner.studies.row_sample import write_sample


def read_space(space: str, given: Given, run: bool = True) -> tuple[StudySpec, Code | None]:
    """The space, and its code, if it has some. Raises InputError, NotFound, SpecError.

    run: the code is needed; where the person has not named it, that is an error.
    """
    if looks_like_code(space):
        code = find_code(space)
        return _spec_of(code, given), code
    for name in ("dataset", "objective", "trial_epochs", "batch_size", "normalization"):
        if getattr(given, name) is not None:
            option, key_ = name.replace("_", "-"), name.removeprefix("trial_")
            raise InputError(f"--{option} goes with a space in Python. Change {key_} in {space}.")
    spec = find_space(space)
    if spec.code is None or not (run or given.code):
        return spec, None
    return spec, _named(spec, [find_code(each) for each in given.code], space)


def _named(spec: StudySpec, codes: Sequence[Code], space: str) -> Code:
    """The code that a file asks for, if the person named it too: a file from somewhere must not run code."""
    assert spec.code is not None
    wanted = (spec.folder / spec.code.place).resolve() if spec.code.is_file else None
    for code in codes:
        if (code.file == wanted if wanted else code.place == spec.code.place) and code.name in (None, spec.code.name):
            return code
    raise InputError(
        f"{space}: its network is made by {spec.code}. If you trust that code, add {command('--code', spec.code.place)}"
    )


def _spec_of(code: Code, given: Given) -> StudySpec:
    name = name_in(code)
    if given.dataset is None:
        raise InputError(f"--space {code.place}: which data? Add --dataset, such as --dataset fashion_mnist.")
    place = name.place
    if name.is_file:
        here = Path.cwd()
        place = str(code.file.relative_to(here) if code.file.is_relative_to(here) else code.file)
    given_settings = {
        "epochs": given.trial_epochs, "batch_size": given.batch_size, "normalization": given.normalization,
    }  # fmt: skip
    settings = {name: value for name, value in given_settings.items() if value is not None}
    content: dict[str, Any] = {"dataset": _dataset(given.dataset), "model": {name.style: f"{place}:{name.name}"}}
    if given.objective is not None:
        content["objective"] = _objective(given.objective)
    if settings:
        content["parameters"] = settings
    head = f"# Written by {one_line(command('tune start --space', code.place))}\n"
    text = head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    return parse_spec(text, Path(code.place).stem.rpartition(".")[2], Path.cwd(), f"--space {code.place}")


def _dataset(text: str) -> Any:
    """A name, or a mapping as it stands in a file."""
    if not text.lstrip().startswith("{"):
        return text
    try:
        return load(text, "--dataset")
    except SpecError as error:
        raise InputError(f"{error} Write it as in a file: '{{csv: FILE, target: COLUMN}}'.") from error


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


def try_code(
    spec: StudySpec, code: Code, dataset: Dataset, codes: Sequence[Code] = (), fit: bool = False
) -> Mapping[str, Any]:
    """Train the network a little, in a process of its own; gives what it asked, and notes.

    codes: of all that was named. fit: as `--fit`. Raises SpecError for what would fail in every trial, before any is
    run.
    """
    request: dict[str, Any] = {
        "text": spec.text,
        "name": spec.name,
        "folder": str(spec.folder),
        "code": code.named,
    }
    named = [each.named for each in codes]
    with tempfile.TemporaryDirectory(prefix="tuner-") as folder:
        rows = Path(folder) / "rows.npz"
        write_sample(dataset, rows)
        request |= {"info": asdict(dataset.info), "rows": str(rows), "codes": named, "fit": fit}
        return child_process.ask("tuner.studies.code_check", request, code.place)


def print_asked(answer: Mapping[str, Any]) -> None:
    """What the code asked, as a table, and the notes."""
    from rich.table import Table

    from tuner.cli.console import Console

    table = Table("parameter", "values", "default", box=None, pad_edge=False, header_style="bold")
    for name, each in answer["parameters"].items():
        table.add_row(name, each["values"], str(each["default"]))
    console = Console()
    console.print(table)
    console.print("With its defaults and in every conditional scope; a trial may ask for more.", style="dim")
    for note in answer["notes"]:
        echo(f"  note: {note}")


def worker_arguments(code: Code | None, others: Sequence[Code] = ()) -> list[str]:
    """What a worker process is told of the code that this person named. others: such as makes the data."""
    every = [*([] if code is None else [code]), *others]
    named = dict.fromkeys(each.named for each in every)
    return [word for each in named for word in ("--code", each)]
