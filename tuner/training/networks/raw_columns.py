"""A model that takes the columns of a table by name, as they are: what becomes of cells is in its layers.

Owns: those layers, from what `table.json` says was learned of the training rows.
Leaves to others: the model of encoded rows (models), the same in pandas (data.encoded_cells), dates (raw_dates).

Every layer is Keras' own, so `keras.models.load_model` alone reads it; texts go through TensorFlow.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tuner.errors import DataError
from tuner.training.networks import raw_dates

Described = Mapping[str, Any]
"""A column, as `FittedEncoder.described` has it."""


def of_raw_columns(model: Any, table: Sequence[Described], target_columns: Sequence[str] = ()) -> Any:
    """The same model for a dict of columns, each (rows, 1).

    Numbers are float32, NaN for an empty cell; so are truth values (0 and 1) and categories that are all numbers. Other
    categories, texts and dates are strings, "" for an empty cell; a category is written as the table says, a date as
    `raw_dates` has it. target_columns: of a regression with several, each is an output of its name then. Raises
    DataError for a column that no layers of Keras read.
    """
    inputs: dict[str, Any] = {}
    lines: dict[str, list[Any]] = {}
    for number, column in enumerate(table):
        name = column["column"]
        if "/" in name:
            raise DataError(f"column {name!r}: no input of Keras has a / in its name.")
        dtype, encode = _reader(column)
        inputs[name] = keras.Input((1,), name=name, dtype=dtype)
        encoded = encode(inputs[name], column, f"column_{number}")
        for own in column.get("inputs", [""]):
            lines.setdefault(own, []).append(encoded)
    rows = {own: _side_by_side(parts) for own, parts in lines.items()}
    given = model(rows.get("", rows))
    if len(target_columns) > 1 and not isinstance(given, dict | list | tuple):
        given = {name: given[:, at : at + 1] for at, name in enumerate(target_columns)}
    return keras.Model(inputs, given, name=f"{model.name}_of_columns")


def written_of(model: Path, table: Sequence[Described], target_columns: Sequence[str], path: Path) -> None:
    """Write the model of columns of that of encoded rows, both .keras files. Raises DataError."""
    of_raw_columns(keras.models.load_model(model), table, target_columns).save(path)


def _reader(column: Described) -> tuple[str, Callable[[Any, Described, str], Any]]:
    """The type of its cells, and what makes numbers of them."""
    if "words" in column:
        return "string", _words
    if "parts" in column:
        return "string", raw_dates.parts
    if "categories" not in column:
        return "float32", _number
    return ("string", _categories) if _numerals(column) is None else ("float32", _numbered)


def _side_by_side(parts: Sequence[Any]) -> Any:
    return keras.ops.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]


def _number(cells: Any, column: Described, name: str) -> Any:
    median = keras.ops.full_like(cells, np.float32(column["median"]))
    return keras.ops.where(keras.ops.isnan(cells), median, cells)


def _numerals(column: Described) -> list[np.float32] | None:
    """Categories that are numbers, however written; NaN is an empty cell. None where two are one as float32."""
    if not column.get("spelling"):
        return None
    truth = {"True": 1.0, "False": 0.0}
    found = [np.float32(np.nan if each is None else truth.get(each, each)) for each in column["categories"]]
    return found if len({str(each) for each in found}) == len(found) else None


def _numbered(cells: Any, column: Described, name: str) -> Any:
    ones = [
        keras.ops.isnan(cells) if np.isnan(each) else keras.ops.equal(cells, each) for each in _numerals(column) or ()
    ]
    return keras.ops.cast(keras.ops.concatenate(ones, axis=1), "float32")


def _categories(cells: Any, column: Described, name: str) -> Any:
    known = ["" if each is None else each for each in column["categories"]]
    lookup = keras.layers.StringLookup(
        vocabulary=known, mask_token=None, num_oov_indices=1, output_mode="one_hot", name=f"{name}_lookup"
    )
    return _without_unknown(lookup(cells), len(known))


def _words(cells: Any, column: Described, name: str) -> Any:
    layer = keras.layers.TextVectorization(
        # A text of no training row's words has a place all the same.
        output_mode="multi_hot", vocabulary=list(column["words"]) or ["-"], name=f"{name}_words"
    )  # fmt: skip
    return _without_unknown(layer(cells), max(1, len(column["words"])))[:, : len(column["words"])]


def _without_unknown(ones: Any, count: int) -> Any:
    """The first place is that of what no training row had. Of texts Keras does not always know the shape before."""
    return keras.ops.cast(keras.ops.reshape(ones, (-1, count + 1)), "float32")[:, 1:]
