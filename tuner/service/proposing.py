"""A search space for data that came without one: how it is read, which family, what is searched.

Owns: the file that is proposed, from what the data look like; where it is written.
Leaves to others: reading and checking the data (data), what may be searched (spec), starting it (starting).

Nothing is trained for it: what it proposes is wide enough for the search to decide.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuner.data import sources
from tuner.data.reading import Reading
from tuner.data.table_problems import TableProblems
from tuner.errors import InputError
from tuner.formatting import one_line, plural
from tuner.hints import command
from tuner.service.proposed_parameters import content_of
from tuner.service.proposed_sources import dataset_of
from tuner.spec.families import Task
from tuner.spec.safe_yaml import in_one_line
from tuner.spec.sources import read_data
from tuner.spec.validation import SMALL_TABLES, VALIDATION_SHARE
from tuner.studies.imbalance import common_class

_MOST_COLUMNS = 60


@dataclass(frozen=True)
class Proposal:
    """name: of the space. dataset: as the file has it. text: the whole file. notes: a line each. loaded: the data."""

    name: str
    dataset: Mapping[str, Any]
    text: str
    reading: Reading
    notes: tuple[str, ...]
    loaded: sources.Loaded


def propose(data: str, target: str | None, task: Task | None, folder: Path) -> Proposal:
    """A space for a table, an `.npz` file or a folder of images.

    target: the column to predict, of a table; several with commas between. task: None sees it by the targets.
    folder: where the file will be. Raises InputError, DataError for data that cannot be read as they are.
    """
    found = dataset_of(data, target, task, folder)
    dataset, known, mended = _loaded(found.dataset, folder)
    loaded = known.dataset
    notes = [*found.notes, *mended]
    common = common_class(loaded)
    if common is not None:
        notes.append(f"{common[1]:.0%} of the rows are of class {common[0]!r}, so accuracy says little")
    content = {"dataset": dataset, **content_of(loaded.info, common is not None)}
    then = command("tune start --space", f"{found.name}.yaml")
    lines = [f"# Proposed for {one_line(data)}: edit it as you like, then {then}",
             *(f"# {one_line(each)}" for each in notes), *_columns(loaded.reading)]  # fmt: skip
    text = "\n".join(lines) + "\n" + _as_file(content)
    return Proposal(found.name, dataset, text, loaded.reading, tuple(notes), known)


def write(proposal: Proposal, folder: Path) -> Path:
    """Write it as NAME.yaml, or find it there as it is. Raises InputError where another file has that name."""
    path = folder / f"{proposal.name}.yaml"
    if path.exists() and path.read_text(encoding="utf-8") != proposal.text:
        raise InputError(
            f"{path.name} is there already, with something else in it. Start with it: "
            f"{command('tune start --space', path.name)} - or move it away first."
        )
    path.write_text(proposal.text, encoding="utf-8")
    return path


def _loaded(dataset: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], sources.Loaded, list[str]]:
    """The `dataset:` with which the data can be read, and what that leaves out."""
    notes: list[str] = []
    trying: dict[str, Any] = dict(dataset)
    while True:
        try:
            # As the file that is proposed will have it, so that they need not be read again.
            table = {"csv", "parquet"} & trying.keys() and "text" not in trying
            data = read_data(trying, SMALL_TABLES if table else VALIDATION_SHARE, folder, "the data")
            return trying, sources.Loaded(data, sources.load(data, 0, told=True)), notes
        except TableProblems as problems:
            if problems.dataset is None or problems.dataset == trying:
                raise
            notes += _changes(trying, problems.dataset)
            trying = dict(problems.dataset)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    told: Mapping[str, Callable[[Any], str]] = {
        "drop": lambda names: f"left out, since nothing is learned from them: {', '.join(names)}",
        "missing": lambda _: "empty cells are filled in (missing: impute)",
        "dates": lambda formats: "taken for dates of " + ", ".join(f"{name}: {each}" for name, each in formats.items()),
        "task": lambda task: f"read as a {task}",
    }
    return [told[key](after[key]) for key in told if after.get(key) != before.get(key)]


def _as_file(content: Mapping[str, Any]) -> str:
    """As a person would write it: a parameter a line."""
    lines = []
    for key, value in content.items():
        if key in ("parameters", "baselines"):
            lines += ["", f"{key}:", *(f"  {name}: {_value(each)}" for name, each in value.items())]
            continue
        lines += [*([""] if key == "search" else []), f"{key}: {_value(value)}"]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    return in_one_line({"_": value}).removeprefix("{_: ").removesuffix("}")


def _columns(reading: Reading) -> list[str]:
    columns = [f"#   {one_line(each.name)}: {each.taken_as}" for each in reading.columns[:_MOST_COLUMNS]]
    more = len(reading.columns) - _MOST_COLUMNS
    return [*columns, *([f"#   and {plural(more, 'more column')}"] if more > 0 else [])]
