"""What every source gives: checked arrays, split into training, validation and test rows, with a digest."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.data.reading import Reading
from tuner.spec.families import Task

Array = NDArray[np.generic]


@dataclass(frozen=True)
class DataInfo:
    """All that a network needs to know about its data.

    input_shape: of one row, without the batch; images are (height, width, channels).
    outputs: classes, or for regression the number of target values.
    class_names: one a class; empty for regression.
    target_means, target_deviations: of the training rows, one a target value; empty for classes.
    images: rows are images, (height, width, channels), as the source or the family says.
    """

    name: str
    task: Task
    input_shape: tuple[int, ...]
    outputs: int
    class_names: tuple[str, ...]
    train_rows: int
    validation_rows: int
    test_rows: int
    target_means: tuple[float, ...] = ()
    target_deviations: tuple[float, ...] = ()
    images: bool = False


@dataclass(frozen=True, eq=False)
class Rows:
    """x: (rows, *input_shape), uint8 for images as published, else float32.

    y: (rows,) int32 class indices, or (rows, outputs) float32 for regression.
    """

    x: Array
    y: Array

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, eq=False)
class Dataset:
    """digest: sha256 (hex) over shapes, types and bytes of all parts, so that a study knows its data again.

    table: how cells became rows, where they are of a table; see `FittedEncoder.described`.
    told: how the source was read, where that is to be shown; no worker makes it.
    """

    info: DataInfo
    train: Rows
    validation: Rows
    test: Rows
    digest: str
    table: tuple[Mapping[str, Any], ...] = ()
    told: Reading | None = None

    @property
    def reading(self) -> Reading:
        """How the source was read, of data that was loaded to be told of."""
        assert self.told is not None, "load it with told=True"
        return self.told


def rows_digest(rows: Rows) -> str:
    """sha256 (hex) of some rows; of the test rows, it is the same for every seed of the split."""
    digest = hashlib.sha256()
    for array in (rows.x, rows.y):
        digest.update(f"{array.shape} {array.dtype.str};".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
