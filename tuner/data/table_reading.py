"""How a table was read: each column, and what about it is likely a mistake.

Owns: the value that is shown of a table, and the doubts.
Leaves to others: reading the table (tables), showing it (cli).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuner.data.cell_values import shown
from tuner.data.columns import Column
from tuner.data.dataset import Array
from tuner.data.reading import ColumnRead, Reading, look_alikes

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
    read: list[ColumnRead] = []
    doubts: list[str] = []
    for i, column in enumerate(columns):
        # A column at a time: a copy of all the cells may not fit into memory.
        parts = {part: _seen(every[:, i]) for part, every in cells.items()}
        read.append(_column(column, parts))
        doubts += _doubts(column, parts)
    return Reading(
        "table",
        columns=(*read, *(_target(name, [_target_cells(y, i) for y in ys], classes) for i, name in enumerate(targets))),
        left_out=tuple(left_out),
        warnings=tuple(doubts),
    )


@dataclass(frozen=True)
class _Seen:
    """A column of one part. different: its values, each once, in order; counts: how often each is there."""

    cells: Cells
    different: Cells
    counts: NDArray[np.intp]

    @property
    def given(self) -> int:
        return int(self.counts.sum())


def _seen(cells: Cells) -> _Seen:
    cells = np.ascontiguousarray(cells)
    return _Seen(cells, *np.unique(cells[~np.isnan(cells)], return_counts=True))


def _column(column: Column, parts: Mapping[str, _Seen]) -> ColumnRead:
    different = _together(parts)
    if column.words:
        return ColumnRead(column.name, "text", len(different))
    missing = sum(len(each.cells) - each.given for each in parts.values())
    if column.categories is None:
        low, high = (float(different[0]), float(different[-1])) if len(different) else (None, None)
        taken_as: Literal["number", "date", "boolean"] = (
            "date" if column.date is not None else "boolean" if column.boolean else "number"
        )
        return ColumnRead(column.name, taken_as, len(different), missing, low, high)
    examples = tuple(column.categories[int(code)] for code in different[:_EXAMPLES])
    return ColumnRead(column.name, "category", len(different), missing, examples=examples)


def _together(parts: Mapping[str, _Seen]) -> Cells:
    first, *more = (each.different for each in parts.values())
    return np.unique(np.concatenate([first, *more])) if more else first


def _target_cells(y: Array, at: int) -> Array:
    return y.reshape(len(y), -1)[:, at]


def _target(name: str, ys: Sequence[Array], classes: Sequence[str]) -> ColumnRead:
    if classes:
        return ColumnRead(name, "target", len(classes), examples=tuple(classes[:_EXAMPLES]))
    different = np.unique(np.concatenate(ys))
    return ColumnRead(name, "target", len(different), low=float(different[0]), high=float(different[-1]))


def _doubts(column: Column, parts: Mapping[str, _Seen]) -> Iterator[str]:
    train, different, given = parts["training"].cells, parts["training"].different, parts["training"].given
    where = f"column {column.name}"
    if len(different) == 1 and len(train) > 1:
        yield f"{where}: has one value alone, from which nothing is learned"
    if column.words:
        return
    if column.categories is None:
        if given == len(train) >= _FEW_ROWS and (np.diff(train) == 1).all():
            yield (
                f"{where}: counts the rows, {train[0]:g} to {train[-1]:g}; name it under drop in the dataset, "
                "if that is all it is"
            )
        return
    names = {column.categories[int(code)]: 0 for code in _together(parts)}
    for each in parts.values():
        for code, count in zip(each.different, each.counts, strict=True):
            names[column.categories[int(code)]] += int(count)
    if len(different) >= _MANY_CATEGORIES and len(different) * _ROWS_A_CATEGORY > given:
        yield f"{where}: {len(different)} categories in {given} rows, nearly one each; drop it, if it names rows"
    yield from look_alikes(names, where)
    for part, seen in parts.items():
        if np.isin(seen.different, different).all():
            continue
        strange = seen.cells[~np.isnan(seen.cells) & ~np.isin(seen.cells, different)]
        name = shown(column.categories[int(strange[0])])
        yield f"{where}: {name} is in no training row; {len(strange)} {part} rows count as none of its categories"
