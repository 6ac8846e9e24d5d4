"""What a trained network answers on rows with known targets, as little of it as pictures need.

Owns: the summary and its bytes.
Leaves to others: asking the network (training), drawing (tracking).
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuner.data.dataset import Array, DataInfo, Rows
from tuner.errors import DataError

Drawing = Literal["confusion", "mistakes", "predictions"]

WORST = 24
_FEW_TARGETS = 10
_STRIDE = 7919  # a prime: all targets have their turn
_MOST_POINTS = 2000
_MOST_CLASSES = 30
"""In a picture."""
_SAME = 1e-3
"""Of the spread of the targets: numbers that spread less are one."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Of classes: `counts`, (classes, classes) int64, rows by true and by chosen class, and the worst mistakes.

    worst: (mistakes, 2) int64, their true and chosen class; the least probability of the true class comes first.
    sure: (mistakes,) float32, the probability of the chosen class. images: (mistakes, height, width, channels) as
    published; no rows where the data are no images.
    Of a regression: `points`, (rows, 2) float32, true and given, of the first target, or of
    another one a row where there are many; at most 2,000 rows.
    class_names: empty for a regression.
    """

    class_names: tuple[str, ...]
    counts: NDArray[np.int64]
    worst: NDArray[np.int64]
    sure: NDArray[np.float32]
    images: Array
    points: NDArray[np.float32]

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """The pictures that can be made of it."""
        there: dict[Drawing, bool] = {
            "confusion": 0 < len(self.counts) <= _MOST_CLASSES,
            "mistakes": len(self.images) > 0,
            "predictions": len(self.points) > 0,
        }
        return tuple(name for name, known in there.items() if known)

    @property
    def only(self) -> str:
        """What it says of every row, whatever it is shown; empty where rows differ in it, or do not differ at all."""
        if len(self.points):
            true, given = self.points.std(axis=0, dtype=np.float64)
            return f"{self.points[0, 1]:.4g}" if given <= _SAME * true else ""
        chosen = np.flatnonzero(self.counts.sum(axis=0))
        varied = np.count_nonzero(self.counts.sum(axis=1)) > 1
        return repr(self.class_names[chosen[0]]) if varied and len(chosen) == 1 else ""

    def to_bytes(self) -> bytes:
        """As an .npz file."""
        buffer = io.BytesIO()
        arrays = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "class_names"}
        np.savez_compressed(buffer, class_names=np.array(self.class_names, dtype=np.str_), **arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Answers":
        """What `to_bytes` wrote. Raises DataError for anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                names = tuple(str(each) for each in file["class_names"])
                return cls(names, **{each.name: file[each.name] for each in fields(cls) if each.name != "class_names"})
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise DataError(f"the stored answers of a trial cannot be read: {error}") from error


def together(parts: Sequence[Answers | None]) -> Answers | None:
    """Of several networks, each asked about rows of its own; None where one was not asked. The worst mistakes are the
    first few of each."""
    known = [each for each in parts if each is not None]
    if not known or len(known) < len(parts):
        return None
    most = -(-WORST // len(known))
    first = known[0]

    def joined(name: str, each_at_most: int) -> Any:
        return np.concatenate([getattr(each, name)[:each_at_most] for each in known])

    return Answers(
        first.class_names,
        np.sum([each.counts for each in known], axis=0),
        joined("worst", most)[:WORST],
        joined("sure", most)[:WORST],
        # Of a table there are none, and its rows are as wide as their fold has categories.
        joined("images", most)[:WORST] if len(first.images.shape) == 4 else first.images,
        joined("points", _MOST_POINTS)[:_MOST_POINTS],
    )


def answers(outputs: Array, rows: Rows, info: DataInfo) -> Answers:
    """Sum up a network's outputs.

    outputs: (rows, outputs): for classes their probabilities, one column for the second of two; else the values.
    """
    given = outputs.astype(np.float32).reshape(len(rows), -1)
    none = np.zeros((0, 2), np.int64)
    if info.task == "regression":
        every = np.arange(len(rows))
        # The targets of many are alike, as the pixels of a picture are; the first may be its empty corner.
        column = every * _STRIDE % given.shape[1] if given.shape[1] > _FEW_TARGETS else every * 0
        true = rows.y.reshape(len(rows), -1)[every, column]
        points = np.stack([true, given[every, column]], axis=1).astype(np.float32)
        empty = np.zeros((0, *rows.x.shape[1:]), rows.x.dtype)
        return Answers((), np.zeros((0, 0), np.int64), none, np.zeros(0, np.float32), empty, points[:_MOST_POINTS])
    if given.shape[1] == 1:
        given = np.concatenate([1 - given, given], axis=1)
    true, chosen = rows.y.astype(np.int64), given.argmax(axis=1).astype(np.int64)
    classes = given.shape[1]
    counts = np.bincount(true * classes + chosen, minlength=classes * classes).reshape(classes, classes)
    wrong = np.flatnonzero(true != chosen)
    worst = wrong[np.argsort(given[wrong, true[wrong]], kind="stable")][:WORST]
    images = rows.x[worst] if info.images else rows.x[:0]
    pairs = np.stack([true[worst], chosen[worst]], axis=1)
    return Answers(info.class_names, counts, pairs, given[worst, chosen[worst]], images, np.zeros((0, 2), np.float32))
