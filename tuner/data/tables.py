"""Tables from CSV and Parquet files, through pandas.

Owns: what a column is (numbers, or names), the target, and the words for a cell or a column that is wrong.
Leaves to others: the files (table_files), what a cell says (cell_values), filling in and one-hot columns, which are
learned from training rows (columns).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.cell_values import MISSING_WORDS, numbers_of, one_spelling, rejection_reason, shown, texts_of
from tuner.data.columns import Column, Encoder
from tuner.data.dataset import Array, Rows
from tuner.data.raw_dataset import Found
from tuner.data.reading import Reading
from tuner.data.row_keys import column_values, keys_of
from tuner.data.table_files import TableFile, read_file, row
from tuner.data.table_reading import table_reading
from tuner.errors import DataError
from tuner.formatting import nearest
from tuner.spec.sources import CsvFile, DataSpec, ParquetFile

# A column of text with more of them than this, and in more than half its rows another one, names rows and not kinds.
_MOST_CATEGORIES = 50
_ROWS_A_CATEGORY = 2
# If so many cells of a column are numbers, the others are mistakes.
_MOSTLY = 0.5
_MOST_COLUMNS = 100_000
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class _Table:
    """The files by part - training, validation, test - and what the space says of them."""

    spec: CsvFile | ParquetFile
    files: Mapping[str, TableFile]

    @property
    def decimal(self) -> str:
        return self.spec.decimal if isinstance(self.spec, CsvFile) else "."


def read_table(data: DataSpec) -> Found:
    """Read the file, and those of the validation and the test rows if there are any. Rows are as `Encoder` wants them.

    Raises DataError, naming file, column and row (counted from 1, without the header).
    """
    spec = data.files
    assert isinstance(spec, CsvFile | ParquetFile)
    targets = [spec.target] if isinstance(spec.target, str) else spec.target
    key = data.rule.key
    as_written = [*spec.categorical, *(targets if spec.task == "classification" else ()), *([key] if key else ())]
    train = read_file(data.path(spec.csv if isinstance(spec, CsvFile) else spec.parquet), spec, as_written)
    path, frame = train.path, train.frame
    every = (("target", targets), ("drop", spec.drop), ("categorical", spec.categorical), ("validation", [key]))
    for under, named in every:
        for name in named:
            if name and name not in frame.columns:
                words = f"there is no column {name!r}, named under {under}"
                raise DataError(f"{path}: {words}{nearest(name, frame.columns)}")
    no_inputs = {*targets, *spec.drop, *([key] if key and not data.rule.as_input else ())}
    names = [name for name in frame.columns if name not in no_inputs]
    if not names:
        raise DataError(f"{path}: beside the target there is no column to learn from.")
    if len(names) > _MOST_COLUMNS:
        raise DataError(
            f"{path}: has {len(names)} columns; {_MOST_COLUMNS} are read at most. Is it turned on its side?"
        )
    kinds = [name in spec.categorical or _is_text(_Table(spec, {"training": train}), name) for name in names]
    as_written += [name for name, text in zip(names, kinds, strict=True) if text]
    files = {"training": train}
    for part, place in (("validation", spec.validation), ("test", spec.test)):
        if place is not None:
            files[part] = read_file(data.path(place), spec, as_written)
            absent = [name for name in (*names, *targets) if name not in files[part].frame.columns]
            if absent:
                raise DataError(f"{files[part].path}: column {absent[0]!r} is missing; {path.name} has it.")
    found = _found(_Table(spec, files), names, kinds, targets)
    if key is None:
        return found
    values = column_values(frame[key], data.rule, _Table(spec, files).decimal)
    return replace(found, keys=keys_of(values, data.rule, len(frame), f"{path}: column {key}", first=1))


def _found(table: _Table, names: Sequence[str], kinds: Sequence[bool], targets: Sequence[str]) -> Found:
    spec, files = table.spec, table.files
    columns, parts = _cells(table, names, kinds)
    if spec.missing == "error":
        for file, cells in zip(files.values(), parts, strict=True):
            _refuse_missing(file.path, names, cells)
    classes: tuple[str, ...] = ()
    if spec.task == "regression":
        ys: list[Array] = [_numbers_to_predict(table, file, targets) for file in files.values()]
    else:
        classes, labels = _classes(table, targets[0])
        ys = list(labels)
    rows = {part: Rows(x, y) for part, x, y in zip(files, parts, ys, strict=True)}
    left_out = (*(f"column {name} (drop)" for name in spec.drop), *files["training"].left_out)

    def reading() -> Reading:
        return table_reading(columns, dict(zip(files, parts, strict=True)), targets, classes, ys, left_out)

    return Found(
        rows["training"], rows.get("test"), classes, tuple(names), Encoder(columns), rows.get("validation"), reading
    )


def _is_text(table: _Table, name: str) -> bool:
    """A column of names. A column of numbers with some cells that are none is an error, and one that names rows."""
    import pandas

    path, cells = table.files["training"].path, table.files["training"].frame[name]
    if pandas.api.types.is_numeric_dtype(cells.dtype):
        return False
    if cells.dtype.kind in "mM" or isinstance(cells.dtype, pandas.DatetimeTZDtype | pandas.PeriodDtype):
        raise DataError(f"{path}: column {name} holds times, which are no numbers. Name it under drop.")
    different = pandas.Series(cells.dropna().unique(), dtype=object)
    values, empty = values_of(different, table.decimal)
    if empty.all():
        return _are_names(table, texts_of(different).dropna())
    if not (np.isnan(values) & ~empty).any():
        return False
    texts = texts_of(cells)
    given = texts[texts.notna()]
    given = given[~given.isin(MISSING_WORDS)]
    wrong = given[numbers_of(given, table.decimal).isna()]
    signed = {text: rejection_reason(text, table.decimal) for text in wrong.unique()}
    no_names = [text for text in wrong if signed[text]]
    if len(wrong) - len(no_names) < len(given) * (1 - _MOSTLY):
        first = next((index for index, text in wrong.items() if signed[text]), wrong.index[0])
        words = signed[wrong[first]] or "is not a number, as most of the column is. Mend the cell"
        raise DataError(
            f"{path}: column {name}, row {row(first)}: {shown(wrong[first])} {words}, or name the column under "
            "categorical or drop."
        )
    kinds = given.nunique()
    if kinds > _MOST_CATEGORIES and kinds * _ROWS_A_CATEGORY > len(given):
        raise DataError(
            f"{path}: column {name} has {kinds} different texts in {len(given)} rows, from which nothing is "
            "learned. Name it under drop, or under categorical if it is to be used all the same."
        )
    return True


def _are_names(table: _Table, words: Any) -> bool:
    """Whether texts that are all words for nothing are names. One word alone in a CSV file stands for an empty cell,
    which Parquet has as such.
    """
    return len(words.unique()) > (0 if isinstance(table.spec, ParquetFile) else 1)


def _cells(
    table: _Table, names: Sequence[str], kinds: Sequence[bool]
) -> tuple[list[Column], list[NDArray[np.float64]]]:
    """Every file as float64, (rows, columns): numbers, or a category's number; NaN where a cell is empty."""
    files = list(table.files.values())
    columns: list[Column] = []
    parts: list[list[NDArray[np.float64]]] = [[] for _ in files]
    for name, text in zip(names, kinds, strict=True):
        if text:
            texts = [texts_of(file.frame[name]) for file in files]
            spelt = one_spelling(texts[0].unique())
            texts = [each.map(spelt, na_action="ignore") for each in texts]
            categories = tuple(sorted({each for cells in texts for each in cells.dropna().unique()}))
            number = {each: i for i, each in enumerate(categories)}
            columns.append(Column(name, categories))
            for part, cells in zip(parts, texts, strict=True):
                part.append(cells.map(number).to_numpy(dtype=np.float64, na_value=np.nan))
            continue
        columns.append(Column(name, decimal=table.decimal))
        for part, file in zip(parts, files, strict=True):
            part.append(_numbers(table, file, name))
    return columns, [np.stack(part, axis=1) for part in parts]


def _numbers(table: _Table, file: TableFile, name: str) -> NDArray[np.float64]:
    """A column of numbers; NaN where a cell is empty. Raises DataError for a cell that is none."""
    cells = file.frame[name]
    values, empty = values_of(cells, table.decimal)
    wrong = np.flatnonzero((np.isnan(values) & ~empty) | (np.abs(values) > _LARGEST))
    if len(wrong):
        cell = str(cells.iloc[wrong[0]])
        words = rejection_reason(cell.strip(), table.decimal) or "is no finite number. Mend the cell"
        words = words if not np.isfinite(values[wrong[0]]) else "is too large. Scale the column"
        raise DataError(f"{file.path}: column {name}, row {row(wrong[0])}: {shown(cell)} {words}.")
    return values


def values_of(cells: Any, decimal: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """A column as numbers, NaN for what is none, and which of its cells are empty, or say so."""
    import pandas

    if pandas.api.types.is_numeric_dtype(cells.dtype):
        return cells.to_numpy(dtype=np.float64, na_value=np.nan), cells.isna().to_numpy(dtype=bool)
    empty = (cells.isna() | cells.isin(MISSING_WORDS)).to_numpy(dtype=bool, copy=True)
    values = np.full(len(cells), np.nan)
    if decimal == "." and pandas.api.types.infer_dtype(cells) == "string":
        # Most texts are numbers as they stand, and to make each of them bare takes ten times as long.
        values = numbers_of(cells.where(~empty, None)).to_numpy(copy=True)
    left = np.flatnonzero(np.isnan(values) & ~empty)
    if len(left):
        texts = texts_of(cells.iloc[left])
        nothing = texts.isna() | texts.isin(MISSING_WORDS)
        empty[left] = nothing
        values[left] = numbers_of(texts.where(~nothing, None), decimal)
    return values, empty


def _refuse_missing(path: Path, names: Sequence[str], cells: NDArray[np.float64]) -> None:
    missing = np.isnan(cells)
    if missing.any():
        at, column = (int(each) for each in np.argwhere(missing)[0])
        others = int(missing.sum()) - 1
        more = f", as are {others} more" if others else ""
        raise DataError(
            f"{path}: column {names[column]}, row {row(at)}: the cell is empty{more}. Fill it in, or say missing: "
            "impute."
        )


def _numbers_to_predict(table: _Table, file: TableFile, targets: Sequence[str]) -> NDArray[np.float32]:
    columns = []
    for name in targets:
        cells = file.frame[name]
        values, empty = values_of(cells, table.decimal)
        wrong = np.flatnonzero(~np.isfinite(values) | (np.abs(values) > _LARGEST))
        if len(wrong):
            cell = str(cells.iloc[wrong[0]])
            why = rejection_reason(cell.strip(), table.decimal)
            words = "is empty" if empty[wrong[0]] else f"is {shown(cell)}"
            raise DataError(
                f"{file.path}: target {name}, row {row(wrong[0])} {words}; "
                + (f"that {why}." if why else "a regression needs a number in every row. Mend or remove the row.")
            )
        columns.append(values)
    return np.stack(columns, axis=1).astype(np.float32)


def _classes(table: _Table, target: str) -> tuple[tuple[str, ...], list[NDArray[np.int32]]]:
    files = list(table.files.values())
    texts = [texts_of(file.frame[target]) for file in files]
    # Among numbers, a word for nothing is nothing; among names it is a name.
    words = texts[0][texts[0].isin(MISSING_WORDS)]
    numeric = not numbers_of(texts[0][~texts[0].isin(MISSING_WORDS)]).isna().any()
    if len(words) == len(texts[0].dropna()) and _are_names(table, words):
        numeric = False
    for file, cells in zip(files, texts, strict=True):
        empty = np.flatnonzero(cells.isna() | (cells.isin(MISSING_WORDS) & numeric))
        if len(empty):
            raise DataError(f"{file.path}: target {target}, row {row(empty[0])} is empty. Mend or remove the row.")
    spelt = one_spelling(texts[0].unique())
    texts = [cells.map(spelt) for cells in texts]
    different = texts[0].nunique()
    if different > _MOST_CATEGORIES and different * _ROWS_A_CATEGORY > len(texts[0]):
        raise DataError(
            f"{files[0].path}: target {target} has {different} different values in {len(texts[0])} rows, too many for "
            "classes. For numbers say task: regression."
        )
    # Numbers in their order, and not 10 before 2.
    names = tuple(sorted(texts[0].unique(), key=(lambda text: (float(text), text)) if numeric else str))
    number = {name: i for i, name in enumerate(names)}
    parts = []
    for file, cells in zip(files, texts, strict=True):
        strange = np.flatnonzero(~cells.isin(names))
        if len(strange):
            raise DataError(
                f"{file.path}: target {target}, row {row(strange[0])} is of class {shown(cells.iloc[strange[0]])}, "
                "which no training row has. Mend or remove the row."
            )
        parts.append(cells.map(number).to_numpy(np.int32))
    return names, parts
