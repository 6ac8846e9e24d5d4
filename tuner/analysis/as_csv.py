"""A frame as CSV that a spreadsheet takes for what it is: no text in it is a formula, nor has a secret in it.

Owns: which texts get an apostrophe before them.
"""

import re
from functools import cache

import pandas as pd

from tuner.formatting import visible
from tuner.redaction import redacted

# A full-width sign is one for a spreadsheet in Japanese.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")

# What `float` takes besides - "-infinity", "-1_000" - is for a spreadsheet a formula that does not work.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def csv_of(frame: pd.DataFrame) -> str:
    """The frame's rows, with its column names, without its index. Numbers, also in columns of text, stay numbers."""
    plain = frame.rename(columns=_visible)
    for position, kind in enumerate(plain.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            # Most columns have a few texts, many times each.
            shown = cache(_shown)
            cells = [shown(each) if isinstance(each, str) else each for each in plain.iloc[:, position]]
            plain.isetitem(position, cells)
    return plain.to_csv(index=False)


def _shown(value: str) -> str:
    return _visible(redacted(value))


def _visible(value: str) -> str:
    text = visible(value)
    return f"'{text}" if _FORMULA.match(value) and not _NUMBER.fullmatch(text) else text
