"""What people write into the cells of a table: numbers, signs with them, dates, and words for nothing.

Owns: when a text is a number, what of it is no plain number, and how one value written in two ways is one.
Leaves to others: what becomes of a column (tables).
"""

import re
from typing import Any, Literal

from tuner.data.reading import stripped

MISSING_WORDS = (
    "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL",
    "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
"""In a column of numbers these stand for an empty cell, as pandas has it; in a column of texts they are texts."""

_SHOWN = 60
CODE = re.compile(r"[+-]?0\d")
WHOLE = re.compile(r"[+-]?\d+")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([ T].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([ T].*)?")
_SPACED = re.compile(r"[+-]?\d{1,3}([ \u00a0\u202f'\u2019]\d{3})+([.,]\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+([eE][+-]?\d+)?")
_POINT = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d*)\.\d+([eE][+-]?\d+)?")
_MONEY = r"(?:[$€£¥]|\b(?:EUR|USD|GBP|CHF|JPY)\b)"
_SIGN = re.compile(rf"{_MONEY}\s*[+-]?\d[\d.,' ]*|[+-]?\d[\d.,' ]*\s*(?:[%‰]|{_MONEY})")


def shown(cell: Any) -> str:
    """A cell for a message: quoted, and not longer than a line can be."""
    text = repr(cell)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 4]}...{text[-1]}"


def texts_of(cells: Any) -> Any:
    """A column as pandas has it, its texts without the spaces around them; an empty one is None."""
    different = cells.dropna().unique()
    # One by one, Arrow's texts take ten times as long.
    different = different.tolist() if str(cells.dtype) in ("str", "string") else different
    bare: dict[Any, str | None] = {cell: stripped(text_of(cell)) or None for cell in different}
    return cells.astype(object).map(bare).astype(object).where(cells.notna(), None)


def text_of(cell: Any) -> str:
    # A whole number that pandas made a float, because a cell is empty, is written without its point.
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def numbers_of(texts: Any, decimal: str = ".") -> Any:
    """A column of texts as float64; NaN for what is no number. decimal: the sign between the whole and its parts."""
    import pandas

    if decimal == ",":
        texts = texts.map(with_point)
    return pandas.to_numeric(texts, errors="coerce").astype("float64")


def with_point(text: str | None) -> str | None:
    """A number with a decimal comma as others write it; one with a point is none."""
    return text if text is None else "?" if "." in text else text.replace(",", ".")


def rejection_reason(text: str, decimal: str) -> str | None:
    """Why a text that a person reads as a number is none, and what to do; None for other texts."""
    if _SIGN.fullmatch(text):
        return "is a number with a sign. Write the number alone"
    if _SPACED.fullmatch(text):
        return "has its thousands apart. Write it without"
    if decimal == ",":
        mixed = 'has a point, and the file is read with decimal: ",". Write all alike, without thousands apart'
        return mixed if _POINT.fullmatch(text) or _COMMA.fullmatch(text) else None
    if _GROUPED.fullmatch(text):
        return 'has a comma. Write its thousands without; if it is a decimal comma, say decimal: ","'
    return 'has a decimal comma. Say decimal: ","' if _COMMA.fullmatch(text) else None


def with_comma(text: str) -> Literal["comma", "point", "either"] | None:
    """Which decimal sign a number has; "either": none, or one that may be of thousands. None: it is no number."""
    if _GROUPED.fullmatch(text):
        return "point" if "." in text else "either"
    if WHOLE.fullmatch(text):
        return "either"
    return "comma" if _COMMA.fullmatch(text) else "point" if _POINT.fullmatch(text) else None


def is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None


def spelling_of(texts: Any) -> Literal["numbers", "truth", ""]:
    """How names are spelt of which these are all: 1, 1.0 and +1 are one, unless some are codes, such as 007; true and
    TRUE are one; others stay as they are.
    """
    import pandas

    given = [text for text in texts if isinstance(text, str)]
    if given and all(text.lower() in ("true", "false") for text in given):
        return "truth"
    numbers = pandas.to_numeric(pandas.Series(given, dtype=object), errors="coerce")
    return "" if numbers.isna().any() or any(CODE.match(text) for text in given) else "numbers"


# The source of the next two is part of exported scripts.


def respelt(text: str, spelling: str) -> str:
    """spelling: as `spelling_of` gives it."""
    if spelling == "truth":
        return text.title() if text.lower() in ("true", "false") else text
    return canonical(text) if spelling == "numbers" else text


def canonical(text: str) -> str:
    """A number as Python writes it; a text that is none stays as it is."""
    try:
        if WHOLE.fullmatch(text):
            return str(int(text))
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() else repr(number)
