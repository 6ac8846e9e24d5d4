"""Arrays as people have them - in `.npz` files, or given by their code - made into rows.

Owns: which shapes and types are images, tables, labels and targets; reading `.npz` files.
Leaves to others: values that are no numbers, classes in both parts (found).
"""

import zipfile
import zlib
from pathlib import Path
from typing import cast

import numpy as np

from tuner.data.dataset import Array, Rows
from tuner.data.found import Found
from tuner.errors import DataError
from tuner.families import Task
from tuner.sources import DataSpec, NpzFile

Part = tuple[Array, Array]


def read_npz(data: DataSpec) -> Found:
    """Arrays x and y, or x_train, y_train and, if they are there, x_test and y_test.

    Raises DataError for a file that is not there, is damaged, lacks an array, or holds objects: nothing is unpickled.
    """
    spec = data.files
    assert isinstance(spec, NpzFile)
    path = data.path(spec.npz)
    if not path.is_file():
        raise DataError(f"{path}: no such file. Paths in a search-space file start from its own folder.")
    try:
        # Opened here, because NumPy leaves a damaged file open.
        with path.open("rb") as opened:
            file = np.load(opened, allow_pickle=False)
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise DataError(f"{path}: one array alone. Save two with numpy.savez(path, x=..., y=...).")
            with file:
                train, test = _arrays(file, spec, path)
    except (ValueError, EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
        words = " ".join(str(error).split()) or type(error).__name__
        if "allow_pickle" in words:
            # NumPy takes any file that begins with neither of its marks for a pickle.
            if not zipfile.is_zipfile(path):
                raise DataError(f"{path}: is no .npz file. Save it with numpy.savez(path, x=..., y=...).") from error
            raise DataError(f"{path}: holds Python objects, which are not read. Save arrays of numbers.") from error
        raise DataError(f"{path}: damaged, or no .npz file ({words}). Get it again.") from error
    return found_of(train, test, spec.task, str(path))


def _arrays(file: "np.lib.npyio.NpzFile", spec: NpzFile, path: Path) -> tuple[Part, Part | None]:
    names = set(file.files)
    whole = (spec.x, spec.y)
    train, test = ((f"{spec.x}_{part}", f"{spec.y}_{part}") for part in ("train", "test"))
    if names.issuperset(whole):
        return (file[whole[0]], file[whole[1]]), None
    if names.issuperset(train):
        if len(names.intersection(test)) == 1:
            (lone,) = names.intersection(test)
            raise DataError(f"{path}: has {lone}, but not the other of {' and '.join(test)}. Save both or none.")
        return (file[train[0]], file[train[1]]), ((file[test[0]], file[test[1]]) if names.issuperset(test) else None)
    raise DataError(
        f"{path}: needs arrays {' and '.join(whole)}, or {' and '.join(train)}; it has "
        f"{', '.join(sorted(names)) or 'none'}. Give their names with x: and y:."
    )


def found_of(train: Part, test: Part | None, task: Task, where: str) -> Found:
    """Rows from arrays: x (rows, features), or images (rows, height, width) with or without channels.

    y: (rows,) labels, numbers or text, or one-hot (rows, classes); of a regression (rows,) or (rows, outputs) numbers.
    where: begins the message. Raises DataError for other shapes and types.
    """
    parts = [("", train)] if test is None else [("training ", train), ("test ", test)]
    xs = [_rows(np.asarray(x), f"{where}: {part}x") for part, (x, _) in parts]
    if len({x.dtype for x in xs}) > 1:
        xs = [x.astype(np.float32) for x in xs]
    if task == "regression":
        ys: list[Array] = [_targets(np.asarray(y), f"{where}: {part}y") for part, (_, y) in parts]
        names: tuple[str, ...] = ()
    else:
        labels = [_flat(np.asarray(y), f"{where}: {part}y") for part, (_, y) in parts]
        classes = np.unique(labels[0])
        for (part, _), each in zip(parts, labels, strict=True):
            strange = np.flatnonzero(~np.isin(each, classes))
            if len(strange):
                raise DataError(
                    f"{where}: {part}y: row {strange[0]} is of class {each[strange[0]]}, which no training row has."
                )
        names = tuple(str(each) for each in classes)
        ys = [np.searchsorted(classes, each).astype(np.int32) for each in labels]
    rows = [Rows(x, y) for x, y in zip(xs, ys, strict=True)]
    return Found(rows[0], rows[1] if len(rows) > 1 else None, names)


def _rows(x: Array, where: str) -> Array:
    if x.dtype.kind not in "biuf":
        raise DataError(f"{where}: holds {x.dtype}; rows are whole or real numbers, such as float32.")
    if x.ndim not in (2, 3, 4):
        raise DataError(
            f"{where}: has the shape {x.shape}; rows are (rows, features) or (rows, height, width[, channels])."
        )
    if x.ndim > 2 and x.dtype == np.uint8:
        return np.ascontiguousarray(x.reshape(*x.shape, 1) if x.ndim == 3 else x)
    rows = x.astype(np.float32)
    return rows.reshape(*rows.shape, 1) if rows.ndim == 3 else rows


def _targets(y: Array, where: str) -> Array:
    if y.dtype.kind not in "biuf" or y.ndim not in (1, 2):
        raise DataError(
            f"{where}: is {y.dtype} of shape {y.shape}; a regression has numbers, (rows,) or (rows, outputs)."
        )
    return y.reshape(len(y), -1).astype(np.float32)


def _flat(y: Array, where: str) -> Array:
    """One label a row."""
    if y.ndim == 2 and y.shape[1] > 1 and y.dtype.kind in "biuf":
        ones = np.isin(y, (0, 1)).all(axis=1) & (y.sum(axis=1) == 1)
        if not ones.all():
            raise DataError(f"{where}: row {int(np.argmin(ones))} is not one-hot. Give one label a row, (rows,).")
        return cast(Array, y.argmax(axis=1))
    if y.ndim not in (1, 2) or (y.ndim == 2 and y.shape[1] != 1):
        raise DataError(f"{where}: has the shape {y.shape}; labels are (rows,).")
    labels = y.reshape(-1)
    if labels.dtype.kind not in "biufU":
        raise DataError(f"{where}: holds {labels.dtype}; labels are numbers or texts.")
    if labels.dtype.kind == "f":
        numbers = labels.astype(np.float64)
        strange = np.flatnonzero(~np.isfinite(numbers))
        if len(strange):
            raise DataError(f"{where}: row {strange[0]} is {numbers[strange[0]]}. Remove the row or give it a class.")
        broken = np.flatnonzero(numbers != np.round(numbers))
        if len(broken):
            row = int(broken[0])
            raise DataError(
                f"{where}: row {row} is {labels[row]:g}, which is no class. For numbers say task: regression."
            )
        labels = labels.astype(np.int64)
    return labels
