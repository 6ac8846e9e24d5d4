"""Dates as texts, read by layers of Keras: characters become fields of digits, fields become parts of a date.

Owns: which formats they read, and which texts in them.
Leaves to others: the same in pandas (data.dates), the other columns (raw_columns).

A text in another format, or of a day that no calendar has, becomes NaN and not a guess: a layer cannot refuse a row.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from tuner.data.cell_values import MISSING_WORDS
from tuner.data.dates import parts_of
from tuner.errors import DataError

_WIDTHS = {"%Y": (4, 4), "%y": (2, 2), "%m": (1, 2), "%d": (1, 2), "%H": (1, 2), "%M": (1, 2), "%S": (1, 2)}
_RANGES = {"%m": (1, 12), "%H": (0, 23), "%M": (0, 59), "%S": (0, 59)}
_ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_SIGNS = "-/.: T"
_FIRST = 2
"""Of a TextVectorization's characters: 0 is none, 1 one that it does not know."""
_LONGEST = 24
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def parts(cells: Any, column: Mapping[str, Any], name: str) -> Any:
    """(rows, parts) float32. cells: (rows, 1) strings. Raises DataError for a format that layers do not read."""
    ops = keras.ops
    patterns = [
        _pattern(each, column["column"]) for each in (_ISO if column["date"] == "ISO8601" else (column["date"],))
    ]
    read = _read(_characters(cells, name), max(len(each.tokens) for each in patterns))
    zero = ops.zeros_like(read.values[0])
    fields = dict.fromkeys(_WIDTHS, zero)
    known = ops.zeros_like(zero, dtype="bool")
    for each in patterns:
        known = ops.logical_or(known, _fits(read, each))
    # Of several patterns the longer ones are the shorter and more: what is not there is 0.
    fields |= dict(zip(max(patterns, key=lambda each: len(each.tokens)).tokens, read.values, strict=True))
    year, month, day = fields["%Y"], fields["%m"], fields["%d"]
    if "%y" in column["date"]:
        # As C and pandas have it.
        year = fields["%y"] + ops.where(fields["%y"] < 69, 2000.0, 1900.0)
    for token, (low, high) in _RANGES.items():
        inside = ops.logical_and(fields[token] >= low, fields[token] <= high)
        known = ops.logical_and(known, inside)
    known = ops.logical_and(known, ops.logical_and(day >= 1, day <= _days_of(year, month)))
    every = {"year": year, "month": month, "day": day, "hour": fields["%H"], "minute": fields["%M"],
             "weekday": _weekday(year, month, day)}  # fmt: skip
    empty = keras.layers.StringLookup(vocabulary=["", *MISSING_WORDS], mask_token=None, name=f"{name}_empty")(cells)
    empty = ops.reshape(ops.greater(empty, 0), (-1,))
    usual = np.asarray(parts_of(np.array([column["median"]], np.float64), column["parts"]), np.float32)[0]
    told = []
    for part, median in zip(column["parts"], usual, strict=True):
        value = ops.where(known, every[part], ops.full_like(year, np.nan))
        told.append(ops.where(empty, ops.full_like(year, median), value))
    return ops.stack(told, axis=1)


@dataclass(frozen=True)
class _Pattern:
    """tokens: of its fields, in their order. signs: between them."""

    tokens: Sequence[str]
    signs: str


def _pattern(written: str, name: str) -> _Pattern:
    pieces = re.findall(r"%.|[^%]", written)
    tokens, signs = pieces[::2], pieces[1::2]
    numbers = bool(tokens) and all(each in _WIDTHS for each in tokens) and all(each in _SIGNS for each in signs)
    once = {"%m", "%d"} <= {*tokens} and len({"%Y", "%y"} & {*tokens}) == 1 and len({*tokens}) == len(tokens)
    if not numbers or not once:
        raise DataError(
            f"column {name!r}: dates of the format {written} are read by no layers of Keras: those read a year, a "
            "month and a day, and what more there is, as numbers with one sign between two."
        )
    return _Pattern(tokens, "".join(signs))


@dataclass(frozen=True)
class _Read:
    """What is between the signs of each row, (rows,) each. codes: of the signs. count: how many signs there are."""

    values: Sequence[Any]
    digits: Sequence[Any]
    codes: Sequence[Any]
    count: Any


def _read(characters: Any, fields: int) -> _Read:
    ops = keras.ops
    digits = characters - _FIRST
    is_digit = ops.logical_and(digits >= 0, digits < 10)
    is_sign = ops.cast(ops.logical_and(ops.logical_not(is_digit), characters > 0), "int32")
    # Of each character, how many signs are before it: that is its field.
    field = ops.cumsum(is_sign, axis=1)
    values, counts, codes = [], [], []
    for place in range(fields):
        own = ops.cast(ops.logical_and(is_digit, ops.equal(field, place)), "float32")
        count = ops.sum(own, axis=1, keepdims=True)
        powers = ops.power(10.0, ops.clip(count - ops.cumsum(own, axis=1), 0, 4))
        values.append(ops.sum(own * ops.cast(digits, "float32") * powers, axis=1))
        counts.append(count[:, 0])
        before = is_sign * ops.cast(ops.equal(field, place + 1), "int32")
        codes.append(ops.sum(ops.cast(characters, "int32") * before, axis=1))
    return _Read(values, counts, codes, field[:, -1])


def _fits(read: _Read, pattern: _Pattern) -> Any:
    """Which rows have it."""
    ops = keras.ops
    fits = ops.equal(read.count, len(pattern.signs))
    for sign, code in zip(pattern.signs, read.codes, strict=False):
        fits = ops.logical_and(fits, ops.equal(code, _FIRST + 10 + _SIGNS.index(sign)))
    for token, digits in zip(pattern.tokens, read.digits, strict=False):
        least, most = _WIDTHS[token]
        fits = ops.logical_and(fits, ops.logical_and(digits >= least, digits <= most))
    return fits


def _characters(cells: Any, name: str) -> Any:
    """(rows, _LONGEST) int: of each character its place among digits and signs, from 2; 1 of another, 0 of none."""
    layer = keras.layers.TextVectorization(
        standardize=None, split="character", output_sequence_length=_LONGEST, vocabulary=[*"0123456789", *_SIGNS],
        name=f"{name}_characters",
    )  # fmt: skip
    return keras.ops.reshape(layer(cells), (-1, _LONGEST))


def _days_of(year: Any, month: Any) -> Any:
    ops = keras.ops
    leap = ops.logical_and(ops.equal(ops.mod(year, 4), 0), ops.not_equal(ops.mod(year, 100), 0))
    leap = ops.logical_or(leap, ops.equal(ops.mod(year, 400), 0))
    days = ops.zeros_like(year)
    for number, most in enumerate(_DAYS, start=1):
        days = ops.where(ops.equal(month, number), float(most), days)
    return ops.where(ops.logical_and(leap, ops.equal(month, 2)), 29.0, days)


def _weekday(year: Any, month: Any, day: Any) -> Any:
    """From Monday, which is 0. Source: Zeller, "Kalender-Formeln", 1887."""
    floor = keras.ops.floor
    early = keras.ops.cast(month < 3, "float32")
    year, month = year - early, month + 12 * early
    from_saturday = day + floor(13 * (month + 1) / 5) + year + floor(year / 4) - floor(year / 100) + floor(year / 400)
    return keras.ops.mod(from_saturday + 5, 7.0)
