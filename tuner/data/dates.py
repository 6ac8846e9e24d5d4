"""Dates in a table: how they are written, and the numbers that they become.

Owns: formats that are known by their looks, seconds since 1970 (UTC), the parts of a date.
Leaves to others: which columns are dates (tables), what is learned from training rows (columns).
"""

import contextlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

PARTS = ("year", "month", "day", "weekday", "hour", "minute")

_TIME = r"(?P<time>[ T]\d{1,2}:\d{2}(?P<seconds>:\d{2})?)?"
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
_YEAR_FIRST = re.compile(rf"\d{{4}}(?P<sign>[-/.])\d{{1,2}}(?P=sign)\d{{1,2}}{_TIME}")
_YEAR_LAST = re.compile(rf"\d{{1,2}}(?P<sign>[-/.])\d{{1,2}}(?P=sign)(?P<year>\d{{4}}|\d{{2}}){_TIME}")


def formats_of(texts: Any) -> list[str]:
    """The formats, as of `strftime`, in which all of these texts are dates: none, one, or two where the day may be the
    month.

    texts: the different ones, without empty ones.
    """
    first = next(iter(texts), "")
    if not isinstance(first, str):
        return []
    candidates = ["ISO8601"] if _ISO.fullmatch(first) else [*_candidates(first)]
    return [each for each in candidates if _all_fit(texts, each)]


def _candidates(text: str) -> list[str]:
    if match := _YEAR_FIRST.fullmatch(text):
        sign = match["sign"]
        orders = [f"%Y{sign}%m{sign}%d"]
    elif match := _YEAR_LAST.fullmatch(text):
        sign, year = match["sign"], "%Y" if len(match["year"]) == 4 else "%y"
        orders = [f"%d{sign}%m{sign}{year}"]
        # With points it is written so in Europe alone.
        orders += [f"%m{sign}%d{sign}{year}"] if sign != "." else []
    else:
        return []
    between = match["time"][0] if match["time"] else ""
    time = f"{between}%H:%M{':%S' if match['seconds'] else ''}" if between else ""
    return [f"{order}{time}" for order in orders]


def date_of(parts: Mapping[str, float], usual: float, written: str) -> str | None:
    """A date with these parts, those that it lacks from the usual one; None where no month has such a day.

    parts: as `parts_of` has them, by name. usual: seconds since 1970. written: as of `strftime`, or ISO8601.
    """
    found = datetime.fromtimestamp(usual, UTC).replace(tzinfo=None)
    named: dict[str, Any] = {name: int(value) for name, value in parts.items() if name != "weekday"}
    with contextlib.suppress(ValueError):
        found = found.replace(**named)
        if written != "ISO8601":
            return found.strftime(written)
        return found.isoformat(" ") if (found.hour, found.minute) != (0, 0) else str(found.date())
    return None


def _all_fit(texts: Any, written: str) -> bool:
    return not np.isnan(seconds_of(texts, written)).any()


# The source of what follows is part of exported scripts.


def seconds_of(texts: Any, written: str) -> Any:
    """Seconds since 1970, (rows,) float64; NaN for what is no such date. written: as of `strftime`, or ISO8601."""
    import pandas

    times = pandas.to_datetime(pandas.Series(texts, dtype=object), format=written, errors="coerce", utc=True)
    values = times.dt.tz_localize(None).to_numpy("datetime64[s]")
    return np.where(np.isnat(values), np.nan, values.astype(np.int64))


def parts_of(seconds: Any, parts: Any) -> Any:
    """(rows, parts) float64: year, month and day from 1, weekday from Monday, which is 0, hour and minute."""
    import pandas

    times = pandas.DatetimeIndex(seconds.astype("datetime64[s]"))
    named = ["day_of_week" if part == "weekday" else part for part in parts]
    return np.stack([np.asarray(getattr(times, name), np.float64) for name in named], axis=1)
