"""Rows of several inputs, or with several targets, and the weights of rows, from arrays as people give them.

Owns: what counts as several arrays, that they have the same names in every part, which numbers they may hold.
Leaves to others: rows and targets of one array (arrays, labels), packing (records), values that are no numbers
(raw_dataset).

Numbers reach the network as they were given, real ones as float32 and whole ones as int32: what is counted from 1 stays
so. Texts of a target become the numbers of its classes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from tuner.data.labels import as_array, numbered
from tuner.data.records import Array, by_place, packed
from tuner.data.texts import as_texts
from tuner.errors import DataError

_MOST_CLASSES = 1000
"""Above it whole numbers of a target are no classes."""


@dataclass(frozen=True, eq=False)
class Targets:
    """ys: records, one array a part. class_names: of the targets that are classes."""

    ys: list[Array]
    class_names: Mapping[str, tuple[str, ...]]


def are_several(given: Any) -> bool:
    """A mapping, or a tuple or list of arrays: not of rows that are lists."""
    if isinstance(given, Mapping):
        return True
    return isinstance(given, tuple | list) and len(given) > 1 and all(map(_is_array, given))


def _is_array(given: Any) -> bool:
    return len(getattr(given, "shape", ())) > 0


def inputs_of(xs: Sequence[Any], wheres: Sequence[str]) -> list[Array]:
    """Records of the inputs of each part. wheres: begin messages, one a part. Raises DataError."""
    return [
        packed({name: _input(each, f"{where} {name!r}") for name, each in arrays.items()})
        for where, arrays in zip(wheres, _by_name(xs, wheres), strict=True)
    ]


def _input(array: Array, where: str) -> Array:
    """Numbers as they were given; texts, (rows,) or (rows, 1), so far as they are read."""
    return numbers(array, where, texts=True) if array.dtype.kind != "U" else _texts(array, where)


def _texts(array: Array, where: str) -> Array:
    if array.size != len(array):
        raise DataError(f"{where}: holds texts, of shape {array.shape}; give one a row, (rows,) or (rows, 1).")
    return as_texts(array)[0].reshape(array.shape)


def targets_of(ys: Sequence[Any], wheres: Sequence[str], amounts: bool) -> Targets:
    """Records of the targets of each part. amounts: of a regression, in which no whole number is a class.

    Raises DataError.
    """
    parts = _by_name(ys, wheres)
    class_names: dict[str, tuple[str, ...]] = {}
    made: list[dict[str, Array]] = [{} for _ in parts]
    for name in parts[0]:
        places = [f"{where} {name!r}" for where in wheres]
        columns = [numbers(part[name], place, texts=True) for part, place in zip(parts, places, strict=True)]
        if columns[0].dtype.kind == "U":
            class_names[name], columns = numbered([each.reshape(-1) for each in columns], places)
        elif not amounts and (names := classes(columns)):
            class_names[name] = names
        for part, column in zip(made, columns, strict=True):
            part[name] = column
    return Targets([packed(each) for each in made], class_names)


def weights_of(given: Any, rows: int, where: str, first: int = 0) -> Array:
    """(rows,) float32: how much each row counts in the loss. first: the number of the first row, in messages.

    Raises DataError.
    """
    if isinstance(given, Mapping) or are_several(given):
        raise DataError(
            f"{where}: is several arrays; weights are (rows,), and count for each target. To weigh one more than "
            "another, use loss_weights in compile."
        )
    weights = as_array(given, where)
    if weights.dtype.kind not in "biuf" or weights.size != rows or weights.shape[:1] != (rows,):
        raise DataError(f"{where}: is {weights.dtype} of shape {weights.shape}; weights are ({rows},), one a row.")
    weights = weights.reshape(-1).astype(np.float32)
    wrong = np.flatnonzero(~(np.isfinite(weights) & np.greater_equal(weights, 0)))
    if len(wrong):
        raise DataError(
            f"{where}: row {wrong[0] + first} is {weights[wrong[0]]:g}. A weight is 0 or more; mend the row."
        )
    if not weights.any():
        raise DataError(f"{where}: every weight is 0, so that no row would count. Give those that do some more.")
    return weights


def _by_name(parts: Sequence[Any], wheres: Sequence[str]) -> list[Mapping[str, Any]]:
    """The arrays of each part by name, in one order. Raises DataError where parts differ, and for what cannot be."""
    found: list[Mapping[str, Any]] = []
    for part, where in zip(parts, wheres, strict=True):
        if not are_several(part):
            raise DataError(f"{where}: is one array, and that of the training rows is several. Give every part alike.")
        arrays = part if isinstance(part, Mapping) else by_place(part)
        if not arrays:
            raise DataError(f"{where}: is an empty dict. Give at least one array.")
        for name, each in arrays.items():
            if not isinstance(name, str) or not name:
                raise DataError(f"{where}: {name!r} is no name of an array. Give texts, such as 'wide'.")
            if isinstance(each, Mapping) or are_several(each):
                raise DataError(f"{where} {name!r}: holds several arrays. Give each a name of its own, in one dict.")
        if found and set(arrays) != set(found[0]):
            raise DataError(
                f"{where}: has {', '.join(arrays)}, and the training rows have {', '.join(found[0])}. Name them alike."
            )
        found.append({name: arrays[name] for name in found[0]} if found else arrays)
    return [_as_many(each, where) for each, where in zip(found, wheres, strict=True)]


def _as_many(arrays: Mapping[str, Any], where: str) -> Mapping[str, Array]:
    made = {name: as_array(each, f"{where} {name!r}") for name, each in arrays.items()}
    (first, *others), lengths = made, {name: each.shape[:1] for name, each in made.items()}
    for name in (first, *others):
        if not lengths[name]:
            raise DataError(f"{where} {name!r}: is one number. Give an array with a row of each.")
        if lengths[name] != lengths[first]:
            counts = f"{lengths[first][0]} rows of {first!r}, but {lengths[name][0]} of {name!r}"
            raise DataError(f"{where}: {counts}. They must be as many.")
    return made


def numbers(array: Array, where: str, texts: bool) -> Array:
    """float32, int32 or bytes; also texts, one a row, where they may be."""
    kind = array.dtype.kind
    if kind == "U" and texts and array.size == len(array):
        return array
    if kind not in "biuf":
        raise DataError(f"{where}: holds {array.dtype}; give whole or real numbers, such as float32.")
    if array.dtype == np.uint8 or kind == "b":
        return array.astype(np.uint8)
    if kind == "f":
        with np.errstate(over="ignore"):
            # What is too large becomes infinite, and is refused as such.
            return array.astype(np.float32)
    largest = np.iinfo(np.int32)
    if array.size and (int(cast(Any, array).min()) < largest.min or int(cast(Any, array).max()) > largest.max):
        raise DataError(f"{where}: holds whole numbers beyond {largest.max:,}. Give smaller ones, or float32.")
    return array.astype(np.int32)


def _are_one_hot(column: Array) -> bool:
    if column.ndim != 2 or column.shape[1] < 2:
        return False
    return bool(np.isin(column, (0, 1)).all() and (np.sum(cast(Any, column), axis=1) == 1).all())


def classes(columns: Sequence[Array]) -> tuple[str, ...]:
    """Names of classes, where they are whole numbers from 0, one a row, or one-hot rows; else none."""
    if all(map(_are_one_hot, columns)):
        return tuple(map(str, range(columns[0].shape[1])))
    if any(each.dtype.kind not in "iu" or each.size != len(each) or not each.size for each in columns):
        return ()
    numbers = [cast(Any, each) for each in columns]
    low, high = min(int(each.min()) for each in numbers), max(int(each.max()) for each in numbers)
    return tuple(map(str, range(high + 1))) if low >= 0 and 1 <= high < _MOST_CLASSES else ()
