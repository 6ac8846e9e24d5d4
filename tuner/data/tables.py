"""Tables from CSV and Parquet files, through pandas.

Owns: which columns are inputs and targets, and everything that is wrong with them, told at once.
Leaves to others: the files (table_files), what a column is (column_kinds), its cells (table_cells), filling in and
one-hot columns, which are learned from training rows (columns).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tuner.data.cell_values import texts_of
from tuner.data.column_kinds import Kind, kind_of, read_as_texts, values_of
from tuner.data.columns import Column, Encoder
from tuner.data.dataset import Array, Rows
from tuner.data.raw_dataset import Found
from tuner.data.reading import ColumnRead, Reading
from tuner.data.records import packed
from tuner.data.row_keys import column_values, keys_of
from tuner.data.several import weights_of
from tuner.data.table_cells import cells_of, classes_of, numbers_to_predict, refuse_missing
from tuner.data.table_files import TableFile, read_file
from tuner.data.table_problems import Problems
from tuner.data.table_reading import table_reading
from tuner.data.texts import as_texts
from tuner.errors import DataError
from tuner.formatting import nearest
from tuner.spec.source_kinds import CsvFile, ParquetFile
from tuner.spec.sources import DataSpec

_MOST_COLUMNS = 100_000

Files = Mapping[str, TableFile]
"""By part, training first."""


def read_table(data: DataSpec) -> Found:
    """Read the file, and those of the validation and the test rows if there are any. Rows are as `Encoder` wants them.

    Raises DataError, naming file, column and row (counted from 1, without the header), for all that is wrong.
    """
    spec = data.files
    assert isinstance(spec, CsvFile | ParquetFile)
    targets = spec.targets
    key = data.rule.key
    classes = targets if spec.task == "classification" else ()
    as_written = [*spec.words, *spec.categorical, *spec.dates, *classes, *(each for each in (key, spec.text) if each)]
    train = read_file(data.path(spec.csv if isinstance(spec, CsvFile) else spec.parquet), spec, as_written)
    names = _inputs(train, data, spec, targets)
    problems = Problems()
    if spec.text is not None:
        names = []
    kinds: dict[str, Kind] = {}
    for name in names:
        with problems.noted():
            kinds[name] = kind_of(train, name, spec)
    as_written += read_as_texts(list(kinds), list(kinds.values()))
    files = {"training": train}
    for part, place in (("validation", spec.validation), ("test", spec.test)):
        if place is not None:
            files[part] = read_file(data.path(place), spec, as_written)
            weights = [spec.weights] if spec.weights and part != "test" else []
            text = [spec.text] if spec.text else []
            absent = [name for name in (*names, *text, *targets, *weights) if name not in files[part].frame.columns]
            if absent:
                raise DataError(f"{files[part].path}: column {absent[0]!r} is missing; {train.path.name} has it.")
    found = _found(spec, files, kinds, targets, problems)
    if key is None:
        return found
    values = column_values(train.frame[key], data.rule, train.decimal)
    return replace(found, keys=keys_of(values, data.rule, len(train.frame), f"{train.path}: column {key}", first=1))


def _inputs(train: TableFile, data: DataSpec, spec: CsvFile | ParquetFile, targets: Sequence[str]) -> list[str]:
    """The columns to learn from."""
    path, frame, key = train.path, train.frame, data.rule.key
    of_inputs = [column for columns in spec.inputs.values() for column in columns]
    every = (("target", targets), ("drop", spec.drop), ("words", spec.words), ("categorical", spec.categorical),
             ("dates", spec.dates), ("validation", [key]), ("weights", [spec.weights]), ("inputs", of_inputs),
             ("text", [spec.text]))  # fmt: skip
    for under, named in every:
        for name in named:
            if name and name not in frame.columns:
                words = f"there is no column {name!r}, named under {under}"
                raise DataError(f"{path}: {words}{nearest(name, frame.columns)}")
    no_inputs = {*targets, *spec.drop, spec.weights, *([key] if key and not data.rule.as_input else ())}
    names = [name for name in frame.columns if name not in no_inputs and (not of_inputs or name in of_inputs)]
    if not names:
        raise DataError(f"{path}: beside the target there is no column to learn from.")
    if len(names) > _MOST_COLUMNS:
        raise DataError(
            f"{path}: has {len(names)} columns; {_MOST_COLUMNS} are read at most. Is it turned on its side?"
        )
    return names


def _found(
    spec: CsvFile | ParquetFile, files: Files, kinds: Mapping[str, Kind], targets: Sequence[str], problems: Problems
) -> Found:
    columns, parts = _cells(spec, files, kinds, problems)
    texts = None if spec.text is None else _texts(spec, files, spec.text, problems)
    classes: tuple[str, ...] = ()
    ys: list[Array] = []
    with problems.noted():
        if spec.task == "regression":
            ys = [numbers_to_predict(file, targets) for file in files.values()]
        else:
            classes, labels = classes_of(list(files.values()), targets[0], spec)
            ys = list(labels)
    problems.refuse(files["training"].path, spec)
    rows = {
        part: Rows(x, _by_output(y, spec), _weights(spec, file))
        for (part, file), x, y in zip(files.items(), texts or parts, ys, strict=True)
    }
    some = spec.inputs or spec.text
    other = {*kinds, *targets, *spec.drop, spec.weights, spec.text} if some else {*files["training"].frame.columns}
    left_out = (
        *(f"column {name} (drop)" for name in spec.drop),
        *(f"column {name} (of no input)" for name in files["training"].frame.columns if name not in other),
        *files["training"].left_out,
    )

    def reading() -> Reading:
        read = table_reading(columns, dict(zip(files, parts, strict=True)), targets, classes, ys, left_out)
        if texts is not None and spec.text is not None:
            different = len({text for part in texts for text in part.tolist()})
            read = replace(read, columns=(ColumnRead(spec.text, "text", different), *read.columns))
        return replace(read, notes=(*read.notes, *_dialects(files)))

    return Found(
        rows["training"],
        rows.get("test"),
        classes,
        tuple(kinds),
        None if texts is not None else Encoder(columns, spec.inputs),
        rows.get("validation"),
        reading,
        target_columns=tuple(targets) if spec.task == "regression" and not isinstance(spec.target, dict) else (),
    )


def _by_output(y: Array, spec: CsvFile | ParquetFile) -> Array:
    """Targets that have names of outputs as records; others as they are. y: (rows, targets)."""
    if not isinstance(spec.target, dict):
        return y
    borders = np.cumsum([len(own) for own in spec.target.values()])[:-1]
    return packed(dict(zip(spec.target, np.split(y, borders, axis=1), strict=True)))


def _texts(spec: CsvFile | ParquetFile, files: Files, name: str, problems: Problems) -> list[Array]:
    """The column of texts of each file; an empty cell is a text without words, where that may be."""
    found = []
    for file in files.values():
        texts = texts_of(file.frame[name])
        with problems.noted():
            if spec.missing == "error":
                refuse_missing(file, name, np.where(texts.isna(), np.nan, 0.0))
        found.append(as_texts(texts.where(texts.notna(), "").to_numpy(np.str_))[0])
    return found


def _weights(spec: CsvFile | ParquetFile, file: TableFile) -> Array | None:
    """Of test rows too, where they have some: they do not count there, and are of the same data."""
    if spec.weights is None or spec.weights not in file.frame.columns:
        return None
    values, _ = values_of(file.frame[spec.weights], file.decimal)
    return weights_of(values, len(values), f"{file.path}: column {spec.weights}", first=1)


def _dialects(files: Files) -> list[str]:
    """How each file was read, where that was seen in it."""
    told = [(file.path.name, file.dialect.in_words()) for file in files.values() if file.dialect is not None]
    return [f"{name} with {words}" for name, words in told if words]


def _cells(
    spec: CsvFile | ParquetFile, files: Files, kinds: Mapping[str, Kind], problems: Problems
) -> tuple[list[Column], list[NDArray[np.float64]]]:
    """Every file as float64, (rows, columns); NaN where a cell is empty."""
    columns: list[Column] = []
    parts: list[list[NDArray[np.float64]]] = [[] for _ in files]
    for name, kind in kinds.items():
        with problems.noted():
            column, cells = cells_of(list(files.values()), name, kind)
            columns.append(column)
            for part, each in zip(parts, cells, strict=True):
                part.append(each)
            for file, each in zip(files.values(), cells, strict=True):
                if spec.missing == "error":
                    refuse_missing(file, name, each)
    return columns, [np.stack(part, axis=1) if part else np.empty((0, 0)) for part in parts]
