"""One stream of rows, and those of a data set's parts: values, without reading them.

Leaves to others: what may be a stream (streams), reading it (training.stream_feed).
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Stream:
    """given: a `tf.data.Dataset` or a `PyDataset`. batched: its elements are batches of rows.

    steps: so many batches are an epoch; None is all of it. rows: about how many there are; None where nothing says it.
    """

    given: Any
    batched: bool
    steps: int | None
    rows: int | None


@dataclass(frozen=True, eq=False)
class Streams:
    """By part; all of one kind."""

    train: Stream
    validation: Stream
    test: Stream
