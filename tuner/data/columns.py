"""The columns of a table as numbers: categories become one column each, empty cells are filled in.

Owns: what is learned from the training rows - medians, categories - and applied to all.
Leaves to others: reading files (tables), normalization (preprocessing).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Array
from tuner.errors import DataError

Floats = NDArray[np.float32]
MISSING = "missing"


@dataclass(frozen=True)
class Column:
    """categories: the texts that a cell's number stands for, from 0; None for a column of numbers.

    An empty cell is NaN in either. decimal: how the file writes numbers, a point or a comma.
    """

    name: str
    categories: tuple[str, ...] | None = None
    decimal: str = "."


@dataclass(frozen=True, eq=False)
class Encoder:
    """How a table is read. columns: in the order of the rows' cells."""

    columns: Sequence[Column]

    def fit(self, x: Array, where: str) -> "FittedEncoder":
        """Learn from training rows, (rows, columns) float64. Raises DataError for a column without any value."""
        cells = x.astype(np.float64)
        parts = [_fit(column, cells[:, i], where) for i, column in enumerate(self.columns)]
        return FittedEncoder(tuple(parts))


@dataclass(frozen=True)
class _Numbers:
    name: str
    median: float
    decimal: str

    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def described(self) -> dict[str, Any]:
        found = {"column": self.name, "median": self.median}
        return found if self.decimal == "." else {**found, "decimal": self.decimal}

    def apply(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        filled: NDArray[np.float64] = np.where(np.isnan(cells), self.median, cells)
        return filled[:, np.newaxis]


@dataclass(frozen=True)
class _Categories:
    """codes: those that training rows have; one that no training row has is 0 in every column."""

    name: str
    codes: tuple[int, ...]
    texts: tuple[str, ...]

    def names(self) -> tuple[str, ...]:
        return tuple(f"{self.name}={text}" for text in self.texts)

    def described(self) -> dict[str, Any]:
        """A category of None is that of empty cells."""
        return {"column": self.name, "categories": [None if code == -1 else text for code, text in self._both()]}

    def _both(self) -> "zip[tuple[int, str]]":
        return zip(self.codes, self.texts, strict=True)

    def apply(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        known = np.where(np.isnan(cells), -1, cells).astype(np.intp)[:, np.newaxis]
        ones: NDArray[np.float64] = (known == np.array(self.codes)).astype(np.float64)
        return ones


@dataclass(frozen=True)
class FittedEncoder:
    """parts: one a column of the table."""

    parts: tuple["_Numbers | _Categories", ...]

    def described(self) -> tuple[dict[str, Any], ...]:
        """Each column of the table: its median, or its categories, of which each is a column of 0 and 1."""
        return tuple(part.described() for part in self.parts)

    @property
    def names(self) -> tuple[str, ...]:
        """What each column of the encoded rows is: ``age``, or ``colour=red``."""
        return tuple(name for part in self.parts for name in part.names())

    def apply(self, x: Array) -> Floats:
        """(rows, columns) as read -> (rows, len(names)) float32."""
        cells = x.astype(np.float64)
        return np.concatenate([part.apply(cells[:, i]) for i, part in enumerate(self.parts)], axis=1).astype(np.float32)


def _fit(column: Column, cells: NDArray[np.float64], where: str) -> "_Numbers | _Categories":
    given = cells[~np.isnan(cells)]
    if not len(given):
        raise DataError(f"{where}: column {column.name} is empty in every training row. Name it under drop.")
    if column.categories is None:
        return _Numbers(column.name, float(np.median(given)), column.decimal)
    codes = [int(code) for code in np.unique(given)]
    texts = [column.categories[code] for code in codes]
    if len(given) < len(cells):
        codes, texts = [*codes, -1], [*texts, MISSING]
    return _Categories(column.name, tuple(codes), tuple(texts))
