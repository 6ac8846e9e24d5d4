"""The checkpoints of what a worker holds. The row says which one counts; only the holder can write it.

Leaves to others: what is in one (training), where bytes are kept (database), the order of checkpoint and row
(observers).
"""

import logging
import time
from collections.abc import Callable

from tuner.database.blobs import BlobStore
from tuner.database.runs import Job
from tuner.errors import DataError
from tuner.training.checkpoint import Checkpoint

logger = logging.getLogger(__name__)


class Checkpoints:
    """Of one training.

    every_s: one that is younger is enough. A worker that dies leaves so much work to be done again, and no more.
    """

    def __init__(self, store: BlobStore, job: Job, every_s: float = 0.0) -> None:
        self._store = store
        self._job = job
        self._name = job.checkpoint
        self._every_s = every_s
        self._put_at = time.monotonic()

    def last(self) -> Checkpoint | None:
        """From which training goes on; None begins it anew."""
        data = self._store.get(self._job.blob_name(self._name)) if self._name else None
        if data is None:
            return None
        try:
            found = Checkpoint.from_bytes(data)
            # Training that is one call of somebody's `fit` cannot be entered in its middle, and stores no weights.
            return found if found.goes_on else None
        except DataError as error:
            logger.warning("%s: %s", self._job.lease.what, error)
            return None

    def put(self, epoch: int, made: Callable[[], Checkpoint], now: bool = False) -> str:
        """Store one beside the one that counts; gives the name that counts from here on, for the row.

        now: however young the last one is.
        """
        if not now and self._every_s and time.monotonic() - self._put_at < self._every_s:
            return self._name
        # A name of its own: a worker that was robbed and does not know it overwrites nothing.
        name = f"checkpoint-{self._job.attempt}-{epoch}.npz"
        self._store.put(self._job.blob_name(name), made().to_bytes())
        self._put_at = time.monotonic()
        return name

    def counts(self, name: str) -> None:
        """The row names this one: the one before it is not needed any more."""
        if self._name and self._name != name:
            self._store.drop(self._job.blob_name(self._name))
        self._name = name

    def drop_all(self) -> None:
        """It has ended, and its row says so."""
        self._store.drop_all(self._job.blob_name("checkpoint-"))
