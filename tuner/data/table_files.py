"""A CSV or Parquet file as a pandas frame, its cells as they are written.

Owns: opening the file, its header, rows that do not fit it, and the words for a file that is no table.
Leaves to others: what a column is (tables), what a cell is (cell_values).
"""

import json
import warnings
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuner.data.cell_values import shown
from tuner.data.dialect import SEPARATORS, Dialect, dialect
from tuner.data.files import check_memory, regular
from tuner.data.reading import stripped
from tuner.errors import DataError
from tuner.spec.source_kinds import CsvFile, ParquetFile

_PACKED = (".gz", ".bz2", ".zip", ".xz", ".zst")
_LONGEST_HEADER = 2**22
# Text becomes numbers of about its own size, and objects of several times that.
_MEMORY_A_BYTE = 2


@dataclass(frozen=True)
class TableFile:
    """frame: columns by their names. left_out: columns that are nothing, in words."""

    path: Path
    frame: Any
    left_out: tuple[str, ...] = ()
    dialect: Dialect | None = None

    @property
    def decimal(self) -> str:
        return "." if self.dialect is None else self.dialect.decimal


def read_file(path: Path, spec: CsvFile | ParquetFile, texts: Collection[str]) -> TableFile:
    """Read a file of the table. texts: columns of names, which are read as they are written.

    Raises DataError, naming the file, for one that is not there, is damaged, or is no table.
    """
    regular(path)
    try:
        found = _parquet(path) if isinstance(spec, ParquetFile) else _csv(path, spec, texts)
    except DataError:
        raise
    except UnicodeDecodeError as error:
        how = f"{error.reason} at byte {error.start}"
        raise DataError(f"{path}: no text in {error.encoding} ({how}). Say encoding: with the right one.") from error
    # pandas, pyarrow and the file system each have their own; none of them is a bug of ours.
    except Exception as error:
        words = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataError(f"{path}: cannot be read ({words}). Mend the file or get it again.") from error
    for name in found.frame.columns:
        if name not in spec.drop:
            _refuse_nested(path, found.frame[name])
    if not len(found.frame):
        raise DataError(f"{path}: the table has no rows.")
    return found


def _parquet(path: Path) -> TableFile:
    import pandas
    from pyarrow.parquet import read_metadata  # type: ignore[import-untyped]  # pyarrow brings no types

    content = read_metadata(path)
    check_memory(8.0 * content.num_rows * content.num_columns, str(path))
    frame = pandas.read_parquet(path)
    return TableFile(path, _named(path, frame, [str(name) for name in frame.columns]))


def _named(path: Path, frame: Any, names: list[str]) -> Any:
    names = [stripped(name) or f"Unnamed: {i}" for i, name in enumerate(names)]
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise DataError(f"{path}: two columns are called {shown(twice)}. Rename one.")
    frame.columns = names
    return frame


def _csv(path: Path, spec: CsvFile, texts: Collection[str]) -> TableFile:
    import pandas

    packed = path.suffix.lower() in _PACKED
    if not packed:
        _check_text(path)
    written = dialect(path, spec, packed)
    how: dict[str, Any] = {
        "sep": written.separator, "encoding": written.encoding, "keep_default_na": False, "na_values": [""],
    }  # fmt: skip
    head = pandas.read_csv(path, header=None, nrows=1, dtype=str, **how).iloc[0].fillna("").tolist()
    between = next((each for each in SEPARATORS if len(head) == 1 and each in head[0]), None)
    if between is not None:
        raise DataError(f"{path}: its cells are separated by {between!r}. Say separator: {json.dumps(between)}.")
    kinds = {name: str for i, name in enumerate(_as_pandas_names(head)) if stripped(head[i]) in texts}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", pandas.errors.ParserWarning)
        frame = pandas.read_csv(path, low_memory=False, index_col=False, dtype=kinds, decimal=written.decimal, **how)
    if any(issubclass(each.category, pandas.errors.ParserWarning) for each in told):
        _refuse_more_cells(path, len(head), how)
    nothing = [i for i, name in enumerate(head) if not stripped(name) and frame.iloc[:, i].isna().all()]
    frame = _named(path, frame, head)
    left_out = tuple(f"column {i + 1}, which has neither a name nor a cell" for i in nothing)
    kept = frame.drop(columns=frame.columns[nothing]) if len(frame) else frame
    return TableFile(path, kept, left_out, written)


def _as_pandas_names(head: list[str]) -> list[str]:
    """As `dtype` has to name them. Two of one name are refused later on."""
    return [name or f"Unnamed: {i}" for i, name in enumerate(head)]


def _check_text(path: Path) -> None:
    size = path.stat().st_size
    check_memory(_MEMORY_A_BYTE * size, str(path))
    with path.open("rb") as file:
        beginning = file.read(_LONGEST_HEADER)
    if size > len(beginning) and b"\n" not in beginning and b"\r" not in beginning:
        raise DataError(f"{path}: its first line is longer than {_LONGEST_HEADER >> 20} MiB, so it is no header.")


def _refuse_more_cells(path: Path, columns: int, how: dict[str, Any]) -> None:
    """Each row has a cell more than there are names. Empty ones are a separator at the end of the line."""
    import pandas

    names = [*range(columns), "more"]
    frame = pandas.read_csv(path, header=None, names=names, skiprows=1, dtype=str, index_col=False, **how)
    more = frame["more"].dropna()
    if len(more):
        raise DataError(
            f"{path}: row {row(more.index[0])} has more cells than there are names in the header. Give every column a "
            "name."
        )


def _refuse_nested(path: Path, cells: Any) -> None:
    """Arrow has cells that hold lists, records and bytes."""
    import pandas

    if cells.dtype != object:
        return
    for index, cell in enumerate(cells):
        if not pandas.api.types.is_scalar(cell) or isinstance(cell, bytes):
            raise DataError(
                f"{path}: column {cells.name}, row {row(index)} holds a {type(cell).__name__}, which is neither a "
                "number nor a text. Name the column under drop."
            )


def row(index: Any) -> int:
    """Rows are counted from 1, without the header."""
    return int(index) + 1
