"""Load the data of a search space: the sets of Keras and scikit-learn, computed ones, and files of many kinds.

Owns: which loader serves which source.
Leaves to others: files and downloads (cache, idx, tables, arrays, images), checks, parts and digest (raw_dataset).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tuner.data import cache, idx
from tuner.data.dataset import Dataset, Rows
from tuner.data.images import read_images
from tuner.data.made import narma10, negations
from tuner.data.npz import read_npz
from tuner.data.order import in_one_order
from tuner.data.own_code import read_python
from tuner.data.raw_dataset import Found, images_of, labels_of, split
from tuner.data.streams import in_stream
from tuner.data.tables import read_table
from tuner.errors import DataError
from tuner.formatting import nearest
from tuner.spec.code import Code
from tuner.spec.source_kinds import CsvFile, ImageFolder, NpzFile, ParquetFile, PythonData
from tuner.spec.sources import DataSpec, known_sources

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
class Loaded:
    """A data set that was loaded before, and of what: with seed 0, and how it was read."""

    data: DataSpec
    dataset: Dataset


def load(data: DataSpec, seed: int, codes: Sequence[Code] = (), told: bool = False) -> Dataset:
    """Load, check and split a data set. The same spec and seed give the same rows, everywhere.

    seed: of the validation rows, not negative; the test rows do not depend on it.
    codes: Python code that may be run, as the person who started this process named it.
    told: with how it was read, `Dataset.reading`.
    Raises DataError where the data is not there, is damaged, or has too few rows for the split.
    """
    return parted(read(data, codes), data, seed, told)


def read(data: DataSpec, codes: Sequence[Code] = ()) -> Found:
    """What the source holds, in the order in which it comes. Raises DataError, InputError as `load` does."""
    if isinstance(data.files, PythonData):
        return read_python(data, codes)
    if data.files is not None:
        return _FILES[type(data.files)](data)
    if data.idx is not None:
        return _from_idx(data)
    if data.name in _SOURCES:
        return _SOURCES[data.name](data.name)
    raise DataError(f"data set {data.name!r} is not known{nearest(data.name, known_sources())}")


def parted(found: Found, data: DataSpec, seed: int, told: bool = False) -> Dataset:
    """Check what was read and split it, as `load` says."""
    if found.streams is not None:
        if data.reconstruct:
            raise DataError(f"{data.origin}: a stream's rows are not given out again. Use another model.")
        made = split(found, data.name, data.validation, seed, data.origin, told)
        return in_stream(made, found.streams, data.one_order)
    found = replace(in_one_order(found) if data.one_order else found, reconstruct=data.reconstruct)
    return split(found, data.name, data.validation, seed, data.origin, told)


def _from_keras(name: str) -> Found:
    class_names = _CLASS_NAMES[name]
    (x, y), (test_x, test_y) = cache.read(name, len(class_names))
    return Found(Rows(images_of(x), labels_of(y)), Rows(images_of(test_x), labels_of(test_y)), class_names, images=True)


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
        ranks = Rows(images_of(x), labels_of(np.searchsorted(labels, y)))
        test = Rows(images_of(test_x), labels_of(np.searchsorted(labels, test_y)))
        return Found(ranks, test, class_names, images=True)
    return Found(Rows(images_of(x), labels_of(y)), Rows(images_of(test_x), labels_of(test_y)), class_names, images=True)


def _from_scikit_learn(name: str) -> Found:
    from sklearn import datasets

    # As measured: scikit-learn's scaled diabetes knows the test rows, and a served model takes raw inputs.
    bunch = datasets.load_diabetes(scaled=False) if name == "diabetes" else getattr(datasets, f"load_{name}")()
    columns = tuple(str(column) for column in bunch.feature_names)
    if name == "digits":
        # Whole numbers from 0 to 16.
        return Found(
            Rows(images_of(bunch.images.astype(np.uint8)), labels_of(bunch.target)), None, _DIGITS, images=True
        )
    x = bunch.data.astype(np.float32)
    if name == "diabetes":
        return Found(Rows(x, bunch.target.astype(np.float32).reshape(-1, 1)), None, (), columns)
    return Found(Rows(x, labels_of(bunch.target)), None, tuple(str(each) for each in bunch.target_names), columns)


_SOURCES: Mapping[str, Callable[[str], Found]] = {
    **dict.fromkeys(cache.NAMES, _from_keras),
    "narma10": narma10,
    "negations": negations,
    **dict.fromkeys(("digits", "iris", "wine", "breast_cancer", "diabetes"), _from_scikit_learn),
}

_FILES: Mapping[type, Callable[[DataSpec], Found]] = {
    NpzFile: read_npz,
    CsvFile: read_table,
    ParquetFile: read_table,
    ImageFolder: read_images,
}
