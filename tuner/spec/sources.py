"""Which data a search-space file can name: data sets by name, files and folders by kind. Nothing is loaded here.

Owns: the names, what each is and its task.
Leaves to others: the keys of each kind of file (source_kinds), files, caches and splits (data).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tuner.errors import SpecError
from tuner.formatting import nearest
from tuner.spec.families import Task
from tuner.spec.source_kinds import (
    KINDS,
    Files,
    IdxFiles,
    ImageFolder,
    NpzFile,
    PythonData,
    Table,
    check_table,
)
from tuner.spec.strict_model import complaint
from tuner.spec.validation import VALIDATION_SHARE, Validation, as_validation

_KNOWN: Mapping[str, tuple[Task, str]] = {
    "fashion_mnist": ("classification", "Keras: 60,000 + 10,000 grey images of clothes, 28 x 28, 10 classes"),
    "mnist": ("classification", "Keras or IDX files: 60,000 + 10,000 handwritten digits, 28 x 28, 10 classes"),
    "cifar10": ("classification", "Keras: 50,000 + 10,000 colour images, 32 x 32, 10 classes"),
    "cifar100": ("classification", "Keras: 50,000 + 10,000 colour images, 32 x 32, 100 classes"),
    "digits": ("classification", "scikit-learn: 1,797 handwritten digits, 8 x 8, 10 classes"),
    "iris": ("classification", "scikit-learn: 150 flowers, 4 measurements, 3 classes"),
    "wine": ("classification", "scikit-learn: 178 wines, 13 measurements, 3 classes"),
    "breast_cancer": ("classification", "scikit-learn: 569 tumours, 30 measurements, 2 classes"),
    "diabetes": ("regression", "scikit-learn: 442 patients, 10 measurements, progression after a year"),
    "narma10": ("regression", "computed: 6,000 sequences of 24 inputs to a nonlinear system, and what it gives then"),
    "negations": ("classification", "computed: 5,000 sentences of praise and blame, with negations"),
}


@dataclass(frozen=True)
class DataSpec:
    """Which data, and how many of its training rows are for validation.

    name: a known source, or what a file or folder is called. idx: a folder of IDX files, absolute.
    validation: below 1 a share of the training rows, otherwise a number of rows; or a rule.
    files: any other kind of file; folder: what relative paths in it start from.
    reconstruct: the targets are the rows themselves, whatever the source has.
    one_order: rows are put in an order of their own, since they come in another one each time.
    """

    name: str
    idx: Path | None = None
    validation: float | int | Validation = VALIDATION_SHARE
    files: Files | None = None
    folder: Path = Path()
    one_order: bool = False
    reconstruct: bool = False

    @property
    def rule(self) -> Validation:
        """Which training rows validate."""
        return as_validation(self.validation)

    @property
    def origin(self) -> str:
        """What messages call it: the file or folder, else the name."""
        places = [] if self.files is None else [getattr(self.files, kind, None) for kind in KINDS]
        return next((str(self.path(place)) for place in places if place), str(self.idx or self.name))

    def path(self, text: str) -> Path:
        """A path as the search-space file writes it, absolute. Raises SpecError for one that no system can have."""
        if "\0" in text:
            raise SpecError(f"dataset: {text!r} is no path.")
        # Unlike Path's own, these raise for no loop of links and no home that is not there: opening tells of them.
        return Path(os.path.realpath(self.folder / os.path.expanduser(text)))


def known_sources() -> Mapping[str, str]:
    """Name -> what it is."""
    return {name: words for name, (_, words) in _KNOWN.items()}


def task_of(data: DataSpec) -> Task:
    """What the source is known for, or the file says; else classification."""
    if data.reconstruct:
        return "regression"
    if data.files is not None:
        return getattr(data.files, "task", "classification")
    return _KNOWN[data.name][0] if data.idx is None else "classification"


def may_be_images(data: DataSpec) -> bool:
    """False where the rows are known to be those of a table."""
    return not isinstance(data.files, Table) and data.name not in _KNOWN_TABLES


def may_be_numbers(raw: str | Mapping[str, Any] | None) -> bool:
    """Whether the rows of a `dataset:`, as it is written, may be numbers side by side, as those of a table are."""
    if isinstance(raw, Mapping):
        return not {"idx", "images"} & raw.keys()
    return raw in _KNOWN_TABLES


_KNOWN_TABLES = ("iris", "wine", "breast_cancer", "diabetes", "narma10", "negations")


def of_family(data: DataSpec, images: bool, reconstruct: bool = False) -> DataSpec:
    """Arrays whose rows are not said to be images or not are what the network takes. images: it takes images.

    reconstruct: its targets are the rows.
    """
    data = replace(data, reconstruct=reconstruct)
    files = data.files
    if not isinstance(files, NpzFile | PythonData) or files.rows is not None:
        return data
    return replace(data, files=files.model_copy(update={"rows": "images" if images else "as_given"}))


def read_data(raw: str | Mapping[str, Any], validation: float | int | Validation, folder: Path, where: str) -> DataSpec:
    """The `dataset:` of a search-space file. Raises SpecError."""
    data = _read_data(raw, validation, folder, where)
    if data.rule.key is not None and not isinstance(data.files, NpzFile | Table | PythonData):
        key = "group" if data.rule.group else "time"
        raise SpecError(
            f"{where}: validation.{key}: names a column of a table, or an array of an .npz file or of a function. "
            f"{data.name} has none of that kind."
        )
    if data.rule.as_input and not isinstance(data.files, Table):
        raise SpecError(
            f"{where}: validation.as_input: is of a table's column. Put the array into x, and leave it out."
        )
    if isinstance(data.files, Table) and data.rule.key in data.files.targets:
        raise SpecError(f"{where}: validation: {data.rule.key!r} is the target. Name another column.")
    return data


_TABLES = ("csv", "parquet")


def _read_data(
    raw: str | Mapping[str, Any], validation: float | int | Validation, folder: Path, where: str
) -> DataSpec:
    if isinstance(raw, str):
        if raw not in _KNOWN:
            near = nearest(raw, _KNOWN)
            ending = Path(raw).suffix.removeprefix(".")
            if ending in KINDS:
                near = f". For a file: dataset: {{{ending}: {raw}{', target: COLUMN' if ending in _TABLES else ''}}}."
            raise SpecError(f"{where}: dataset: {raw!r} is not known{near}")
        return DataSpec(name=raw, validation=validation)
    kinds = [kind for kind in KINDS if kind in raw]
    if len(kinds) != 1:
        raise SpecError(f"{where}: dataset: is a name, or a mapping with one of {', '.join(KINDS)}.")
    kind = kinds[0]
    try:
        files = KINDS[kind].model_validate(dict(raw))
    except ValidationError as error:
        raise SpecError(f"{where}: dataset.{complaint(error, KINDS[kind])}") from error
    if isinstance(files, Table):
        check_table(files, f"{where}: dataset")
    if isinstance(files, ImageFolder) and files.size is not None and min(files.size) < 1:
        raise SpecError(f"{where}: dataset.size: {list(files.size)} is no size. Give [height, width] in pixels.")
    spec = DataSpec(name="", validation=validation, files=files, folder=folder)
    path = spec.path(files.place if isinstance(files, PythonData) else str(getattr(files, kind)))
    if isinstance(files, IdxFiles):
        return DataSpec(name=path.name, idx=path, validation=validation)
    return DataSpec(name=path.stem or path.name, validation=validation, files=files, folder=folder)
