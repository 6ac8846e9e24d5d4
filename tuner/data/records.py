"""Rows of several named arrays - inputs, or targets - as NumPy records: chosen, joined and stored as any.

Owns: packing arrays into records and taking them apart; how Keras is given rows; rows as plain numbers; their digest;
arrays in a file by their names.
Leaves to others: which arrays make a row (several), what a network does with them (training).

A row of one array is that array, and every function here leaves it as it is. Arrays that came without names are
called by their place, from 1, and Keras gets them in that order.
"""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuner.data.texts import for_tensorflow
from tuner.errors import DataError

Array = NDArray[np.generic]


def packed(arrays: Mapping[str, Array]) -> Array:
    """One record a row. arrays: as many rows each."""
    rows = len(next(iter(arrays.values())))
    made = np.empty(rows, [(name, each.dtype, each.shape[1:]) for name, each in arrays.items()])
    for name, each in arrays.items():
        made[name] = each
    return cast(Array, made)


def by_place(arrays: Sequence[Any]) -> dict[str, Any]:
    """Names for arrays that have none."""
    return {str(place): each for place, each in enumerate(arrays, start=1)}


def names_of(x: Array) -> tuple[str, ...]:
    """Of the arrays of a row; none where a row is one array."""
    return x.dtype.names or ()


def arrays_of(x: Array) -> Mapping[str, Array]:
    """The arrays of rows, by name; of a plain array that one, without a name."""
    return {name: cast(Any, x)[name] for name in names_of(x)} or {"": x}


def without_names(names: Sequence[str]) -> bool:
    """Whether arrays are told apart by their place."""
    return list(names) == [str(place) for place in range(1, len(names) + 1)]


def for_keras(x: Any) -> Any:
    """Rows as a model takes them: an array, or several by name or in their order. x: also no rows at all, None."""
    names = () if x is None else names_of(x)
    if not names:
        return for_tensorflow(x)
    arrays = {name: for_tensorflow(np.ascontiguousarray(x[name])) for name in names}
    return tuple(arrays.values()) if without_names(names) else arrays


def mapped(function: Callable[[Array], Array], x: Array) -> Array:
    """The same rows with each array changed."""
    if not names_of(x):
        return function(x)
    return packed({name: function(each) for name, each in arrays_of(x).items()})


def row_shape(x: Array) -> tuple[int, ...]:
    """Of a row as plain numbers: of several inputs, so many as they have together."""
    if not names_of(x):
        return x.shape[1:]
    return (sum(int(np.prod(each.shape[1:])) for each in arrays_of(x).values()),)


def numbers_in(x: Array) -> int:
    """How many numbers all rows are together."""
    return len(x) * int(np.prod(row_shape(x)))


def joined(x: Array) -> Array:
    """Rows as plain numbers: those of several inputs one after another, (rows, numbers) float32."""
    if not names_of(x):
        return x
    if named := next((name for name, each in arrays_of(x).items() if each.dtype.kind == "U"), ""):
        raise DataError(f"input {named!r} holds texts, which are no numbers. Use network code of your own.")
    return np.concatenate([each.reshape(len(x), -1).astype(np.float32) for each in arrays_of(x).values()], axis=1)


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """An .npz file of arrays, whatever they are called: `numpy.savez` has arguments of its own among their names."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, each in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.ascontiguousarray(each), allow_pickle=False)


def written_type(dtype: Any) -> str:
    """A type in words, for a digest: of records with the names and types of their arrays."""
    return str(dtype.descr) if dtype.names else str(dtype.str)


def bytes_of(x: Array) -> Any:
    """What a digest reads."""
    whole = np.ascontiguousarray(x)
    return whole.view(np.uint8).data if names_of(x) else whole.data
