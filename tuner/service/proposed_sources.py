"""Data by their path alone: which kind of source they are, and what of it has to be said.

Owns: kinds by ending and by what is there, the target and the task of a table, one size for images.
Leaves to others: reading (data), what is searched (proposed_parameters).
"""

import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tuner.data.cell_values import texts_of
from tuner.data.column_kinds import values_of
from tuner.data.images import picture_sizes
from tuner.data.table_files import TableFile, read_file
from tuner.data.task_seen import FEW, task_seen
from tuner.errors import InputError, NotFound
from tuner.formatting import nearest, one_line
from tuner.spec.families import Task
from tuner.spec.source_kinds import CsvFile, ParquetFile

_TABLES = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".pq": "parquet"}
_PACKED = (".gz", ".bz2", ".zip", ".xz", ".zst")
_KINDS = "a table (.csv, .tsv, .parquet), arrays (.npz) or a folder of images"
_MOST_PIXELS = 96
_MOST_SHOWN = 30


@dataclass(frozen=True)
class Source:
    """name: of the space. dataset: as a file of spaces has it. notes: a line each."""

    name: str
    dataset: dict[str, Any]
    notes: tuple[str, ...] = ()


def dataset_of(data: str, target: str | None, task: Task | None, folder: Path) -> Source:
    """Raises InputError, NotFound, DataError."""
    path = Path(data).expanduser().absolute()
    if not path.exists():
        raise NotFound(f"there is no {data}. Name {_KINDS}.")
    place = str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
    named = Path(path.name)
    while named.suffix in _PACKED:
        named = named.with_suffix("")
    name = "".join(each if each.isalnum() or each in "-_" else "_" for each in named.stem) or "data"
    kind = _TABLES.get(named.suffix.lower())
    if kind is not None:
        return _table(path, place, kind, name, target, task)
    if target is not None:
        raise InputError(f"--target names the column of a table, and {data} is none. Leave it out.")
    if path.is_dir():
        return _images(path, place, name)
    if path.suffix == ".npz":
        return _arrays(path, place, name, task)
    raise InputError(f"{data}: of which kind is it? Known are {_KINDS}.")


def _table(path: Path, place: str, kind: str, name: str, target: str | None, task: Task | None) -> Source:
    targets = [each.strip() for each in (target or "").split(",") if each.strip()]
    spec: CsvFile | ParquetFile = (
        CsvFile(csv=place, target=targets or "") if kind == "csv" else ParquetFile(parquet=place, target=targets or "")
    )
    file = read_file(path, spec, ())
    columns = [str(each) for each in file.frame.columns]
    shown = ", ".join(one_line(each) for each in columns[:_MOST_SHOWN])
    if not targets:
        more = f" and {len(columns) - _MOST_SHOWN} more" if len(columns) > _MOST_SHOWN else ""
        raise InputError(f"{place}: which column is to be predicted? Add --target COLUMN; there are {shown}{more}.")
    absent = next((each for each in targets if each not in columns), None)
    if absent is not None:
        raise InputError(f"{place}: there is no column {absent!r} to predict{nearest(absent, columns)}")
    seen = task or ("regression" if len(targets) > 1 else _task_of(file, targets[0], spec))
    other = "classification" if seen == "regression" else "regression"
    # A text is no amount.
    change = f" (if it is {_IN_WORDS[other]}: --task {other})" if _may_be_either(file, targets) else ""
    notes = () if task else (f"{', '.join(targets)} is read as {_IN_WORDS[seen]}{change}",)
    dataset = {kind: place, "target": targets[0] if len(targets) == 1 else targets}
    dataset |= {"task": seen} if seen == "regression" else {}
    texts = [each for each in columns if each not in targets and _holds_texts(file.frame[each])]
    if len(texts) == 1 and all(each in (*targets, *texts) or _names_rows(file.frame[each]) for each in columns):
        return Source(name, dataset | {"text": texts[0]}, (*notes, f"{texts[0]} holds texts, and is read alone"))
    read = tuple(f"{each} holds texts, of which the most common words are read: words: [...]" for each in texts)
    return Source(name, dataset | ({"words": texts} if texts else {}), (*notes, *read))


def _holds_texts(cells: Any) -> bool:
    """Nearly each cell is another text, of several words."""
    if cells.dtype.kind in "biufM":
        return False
    given = texts_of(cells).dropna()
    if not len(given) or given.nunique() * 2 < len(given):
        return False
    return float(given.map(lambda text: len(text.split())).mean()) >= _WORDS_OF_A_TEXT


def _names_rows(cells: Any) -> bool:
    """Each cell is another whole number or name, as of rows that are numbered."""
    given = texts_of(cells).dropna()
    return (
        len(given) == len(cells)
        and given.nunique() == len(cells)
        and not given.str.contains(r"[.,]\d", regex=True).any()
    )


_WORDS_OF_A_TEXT = 3
_IN_WORDS = {"classification": "classes", "regression": "an amount"}


def _amounts(file: TableFile, target: str) -> Any:
    """The numbers of a column without its empty cells, or None where a cell is no number, or each is empty."""
    values, empty = values_of(file.frame[target], file.decimal)
    given = values[~empty]
    return None if np.isnan(given).any() or not len(given) else given


def _may_be_either(file: TableFile, targets: list[str]) -> bool:
    return len(targets) == 1 and _amounts(file, targets[0]) is not None


def _task_of(file: TableFile, target: str, spec: CsvFile | ParquetFile) -> Task:
    given = _amounts(file, target)
    if given is None:
        return "classification"
    # Many different whole numbers are counted or measured; classes are few.
    few = len(np.unique(given)) <= FEW and bool((given == np.round(given)).all())
    return "classification" if few else "regression"


def _images(path: Path, place: str, name: str) -> Source:
    sizes = picture_sizes(path)
    if len(sizes) <= 1:
        return Source(name, {"images": place})
    side = [min(_MOST_PIXELS, round(statistics.median(each))) for each in zip(*sizes.elements(), strict=True)]
    note = f"its images are of {len(sizes)} sizes, and brought to {side[0]} x {side[1]}"
    return Source(name, {"images": place, "size": side}, (note,))


def _looked_at(path: Path) -> tuple[Any, Any]:
    """The training rows and targets, by their usual names; None for what is not there."""
    try:
        # Opened here, because NumPy leaves a damaged file open.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            found = {each.lower(): each for each in file.files}
            names = [next((found[name] for name in (f"{one}_train", f"train_{one}", one) if name in found), None)
                     for one in "xy"]  # fmt: skip
            x, y = (None if name is None else file[name] for name in names)
            return x, y
    # What is wrong with a file is said where it is read.
    except Exception:
        return None, None


def _arrays(path: Path, place: str, name: str, task: Task | None) -> Source:
    x, y = _looked_at(path)
    pixels = x is not None and x.ndim == 3 and x.dtype == np.uint8
    dataset: dict[str, Any] = {"npz": place} | ({"rows": "images"} if pixels else {})
    notes = ("x has bytes of two dimensions a row, taken for grey images; rows: as_given says otherwise",)
    seen = task or (None if y is None else task_seen(y))
    return Source(name, dataset | ({"task": seen} if seen == "regression" else {}), notes if pixels else ())
