"""Arrays as people have them - in files, or given by their code - made into rows.

Owns: which shapes and types are images and tables.
Leaves to others: labels and targets (labels), values that are no numbers, classes in every part (raw_dataset).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.data import several
from tuner.data.dataset import Array, Rows
from tuner.data.fields import fields_of, named_in_words
from tuner.data.labels import as_array, flat, numbered, targets_of
from tuner.data.raw_dataset import Found, images_of
from tuner.data.reading import Reading
from tuner.data.texts import as_texts
from tuner.errors import DataError
from tuner.spec.families import Task

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
        channel_added=first.x.ndim == _IMAGES and _given_ndim(parts.train.x) == _IMAGES - 1,
        target_names=target_names,
    )


def _given_ndim(x: Any) -> int:
    return int(getattr(x, "ndim", None) or np.ndim(x))


def _inputs(given: Sequence[Any], images: bool, wheres: Sequence[str]) -> tuple[list[Array], str]:
    """Rows of each part, and of which type they were, of one array."""
    if several.are_several(given[0]):
        if images:
            raise DataError(f"{wheres[0]}: has several inputs, and rows: images is of rows of one array. Leave it out.")
        return several.inputs_of(given, wheres), ""
    arrays = [as_array(x, where) for x, where in zip(given, wheres, strict=True)]
    xs = [one_array(x, images, where) for x, where in zip(arrays, wheres, strict=True)]
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


def one_array(x: Array, images: bool, where: str) -> Array:
    """Rows of one array: texts and bytes as they are, other numbers as float32. Raises DataError for what is no row."""
    if x.dtype.kind == "U" and x.shape[1:] in ((), (1,)) and not images:
        return as_texts(x)[0]
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
