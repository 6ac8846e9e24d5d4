"""Rows of a table that come as JSON objects, a column a key, encoded as the training rows were.

Owns: which cell becomes which numbers, and the words where one cannot. `tune export`'s script does the same to files.
Leaves to others: fitting the encoding (preprocessing), what a cell is (cell_values, dates).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuner.data.cell_values import CODE, MISSING_WORDS, canonical, numbers_of, shown, texts_of
from tuner.data.dates import parts_of, seconds_of
from tuner.data.texts import has_words
from tuner.errors import InputError

_TRUTH = {"True": "1", "TRUE": "1", "true": "1", "False": "0", "FALSE": "0", "false": "0"}


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
        found = _encoded(column, [_cell_of(row[name], place, column) for place, row in enumerate(rows)])
        found = found.astype(np.float32)
        for each in column.get("inputs", [""]):
            inputs.setdefault(each, []).append(found)
    joined = {name: np.concatenate(own, axis=1) for name, own in inputs.items()}
    return joined.get("", joined)


def example_row(columns: Sequence[Mapping[str, Any]], numbers: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """A row as it may have been written; null for a date. numbers: an encoded row, by input."""
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
        return next((each for each, value in zip(column["categories"], values, strict=True) if value), None)
    return None if "parts" in column else float(f"{values[0]:.7g}")


def _cell_of(cell: Any, place: int, column: Mapping[str, Any]) -> Any:
    if cell is not None and not isinstance(cell, str | int | float):
        raise InputError(f"row {place}: column {column['column']!r} is no number, text, truth value or null")
    # JSON's own numbers have a point, whatever the training rows were written with.
    point = isinstance(cell, float) and not cell.is_integer() and column.get("decimal") == ","
    return str(cell).replace(".", ",") if point else cell


def _encoded(column: Mapping[str, Any], cells: Sequence[Any]) -> Any:
    import pandas

    name = column["column"]
    texts = texts_of(pandas.Series(list(cells), dtype=object))
    if "words" in column:
        return has_words(texts.where(texts.notna(), ""), column["words"])
    if "categories" in column:
        codes = any(each is not None and CODE.match(each) for each in column["categories"])
        spelt = texts if codes else texts.map(_spelling, na_action="ignore")
        texts = texts.where(texts.isin(column["categories"]), spelt)
        return np.stack([texts.isna() if each is None else texts == each for each in column["categories"]], axis=1)
    texts = texts.where(~texts.isin(MISSING_WORDS), None)
    if "parts" in column:
        seconds = seconds_of(texts, column["date"])
        _refuse(name, texts, np.isnan(seconds) & texts.notna(), "is not such a date as the training rows have")
        return parts_of(np.where(np.isnan(seconds), column["median"], seconds), column["parts"])
    numbers = numbers_of(texts.replace(_TRUTH), column.get("decimal", "."))
    _refuse(name, texts, numbers.isna() & texts.notna(), "is not a number")
    return numbers.fillna(column["median"]).to_numpy()[:, np.newaxis]


def _refuse(name: str, texts: Any, wrong: Any, why: str) -> None:
    places = np.flatnonzero(wrong)
    if len(places):
        raise InputError(f"row {places[0]}: column {name!r}: {shown(texts.iloc[places[0]])} {why}")


def _spelling(text: str) -> str:
    return text.title() if text.lower() in ("true", "false") else canonical(text)
