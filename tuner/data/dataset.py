"""What every source gives: checked arrays, split into training, validation and test rows, with a digest."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from tuner.data.fields import Field
from tuner.data.reading import Reading
from tuner.data.records import Array as Array
from tuner.data.records import bytes_of, written_type
from tuner.data.rows_on_disk import on_disk, pieces
from tuner.data.stream import Streams
from tuner.spec.families import Task


@dataclass(frozen=True)
class DataInfo:
    """All that a network needs to know about its data.

    input_shape: of one row, without the batch; images are (height, width, channels).
    outputs: classes, or for regression the number of target values.
    class_names: one a class; empty for regression.
    target_means, target_deviations: of the training rows, one a target value; empty for classes.
    text: a row is one text, and has no shape.
    images: rows are images, (height, width, channels), as the source or the family says.
    inputs: of rows of several arrays, each; then input_shape is that of all their numbers in one line.
    targets: of rows with several targets, each; then outputs counts them, and classes are those of each target.
    weighted: rows have weights. streamed: they are read while they are trained on, and about so many; targets are as
    they were given. channel_added: images were given as (height, width). on_disk: rows are read from a file a few at
    a time. target_columns: of a table's regression, what each target value is.
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
    text: bool = False
    inputs: tuple[Field, ...] = ()
    targets: tuple[Field, ...] = ()
    weighted: bool = False
    streamed: bool = False
    channel_added: bool = False
    on_disk: bool = False
    target_columns: tuple[str, ...] = ()

    @property
    def given_shape(self) -> tuple[int, ...]:
        """Of one row as it was given, which a model for use takes."""
        return self.input_shape[:-1] if self.channel_added else self.input_shape

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "DataInfo":
        """What `dataclasses.asdict` made of it, also once it was JSON."""
        fields = {
            key: tuple(Field(**{name: _hashable(each) for name, each in field.items()}) for field in raw.get(key, ()))
            for key in ("inputs", "targets")
        }
        return cls(**{**{name: _hashable(each) for name, each in raw.items()}, **fields})


@dataclass(frozen=True, eq=False)
class Rows:
    """x: (rows, *input_shape), uint8 for images as published, else float32.

    y: (rows,) int32 class indices, or (rows, outputs) float32 for regression.
    Of more than memory holds x is `RowsOnDisk`, which stands in for an array.
    Rows of several inputs are records of such arrays (`records`), and so are several targets, whose numbers are as they
    were given. weights: (rows,) float32, how much each counts in the loss; None where all count alike.
    """

    x: Array
    y: Array
    weights: Array | None = None

    def __len__(self) -> int:
        return len(self.x)

    def take(self, chosen: Any) -> "Rows":
        """Some of them. chosen: whatever an array takes as an index of rows."""
        x = self.x.some(chosen) if on_disk(self.x) else self.x[chosen]
        return Rows(cast(Array, x), self.y[chosen], None if self.weights is None else self.weights[chosen])

    def and_then(self, others: "Rows") -> "Rows":
        """These and then the others, of the same data set."""
        weights = None
        if self.weights is not None and others.weights is not None:
            weights = np.concatenate([self.weights, others.weights])
        x: Any = self.x.and_then(others.x) if on_disk(self.x) and on_disk(others.x) else None
        x = np.concatenate([self.x, others.x]) if x is None else x
        return Rows(x, np.concatenate([self.y, others.y]), weights)

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All that they consist of."""
        return tuple(each for each in (self.x, self.y, self.weights) if each is not None)


@dataclass(frozen=True, eq=False)
class Dataset:
    """digest: sha256 (hex) over shapes, types and bytes of all parts, so that a study knows its data again.

    table: how cells became rows, where they are of a table; see `FittedEncoder.described`.
    told: how the source was read, where that is to be shown; no worker makes it.
    folds: of a cross-validation, each with its training and validation rows; the last has those of this one. Its rows
    are parted anew so many times as repeats says.
    streams: what rows are read from while they are trained on; then those in memory are the first ones.
    """

    info: DataInfo
    train: Rows
    validation: Rows
    test: Rows
    digest: str
    table: tuple[Mapping[str, Any], ...] = ()
    told: Reading | None = None
    folds: tuple["Dataset", ...] = ()
    repeats: int = 1
    streams: Streams | None = None

    @property
    def validated_rows(self) -> int:
        """Rows that a configuration is validated with, each counted once."""
        return sum(each.info.validation_rows for each in self.folds or (self,)) // self.repeats

    @property
    def reading(self) -> Reading:
        """How the source was read, of data that was loaded to be told of."""
        assert self.told is not None, "load it with told=True"
        return self.told


def rows_digest(*parts: Rows) -> str:
    """sha256 (hex) of some rows; of the test rows, it is the same for every seed of the split."""
    arrays = [array for rows in parts for array in rows.arrays]
    read = [each for each in arrays if on_disk(each)]
    if not read or not all(each.known_by for each in read):
        return _digest(arrays)
    # Of rows on disk it takes long, and is the same as that of these rows in memory.
    known = " ".join(each.known_by if on_disk(each) else _digest([each]) for each in arrays)
    return read[0].file.remembered(known, lambda: _digest(arrays))


def _digest(arrays: Sequence[Array]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape} {written_type(array.dtype)};".encode())
        for piece in pieces(array):
            digest.update(bytes_of(piece))
    return digest.hexdigest()


def _hashable(each: Any) -> Any:
    return tuple(each) if isinstance(each, list) else each
