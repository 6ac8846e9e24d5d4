"""How data were read, on the command line: a few lines before anything is trained.

Owns: what is told first, how much fits, "and 65 more".
Leaves to others: the reading itself (data).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from tuner.data.reading import ColumnRead, Reading
from tuner.formatting import one_line

_WIDTH = 110
_LABEL = 17
_MOST_WARNINGS = 5
_LONGEST = 60
_LONGEST_LINE = 300


def lines(reading: Reading) -> Iterator[tuple[str, str]]:
    """Pairs of a label and words, a line each, at most a dozen or so whatever the data."""
    parts = ", ".join(f"{count:,} {name}" for name, count in reading.rows.items())
    yield "data", f"{sum(reading.rows.values()):,} rows: {parts}{_shape(reading)}"
    for column in reading.columns:
        if column.taken_as == "target" and not reading.classes:
            yield f"target {column.name}", _number(column)
    if reading.classes:
        name = next((f" {each.name}" for each in reading.columns if each.taken_as == "target"), "")
        counts = [f"{label[:_LONGEST]} ({count:,})" for label, count in reading.classes.items()]
        yield f"target{name}", f"{len(counts)} classes: {_fitting(counts)}"
    kinds = (("number", "numbers", _number), ("boolean", "true or false", _values), ("date", "dates", _date),
             ("text", "texts", _texts), ("category", "categories", _category))  # fmt: skip
    for taken_as, label, words in kinds:
        taken = [f"{each.name[:_LONGEST]} {words(each)}" for each in reading.columns if each.taken_as == taken_as]
        if taken:
            yield f"{len(taken)} {label if len(taken) > 1 else taken_as}", _fitting(taken, "; ")
    if reading.validation:
        yield "validation", reading.validation
    for note in reading.notes:
        yield "read as", note
    if reading.left_out:
        yield "left out", _fitting(reading.left_out)
    for warning in reading.warnings[:_MOST_WARNINGS]:
        yield "warning", warning
    if len(reading.warnings) > _MOST_WARNINGS:
        yield "warning", f"and {len(reading.warnings) - _MOST_WARNINGS} more; --json has all"


def _shape(reading: Reading) -> str:
    if reading.kind == "table" and reading.dtype != "text":
        return f"; {reading.shape[0]} numbers a row"
    if reading.low is None or reading.high is None:
        return ""
    if reading.dtype == "text":
        return "; a row is a text"
    shape = " x ".join(map(str, reading.shape))
    return f"; a row is {shape} {reading.dtype}, {reading.low:g} to {reading.high:g}"


def _number(column: ColumnRead) -> str:
    span = f"{column.low:g} to {column.high:g}" if column.low is not None else "nothing"
    return f"{span}{_missing(column)}"


def _values(column: ColumnRead) -> str:
    return _missing(column)


def _date(column: ColumnRead) -> str:
    if column.low is None or column.high is None:
        return f"nothing{_missing(column)}"
    first, last = (datetime.fromtimestamp(each, UTC).date().isoformat() for each in (column.low, column.high))
    return f"{first} to {last}{_missing(column)}"


def _texts(column: ColumnRead) -> str:
    return f"{column.values} different{_missing(column)}"


def _category(column: ColumnRead) -> str:
    more = f" and {column.values - len(column.examples)} more" if column.values > len(column.examples) else ""
    return f"({', '.join(each[:20] for each in column.examples)}{more}{_missing(column)})"


def _missing(column: ColumnRead) -> str:
    return f", {column.missing:,} empty" if column.missing else ""


def _fitting(items: Sequence[str], between: str = ", ") -> str:
    """As many as fit into a line, and how many more there are."""
    taken = 0
    for i, item in enumerate(items):
        taken += len(item) + len(between)
        if taken > _WIDTH and i:
            return f"{between.join(items[:i])} and {len(items) - i} more"
    return between.join(items)


def printed(reading: Reading) -> Iterable[str]:
    """The lines as `tune spaces check` prints them."""
    return (f"  {_label(label):<{_LABEL}} {one_line(words[:_LONGEST_LINE])}" for label, words in lines(reading))


def told(reading: Reading) -> Iterable[str]:
    """The lines as `tune start` tells them."""
    return (f"tune: {_label(label)}: {one_line(words[:_LONGEST_LINE])}" for label, words in lines(reading))


def _label(label: str) -> str:
    return one_line(label[: 2 * _LABEL])
