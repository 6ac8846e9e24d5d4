"""Load a data set by name: Keras' own, scikit-learn's bundled ones, IDX folders as MNIST is published.

Owns: the table of sources, the checks that hold for each, the parts and the digest.
Leaves to others: files and downloads (cache, idx), which rows are held back (splitting), normalization (preprocessing).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuner.data import cache, idx
from tuner.data.dataset import Array, DataInfo, Dataset, Rows
from tuner.data.splitting import hold_back
from tuner.errors import DataError
from tuner.families import Task
from tuner.sources import DataSpec, known_sources
from tuner.words import nearest

TEST_SHARE = 0.2
# Fixed: where a source publishes no test rows, every study of it is scored on the same ones.
_TEST_SEED = 0

_DIGITS = tuple("0123456789")
_CLASS_NAMES: Mapping[str, tuple[str, ...]] = {
    "fashion_mnist": (
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ),
    "mnist": _DIGITS,
    "cifar10": ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    "cifar100": tuple(map(str, range(100))),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Found:
    """What a source holds, before it is checked and split.

    test: None where the source publishes none.
    class_names: one a class; empty for regression.
    columns: of a table; messages name them.
    """

    train: Rows
    test: Rows | None
    class_names: tuple[str, ...]
    columns: tuple[str, ...] = ()

    @property
    def task(self) -> Task:
        return "classification" if self.class_names else "regression"


def load(data: DataSpec, seed: int) -> Dataset:
    """Load, check and split a data set. The same spec and seed give the same rows, everywhere.

    seed: of the validation rows, not negative; the test rows do not depend on it.
    Raises DataError where the data is not there, is damaged, or has too few rows for the split.
    """
    if data.idx is not None:
        found = _from_idx(data)
    elif data.name in _SOURCES:
        found = _SOURCES[data.name](data.name)
    else:
        raise DataError(f"data set {data.name!r} is not known{nearest(data.name, known_sources())}")
    return split(found, data.name, data.validation, seed)


def split(found: Found, name: str, validation: float | int, seed: int) -> Dataset:
    """Check rows and part them into training, validation and test.

    Raises DataError as `load` does.
    """
    _check(found, name)
    train, test = found.train, found.test
    if test is None:
        kept, held = hold_back(train.y, TEST_SHARE, _TEST_SEED, f"{name}: test rows", found.class_names)
        train, test = _take(train, kept), _take(train, held)
    kept, held = hold_back(train.y, validation, seed, f"{name}: validation", found.class_names)
    train, held_back = _take(train, kept), _take(train, held)
    info = DataInfo(
        name=name,
        task=found.task,
        input_shape=train.x.shape[1:],
        outputs=len(found.class_names) or train.y.shape[1],
        class_names=found.class_names,
        train_rows=len(train),
        validation_rows=len(held_back),
        test_rows=len(test),
        **({} if found.class_names else _target_moments(train.y)),
    )
    return Dataset(info, train, held_back, test, _digest(train, held_back, test))


def _target_moments(y: Array) -> dict[str, tuple[float, ...]]:
    values = y.astype(np.float64)
    means, deviations = values.mean(axis=0), values.std(axis=0)
    return {"target_means": tuple(map(float, means)), "target_deviations": tuple(map(float, deviations))}


def _take(rows: Rows, chosen: NDArray[np.intp]) -> Rows:
    return Rows(rows.x[chosen], rows.y[chosen])


def _digest(*parts: Rows) -> str:
    """sha256 over shape, type and bytes of every array, in order."""
    digest = hashlib.sha256()
    for array in (array for rows in parts for array in (rows.x, rows.y)):
        digest.update(f"{array.shape} {array.dtype.str};".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _check(found: Found, name: str) -> None:
    parts = [("training", found.train)] + ([] if found.test is None else [("test", found.test)])
    for part, rows in parts:
        if len(rows.x) != len(rows.y):
            raise DataError(f"{name}: {len(rows.x)} {part} rows, but {len(rows.y)} targets. They must be as many.")
        if not len(rows) or 0 in rows.x.shape:
            raise DataError(f"{name}: the {part} rows are empty (shape {rows.x.shape}).")
        if rows.x.shape[1:] != found.train.x.shape[1:]:
            shapes = f"{rows.x.shape[1:]} and {found.train.x.shape[1:]}"
            raise DataError(f"{name}: test and training rows differ in shape ({shapes}).")
        _check_finite(rows.x, f"{name}: {part} rows", found.columns)
        _check_finite(rows.y, f"{name}: {part} targets", ())
        classes = len(found.class_names)
        strange = np.flatnonzero(~np.isin(rows.y, np.arange(classes)))
        if classes and len(strange):
            wrong = f"{part} row {strange[0]} is of class {rows.y[strange[0]]}"
            raise DataError(f"{name}: {wrong}, but there are {classes} classes (0 to {classes - 1}). Mend the row.")
    if found.class_names and len(present := np.unique(found.train.y)) < 2:
        raise DataError(f"{name}: every training row is of class {found.class_names[present[0]]}. Two are needed.")


def _check_finite(values: Array, where: str, columns: Sequence[str]) -> None:
    if not np.issubdtype(values.dtype, np.floating) or np.isfinite(values).all():
        return
    row, *rest = (int(each) for each in np.argwhere(~np.isfinite(values))[0])
    column = f" column {columns[rest[0]] if len(columns) else rest[0]}" if rest else ""
    value = values[(row, *rest)]
    raise DataError(f"{where}: {value} in row {row}{column}. Remove the row or fill in a number.")


def _labels(y: Array) -> Array:
    return y.reshape(-1).astype(np.int32)


def _images(x: Array) -> Array:
    """(rows, height, width, channels), uint8; one channel where there was none."""
    return np.ascontiguousarray(x.reshape(*x.shape, 1) if x.ndim == 3 else x)


def _from_keras(name: str) -> Found:
    class_names = _CLASS_NAMES[name]
    (x, y), (test_x, test_y) = cache.read(name, len(class_names))
    return Found(Rows(_images(x), _labels(y)), Rows(_images(test_x), _labels(test_y)), class_names)


def _from_idx(data: DataSpec) -> Found:
    assert data.idx is not None
    # A copy of a well-known folder keeps its class names.
    class_names = _CLASS_NAMES.get(data.name.lower().replace("-", "_"), ())
    (x, y), (test_x, test_y) = idx.read_folder(data.idx, len(class_names) or None)
    if not class_names:
        labels = np.unique(y)
        strange = np.flatnonzero(~np.isin(test_y, labels))
        if len(strange):
            raise DataError(
                f"{data.idx}: test row {strange[0]} has label {test_y[strange[0]]}, which no training row has. "
                "Take both parts from one data set."
            )
        # Some sets count from 1, or leave a number out: classes are counted without gaps.
        class_names = tuple(str(label) for label in labels)
        ranks = Rows(_images(x), _labels(np.searchsorted(labels, y)))
        return Found(ranks, Rows(_images(test_x), _labels(np.searchsorted(labels, test_y))), class_names)
    return Found(Rows(_images(x), _labels(y)), Rows(_images(test_x), _labels(test_y)), class_names)


def _from_scikit_learn(name: str) -> Found:
    from sklearn import datasets

    # As measured: scikit-learn's scaled diabetes knows the test rows, and a served model takes raw inputs.
    bunch = datasets.load_diabetes(scaled=False) if name == "diabetes" else getattr(datasets, f"load_{name}")()
    columns = tuple(str(column) for column in bunch.feature_names)
    if name == "digits":
        # Whole numbers from 0 to 16.
        return Found(Rows(_images(bunch.images.astype(np.uint8)), _labels(bunch.target)), None, _DIGITS)
    x = bunch.data.astype(np.float32)
    if name == "diabetes":
        return Found(Rows(x, bunch.target.astype(np.float32).reshape(-1, 1)), None, (), columns)
    return Found(Rows(x, _labels(bunch.target)), None, tuple(str(each) for each in bunch.target_names), columns)


_SOURCES: Mapping[str, Callable[[str], Found]] = {
    **dict.fromkeys(cache.NAMES, _from_keras),
    **dict.fromkeys(("digits", "iris", "wine", "breast_cancer", "diabetes"), _from_scikit_learn),
}
