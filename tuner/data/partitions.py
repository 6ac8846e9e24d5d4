"""Which rows validate which: by group, by time, and in folds.

Owns: the laws of a partition - a group is on one side, nobody learns from what comes later, each row is validated once
a repeat, and each class in its share.
Leaves to others: rows that are held back once, class by class (splitting); reading the column of groups or times
(row_keys).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuner.data.splitting import Indices, hold_back, rows_asked
from tuner.errors import DataError

Part = tuple[Indices, Indices]
"""The rows to learn from and those to validate with, each in their order."""


@dataclass(frozen=True, eq=False)
class Keys:
    """What rows are parted by: of each its group, or its time. name: of the column."""

    by: Literal["group", "time"]
    values: NDArray[Any]
    name: str

    def of(self, rows: Indices) -> "Keys":
        """Of some of the rows."""
        return Keys(self.by, self.values[rows], self.name)


def held_back(
    y: NDArray[np.generic], keys: Keys | None, wanted: float | int, seed: int, where: str, classes: Sequence[str]
) -> Part:
    """Rows held back once. wanted: a share below 1, or a number of rows, which is met as nearly as the keys allow.

    y, classes, where: as `hold_back` has them. Raises DataError.
    """
    if keys is None:
        return hold_back(y, wanted, seed, where, classes)
    asked = rows_asked(len(y), wanted, where)
    if keys.by == "time":
        return _latest(keys, asked, where)
    return _some_groups(y, keys, asked, seed, where, classes)


def folds(
    y: NDArray[np.generic], keys: Keys | None, count: int, repeats: int, seed: int, where: str, classes: Sequence[str]
) -> list[Part]:
    """So many parts a repeat. Raises DataError where there are too few rows, groups or times."""
    if len(y) < count + (keys is not None and keys.by == "time"):
        raise DataError(f"{where}: {len(y)} rows are too few for {count} folds. Ask for fewer.")
    if keys is not None and keys.by == "time":
        parts = list(_windows(keys, count, where))
    else:
        parts = []
        for repeat in range(repeats):
            random = _random(seed, repeat)
            fold = (
                _dealt(y, count, random, where, classes) if keys is None else _dealt_groups(keys, count, random, where)
            )
            parts += [(np.flatnonzero(fold != each), np.flatnonzero(fold == each)) for each in range(count)]
    for number, (kept, _) in enumerate(parts, start=1):
        if classes and len(only := np.unique(y[kept])) < 2:
            words = f"the rows that fold {number} learns from are all of class {classes[int(only[0])]}"
            raise DataError(f"{where}: {words}. Ask for other folds, or part the rows otherwise.")
    return parts


def _random(*seed: int) -> np.random.RandomState:
    # Its stream never changes (NEP 19), unlike that of default_rng.
    return np.random.RandomState(np.random.MT19937(np.random.SeedSequence(seed)))


def _dealt(
    y: NDArray[np.generic], count: int, random: np.random.RandomState, where: str, classes: Sequence[str]
) -> Indices:
    """The fold of each row: shuffled class by class and dealt out in turn, going on where the class before ended."""
    if not classes:
        order = random.permutation(len(y))
    else:
        labels = y.astype(np.intp)
        sizes = np.bincount(labels, minlength=len(classes))
        if len(lonely := np.flatnonzero(sizes == 1)):
            raise DataError(
                f"{where}: class {classes[lonely[0]]} has 1 row, and one is needed on either side. "
                "Add rows or drop the class."
            )
        by_class = np.split(np.argsort(labels, kind="stable"), np.cumsum(sizes)[:-1])
        order = np.concatenate([random.permutation(rows) for rows in by_class])
    fold = np.empty(len(y), np.intp)
    fold[order] = np.arange(len(y)) % count
    return fold


def _groups(keys: Keys, least: int, where: str) -> tuple[Indices, Indices]:
    """The group of each row, from 0, and the rows of each group."""
    different, group = np.unique(keys.values, return_inverse=True)
    if len(different) < least:
        raise DataError(f"{where}: {keys.name} has {len(different)} different values; {least} are needed.")
    return group.reshape(-1), np.bincount(group.reshape(-1))


def _dealt_groups(keys: Keys, count: int, random: np.random.RandomState, where: str) -> Indices:
    """The fold of each row: each group goes to the fold that has the fewest rows by then."""
    group, sizes = _groups(keys, count, where)
    rows, fold = np.zeros(count, np.intp), np.empty(len(sizes), np.intp)
    for each in random.permutation(len(sizes)):
        fold[each] = np.argmin(rows)
        rows[fold[each]] += sizes[each]
    return fold[group]


def _some_groups(
    y: NDArray[np.generic], keys: Keys, wanted: int, seed: int, where: str, classes: Sequence[str]
) -> Part:
    """Groups in a drawn order, each that brings the rows nearer to those asked for, and takes no class away."""
    group, sizes = _groups(keys, 2, where)
    order = _random(seed).permutation(len(sizes))
    labels = y.astype(np.intp) if classes else np.zeros(len(y), np.intp)
    counts = np.zeros((len(sizes), max(1, len(classes))), np.intp)
    np.add.at(counts, (group, labels), 1)
    left = counts.sum(axis=0)
    # A class that no row has is none to be kept.
    present = left > 0

    def may_go(each: int) -> bool:
        return bool(((left - counts[each])[present] > 0).all())

    held: list[int] = []
    rows = 0
    for each in order:
        if abs(rows + sizes[each] - wanted) < abs(rows - wanted) and may_go(each):
            held.append(int(each))
            rows, left = rows + int(sizes[each]), left - counts[each]
    if not held:
        # Every group is more than twice as large as what was asked for.
        small = sorted((int(sizes[each]), int(each)) for each in order if may_go(each))
        if not small:
            raise DataError(
                f"{where}: no {keys.name} can be held back: each has every row of a class. Part the rows otherwise."
            )
        held = [small[0][1]]
    mask = np.isin(group, held)
    return np.flatnonzero(~mask), np.flatnonzero(mask)


def _times(keys: Keys, least: int, where: str) -> tuple[Indices, Indices]:
    """The rank of each row's time, from 0, and how many rows come before each rank, and all of them."""
    moment, sizes = _groups(keys, least, where)
    return moment, np.concatenate([[0], np.cumsum(sizes)])


def _latest(keys: Keys, wanted: int, where: str) -> Part:
    """Those of one time stay together."""
    moment, before = _times(keys, 2, where)
    border = 1 + int(np.argmin(np.abs(before[1:-1] - (len(moment) - wanted))))
    return np.flatnonzero(moment < border), np.flatnonzero(moment >= border)


def _windows(keys: Keys, count: int, where: str) -> Iterator[Part]:
    """An expanding window: each fold learns from all that came before the rows that it validates with."""
    moment, before = _times(keys, count + 1, where)
    last = len(before) - 1
    borders = [0]
    for number in range(1, count + 1):
        # Room is left for a time in each of those that follow.
        free = np.arange(borders[-1] + 1, last - (count - number))
        aim = len(moment) * number / (count + 1)
        borders.append(int(free[np.argmin(np.abs(before[free] - aim))]))
    for border, end in zip(borders[1:], [*borders[2:], last], strict=True):
        yield np.flatnonzero(moment < border), np.flatnonzero((moment >= border) & (moment < end))
