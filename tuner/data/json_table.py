"""Rows of a table that come as JSON objects, a column a key, encoded as the training rows were.

Owns: which text a JSON value is, and an object that is none of the table's; an example of one.
Leaves to others: which numbers become of it (encoded_cells), fitting the encoding (columns).
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np

from tuner.data.cell_values import shown, text_of
from tuner.data.dates import date_of
from tuner.data.encoded_cells import WrongCell, encoded_cells
from tuner.data.reading import stripped
from tuner.errors import InputError


def encoded_rows(columns: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> Any:
    """(rows, numbers) float32, or by input where there are several.

    columns: as `Dataset.table` has them. rows: cells by column, numbers or texts; null is an empty one, further
    keys are left aside. Raises InputError for a column that no row of it has, and for a cell that is not of its column.
    """
    inputs: dict[str, list[Any]] = {}
    for column in columns:
        name = column["column"]
        without = next((place for place, row in enumerate(rows) if name not in row), None)
        if without is not None:
            raise InputError(f"row {without}: there is no column {name!r}; null is an empty cell")
        found = _encoded(column, [row[name] for row in rows])
        for each in column.get("inputs", [""]):
            inputs.setdefault(each, []).append(found)
    joined = {name: np.concatenate(own, axis=1) for name, own in inputs.items()}
    return joined.get("", joined)


def example_row(columns: Sequence[Mapping[str, Any]], numbers: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """A row as it may have been written. numbers: an encoded row, by input."""
    at = dict.fromkeys(numbers, 0)
    row: dict[str, Any] = {}
    for column in columns:
        width = len(column.get("categories", column.get("parts", column.get("words", [0]))))
        for place, each in enumerate(column.get("inputs", [""])):
            values = numbers[each][at[each] : at[each] + width]
            at[each] += width
            if place == 0:
                row[column["column"]] = _cell(column, values)
    return row


def _cell(column: Mapping[str, Any], values: Sequence[float]) -> Any:
    if "words" in column:
        return " ".join(word for word, value in zip(column["words"], values, strict=True) if value)
    if "categories" in column:
        categories = column["categories"]
        # Of one that no training row has, the name is not known.
        other = next(name for n in count(1) if (name := f"other {n}") not in categories)
        return next((each for each, value in zip(categories, values, strict=True) if value), other)
    if "parts" in column:
        return date_of(dict(zip(column["parts"], values, strict=True)), column["median"], column["date"])
    return float(str(np.float32(values[0])))


def _encoded(column: Mapping[str, Any], cells: Sequence[Any]) -> Any:
    import pandas

    texts = pandas.Series([_text_of(cell, place, column) for place, cell in enumerate(cells)], dtype=object)
    try:
        return encoded_cells(texts, column, column.get("decimal", "."))
    except WrongCell as wrong:
        raise InputError(f"row {wrong.place}: column {column['column']!r}: {shown(wrong.cell)} {wrong.why}") from wrong


def _text_of(cell: Any, place: int, column: Mapping[str, Any]) -> str | None:
    """As a file would have it; None for an empty cell."""
    if cell is None or cell != cell:
        return None
    if not isinstance(cell, str | int | float):
        raise InputError(f"row {place}: column {column['column']!r} is no number, text, truth value or null")
    text = stripped(text_of(cell))
    if isinstance(cell, bool):
        # JSON has one spelling of a truth value, and a table may have another.
        return next((each for each in column.get("categories", ()) if each and each.lower() == text.lower()), text)
    # JSON's own numbers have a point, whatever the training rows were written with.
    point = isinstance(cell, float) and column.get("decimal") == ","
    return (text.replace(".", ",") if point else text) or None
