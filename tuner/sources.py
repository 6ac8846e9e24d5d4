"""Which data sets a search-space file can name. Names only: nothing is loaded, and nothing heavy is imported.

Owns: the names, what each is, and its task.
Leaves to others: files, caches and splits (data).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tuner.families import Task

_KNOWN: Mapping[str, tuple[Task, str]] = {
    "fashion_mnist": ("classification", "Keras: 60,000 + 10,000 grey images of clothes, 28 x 28, 10 classes"),
    "mnist": ("classification", "Keras or IDX files: 60,000 + 10,000 handwritten digits, 28 x 28, 10 classes"),
    "cifar10": ("classification", "Keras: 50,000 + 10,000 colour images, 32 x 32, 10 classes"),
    "cifar100": ("classification", "Keras: 50,000 + 10,000 colour images, 32 x 32, 100 classes"),
    "digits": ("classification", "scikit-learn: 1,797 handwritten digits, 8 x 8, 10 classes"),
    "iris": ("classification", "scikit-learn: 150 flowers, 4 measurements, 3 classes"),
    "wine": ("classification", "scikit-learn: 178 wines, 13 measurements, 3 classes"),
    "breast_cancer": ("classification", "scikit-learn: 569 tumours, 30 measurements, 2 classes"),
    "diabetes": ("regression", "scikit-learn: 442 patients, 10 measurements, progression after a year"),
}


@dataclass(frozen=True)
class DataSpec:
    """Which data, and how many of its training rows are for validation.

    name: a known source, or what an IDX folder is called. idx: that folder, absolute.
    validation: below 1 a share of the training rows, otherwise a number of rows.
    """

    name: str
    idx: Path | None = None
    validation: float | int = 0.2


def known_sources() -> Mapping[str, str]:
    """Name -> what it is."""
    return {name: words for name, (_, words) in _KNOWN.items()}


def task_of(data: DataSpec) -> Task:
    """Classification, unless the source is known for regression."""
    return _KNOWN[data.name][0] if data.idx is None else "classification"
