"""The columns of a table as numbers: categories, words of texts and parts of dates become a column each, empty cells
are filled in.

Owns: what is learned from the training rows - medians, categories, words, which parts vary - and applied to all.
Leaves to others: reading files (tables), normalization (preprocessing).
"""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Array
from tuner.data.dates import PARTS, parts_of
from tuner.data.records import packed
from tuner.data.texts import has_words, tokens
from tuner.errors import DataError

Floats = NDArray[np.float32]
MISSING = "missing"
_MOST_WORDS = 300


@dataclass(frozen=True)
class Column:
    """categories: the texts that a cell's number stands for, from 0; None for a column of numbers.

    An empty cell is NaN in either. decimal: how the file writes numbers, a point or a comma. date: the format of dates,
    whose cells are seconds since 1970; None for a column of none. boolean: its numbers are 0 and 1, for false and true.
    words: the categories are texts, of which each word counts. spelling: of categories, as `spelling_of` gives it.
    """

    name: str
    categories: tuple[str, ...] | None = None
    decimal: str = "."
    date: str | None = None
    boolean: bool = False
    words: bool = False
    spelling: str = ""


@dataclass(frozen=True, eq=False)
class Encoder:
    """How a table is read. columns: in the order of the rows' cells.

    inputs: of a network with several, the columns of each; none where a row is all of them.
    """

    columns: Sequence[Column]
    inputs: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def fit(self, x: Array, where: str) -> "FittedEncoder":
        """Learn from training rows, (rows, columns) float64. Raises DataError for a column without any value."""
        cells = x.astype(np.float64)
        parts = [_fit(column, cells[:, i], where) for i, column in enumerate(self.columns)]
        return FittedEncoder(tuple(parts), self.inputs)


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
    spelling: str

    def names(self) -> tuple[str, ...]:
        return tuple(f"{self.name}={text}" for text in self.texts)

    def described(self) -> dict[str, Any]:
        """A category of None is that of empty cells."""
        found = {"column": self.name, "categories": [None if code == -1 else text for code, text in self._both()]}
        return {**found, "spelling": self.spelling} if self.spelling else found

    def _both(self) -> "zip[tuple[int, str]]":
        return zip(self.codes, self.texts, strict=True)

    def apply(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        known = np.where(np.isnan(cells), -1, cells).astype(np.intp)[:, np.newaxis]
        ones: NDArray[np.float64] = (known == np.array(self.codes)).astype(np.float64)
        return ones


@dataclass(frozen=True)
class _Dates:
    """parts: those of `dates.PARTS` that vary among the training rows. median: in seconds."""

    name: str
    written: str
    parts: tuple[str, ...]
    median: float

    def names(self) -> tuple[str, ...]:
        return tuple(f"{self.name}.{part}" for part in self.parts)

    def described(self) -> dict[str, Any]:
        return {"column": self.name, "date": self.written, "parts": list(self.parts), "median": self.median}

    def apply(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = parts_of(np.where(np.isnan(cells), self.median, cells), self.parts)
        return found


@dataclass(frozen=True)
class _Words:
    """words: the most common ones of the training rows. texts: of which a cell is the number."""

    name: str
    words: tuple[str, ...]
    texts: tuple[str, ...]

    def names(self) -> tuple[str, ...]:
        return tuple(f"{self.name}:{word}" for word in self.words)

    def described(self) -> dict[str, Any]:
        return {"column": self.name, "words": list(self.words)}

    def apply(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        numbers, at = np.unique(cells.astype(np.intp), return_inverse=True)
        ones: NDArray[np.float64] = has_words([self.texts[number] for number in numbers], self.words)
        return ones[at.reshape(-1)]


_Part = _Numbers | _Categories | _Dates | _Words


@dataclass(frozen=True)
class FittedEncoder:
    """parts: one a column of the table. inputs: as `Encoder` has them."""

    parts: tuple[_Part, ...]
    inputs: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def described(self) -> tuple[dict[str, Any], ...]:
        """Each column of the table: its median, its categories, of which each is a column of 0 and 1, or the parts of
        its dates, of which each is a column; with the inputs that it belongs to, where there are several.
        """
        return tuple({**part.described(), **self._inputs_of(part.name)} for part in self.parts)

    def _inputs_of(self, column: str) -> dict[str, Any]:
        return {"inputs": [name for name, own in self.inputs.items() if column in own]} if self.inputs else {}

    @property
    def names(self) -> tuple[str, ...]:
        """What each column of the encoded rows is: ``age``, or ``colour=red``."""
        return tuple(name for part in self.parts for name in part.names())

    def apply(self, x: Array) -> Array:
        """(rows, columns) as read -> (rows, len(names)) float32; records of such arrays, where there are inputs."""
        cells = x.astype(np.float64)
        encoded = {part.name: part.apply(cells[:, i]) for i, part in enumerate(self.parts)}

        def joined(names: Container[str]) -> Floats:
            return np.concatenate([encoded[name] for name in encoded if name in names], axis=1).astype(np.float32)

        return packed({name: joined(own) for name, own in self.inputs.items()}) if self.inputs else joined(encoded)


def _known_words(texts: Sequence[str]) -> tuple[str, ...]:
    """Of training rows those that most rows have; of equally common ones, in their order. What one row alone has says
    nothing of others."""
    counts = Counter(word for text in texts for word in {*tokens(text)})
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    known = [word.decode() for word, count in ordered[:_MOST_WORDS] if count > 1]
    return tuple(known) or tuple(word.decode() for word, _ in ordered[:1])


def _fit(column: Column, cells: NDArray[np.float64], where: str) -> _Part:
    given = cells[~np.isnan(cells)]
    if not len(given):
        raise DataError(f"{where}: column {column.name} is empty in every training row. Name it under drop.")
    if column.date is not None:
        varied = parts_of(given, PARTS)
        parts = tuple(part for i, part in enumerate(PARTS) if np.ptp(varied[:, i]) > 0)
        # A date that never varies is still a column, of one number.
        return _Dates(column.name, column.date, parts or PARTS[:1], float(np.median(given)))
    if column.categories is not None and column.words:
        return _Words(column.name, _known_words([column.categories[int(code)] for code in given]), column.categories)
    if column.categories is None:
        return _Numbers(column.name, float(np.median(given)), column.decimal)
    codes = [int(code) for code in np.unique(given)]
    texts = [column.categories[code] for code in codes]
    if len(given) < len(cells):
        codes, texts = [*codes, -1], [*texts, MISSING]
    return _Categories(column.name, tuple(codes), tuple(texts), column.spelling)
