"""A data set seen otherwise: one of its targets alone, its inputs as one line of numbers.

Owns: what such a view has, and which target a metric is of.
Leaves to others: the data set (dataset), records of several arrays (records).
"""

from dataclasses import dataclass, replace

import numpy as np

from tuner.data.dataset import Array, DataInfo, Dataset
from tuner.data.fields import Field
from tuner.data.records import arrays_of, joined, packed


def plain_rows(dataset: Dataset) -> Dataset:
    """The same with several inputs joined to one line of numbers; the last that was made is kept."""
    if not dataset.info.inputs:
        return dataset
    if dataset.digest not in _plain:
        _plain.clear()
        parts = (replace(each, x=joined(each.x)) for each in (dataset.train, dataset.validation, dataset.test))
        train, validation, test = parts
        info = replace(dataset.info, inputs=())
        _plain[dataset.digest] = Dataset(info, train, validation, test, f"{dataset.digest}/joined")
    return _plain[dataset.digest]


_plain: dict[str, Dataset] = {}


def of_target(dataset: Dataset, name: str) -> Dataset:
    """The same with one of several targets alone, as if it had no other."""
    field = next(each for each in dataset.info.targets if each.name == name)
    parts = (
        replace(each, y=_alone(arrays_of(each.y)[name], field))
        for each in (dataset.train, dataset.validation, dataset.test)
    )
    train, validation, test = parts
    classes = len(field.class_names)
    info = replace(
        dataset.info, task="classification" if classes else "regression", outputs=classes or train.y.shape[1],
        class_names=field.class_names, targets=(),
    )  # fmt: skip
    return Dataset(info, train, validation, test, f"{dataset.digest}/{name}")


@dataclass(frozen=True)
class OfTarget:
    """One target's metric. name: of the target."""

    name: str
    metric: str


def target_of(metric: str, info: DataInfo) -> OfTarget | None:
    """Whose metric it is, such as ``val_digit_accuracy`` that of digit; None where it is that of all together."""
    bare = metric.removeprefix("val_")
    found = [each.name for each in info.targets if bare.startswith(f"{each.name}_")]
    name = max(found, key=len, default="")
    return OfTarget(name, bare.removeprefix(f"{name}_")) if name else None


def zeros(info: DataInfo) -> Array:
    """One row that is 0."""
    if not info.inputs:
        return np.zeros((1, *info.input_shape), np.float32)
    return packed({each.name: np.zeros((1, *each.shape), each.dtype) for each in info.inputs})


def _alone(y: Array, field: Field) -> Array:
    if field.class_names:
        return (y.argmax(axis=1) if y.size > len(y) else y.reshape(-1)).astype(np.int32)
    return y.reshape(len(y), -1).astype(np.float32)
