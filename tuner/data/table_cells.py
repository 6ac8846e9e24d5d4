"""The cells of a table as numbers, column by column, in all its files alike; and its targets.

Owns: numbers, numbers of categories, seconds of dates; classes and values to predict; the words for a wrong cell.
Leaves to others: what a column is (column_kinds), what is learned from training rows (columns).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.cell_values import (
    MISSING_WORDS,
    canonical,
    numbers_of,
    rejection_reason,
    respelt,
    shown,
    spelling_of,
    texts_of,
)  # fmt: skip
from tuner.data.column_kinds import MOST_CATEGORIES, ROWS_A_CATEGORY, Kind, are_names, is_times, values_of
from tuner.data.columns import Column
from tuner.data.dates import seconds_of
from tuner.data.encoded_cells import TRUTH
from tuner.data.table_files import TableFile, row
from tuner.data.table_problems import ColumnProblem
from tuner.errors import DataError
from tuner.spec.source_kinds import CsvFile, ParquetFile

Floats = NDArray[np.float64]
_LARGEST = float(np.finfo(np.float32).max)


def cells_of(files: Sequence[TableFile], name: str, kind: Kind) -> tuple[Column, list[Floats]]:
    """A column, and its cells in each file, (rows,): numbers, seconds, or a category's number; NaN for an empty cell.

    files: that of the training rows first. Raises ColumnProblem for a cell that is not what the column is.
    """
    if kind.is_ == "names":
        return _categories(files, name)
    if kind.is_ == "texts":
        return _texts(files, name)
    if kind.is_ == "dates":
        return Column(name, date=kind.written or "ISO8601"), [_seconds(file, name, kind.written) for file in files]
    boolean = kind.is_ == "boolean"
    column = Column(name, decimal=files[0].decimal, boolean=boolean)
    return column, [_numbers(file, name, boolean) for file in files]


def _categories(files: Sequence[TableFile], name: str) -> tuple[Column, list[Floats]]:
    texts = [texts_of(file.frame[name]) for file in files]
    spelling = spelling_of(texts[0].unique())
    texts = [each.map(lambda text: respelt(text, spelling), na_action="ignore") for each in texts]
    categories = tuple(sorted({each for cells in texts for each in cells.dropna().unique()}))
    number = {each: i for i, each in enumerate(categories)}
    column = Column(name, categories, spelling=spelling)
    return column, [cells.map(number).to_numpy(dtype=np.float64, na_value=np.nan) for cells in texts]


def _texts(files: Sequence[TableFile], name: str) -> tuple[Column, list[Floats]]:
    """An empty cell is a text without words."""
    texts = [texts_of(file.frame[name]) for file in files]
    texts = [each.where(each.notna(), "") for each in texts]
    different = tuple(sorted({each for cells in texts for each in cells.unique()}))
    number = {each: float(i) for i, each in enumerate(different)}
    column = Column(name, different, words=True)
    return column, [cells.map(number).to_numpy(dtype=np.float64) for cells in texts]


def _seconds(file: TableFile, name: str, written: str) -> Floats:
    cells = file.frame[name]
    if is_times(cells):
        times = cells.dt.tz_convert("UTC").dt.tz_localize(None) if cells.dtype.kind == "O" else cells
        values = np.asarray(times.to_numpy("datetime64[s]"))
        return np.where(np.isnat(values), np.nan, values.astype(np.int64))
    texts = texts_of(cells)
    empty = (texts.isna() | texts.isin(MISSING_WORDS)).to_numpy(dtype=bool)
    seconds = np.full(len(texts), np.nan)
    seconds[~empty] = seconds_of(texts[~empty].tolist(), written or "ISO8601")
    wrong = np.flatnonzero(np.isnan(seconds) & ~empty)
    if len(wrong):
        raise ColumnProblem(
            f"{file.path}: column {name}, row {row(wrong[0])}: {shown(texts.iloc[wrong[0]])} is no date of the format "
            f"{written}. Mend the cell, or name the column under drop.",
            {"drop": [name]},
        )
    return seconds


def _numbers(file: TableFile, name: str, boolean: bool) -> Floats:
    cells = file.frame[name]
    # Truth values with an empty cell among them are no numbers to pandas.
    truth = boolean and cells.dtype == object
    values, empty = values_of(texts_of(cells).replace(TRUTH) if truth else cells, file.decimal)
    wrong = np.flatnonzero((np.isnan(values) & ~empty) | (np.abs(values) > _LARGEST))
    if len(wrong):
        cell = str(cells.iloc[wrong[0]])
        words = rejection_reason(cell.strip(), file.decimal) or "is no finite number. Mend the cell"
        words = words if not np.isfinite(values[wrong[0]]) else "is too large. Scale the column"
        raise ColumnProblem(
            f"{file.path}: column {name}, row {row(wrong[0])}: {shown(cell)} {words}.", {"drop": [name]}
        )
    return values


def refuse_missing(file: TableFile, name: str, cells: Floats) -> None:
    """Raises ColumnProblem for an empty cell."""
    missing = np.flatnonzero(np.isnan(cells))
    if len(missing):
        more = f", as are {len(missing) - 1} more" if len(missing) > 1 else ""
        raise ColumnProblem(
            f"{file.path}: column {name}, row {row(missing[0])}: the cell is empty{more}. Fill it in, or say missing: "
            "impute.",
            {"missing": "impute"},
        )


def numbers_to_predict(file: TableFile, targets: Sequence[str]) -> NDArray[np.float32]:
    """(rows, targets). Raises ColumnProblem for a cell that is no number."""
    columns = []
    for name in targets:
        cells = file.frame[name]
        values, empty = values_of(cells, file.decimal)
        wrong = np.flatnonzero(~np.isfinite(values) | (np.abs(values) > _LARGEST))
        if len(wrong):
            cell = str(cells.iloc[wrong[0]])
            why = rejection_reason(cell.strip(), file.decimal)
            words = "is empty" if empty[wrong[0]] else f"is {shown(cell)}"
            raise ColumnProblem(
                f"{file.path}: target {name}, row {row(wrong[0])} {words}; "
                + (f"that {why}." if why else "a regression needs a number in every row. Mend or remove the row.")
            )
        columns.append(values)
    return np.stack(columns, axis=1).astype(np.float32)


def classes_of(
    files: Sequence[TableFile], target: str, spec: CsvFile | ParquetFile
) -> tuple[tuple[str, ...], list[NDArray[np.int32]]]:
    """The classes of the training rows, and each row's number among them, in each file. Raises ColumnProblem."""
    texts = [texts_of(file.frame[target]) for file in files]
    # Among numbers, a word for nothing is nothing; among names it is a name.
    words = texts[0][texts[0].isin(MISSING_WORDS)]
    numeric = not numbers_of(texts[0][~texts[0].isin(MISSING_WORDS)]).isna().any()
    if len(words) == len(texts[0].dropna()) and are_names(spec, words):
        numeric = False
    for file, cells in zip(files, texts, strict=True):
        empty = np.flatnonzero(cells.isna() | (cells.isin(MISSING_WORDS) & numeric))
        if len(empty):
            raise ColumnProblem(f"{file.path}: target {target}, row {row(empty[0])} is empty. Mend or remove the row.")
    if spelling_of(texts[0].unique()) == "numbers":
        texts = [cells.map(canonical) for cells in texts]
    different = texts[0].nunique()
    if different > MOST_CATEGORIES and different * ROWS_A_CATEGORY > len(texts[0]):
        raise ColumnProblem(
            f"{files[0].path}: target {target} has {different} different values in {len(texts[0])} rows, too many for "
            "classes. For numbers say task: regression.",
            {"task": "regression"},
        )
    # Numbers in their order, and not 10 before 2.
    names = tuple(sorted(texts[0].unique(), key=(lambda text: (float(text), text)) if numeric else str))
    number = {name: i for i, name in enumerate(names)}
    parts = [_class_numbers(file, target, cells, names, number) for file, cells in zip(files, texts, strict=True)]
    return names, parts


def _class_numbers(
    file: TableFile, target: str, cells: Any, names: Sequence[str], number: dict[str, int]
) -> NDArray[np.int32]:
    strange = np.flatnonzero(~cells.isin(names))
    if len(strange):
        raise DataError(
            f"{file.path}: target {target}, row {row(strange[0])} is of class {shown(cells.iloc[strange[0]])}, "
            "which no training row has. Mend or remove the row."
        )
    return np.asarray(cells.map(number).to_numpy(np.int32))
