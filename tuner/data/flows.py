"""Rows that a `tf.data.Dataset` gives, one at a time or in batches.

Owns: telling rows from batches, by what a dataset says of its elements; joining them, within memory.
Leaves to others: what arrays have to look like (arrays).
"""

import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import psutil

from tuner.data.arrays import Part
from tuner.data.dataset import Array
from tuner.data.records import by_place, without_names
from tuner.errors import DataError

logger = logging.getLogger(__name__)

INFINITE = -1
# A generator does not say whether it ends. Joining its rows takes their memory once more.
MEMORY_SHARE = 0.4
_LONG_S = 30.0


class TooLarge(DataError):
    """The rows do not fit into memory."""


def is_dataset(made: Any) -> bool:
    return hasattr(made, "as_numpy_iterator") and hasattr(made, "element_spec")


def from_dataset(dataset: Any, where: str, classes: bool = True) -> Part:
    """All rows. classes: of a classification, whose one-hot rows can be known by their values.

    Raises DataError for elements that are neither (x, y) nor (x, y, weights), a dataset that never ends or does not fit
    into memory, and where rows cannot be told from batches.
    """
    element = dataset.element_spec
    if not isinstance(element, tuple) or len(element) not in (2, 3) or not all(map(_has_shapes, element)):
        raise DataError(f"{where}: a tf.data.Dataset has to give (x, y), or (x, y, weights), and not {element}.")
    if int(dataset.cardinality()) == INFINITE:
        raise DataError(f"{where}: the tf.data.Dataset never ends. Leave out .repeat().")
    rows = [tuple(map(leaves, each)) for each in _bounded(dataset.as_numpy_iterator(), where)]
    if not rows:
        raise DataError(f"{where}: the tf.data.Dataset is empty.")
    batched = are_batches(element, rows, where, classes)
    try:
        return Part(*(rejoined([row[place] for row in rows], batched) for place in range(len(element))))
    except ValueError as error:
        raise DataError(f"{where}: rows of the tf.data.Dataset differ in shape ({error}).") from error


def are_batches(element: Any, rows: Sequence[Sequence[dict[str, Any]]], where: str, classes: bool) -> bool:
    """Whether elements are batches of rows. element: what the dataset says of them; rows: `leaves` of some.

    Raises DataError where they may be either.
    """
    firsts = [(np.asarray(next(iter(x.values()))), np.asarray(next(iter(y.values())))) for x, y, *_ in rows]
    spec_x, spec_y = (next(iter(leaves(each).values())) for each in element[:2])
    return _batched(_leading((spec_x, spec_y)), firsts, where, classes)


def leaves(part: Any) -> dict[str, Any]:
    """The arrays of x, of y or of weights: by name, by place, or one without either."""
    if isinstance(part, dict):
        return dict(part)
    return (
        by_place(part) if isinstance(part, tuple | list) else {"": part if hasattr(part, "shape") else np.asarray(part)}
    )


def _has_shapes(part: Any) -> bool:
    arrays = list(leaves(part).values())
    return bool(arrays) and all(hasattr(each, "shape") for each in arrays)


def rejoined(rows: Sequence[dict[str, Any]], batched: bool) -> Any:
    """x, y or weights of all rows, as a function would give them."""
    join: Any = np.concatenate if batched else np.stack
    arrays = {name: join([np.asarray(each[name]) for each in rows]) for name in rows[0]}
    if list(arrays) == [""]:
        return arrays[""]
    return tuple(arrays.values()) if without_names(list(arrays)) else arrays


def _leading(element: Any) -> tuple[int | None, int | None] | None:
    """How many x and y the dataset says are in an element; None where it does not know how they are shaped."""
    shapes = [each.shape for each in element]
    if any(shape.rank is None or not shape.rank for shape in shapes):
        return None
    return shapes[0][0], shapes[1][0]


def _batched(
    said: tuple[int | None, int | None] | None, pairs: Sequence[tuple[Array, Array]], where: str, classes: bool
) -> bool:
    """Whether elements are batches: then each has as many x as y. A target of one number is a row's."""
    x, y = pairs[0]
    if y.ndim == 0 or x.ndim == 0:
        return False
    if said is not None and said[0] != said[1]:
        # `batch` makes both sizes alike, known or not: it is the shape of a row that one of them is known alone.
        return False
    if any(len(each_x) != len(each_y) for each_x, each_y in pairs):
        return False
    one_hot = classes and all(_one_hot(each) for _, each in pairs)
    if x.ndim == 1 and one_hot and said != (None, None):
        # A batch of single numbers is no table of rows.
        return False
    if said == (None, None) or y.ndim > 1 or len({len(each) for each, _ in pairs}) > 1:
        return True
    # So many x as y in every element, and the dataset says the same number: a picture of eight lines with one-hot rows
    # of eight classes looks like that, and so does a batch of eight.
    if classes and not one_hot:
        return True
    raise DataError(
        f"{where}: elements of shape {x.shape} and {y.shape} of the tf.data.Dataset may be rows or batches. Add "
        ".batch(32), without drop_remainder, if they are rows; if they are batches, .unbatch().batch(32)."
    )


def _one_hot(y: Array) -> bool:
    return bool(np.isin(y, (0, 1)).all() and y.sum() == 1)


def _bounded(elements: Iterator[Any], where: str) -> Iterator[Any]:
    """The same elements. Raises DataError where they take more memory than there is."""
    most = psutil.virtual_memory().available * MEMORY_SHARE
    began, taken, warned = time.monotonic(), 0, False
    for count, pair in enumerate(elements, start=1):
        taken += sum(each.nbytes if hasattr(each, "nbytes") else 8 for part in pair for each in leaves(part).values())
        if taken > most:
            raise TooLarge(
                f"{where}: the tf.data.Dataset gave {taken / 2**30:.1f} GiB and goes on; the rows have to fit into "
                "memory; a dict of train, validation and test is trained as streams. If it never ends, add .take(N)."
            )
        if not warned and time.monotonic() - began > _LONG_S:
            warned = True
            logger.warning(
                "%s: still reading the tf.data.Dataset, %d elements so far. If it never ends, add .take(N).",
                where,
                count,
            )
        yield pair
