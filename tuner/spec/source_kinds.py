"""The kinds of files and folders that `dataset:` can name, and their keys. Nothing is loaded here.

Owns: each kind's keys, with what is said of them; what of a table's keys cannot be together.
Leaves to others: which data a file names (sources), reading (data).
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from tuner.errors import SpecError
from tuner.spec.families import Task
from tuner.spec.strict_model import StrictModel

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

    target: str | list[str] | dict[str, list[str]] = Field(
        description="the column to predict, or several of a regression: in a list, as numbers of one output, or by the "
        "names of a network's outputs, {size: [width, height], price: [price]}"
    )
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
    words: list[str] = Field(
        default=[],
        description="columns of texts that are read beside others: a column of 0 and 1 for each of the most common "
        "words of the training rows, whether the text has it",
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

    @property
    def targets(self) -> list[str]:
        """The columns to predict."""
        if isinstance(self.target, str):
            return [self.target]
        return self.target if isinstance(self.target, list) else [each for own in self.target.values() for each in own]


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
    stream: bool | None = Field(
        default=None,
        description="true: pixels are written to a file once, and read from there while they are trained on; false: "
        "they are held in memory; left out, they are read where they would fill more than half of the free memory",
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


def check_table(table: Table, at: str) -> None:
    """Raises SpecError for keys that cannot be together. at: begins messages."""
    _check_inputs(table, at)
    targets = table.targets
    if isinstance(table.target, dict) and (table.task == "classification" or not all(table.target.values())):
        raise SpecError(
            f"{at}.target: names of outputs, each with its columns, are for task: regression. Classes of several "
            "outputs come from a function: dataset: {python: FILE.py:FUNCTION}."
        )
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
    for key in ("drop", "words", "categorical", "dates", "weights", "inputs"):
        for column in named.get(key, getattr(table, key)):
            if column in targets:
                raise SpecError(f"{at}.{key}: {column!r} is the target. Leave it out here.")
    if table.text is not None and table.text in (*targets, *table.drop, *table.words, *table.categorical, *table.dates):
        raise SpecError(f"{at}.text: {table.text!r} is named under another key too. Keep one.")
    for column in table.words:
        if column in (*table.categorical, *table.dates):
            raise SpecError(f"{at}.words: {column!r} is named under another key too. Keep one.")
    for key in ("words", "categorical", "dates"):
        for column in getattr(table, key):
            if column in table.drop:
                raise SpecError(f"{at}.{key}: {column!r} is also under drop. Keep one.")
    for column in table.dates:
        if column in table.categorical:
            raise SpecError(f"{at}.dates: {column!r} is also under categorical. Keep one.")
