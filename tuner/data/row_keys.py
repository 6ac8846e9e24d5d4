"""The group or the time of each row, from whatever a source has them in: numbers, texts, dates.

Owns: what stands for a group and for a time, and the words for what is neither.
Leaves to others: what is parted by them (partitions).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.cell_values import numbers_of, texts_of
from tuner.data.labels import as_array
from tuner.data.partitions import Keys
from tuner.errors import DataError
from tuner.spec.validation import Validation


def keys_of(values: Any, validation: Validation, rows: int, where: str, first: int = 0) -> Keys:
    """values: one a row. where: begins messages, with the name. first: the number of the first row, in messages.

    Raises DataError for an empty one, for other than one a row, and for a time that is neither a number nor a date.
    """
    assert validation.key is not None
    array = as_array(values, where)
    if array.shape != (rows,):
        raise DataError(
            f"{where}: has the shape {array.shape}; the {rows} training rows need one value each, ({rows},)."
        )
    if validation.time is None:
        return Keys("group", _groups(array, where, first), validation.key)
    return Keys("time", _times(array, where, first), validation.key)


def column_values(cells: Any, validation: Validation, decimal: str) -> NDArray[Any]:
    """A column as pandas has it, for `keys_of`; an empty cell is an empty text."""
    import pandas

    if validation.time is not None and isinstance(cells.dtype, pandas.DatetimeTZDtype):
        cells = cells.dt.tz_convert("UTC").dt.tz_localize(None)
    if validation.time is not None and (cells.dtype.kind == "M" or pandas.api.types.is_numeric_dtype(cells.dtype)):
        return np.asarray(cells.to_numpy() if cells.dtype.kind == "M" else cells.to_numpy(np.float64, na_value=np.nan))
    texts = texts_of(cells)
    if validation.time is not None and (numbers := numbers_of(texts, decimal)).notna().all():
        return np.asarray(numbers.to_numpy())
    return np.asarray(texts.where(texts.notna(), "").to_numpy(), np.str_)


def _groups(array: NDArray[Any], where: str, first: int) -> NDArray[Any]:
    if array.dtype.kind not in "biufUM":
        raise DataError(f"{where}: holds {array.dtype}; groups are whole numbers, texts or dates.")
    if array.dtype.kind == "U":
        _check(np.char.strip(array) != "", array, "is empty", where, first)
    elif array.dtype.kind in "fM":
        _check(~np.isnan(array) if array.dtype.kind == "f" else ~np.isnat(array), array, "is empty", where, first)
    return np.unique(array, return_inverse=True)[1].reshape(-1)


def _times(array: NDArray[Any], where: str, first: int) -> NDArray[Any]:
    if array.dtype.kind == "U":
        try:
            array = array.astype(np.float64)
        except ValueError:
            array = _dates(array, where, first)
    if array.dtype.kind == "M":
        _check(~np.isnat(array), array, "is empty", where, first)
        return array.astype("datetime64[ns]").astype(np.int64)
    if array.dtype.kind not in "biuf":
        raise DataError(f"{where}: holds {array.dtype}; times are numbers or dates.")
    _check(np.isfinite(array.astype(np.float64)), array, "is no finite number", where, first)
    return array


def _dates(texts: NDArray[Any], where: str, first: int) -> NDArray[Any]:
    """Written as ISO 8601 has them: of 03/04/2025 nobody knows which is the month."""
    import pandas

    found = pandas.to_datetime(pandas.Series(texts), errors="coerce", format="ISO8601", utc=True)
    _check(found.notna().to_numpy(), texts, "is no date such as 2025-04-03, and no number", where, first)
    return found.dt.tz_localize(None).to_numpy()


def _check(good: NDArray[np.bool_], array: NDArray[Any], what: str, where: str, first: int) -> None:
    if not good.all():
        row = int(np.argmin(good))
        raise DataError(f"{where}: row {row + first}: {str(array[row])!r} {what}. Mend the cell or remove the row.")
