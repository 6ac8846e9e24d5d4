"""Arrays as people have them - in `.npz` files, or given by their code - made into rows.

Owns: which arrays of a file are which part, which shapes and types are images and tables; reading `.npz` files.
Leaves to others: labels and targets (labels), values that are no numbers, classes in every part (raw_dataset).
"""

import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tuner.data.dataset import Array, Rows
from tuner.data.files import check_memory, regular
from tuner.data.labels import as_array, flat, numbered, targets_of
from tuner.data.raw_dataset import Found, images_of
from tuner.data.reading import Reading
from tuner.data.row_keys import keys_of
from tuner.errors import DataError
from tuner.formatting import nearest
from tuner.spec.families import Task
from tuner.spec.sources import DataSpec, NpzFile

VALIDATION_NAMES = ("validation", "valid", "val")
"""What people call the rows by which they compare networks."""

_IMAGES = 4
"""Dimensions of (rows, height, width, channels)."""

Part = tuple[Any, Any]


@dataclass(frozen=True)
class Parts:
    """x and y of each part, as they were found; None where there is none."""

    train: Part
    validation: Part | None = None
    test: Part | None = None


def read_npz(data: DataSpec) -> Found:
    """Arrays x and y, or x_train and y_train; with them x_val and y_val, x_test and y_test, where they are there.

    Raises DataError for a file that is not there, is damaged, lacks an array, or holds objects: nothing is unpickled.
    """
    spec = data.files
    assert isinstance(spec, NpzFile)
    path, key = regular(data.path(spec.npz)), data.rule.key
    try:
        # Opened here, because NumPy leaves a damaged file open.
        with path.open("rb") as opened:
            file = np.load(opened, allow_pickle=False)
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise DataError(f"{path}: one array alone. Save two with numpy.savez(path, x=..., y=...).")
            with file:
                parts, left_out = _parts(file, spec, path)
                keys = None if key is None else _key_array(file, key, path)
    except DataError:
        raise
    # NumPy's reader and that of archives each have their own; none of them is a bug of ours.
    except Exception as error:
        words = " ".join(str(error).split())[:200] or type(error).__name__
        if "allow_pickle" in words:
            # NumPy takes any file that begins with neither of its marks for a pickle.
            if not zipfile.is_zipfile(path):
                raise DataError(f"{path}: is no .npz file. Save it with numpy.savez(path, x=..., y=...).") from error
            raise DataError(f"{path}: holds Python objects, which are not read. Save arrays of numbers.") from error
        raise DataError(f"{path}: damaged, or no .npz file ({words}). Get it again.") from error
    images = spec.rows == "images"
    if key is None:
        return found_of(parts, spec.task, str(path), left_out, images)
    found = found_of(parts, spec.task, str(path), tuple(each for each in left_out if each != f"array {key}"), images)
    return replace(found, keys=keys_of(keys, data.rule, len(found.train), f"{path}: {key}"))


def _key_array(file: "np.lib.npyio.NpzFile", key: str, path: Path) -> Any:
    if key not in file.files:
        raise DataError(f"{path}: there is no array {key!r}, named under validation{nearest(key, file.files)}")
    return file[key]


def _unpacked(file: "np.lib.npyio.NpzFile", names: Collection[str]) -> int:
    """Bytes of these arrays, as the archive itself promises them."""
    assert file.zip is not None
    return sum(each.file_size for each in file.zip.infolist() if each.filename.removesuffix(".npy") in names)


def _parts(file: "np.lib.npyio.NpzFile", spec: NpzFile, path: Path) -> tuple[Parts, tuple[str, ...]]:
    names = _Names(file.files, spec.x, spec.y, path)
    train = names.pair("train") if names.whole is None else names.whole
    if train is None:
        raise DataError(
            f"{path}: needs arrays {spec.x} and {spec.y}, or {spec.x}_train and {spec.y}_train; it has "
            f"{', '.join(sorted(file.files)) or 'none'}. Give their names with x: and y:."
        )
    validation, test = names.pair(*VALIDATION_NAMES), names.pair("test")
    used = [name for pair in (train, validation, test) if pair for name in pair]
    left_out = tuple(f"array {name}" for name in file.files if name not in used)
    check_memory(_unpacked(file, used), str(path))

    def read(pair: tuple[str, str] | None) -> Part | None:
        return None if pair is None else (file[pair[0]], file[pair[1]])

    return Parts((file[train[0]], file[train[1]]), read(validation), read(test)), left_out


class _Names:
    """Which array is which: x_val, X_val and val_x are one thing. Raises DataError for half of a pair, and for two."""

    def __init__(self, names: Sequence[str], x: str, y: str, path: Path) -> None:
        self._names, self._x, self._y, self._path = list(names), x, y, path
        self.whole = (x, y) if x in names and y in names else None

    def pair(self, *parts: str) -> tuple[str, str] | None:
        """The names of the two arrays of a part, by whichever of its words they have."""
        found = [
            [name for name in self._names if name.lower() in self._spelt(axis, parts)] for axis in (self._x, self._y)
        ]
        if not any(found):
            return None
        if not all(found):
            (lone, *_), wanted = found[0] or found[1], f"{self._x}_{parts[-1]} and {self._y}_{parts[-1]}"
            raise DataError(f"{self._path}: has {lone}, but not the other of {wanted}. Save both or none.")
        for each in found:
            if len(each) > 1:
                raise DataError(f"{self._path}: {each[0]} and {each[1]} are one part. Keep one.")
        return found[0][0], found[1][0]

    @staticmethod
    def _spelt(axis: str, parts: Sequence[str]) -> set[str]:
        axis = axis.lower()
        return {name for part in parts for name in (f"{axis}_{part}", f"{part}_{axis}", f"{axis}{part}")}


def found_of(parts: Parts, task: Task, where: str, left_out: tuple[str, ...] = (), images: bool = False) -> Found:
    """Rows from arrays: x (rows, ...) as it is, such as (rows, features) or (rows, steps, channels).

    y: (rows,) labels, numbers or text, or one-hot (rows, classes); of a regression (rows,) or (rows, outputs) numbers.
    images: rows are images, and get a channel where they have none; four dimensions are taken for images anyway.
    where: begins the message. left_out: what the source has beside them. Raises DataError for other shapes and types.
    """
    given: Mapping[str, Part | None] = {"training ": parts.train, "validation ": parts.validation, "test ": parts.test}
    there = {name: part for name, part in given.items() if part is not None}
    if len(there) == 1:
        there = {"": parts.train}
    xs, dtype = [], ""
    for name, (x, _) in there.items():
        array = as_array(x, f"{where}: {name}x")
        dtype = dtype or str(array.dtype)
        xs.append(_rows(array, images, f"{where}: {name}x"))
    if len({x.dtype for x in xs}) > 1:
        xs = [x.astype(np.float32) for x in xs]
    wheres = [f"{where}: {name}y" for name in there]
    names: tuple[str, ...] = ()
    if task == "regression":
        ys = [targets_of(y, at) for at, (_, y) in zip(wheres, there.values(), strict=True)]
    else:
        names, ys = numbered([flat(y, at) for at, (_, y) in zip(wheres, there.values(), strict=True)], wheres)
    rows = {name: Rows(x, y) for name, x, y in zip(there, xs, ys, strict=True)}
    first = next(iter(rows.values()))

    def reading() -> Reading:
        stored = str(first.x.dtype)
        notes = () if dtype == stored else (f"x is {dtype}, stored as {stored}",)
        return Reading("arrays", notes=notes, left_out=left_out, warnings=tuple(_doubts(first.x)))

    return Found(
        first,
        rows.get("test "),
        names,
        validation=rows.get("validation "),
        reading=reading,
        images=first.x.ndim == _IMAGES,
    )


def _doubts(x: Array) -> list[str]:
    if x.ndim == 4 and x.shape[1] in (1, 3, 4) and x.shape[3] > 4:
        shape = f"{x.shape[1]} x {x.shape[2]} pixels of {x.shape[3]} channels"
        return [f"x is taken for {shape}; if its channels come first, give np.moveaxis(x, 1, -1)"]
    if x.ndim == 3 and x.dtype == np.uint8:
        return ["x has bytes of two dimensions a row; if they are grey images, say so: dataset: {..., rows: images}"]
    return []


def _rows(x: Array, images: bool, where: str) -> Array:
    if x.dtype.kind not in "biuf":
        raise DataError(f"{where}: holds {x.dtype}; rows are whole or real numbers, such as float32.")
    if images and x.ndim not in (3, _IMAGES):
        raise DataError(f"{where}: has the shape {x.shape}; images are (rows, height, width[, channels]).")
    if x.ndim < 2:
        raise DataError(
            f"{where}: has the shape {x.shape}; rows are (rows, features), (rows, steps, channels) or of more "
            "dimensions. One number a row is x.reshape(-1, 1)."
        )
    x = images_of(x) if images else x
    if x.ndim > 2 and x.dtype == np.uint8:
        return np.ascontiguousarray(x)
    with np.errstate(over="ignore"):
        # What is too large becomes infinite, and is refused as such.
        return x.astype(np.float32)
