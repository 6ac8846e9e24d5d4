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

from tuner.data import several
from tuner.data.dataset import Array, Rows
from tuner.data.fields import fields_of, named_in_words
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


@dataclass(frozen=True, eq=False)
class Part:
    """Rows as they were found: x and y, each an array, or several by name or place; weights where there are some."""

    x: Any
    y: Any
    weights: Any = None


@dataclass(frozen=True)
class Parts:
    """Those of each part; None where there is none."""

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
        return None if pair is None else Part(file[pair[0]], file[pair[1]])

    return Parts(Part(file[train[0]], file[train[1]]), read(validation), read(test)), left_out


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
    xs, dtype = _inputs([part.x for part in there.values()], images, [f"{where}: {name}x" for name in there])
    ys, names, target_names = _targets(
        [part.y for part in there.values()], [f"{where}: {name}y" for name in there], task
    )
    weights = _weights(there, [len(x) for x in xs], where)
    rows = {name: Rows(x, y, each) for name, x, y, each in zip(there, xs, ys, weights, strict=True)}
    first = next(iter(rows.values()))

    def reading() -> Reading:
        stored = str(first.x.dtype)
        notes = [*([f"x is {dtype}, stored as {stored}"] if dtype and dtype != stored else [])]
        for what, fields in (("inputs", fields_of(first.x, {})), ("targets", fields_of(first.y, target_names))):
            notes += [named_in_words(fields, what)] if fields else []
        notes += ["rows have weights, which count in the loss"] * (first.weights is not None)
        return Reading("arrays", notes=tuple(notes), left_out=left_out, warnings=tuple(_doubts(first.x)))

    return Found(
        first,
        rows.get("test "),
        names,
        validation=rows.get("validation "),
        reading=reading,
        images=first.x.ndim == _IMAGES,
        target_names=target_names,
    )


def _inputs(given: Sequence[Any], images: bool, wheres: Sequence[str]) -> tuple[list[Array], str]:
    """Rows of each part, and of which type they were, of one array."""
    if several.are_several(given[0]):
        if images:
            raise DataError(f"{wheres[0]}: has several inputs, and rows: images is of rows of one array. Leave it out.")
        return several.inputs_of(given, wheres), ""
    arrays = [as_array(x, where) for x, where in zip(given, wheres, strict=True)]
    xs = [_rows(x, images, where) for x, where in zip(arrays, wheres, strict=True)]
    if len({x.dtype for x in xs}) > 1:
        xs = [x.astype(np.float32) for x in xs]
    return xs, str(arrays[0].dtype)


def _targets(
    given: Sequence[Any], wheres: Sequence[str], task: Task
) -> tuple[list[Array], tuple[str, ...], Mapping[str, tuple[str, ...]]]:
    """Targets of each part, the names of their classes, and those of each where there are several."""
    if several.are_several(given[0]):
        found = several.targets_of(given, wheres, task == "regression")
        return found.ys, (), found.class_names
    if task == "regression":
        return [targets_of(y, where) for y, where in zip(given, wheres, strict=True)], (), {}
    names, ys = numbered([flat(y, where) for y, where in zip(given, wheres, strict=True)], wheres)
    return ys, names, {}


def _weights(there: Mapping[str, Part], rows: Sequence[int], where: str) -> list[Array | None]:
    """Those of each part. Test rows are scored as they are, and need none."""
    given = [part.weights for part in there.values()]
    if all(each is None for each in given):
        return given
    made: list[Array | None] = []
    for (name, part), count in zip(there.items(), rows, strict=True):
        if part.weights is None and name != "test ":
            raise DataError(f"{where}: {name}rows have no weights, and others have. Give them too, such as np.ones.")
        made.append(
            None if part.weights is None else several.weights_of(part.weights, count, f"{where}: {name}weights")
        )
    return made


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
