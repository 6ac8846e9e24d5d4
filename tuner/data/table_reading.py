"""How a table was read: each column, and what about it is likely a mistake.

Owns: the value that is shown of a table, and the doubts.
Leaves to others: reading the table (tables), showing it (cli).
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tuner.data.columns import Column
from tuner.data.dataset import Array
from tuner.data.reading import ColumnRead, Reading, look_alikes
from tuner.data.written import is_date, shown

_EXAMPLES = 5
_FEW_ROWS = 20
# From so many categories on, one for nearly each row is no accident.
_MANY_CATEGORIES = 10
_ROWS_A_CATEGORY = 2

Cells = NDArray[np.float64]


def table_reading(
    columns: Sequence[Column],
    cells: Mapping[str, Cells],
    targets: Sequence[str],
    classes: Sequence[str],
    ys: Sequence[Array],
    left_out: Sequence[str],
) -> Reading:
    """cells: by part, training first, (rows, columns): numbers, or a category's number, NaN where a cell is empty."""
    every = np.concatenate(list(cells.values()))
    y = np.concatenate(list(ys)).reshape(len(every), -1)
    read = [_column(column, every[:, i]) for i, column in enumerate(columns)]
    doubts = [doubt for i, column in enumerate(columns) for doubt in _doubts(column, every[:, i], cells, i)]
    return Reading(
        "table",
        columns=(*read, *(_target(name, y[:, i], classes) for i, name in enumerate(targets))),
        left_out=tuple(left_out),
        warnings=tuple(doubts),
    )


def _column(column: Column, cells: Cells) -> ColumnRead:
    given = cells[~np.isnan(cells)]
    different, missing = np.unique(given), len(cells) - len(given)
    if column.categories is None:
        low, high = (float(given.min()), float(given.max())) if len(given) else (None, None)
        return ColumnRead(column.name, "number", len(different), missing, low, high)
    examples = tuple(column.categories[int(code)] for code in different[:_EXAMPLES])
    return ColumnRead(column.name, "category", len(different), missing, examples=examples)


def _target(name: str, y: Array, classes: Sequence[str]) -> ColumnRead:
    if classes:
        return ColumnRead(name, "target", len(classes), examples=tuple(classes[:_EXAMPLES]))
    return ColumnRead(name, "target", len(np.unique(y)), low=float(y.min()), high=float(y.max()))


def _doubts(column: Column, every: Cells, cells: Mapping[str, Cells], at: int) -> Iterator[str]:
    train = cells["training"][:, at]
    given = train[~np.isnan(train)]
    different = np.unique(given)
    where = f"column {column.name}"
    if len(different) == 1 and len(train) > 1:
        yield f"{where}: has one value alone, from which nothing is learned"
    if column.categories is None:
        if len(given) == len(train) >= _FEW_ROWS and (np.diff(train) == 1).all():
            yield f"{where}: counts the rows, {train[0]:g} to {train[-1]:g}; name it under drop, if that is all it is"
        return
    names = {column.categories[int(code)]: int((every == code).sum()) for code in np.unique(every[~np.isnan(every)])}
    if len(different) >= _MANY_CATEGORIES and len(different) * _ROWS_A_CATEGORY > len(given):
        yield f"{where}: {len(different)} categories in {len(given)} rows, nearly one each; drop it, if it names rows"
    if all(is_date(name) for name in names):
        yield f"{where}: dates such as {next(iter(names))} are taken for categories; give numbers, or drop it"
    yield from look_alikes(names, where)
    for part, values in cells.items():
        strange = values[:, at][~np.isnan(values[:, at]) & ~np.isin(values[:, at], different)]
        if len(strange):
            name = shown(column.categories[int(strange[0])])
            yield f"{where}: {name} is in no training row; {len(strange)} {part} rows count as none of its categories"
