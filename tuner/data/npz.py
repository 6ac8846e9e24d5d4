"""Arrays in `.npz` files: which of them are x, y and weights of which part.

Owns: the names of arrays, reading the file; nothing is unpickled.
Leaves to others: what the arrays have to look like (arrays, several).
"""

import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuner.data.arrays import VALIDATION_NAMES, Part, Parts, found_of
from tuner.data.files import check_memory, regular
from tuner.data.raw_dataset import Found
from tuner.data.row_keys import keys_of
from tuner.errors import DataError
from tuner.formatting import nearest
from tuner.spec.source_kinds import NpzFile
from tuner.spec.sources import DataSpec

_EVERY_PART = ("train", *VALIDATION_NAMES, "test")


def read_npz(data: DataSpec) -> Found:
    """Arrays x and y, or x_train and y_train; with them x_val and y_val, x_test and y_test, where they are there.

    Several inputs are x_a and x_b, or whatever the specification names, and so are several targets.

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
    names = _Names(file.files, spec, path)
    train = names.part("train") if names.whole is None else names.whole
    if train is None:
        x, y = names.axes[0], names.axes[1]
        raise DataError(
            f"{path}: needs arrays {x} and {y}, or {x}_train and {y}_train; it has "
            f"{', '.join(sorted(file.files)) or 'none'}. Give their names with x: and y:."
        )
    validation, test = names.part(*VALIDATION_NAMES), names.part("test")
    used = [name for part in (train, validation, test) if part for name in part.values()]
    left_out = tuple(f"array {name}" for name in file.files if name not in used)
    check_memory(_unpacked(file, used), str(path))

    def read(part: Mapping[str, str] | None) -> Part | None:
        if part is None:
            return None

        def of(axes: Mapping[str, str]) -> Any:
            arrays = {name: file[part[axis]] for name, axis in axes.items()}
            return arrays[""] if list(arrays) == [""] else arrays

        weights = None if names.weights is None or names.weights not in part else file[part[names.weights]]
        return Part(of(names.x), of(names.y), weights)

    found = read(train)
    assert found is not None
    return Parts(found, read(validation), read(test)), left_out


class _Names:
    """Which array is which: x_val, X_val and val_x are one thing. Raises DataError for half of a pair, and for two.

    x, y: by what the network calls it, the name without that of a part; one array has no name there.
    """

    def __init__(self, names: Sequence[str], spec: NpzFile, path: Path) -> None:
        self._names, self._path, self.weights = list(names), path, spec.weights
        self.x, self.y = self._axes(spec.x), self._axes(spec.y)
        self.axes = (*self.x.values(), *self.y.values(), *([self.weights] if self.weights else ()))
        self.whole = {axis: axis for axis in self.axes} if set(self.axes) <= set(names) else None

    def part(self, *parts: str) -> Mapping[str, str] | None:
        """The names of the arrays of a part, by whichever of its words they have."""
        found = {axis: [name for name in self._names if name.lower() in _spelt(axis, parts)] for axis in self.axes}
        if not any(found.values()):
            return None
        # Test rows are scored as they are.
        needed = [axis for axis in self.axes if axis != self.weights or parts != ("test",)]
        absent = [axis for axis in needed if not found[axis]]
        if absent:
            lone = next(each[0] for each in found.values() if each)
            wanted = " and ".join(f"{axis}_{parts[-1]}" for axis in needed)
            raise DataError(f"{self._path}: has {lone}, but not the other of {wanted}. Save both or none.")
        for each in found.values():
            if len(each) > 1:
                raise DataError(f"{self._path}: {each[0]} and {each[1]} are one part. Keep one.")
        return {axis: each[0] for axis, each in found.items() if each}

    def _axes(self, said: str | Sequence[str]) -> Mapping[str, str]:
        """What is said; or x_a and x_b, where there is no x."""
        if not isinstance(said, str):
            return {each: each for each in said}
        lower = [name.lower() for name in self._names]
        if said in self._names or any(name in _spelt(said, _EVERY_PART) for name in lower):
            return {"": said}
        found: dict[str, str] = {}
        for name in self._names:
            axis = _without_part(name)
            if axis.startswith(f"{said}_") and axis != f"{said}_":
                found[axis.removeprefix(f"{said}_")] = axis
        return found or {"": said}


def _spelt(axis: str, parts: Sequence[str]) -> set[str]:
    axis = axis.lower()
    return {name for part in parts for name in (f"{axis}_{part}", f"{part}_{axis}", f"{axis}{part}")}


def _without_part(name: str) -> str:
    for part in _EVERY_PART:
        if name.lower().endswith(f"_{part}"):
            return name[: -len(part) - 1]
        if name.lower().startswith(f"{part}_"):
            return name[len(part) + 1 :]
    return name
