"""Labels and targets as people have them - numbers, texts, one-hot, a Series, a list of objects - as one column.

Owns: which forms there are, what is no label, and how classes are numbered.
Leaves to others: rows (arrays), classes in both parts (raw_dataset).
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from tuner.data.dataset import Array
from tuner.data.reading import stripped
from tuner.errors import DataError


def as_array(values: Any, where: str) -> Array:
    """An array of numbers or of texts, of whatever a person has. Python objects become what all of them are.

    Raises DataError for rows of different lengths, objects that are neither, hidden (masked) and empty cells, and
    texts and numbers in one column.
    """
    if hasattr(values, "toarray"):
        raise DataError(f"{where}: is a sparse matrix. Give its .toarray().")
    if np.ma.isMaskedArray(values) and np.ma.is_masked(values):
        row = int(np.argwhere(np.ma.getmaskarray(values))[0][0])
        raise DataError(f"{where}: row {row} is masked. Remove the row or fill it in.")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise DataError(f"{where}: the rows differ in shape ({error}).") from error
    if array.dtype.kind in "SU" and isinstance(values, list | tuple):
        # NumPy writes a number among texts, or what stands for an empty cell, as a text.
        array = np.array(values, dtype=object)
    if array.dtype.kind == "S":
        return _decoded(array)
    return array if array.dtype.kind != "O" else _of_objects(array, where)


def _of_objects(array: Array, where: str) -> Array:
    if not array.size:
        raise DataError(f"{where}: is empty, of shape {array.shape}. Give at least one row.")
    cells = array.reshape(-1).tolist()
    kinds = Counter(_kind(cell) for cell in cells)
    of_a_row = array.size // len(array) if array.ndim and len(array) else 1
    if kinds["empty"] and len(kinds) > 1:
        at = next(i for i, cell in enumerate(cells) if _kind(cell) == "empty")
        raise DataError(f"{where}: row {at // of_a_row} is empty. Remove the row or fill it in.")
    if set(kinds) == {"text"}:
        texts = [cell.decode() if isinstance(cell, bytes) else cell for cell in cells]
        return cast(Array, np.array(texts, np.str_).reshape(array.shape))
    if set(kinds) == {"number"}:
        whole = all(isinstance(cell, int | np.integer | np.bool_) for cell in cells)
        try:
            return np.array(cells, np.int64 if whole else np.float64).reshape(array.shape)
        except OverflowError:
            return np.array(cells, np.float64).reshape(array.shape)
    odd = next(i for i, cell in enumerate(cells) if _kind(cell) != kinds.most_common(1)[0][0] or len(kinds) == 1)
    first = f"row {odd // of_a_row} holds {cells[odd]!r:.60}"
    if set(kinds) <= {"text", "number"}:
        raise DataError(f"{where}: texts and numbers in one place: {first}. Make all of them one or the other.")
    raise DataError(f"{where}: {first}, a {type(cells[odd]).__name__}. Give numbers, or for labels texts.")


def _kind(cell: Any) -> str:
    if isinstance(cell, str | bytes):
        return "text"
    # pandas' marks of an empty cell are unequal to themselves, or to be asked for nothing at all.
    if cell is None or type(cell).__name__ in ("NAType", "NaTType") or (isinstance(cell, float) and cell != cell):
        return "empty"
    if isinstance(cell, int | float | np.number | np.bool_) or type(cell).__name__ == "Decimal":
        return "number"
    return "object"


def _decoded(array: Array) -> Array:
    return cast(Array, np.char.decode(cast(Any, array), "utf-8"))


def targets_of(y: Any, where: str) -> Array:
    """(rows, outputs) float32 of a regression. Raises DataError."""
    y = as_array(y, where)
    if y.dtype.kind not in "biuf" or y.ndim not in (1, 2):
        raise DataError(
            f"{where}: is {y.dtype} of shape {y.shape}; a regression has numbers, (rows,) or (rows, outputs)."
        )
    return cast(Array, y.reshape(len(y), -1).astype(np.float32))


def flat(y: Any, where: str) -> Array:
    """One label a row: whole numbers or texts. Raises DataError."""
    y = as_array(y, where)
    if y.ndim == 2 and y.shape[1] > 1 and y.dtype.kind in "biuf":
        ones = np.isin(y, (0, 1)).all(axis=1) & (y.sum(axis=1) == 1)
        if not ones.all():
            raise DataError(f"{where}: row {int(np.argmin(ones))} is not one-hot. Give one label a row, (rows,).")
        return cast(Array, np.argmax(y, axis=1).astype(np.int64))
    if y.ndim not in (1, 2) or (y.ndim == 2 and y.shape[1] != 1):
        raise DataError(f"{where}: has the shape {y.shape}; labels are (rows,).")
    labels = y.reshape(-1)
    if labels.dtype.kind not in "biufU":
        raise DataError(f"{where}: holds {labels.dtype}; labels are numbers or texts.")
    if labels.dtype.kind == "U":
        return _texts(labels, where)
    if labels.dtype.kind == "f":
        return _whole(labels, where)
    return cast(Array, labels)


def _texts(labels: Array, where: str) -> Array:
    """Without the spaces around them, as a table's are."""
    texts, places = np.unique(labels, return_inverse=True)
    bare = np.array([stripped(str(text)) for text in texts], np.str_)[places]
    if len(empty := np.flatnonzero(bare == "")):
        raise DataError(f"{where}: row {empty[0]} is empty. Remove the row or give it a class.")
    return cast(Array, bare)


def _whole(labels: Array, where: str) -> Array:
    numbers = labels.astype(np.float64)
    strange = np.flatnonzero(~np.isfinite(numbers))
    if len(strange):
        raise DataError(f"{where}: row {strange[0]} is {numbers[strange[0]]}. Remove the row or give it a class.")
    broken = np.flatnonzero(numbers != np.round(numbers))
    if len(broken):
        row = int(broken[0])
        raise DataError(f"{where}: row {row} is {labels[row]:g}, which is no class. For numbers say task: regression.")
    return labels.astype(np.int64)


def numbered(labels: Sequence[Array], wheres: Sequence[str]) -> tuple[tuple[str, ...], list[Array]]:
    """The names of the classes of the first part, and every part's labels as their numbers.

    Raises DataError for a class that only another part has.
    """
    classes = np.unique(labels[0])
    for where, each in zip(wheres, labels, strict=True):
        strange = np.flatnonzero(~np.isin(each, classes))
        if len(strange):
            raise DataError(f"{where}: row {strange[0]} is of class {each[strange[0]]}, which no training row has.")
    names = tuple(str(each) for each in classes)
    return names, [np.searchsorted(classes, each).astype(np.int32) for each in labels]
