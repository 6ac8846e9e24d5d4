"""A column's cells as numbers, of rows that come after the training rows.

Owns: which cell becomes which numbers, by what `Dataset.table` says of its column, and which is none of it.
Leaves to others: learning that from training rows (columns), what a text is (cell_values, dates, texts), where rows
come from (json_table, studies.export_script).
"""

from typing import Any

import numpy as np

from tuner.data.cell_values import MISSING_WORDS, numbers_of, respelt
from tuner.data.dates import parts_of, seconds_of
from tuner.data.texts import has_words

TRUTH = {"True": "1", "TRUE": "1", "true": "1", "False": "0", "FALSE": "0", "false": "0"}
"""As pandas reads them."""


# The source of what follows is part of exported scripts.


class WrongCell(ValueError):
    """place: of its row, from 0. cell: as it is written."""

    def __init__(self, place: int, cell: str, why: str):
        super().__init__(f"{cell!r} {why}")
        self.place, self.cell, self.why = place, cell, why


def encoded_cells(texts: Any, column: Any, decimal: str) -> Any:
    """(rows, numbers) float32. texts: pandas' texts of the cells, None for an empty one. column: one of a table.

    Raises WrongCell for a text that is no number, or no date, where the training rows have such.
    """
    if "words" in column:
        return has_words(texts.where(texts.notna(), ""), column["words"]).astype(np.float32)
    if "categories" in column:
        spelt = texts.map(lambda text: respelt(text, column.get("spelling", "")), na_action="ignore")
        ones = [texts.isna() if each is None else spelt == each for each in column["categories"]]
        return np.stack(ones, axis=1).astype(np.float32)
    texts = texts.where(~texts.isin(MISSING_WORDS), None)
    given = texts.notna().to_numpy()
    if "parts" in column:
        values = seconds_of(texts, column["date"])
        refuse_where(texts, given & np.isnan(values), "is not such a date as the training rows have")
        return parts_of(np.where(given, values, column["median"]), column["parts"]).astype(np.float32)
    values = numbers_of(texts.replace(TRUTH), decimal).to_numpy()
    refuse_where(texts, given & np.isnan(values), "is not a number")
    refuse_where(texts, np.abs(values) > np.finfo(np.float32).max, "is too large, or not finite")
    return np.where(given, values, column["median"])[:, np.newaxis].astype(np.float32)


def refuse_where(texts: Any, wrong: Any, why: str) -> None:
    """wrong: (rows,) bool. Raises WrongCell for the first that is."""
    if wrong.any():
        place = int(wrong.argmax())
        raise WrongCell(place, texts.iloc[place], why)
