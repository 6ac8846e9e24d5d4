"""Choose the rows that are held back: stratified, seeded, exactly as many as asked for.

Owns: how many rows of each class, and which.
Leaves to others: what the rows hold (sources).

In NumPy, because importing scikit-learn for it costs seconds. The generator is NumPy's frozen one, so that machines
with different NumPy versions hold back the same rows.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuner.errors import DataError

Indices = NDArray[np.intp]


def rows_asked(total: int, wanted: float | int, where: str) -> int:
    """How many rows a share (below 1) or a number of rows is.

    where: begins the message. Raises DataError where no row, or every row, would be held back.
    """
    share = isinstance(wanted, float) and wanted < 1
    rows = round(total * wanted) if share else int(wanted)
    asked = f"{wanted:g} of {total} rows is {rows}" if share else f"{rows} of {total} rows"
    if rows < 1:
        raise DataError(f"{where}: {asked}; hold back at least one row.")
    if rows >= total:
        raise DataError(f"{where}: {asked}, which leaves none to train on. Ask for fewer.")
    return rows


def hold_back(
    y: NDArray[np.generic], wanted: float | int, seed: int, where: str, classes: Sequence[str] = ()
) -> tuple[Indices, Indices]:
    """Split rows into those kept and those held back, each in its original order.

    y: (rows,) class indices, or targets of any shape where `classes` is empty: those are not stratified.
    wanted: below 1 a share, otherwise a number of rows, which is met exactly.
    classes: a name for each class index; every class that has rows is then in both parts, each with its share of rows.
    where: begins the message. Raises DataError where there are too few rows, all told or of one class.
    """
    held_rows = rows_asked(len(y), wanted, where)
    # Its stream never changes (NEP 19), unlike that of default_rng.
    random = np.random.RandomState(np.random.MT19937(np.random.SeedSequence(seed)))
    if classes:
        labels = y.astype(np.intp)
        sizes = np.bincount(labels, minlength=len(classes))
        counts = _rows_of_each_class(sizes, held_rows, where, classes)
        by_class = np.split(np.argsort(labels, kind="stable"), np.cumsum(sizes)[:-1])
        chosen = [random.permutation(rows)[:count] for rows, count in zip(by_class, counts, strict=True)]
        held = np.concatenate(chosen)
    else:
        held = random.permutation(len(y))[:held_rows]
    mask = np.zeros(len(y), dtype=bool)
    mask[held] = True
    return np.flatnonzero(~mask), np.flatnonzero(mask)


def _rows_of_each_class(sizes: Indices, wanted: int, where: str, classes: Sequence[str]) -> Indices:
    """Largest remainders: each class gets its share rounded down or up, but at least one row and not its last one."""
    present = sizes > 0
    lonely = np.flatnonzero(sizes == 1)
    if len(lonely):
        raise DataError(
            f"{where}: class {classes[lonely[0]]} has 1 row, and one is needed on either side. "
            "Add rows or drop the class."
        )
    number = int(present.sum())
    if wanted < number or sizes.sum() - wanted < number:
        rows = f"{wanted} of {sizes.sum()} rows"
        raise DataError(
            f"{where}: {rows} cannot have each of {number} classes on both sides. "
            f"Ask for {number} to {sizes.sum() - number}."
        )
    exact = wanted * sizes / sizes.sum()
    counts = np.where(present, np.clip(np.floor(exact), 1, sizes - 1), 0).astype(np.intp)
    # The minimum of one row may have given out too many, rounding down too few.
    while (missing := wanted - int(counts.sum())) != 0:
        lack = exact - counts if missing > 0 else counts - exact
        free = counts < sizes - 1 if missing > 0 else counts > 1
        counts[np.argmax(np.where(present & free, lack, -np.inf))] += np.sign(missing)
    return counts
