"""Arrays and frames that a person has at hand: written to a file that workers read.

Owns: which parts were given, whether they are classes or numbers, the file and its name, which has their digest.
Leaves to others: reading and checking the file as any other (data).
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tuner.data.task_seen import task_seen
from tuner.errors import InputError
from tuner.private_files import make_folder, opener
from tuner.spec.families import Task

_PARTS = {1: ("train",), 2: ("train", "test"), 3: ("train", "val", "test")}
_HOW = (
    "Give data=(x, y), data=((x, y), (x_test, y_test)), with validation rows between them, or data=(frame, 'column'); "
    "with weights (x, y, weights); of several inputs or targets dicts of arrays."
)


def dataset_of(data: Any, task: Task | None, name: str, folder: Path) -> Mapping[str, Any]:
    """The `dataset:` of a search-space file for arrays or a frame.

    data: (x, y); ((x, y), (x_test, y_test)), or with validation rows between them; (frame, target column).
    x: (rows, features), or images (rows, height, width) with or without channels. y: labels, numbers or words, one a
    row; of a regression (rows,) or (rows, outputs) numbers. Several inputs are a dict of arrays, and so are several
    targets. (x, y, weights) says how much each row counts. task: None sees it by y. Raises InputError.
    """
    if not isinstance(data, tuple) or not data:
        raise InputError(f"data: is a {type(data).__name__}. {_HOW}")
    if len(data) == 2 and isinstance(data[1], str) and hasattr(data[0], "to_parquet"):
        return _table(data[0], data[1], task, name, folder)
    parts = data if all(isinstance(each, tuple) for each in data) else (data,)
    if len(parts) not in _PARTS or any(len(each) not in (2, 3) for each in parts):
        raise InputError(f"data: has {len(parts)} parts. {_HOW}")
    arrays = {
        f"{axis}_{part}": _array(each, f"data: {axis}_{part}")
        for part, given in zip(_PARTS[len(parts)], parts, strict=True)
        for axis, each in _axes(given)
    }
    total = hashlib.sha256()
    for key, array in arrays.items():
        total.update(f"{key}\0{array.dtype.str}\0{array.shape}\0".encode())
        total.update(np.ascontiguousarray(array).data)
    file = make_folder(folder) / f"{name}-{total.hexdigest()[:12]}.npz"
    if not file.exists():
        part_file = file.with_suffix(".part")
        with open(part_file, "wb", opener=opener) as out:
            np.savez(out, **arrays)
        part_file.replace(file)
    seen = task or ("classification" if "y_train" not in arrays else _task_of(arrays["y_train"]))
    weights = {"weights": "weights"} if "weights_train" in arrays else {}
    return {"npz": str(file), "task": seen, **weights}


def _axes(given: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """The arrays of a part by name: x, or x_wide and x_deep; y; weights."""
    for axis, each in zip(("x", "y", "weights"), given, strict=False):
        if isinstance(each, Mapping):
            yield from ((f"{axis}_{name}", array) for name, array in each.items())
        else:
            yield axis, each


def _task_of(y: Any) -> Task:
    """Raises InputError where it may be either."""
    seen = task_seen(y)
    if seen is not None:
        return seen
    kind = "whole numbers" if y.dtype.kind in "iu" else "whole numbers, as floats"
    distinct = len(np.unique(y, axis=0))
    raise InputError(f"data: y has {distinct} {kind}: classes or amounts? Give task='classification' or 'regression'.")


def _array(given: Any, where: str) -> Any:
    array = np.asarray(given)
    if array.dtype == object and all(isinstance(each, str) for each in array.flat):
        array = array.astype(str)
    if array.dtype.kind not in "biufUS":
        raise InputError(
            f"{where}: holds {array.dtype}. Give an array of numbers; for a table, data=(frame, 'column')."
        )
    return array


def _table(frame: Any, target: str, task: Task | None, name: str, folder: Path) -> Mapping[str, Any]:
    import pandas as pd

    if target not in frame.columns:
        raise InputError(f"data: the frame has no column {target!r}. It has: {', '.join(map(str, frame.columns))}.")
    total = hashlib.sha256(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    total.update(str([*map(str, frame.columns), *map(str, frame.dtypes)]).encode())
    file = make_folder(folder) / f"{name}-{total.hexdigest()[:12]}.parquet"
    if not file.exists():
        part = file.with_suffix(".part")
        frame.to_parquet(part, index=False)
        part.replace(file)
    seen = task or _task_of(_array(frame[target], f"data: column {target}"))
    return {"parquet": str(file), "target": target, "task": seen}
