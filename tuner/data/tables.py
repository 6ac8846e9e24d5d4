"""Tables from CSV and Parquet files, through pandas.

Owns: what a column is (numbers, or names), the target, and the words for a cell, a column or a file that is wrong.
Leaves to others: filling in and one-hot columns, which are learned from training rows (columns).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.columns import Column, Encoder
from tuner.data.dataset import Array, Rows
from tuner.data.found import Found
from tuner.errors import DataError
from tuner.sources import CsvFile, DataSpec, ParquetFile
from tuner.words import nearest

# A column of text with more of them than this, and in more than half its rows another one, names rows and not kinds.
_MOST_CATEGORIES = 50
_ROWS_A_CATEGORY = 2
# If so many cells of a column are numbers, the others are mistakes.
_MOSTLY = 0.5


def read_table(data: DataSpec) -> Found:
    """Read the file, and that of the test rows if there is one. Rows are as `Encoder` wants them.

    Raises DataError, naming file, column and row (counted from 1, without the header).
    """
    spec = data.files
    assert isinstance(spec, CsvFile | ParquetFile)
    path = data.path(spec.csv if isinstance(spec, CsvFile) else spec.parquet)
    frame = _read(path, spec)
    targets = [spec.target] if isinstance(spec.target, str) else spec.target
    between = next((each for each in ";\t|" if len(frame.columns) == 1 and each in frame.columns[0]), None)
    if isinstance(spec, CsvFile) and between is not None:
        raise DataError(f"{path}: its cells are separated by {between!r}. Say separator: {json.dumps(between)}.")
    for key, names in (("target", targets), ("drop", spec.drop), ("categorical", spec.categorical)):
        for name in names:
            if name not in frame.columns:
                raise DataError(f"{path}: there is no column {name!r}, named under {key}{nearest(name, frame.columns)}")
    names = [name for name in frame.columns if name not in targets and name not in spec.drop]
    if not names:
        raise DataError(f"{path}: beside the target there is no column to learn from.")
    files = [(path, frame)]
    if spec.test is not None:
        test_path = data.path(spec.test)
        test = _read(test_path, spec)
        absent = [name for name in (*names, *targets) if name not in test.columns]
        if absent:
            raise DataError(f"{test_path}: column {absent[0]!r} is missing; {path.name} has it.")
        files.append((test_path, test))
    kinds = [name in spec.categorical or _is_text(path, frame[name], spec.drop) for name in names]
    columns, parts = _cells(files, names, kinds)
    if spec.missing == "error":
        for (file, _), cells in zip(files, parts, strict=True):
            _refuse_missing(file, names, cells)
    if spec.task == "regression":
        ys: list[Array] = [_numbers_to_predict(file, each, targets) for file, each in files]
        classes: tuple[str, ...] = ()
    else:
        classes, labels = _classes(files, targets[0])
        ys = list(labels)
    rows = [Rows(x, y) for x, y in zip(parts, ys, strict=True)]
    return Found(rows[0], rows[1] if len(rows) > 1 else None, classes, tuple(names), Encoder(columns))


def _read(path: Path, spec: CsvFile | ParquetFile) -> Any:
    import pandas

    if path.is_dir():
        raise DataError(f"{path}: is a folder. Name the file in it.")
    if not path.is_file():
        raise DataError(f"{path}: no such file. Paths in a search-space file start from its own folder.")
    try:
        if isinstance(spec, ParquetFile):
            frame = pandas.read_parquet(path)
            head: Any = frame.columns
        else:
            first = pandas.read_csv(path, sep=spec.separator, header=None, nrows=1, dtype=str, encoding="utf-8")
            head = first.iloc[0]
            frame = pandas.read_csv(path, sep=spec.separator, encoding="utf-8", low_memory=False, index_col=False)
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start}). Save it as UTF-8.") from error
    # pandas, pyarrow and the file system each have their own; none of them is a bug of ours.
    except Exception as error:
        words = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataError(f"{path}: cannot be read ({words}). Mend the file or get it again.") from error
    # pandas gives the second of two a name of its own.
    names = [str(name).strip() for name in head]
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise DataError(f"{path}: two columns are called {twice[0]!r}. Rename one.")
    frame.columns = [str(name).strip() for name in frame.columns]
    for name in frame.columns:
        if name not in spec.drop:
            _refuse_nested(path, frame[name])
    if not len(frame):
        raise DataError(f"{path}: the table has no rows.")
    return frame


def _refuse_nested(path: Path, cells: Any) -> None:
    """Arrow has cells that hold lists, records and bytes."""
    import pandas

    if cells.dtype != object:
        return
    for row, cell in enumerate(cells):
        if not pandas.api.types.is_scalar(cell) or isinstance(cell, bytes):
            raise DataError(
                f"{path}: column {cells.name}, row {_row(row)} holds a {type(cell).__name__}, which is neither a "
                "number nor a text. Name the column under drop."
            )


def _is_text(path: Path, cells: Any, dropped: Sequence[str]) -> bool:
    """A column of names. A column of numbers with some cells that are none is an error, and one that names rows."""
    import pandas

    if pandas.api.types.is_numeric_dtype(cells.dtype):
        return False
    if pandas.api.types.is_datetime64_any_dtype(cells.dtype):
        raise DataError(f"{path}: column {cells.name} holds times, which are no numbers. Name it under drop.")
    given = cells.dropna()
    numbers = pandas.to_numeric(given.astype(str), errors="coerce")
    wrong = given[numbers.isna()]
    if len(given) and len(wrong) < len(given) * (1 - _MOSTLY):
        if not len(wrong):
            return False
        raise DataError(
            f"{path}: column {cells.name}, row {_row(wrong.index[0])}: {wrong.iloc[0]!r} is not a number, as most of "
            "the column is. Mend the cell, or name the column under categorical."
        )
    different = given.nunique()
    if different > _MOST_CATEGORIES and different * _ROWS_A_CATEGORY > len(given):
        raise DataError(
            f"{path}: column {cells.name} has {different} different texts in {len(given)} rows, from which nothing is "
            "learned. Name it under drop, or under categorical if it is to be used all the same."
        )
    return True


def _cells(
    files: Sequence[tuple[Path, Any]], names: Sequence[str], kinds: Sequence[bool]
) -> tuple[list[Column], list[NDArray[np.float64]]]:
    """Every file as float64, (rows, columns): numbers, or a category's number; NaN where a cell is empty."""
    import pandas

    columns: list[Column] = []
    parts: list[list[NDArray[np.float64]]] = [[] for _ in files]
    for name, text in zip(names, kinds, strict=True):
        if text:
            texts = [_texts(frame[name]) for _, frame in files]
            categories = tuple(sorted({each for cells in texts for each in cells if each is not None}))
            number = {each: i for i, each in enumerate(categories)}
            columns.append(Column(name, categories))
            for part, cells in zip(parts, texts, strict=True):
                part.append(np.array([np.nan if each is None else number[each] for each in cells], np.float64))
            continue
        columns.append(Column(name))
        for part, (path, frame) in zip(parts, files, strict=True):
            values = pandas.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
            wrong = np.flatnonzero((np.isnan(values) & frame[name].notna().to_numpy()) | np.isinf(values))
            if len(wrong):
                cell = frame[name].iloc[wrong[0]]
                raise DataError(
                    f"{path}: column {name}, row {_row(wrong[0])}: {str(cell)!r} is no finite number. Mend the cell."
                )
            part.append(values)
    return columns, [np.stack(part, axis=1) for part in parts]


def _texts(cells: Any) -> list[str | None]:
    """As text; a whole number that pandas made a float, because a cell is empty, without its point."""
    return [None if gone else _text(cell) for cell, gone in zip(cells, cells.isna(), strict=True)]


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _refuse_missing(path: Path, names: Sequence[str], cells: NDArray[np.float64]) -> None:
    missing = np.isnan(cells)
    if missing.any():
        row, column = (int(each) for each in np.argwhere(missing)[0])
        others = int(missing.sum()) - 1
        more = f", as are {others} more" if others else ""
        raise DataError(
            f"{path}: column {names[column]}, row {_row(row)}: the cell is empty{more}. Fill it in, or say "
            "missing: impute."
        )


def _numbers_to_predict(path: Path, frame: Any, targets: Sequence[str]) -> NDArray[np.float32]:
    import pandas

    columns = []
    for name in targets:
        values = pandas.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        wrong = np.flatnonzero(~np.isfinite(values))
        if len(wrong):
            cell = frame[name].iloc[wrong[0]]
            words = "is empty" if pandas.isna(cell) else f"is {cell!r}"
            raise DataError(
                f"{path}: target {name}, row {_row(wrong[0])} {words}; a regression needs a number in every row. "
                "Mend or remove the row."
            )
        columns.append(values)
    return np.stack(columns, axis=1).astype(np.float32)


def _classes(files: Sequence[tuple[Path, Any]], target: str) -> tuple[tuple[str, ...], list[NDArray[np.int32]]]:
    path, frame = files[0]
    for file, each in files:
        empty = np.flatnonzero(each[target].isna())
        if len(empty):
            raise DataError(f"{file}: target {target}, row {_row(empty[0])} is empty. Mend or remove the row.")
    labels = frame[target]
    different = labels.nunique()
    if different > _MOST_CATEGORIES and different * _ROWS_A_CATEGORY > len(labels):
        raise DataError(
            f"{path}: target {target} has {different} different values in {len(labels)} rows, too many for classes. "
            "For numbers say task: regression."
        )
    # Numbers in their order, and not 10 before 2.
    names = tuple(_text(each) for each in sorted(labels.unique(), key=lambda cell: (isinstance(cell, str), cell)))
    number = {name: i for i, name in enumerate(names)}
    parts = []
    for file, each in files:
        texts = [_text(cell) for cell in each[target]]
        strange = next((row for row, text in enumerate(texts) if text not in number), None)
        if strange is not None:
            raise DataError(
                f"{file}: target {target}, row {_row(strange)} is of class {texts[strange]!r}, which no training row "
                "has. Mend or remove the row."
            )
        parts.append(np.array([number[text] for text in texts], np.int32))
    return names, parts


def _row(index: Any) -> int:
    return int(index) + 1
