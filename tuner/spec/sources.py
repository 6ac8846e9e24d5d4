"""Which data a search-space file can name: data sets by name, files and folders by kind. Nothing is loaded here.

Owns: the names, what each is and its task; the keys of each kind of file.
Leaves to others: files, caches and splits (data).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from tuner.errors import SpecError
from tuner.formatting import nearest
from tuner.spec.families import Task
from tuner.spec.strict_model import StrictModel, complaint
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


_Task = Annotated[Task, Field(description="regression has numbers for targets, classification one label a row")]


_Rows = Annotated[
    Literal["as_given", "images"] | None,
    Field(
        description="images are (rows, height, width), and get a channel where they have none; as_given leaves every "
        "shape as it is, such as (rows, steps, channels). Left out, the family says: cnn takes images"
    ),
]


class IdxFiles(StrictModel):
    """A folder of IDX files, as MNIST is published."""

    idx: str = Field(description="the folder")


class NpzFile(StrictModel):
    """A NumPy file: arrays x and y, or x_train and y_train; with them x_val and y_val, x_test and y_test."""

    npz: str = Field(description="the file")
    x: str | list[str] = Field(
        default="x", description="another name of the array of inputs, or the names of several; x_a and x_b are seen"
    )
    y: str | list[str] = Field(
        default="y", description="another name of the array of targets, or the names of several; y_a and y_b are seen"
    )
    weights: str | None = Field(
        default=None, description="the array of how much each row counts in the loss, one number a row"
    )
    task: _Task = "classification"
    rows: _Rows = None


class Table(StrictModel):
    """What CSV and Parquet have in common."""

    target: str | list[str] = Field(description="the column to predict, or several of a regression")
    test: str | None = Field(
        default=None, description="a second file with the test rows; without it they are a fifth of the rows"
    )
    validation: str | None = Field(
        default=None, description="a file with the validation rows; without it they are held back"
    )
    task: _Task = "classification"
    drop: list[str] = Field(default=[], description="columns to leave out")
    text: str | None = Field(
        default=None, description="the one column to read, as texts, for model: text; all others are left out"
    )
    categorical: list[str] = Field(
        default=[], description="columns of numbers that are names; columns of text always are"
    )
    dates: dict[str, str] = Field(
        default={},
        description="columns of dates by their format, such as day: '%d/%m/%Y', where it cannot be seen in the cells; "
        "a date becomes year, month, day, weekday, hour and minute, as far as they vary",
    )
    inputs: dict[str, list[str]] = Field(
        default={},
        description="of a network with several inputs, the columns of each: {wide: [a, b], deep: [c, d]}; columns that "
        "none names are left out",
    )
    weights: str | None = Field(
        default=None, description="the column of how much each row counts in the loss, 0 or more; it is no input"
    )
    missing: Literal["error", "impute"] = Field(
        default="error",
        description="what an empty cell is: an error, or filled in with the training rows' median (numbers), "
        "or with a category of its own",
    )


class CsvFile(Table):
    """A table as text."""

    csv: str = Field(description="the file")
    separator: str | None = Field(
        default=None, min_length=1, max_length=1, description="of its columns; left out, it is seen in the file"
    )
    decimal: Literal[".", ","] | None = Field(
        default=None, description="the sign in its numbers; left out, it is seen in the file"
    )
    encoding: str | None = Field(
        default=None, description="of its text, such as cp1252; left out, UTF-8, or what the file looks like"
    )


class ParquetFile(Table):
    """A table as Parquet."""

    parquet: str = Field(description="the file")


class ImageFolder(StrictModel):
    """A folder with one folder of images a class; or with `train`, `val`, `test`, each such a folder."""

    images: str = Field(description="the folder")
    size: tuple[int, int] | None = Field(
        default=None,
        strict=False,
        description="[height, width] to which all images are brought; without it they must agree",
    )
    colors: Literal["grey", "rgb"] | None = Field(
        default=None, description="what all are brought to; without it, grey where every image is"
    )
    background: Literal["white", "black"] = Field(
        default="white", description="what is seen through transparent pixels"
    )


class PythonData(StrictModel):
    """A function of your own, called without arguments; only run where --code names its file.

    It returns (x, y) or (x, y, weights); (training, test) or (training, validation, test), each such a tuple or a
    tf.data.Dataset; or a dict of train, validation and test. Several inputs are a dict of arrays, and so are several
    targets.
    """

    python: str = Field(pattern=r"^.+\.py:[A-Za-z_]\w*$", description="FILE.py:FUNCTION")
    task: _Task = "classification"
    stream: bool = Field(
        default=False,
        description="rows are read while they are trained on, and not held in memory: a dict of train, validation and "
        "test, each a tf.data.Dataset or a PyDataset; needs a network of your own",
    )
    steps: int | None = Field(
        default=None, ge=1, description="of a stream, the batches of an epoch, where its training rows never end"
    )
    classes: int | None = Field(
        default=None, ge=2, description="of a stream with whole numbers for labels, how many classes there are"
    )
    rows: _Rows = None

    @property
    def place(self) -> str:
        """The file, as it is written."""
        return self.python.rpartition(":")[0]

    @property
    def function(self) -> str:
        return self.python.rpartition(":")[2]


Files = IdxFiles | NpzFile | CsvFile | ParquetFile | ImageFolder | PythonData
KINDS: Mapping[str, type[Files]] = {
    "idx": IdxFiles, "npz": NpzFile, "csv": CsvFile, "parquet": ParquetFile, "images": ImageFolder,
    "python": PythonData,
}  # fmt: skip
"""By the key that names the file or folder."""


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
    if isinstance(data.files, Table) and data.rule.key in (
        [data.files.target] if isinstance(data.files.target, str) else data.files.target
    ):
        raise SpecError(f"{where}: validation: {data.rule.key!r} is the target. Name another column.")
    return data


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
        _check_table(files, f"{where}: dataset")
        _check_inputs(files, f"{where}: dataset")
    if isinstance(files, ImageFolder) and files.size is not None and min(files.size) < 1:
        raise SpecError(f"{where}: dataset.size: {list(files.size)} is no size. Give [height, width] in pixels.")
    spec = DataSpec(name="", validation=validation, files=files, folder=folder)
    path = spec.path(files.place if isinstance(files, PythonData) else str(getattr(files, kind)))
    if isinstance(files, IdxFiles):
        return DataSpec(name=path.name, idx=path, validation=validation)
    return DataSpec(name=path.stem or path.name, validation=validation, files=files, folder=folder)


_TABLES = ("csv", "parquet")


def _check_inputs(table: Table, at: str) -> None:
    for name, columns in table.inputs.items():
        if not name or not columns:
            raise SpecError(f"{at}.inputs: {name!r} has no columns. Name some, or leave it out.")
        for column in columns:
            if column in (*table.drop, table.weights):
                under = "weights" if column == table.weights else "drop"
                raise SpecError(f"{at}.inputs: {name}: {column!r} is named under {under} too. Keep one.")


def _is_encoding(name: str) -> bool:
    try:
        # bytes-to-bytes codecs, such as zip, are none of text.
        "a".encode(name)
    except (LookupError, UnicodeError):
        return False
    return True


def _check_table(table: Table, at: str) -> None:
    targets = [table.target] if isinstance(table.target, str) else table.target
    if not targets or (len(targets) > 1 and table.task == "classification"):
        raise SpecError(f"{at}.target: {'names no column' if not targets else 'a classification has one column'}.")
    if isinstance(table, CsvFile) and table.encoding is not None and not _is_encoding(table.encoding):
        raise SpecError(
            f"{at}.encoding: {table.encoding!r} is no encoding that Python knows. Try utf-8, cp949 or cp1252."
        )
    named = {
        "weights": [table.weights] if table.weights else [],
        "inputs": [each for own in table.inputs.values() for each in own],
    }
    for key in ("drop", "categorical", "dates", "weights", "inputs"):
        for column in named.get(key, getattr(table, key)):
            if column in targets:
                raise SpecError(f"{at}.{key}: {column!r} is the target. Leave it out here.")
    if table.text is not None and table.text in (*targets, *table.drop, *table.categorical, *table.dates):
        raise SpecError(f"{at}.text: {table.text!r} is named under another key too. Keep one.")
    for key in ("categorical", "dates"):
        for column in getattr(table, key):
            if column in table.drop:
                raise SpecError(f"{at}.{key}: {column!r} is also under drop. Keep one.")
    for column in table.dates:
        if column in table.categorical:
            raise SpecError(f"{at}.dates: {column!r} is also under categorical. Keep one.")
