"""What a column of a table is: numbers, names or dates - seen in its training rows, where the space does not say.

Owns: which kind it is, and the words for a column that is none, or from which nothing is learned.
Leaves to others: what a cell says (cell_values, dates), the cells as numbers (table_cells).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuner.data.cell_values import MISSING_WORDS, is_date, numbers_of, rejection_reason, shown, texts_of
from tuner.data.dates import formats_of
from tuner.data.table_files import TableFile, row
from tuner.data.table_problems import ColumnProblem
from tuner.spec.source_kinds import CsvFile, ParquetFile

# A column of text with more of them than this, and in more than half its rows another one, names rows and not kinds.
MOST_CATEGORIES = 50
ROWS_A_CATEGORY = 2
# If so many cells of a column are numbers, or dates, the others are mistakes.
_MOSTLY = 0.5


@dataclass(frozen=True)
class Kind:
    """written: the format of dates, as of `strftime`, or ISO8601; empty where they are times already."""

    is_: Literal["numbers", "boolean", "names", "dates", "texts"]
    written: str = ""


_NUMBERS, _NAMES = Kind("numbers"), Kind("names")


def kind_of(file: TableFile, name: str, spec: CsvFile | ParquetFile) -> Kind:
    """Raises ColumnProblem for numbers, or dates, with some cells that are none, and for texts that name rows."""
    import pandas

    cells = file.frame[name]
    if name in spec.words:
        return Kind("texts")
    if name in spec.categorical:
        return _NAMES
    if name in spec.dates:
        return Kind("dates", spec.dates[name])
    if pandas.api.types.is_bool_dtype(cells.dtype):
        return Kind("boolean")
    if pandas.api.types.is_numeric_dtype(cells.dtype):
        return _NUMBERS
    if is_times(cells):
        return Kind("dates")
    different = pandas.Series(cells.dropna().unique(), dtype=object)
    values, empty = values_of(different, file.decimal)
    if empty.all():
        return _NAMES if are_names(spec, texts_of(different).dropna()) else _NUMBERS
    if not (np.isnan(values) & ~empty).any():
        return _NUMBERS
    texts = texts_of(cells)
    given = texts[texts.notna()]
    given = given[~given.isin(MISSING_WORDS)]
    return _dates(file, name, given) or _names(file, name, given)


def is_times(cells: Any) -> bool:
    import pandas

    return cells.dtype.kind == "M" or isinstance(cells.dtype, pandas.DatetimeTZDtype)


def _dates(file: TableFile, name: str, given: Any) -> Kind | None:
    """None where most of the texts are none."""
    looks = given.map(is_date)
    if looks.mean() <= _MOSTLY:
        return None
    where = f"{file.path}: column {name}"
    formats = formats_of(given.unique())
    if len(formats) > 1:
        either = " or ".join(repr(each) for each in formats)
        example = given.iloc[0]
        raise ColumnProblem(
            f"{where}: of dates such as {shown(example)} nobody knows which is the month. Say dates: "
            f"{{{name}: FORMAT}} with {either}.",
            {"dates": {name: formats[0]}},
        )
    if formats:
        return Kind("dates", formats[0])
    # Most are of the first one's format, or of whichever has most.
    alone = [(each, formats_of([each])) for each in given.unique()]
    best = max(
        {known for _, every in alone for known in every}, default=None, key=lambda one: sum(one in e for _, e in alone)
    )
    wrong = next(text for text, every in alone if best not in every)
    at = row(given.index[(given == wrong).argmax()])
    raise ColumnProblem(
        f"{where}, row {at}: {shown(wrong)} is no date like the others. Mend the cell, or name the column under "
        "categorical or drop.",
        {"drop": [name]},
    )


def _names(file: TableFile, name: str, given: Any) -> Kind:
    path = file.path
    wrong = given[numbers_of(given, file.decimal).isna()]
    signed = {text: rejection_reason(text, file.decimal) for text in wrong.unique()}
    no_names = [text for text in wrong if signed[text]]
    if len(wrong) - len(no_names) < len(given) * (1 - _MOSTLY):
        first = next((index for index, text in wrong.items() if signed[text]), wrong.index[0])
        words = signed[wrong[first]] or "is not a number, as most of the column is. Mend the cell"
        raise ColumnProblem(
            f"{path}: column {name}, row {row(first)}: {shown(wrong[first])} {words}, or name the column under "
            "categorical or drop.",
            {"drop": [name]},
        )
    kinds = given.nunique()
    if kinds > MOST_CATEGORIES and kinds * ROWS_A_CATEGORY > len(given):
        raise ColumnProblem(
            f"{path}: column {name} has {kinds} different texts in {len(given)} rows, from which nothing is "
            "learned. Name it under drop, under words if they are texts, or under categorical if it is to be used all "
            "the same.",
            {"drop": [name]},
        )
    return _NAMES


def are_names(spec: CsvFile | ParquetFile, words: Any) -> bool:
    """Whether texts that are all words for nothing are names. One word alone in a CSV file stands for an empty cell,
    which Parquet has as such.
    """
    return len(words.unique()) > (0 if isinstance(spec, ParquetFile) else 1)


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


def read_as_texts(names: Sequence[str], kinds: Sequence[Kind]) -> list[str]:
    """Columns whose cells are read as they are written, in the other files too."""
    return [name for name, kind in zip(names, kinds, strict=True) if kind.is_ in ("names", "texts") or kind.written]
