"""A few rows of a data set in a file, for a process that tries something on them.

Owns: which rows, and the file.
Leaves to others: what is tried (code_check).
"""

from pathlib import Path

import numpy as np

from tuner.data.dataset import Array, DataInfo, Dataset, Rows
from tuner.formatting import plural

_MOST_ROWS = 512
_MOST_BYTES = 1 << 26
_LEAST_ROWS = 40
_KINDS = ("x", "y", "weights")


def write_sample(dataset: Dataset, path: Path) -> None:
    """Rows from all over each part, so that a source sorted by class gives of every class. path: an .npz file."""
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    arrays: dict[str, Array] = {}
    for name, rows in parts.items():
        most = max(_LEAST_ROWS, min(_MOST_ROWS, _MOST_BYTES // max(1, rows.x[:1].nbytes)))
        chosen = np.unique(np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(np.intp))
        few = rows.take(chosen)
        arrays |= {f"{name}_{kind}": each for kind, each in zip(_KINDS, few.arrays, strict=False)}
    np.savez(path, allow_pickle=False, **arrays)


def read_sample(path: Path, info: DataInfo) -> Dataset:
    """What `write_sample` wrote. info: of the whole data set."""
    with np.load(path, allow_pickle=False) as file:
        train, validation, test = (
            Rows(*(file[f"{name}_{kind}"] for kind in _KINDS if f"{name}_{kind}" in file))
            for name in ("train", "validation", "test")
        )
    return Dataset(info, train, validation, test, f"sample of {info.name}")


def as_in_an_epoch(sample: Dataset, batch_size: int | None) -> Dataset:
    """As many of its rows as make one batch and the odd one that the whole data set ends with.

    batch_size: None is all rows at once.
    """
    rows = sample.info.train_rows
    count = len(sample.train) if batch_size is None else batch_size + rows % batch_size
    train = sample.train.take(slice(count))
    return Dataset(sample.info, train, sample.validation, sample.test, f"{sample.digest}, {plural(count, 'row')}")
