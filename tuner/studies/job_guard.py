"""What a trial and a finalist have in common while a worker holds one of them.

Owns: what becomes of it when the worker has lost it, dies of it or hangs in it, and its checkpoints.
Leaves to others: who holds it (database), what is trained (trial, retraining).
"""

import contextlib
import logging
from collections.abc import Iterator

from tuner.database import leases, strikes
from tuner.database.blobs import BlobStore
from tuner.database.finalists import FinalistJob
from tuner.database.leases import LeaseLost
from tuner.database.trials import Job
from tuner.errors import DataError, DiskFull, ServiceDown, TunerError
from tuner.redaction import redacted
from tuner.studies.study_context import StudyContext
from tuner.studies.watchdog import LAST_WORDS_S
from tuner.training import backend
from tuner.training.checkpoint import Checkpoint

logger = logging.getLogger(__name__)

_LAST_WORDS_S = 10.0


@contextlib.contextmanager
def holding(context: StudyContext, job: Job | FinalistJob) -> Iterator[None]:
    """While it is run: a worker that has lost it steps back, and one that dies of it or hangs in it says why.

    What hangs has failed, and is not tried again: whoever took it next would hang as long.
    """
    db, search = context.db, isinstance(job, Job)

    def hung(words: str) -> None:
        leases.fail(db.waiting(LAST_WORDS_S), job.lease, words)
        if not search:
            Checkpoints(context.store, job).drop_all()

    try:
        with context.watch.during("building", job.study_name, hung, context.spec.search.epoch_timeout, search):
            yield
    except LeaseLost as error:
        logger.warning("%s; stepping back", error)
    except Exception as error:
        if _was_lost(context, job):
            # Such as of a trial that a person cancelled: Optuna takes no more of it.
            logger.warning("%s is not this worker's any more (%s); stepping back", job.lease.what, type(error).__name__)
            return
        # A bug, or a machine in trouble: this worker dies of it, and whoever finds what it held reads why.
        words = f"{type(error).__name__}: {' '.join(redacted(str(error)).split())[:300]}"
        against = _against(error)
        with contextlib.suppress(ServiceDown, DiskFull):
            leases.note_death(db.waiting(_LAST_WORDS_S), job.lease, words, against)
        raise
    finally:
        backend.forget()


def _was_lost(context: StudyContext, job: Job | FinalistJob) -> bool:
    try:
        with contextlib.suppress(ServiceDown, DiskFull):
            leases.renew(context.db.waiting(_LAST_WORDS_S), job.lease)
    except LeaseLost:
        return True
    return False


def _against(error: Exception) -> int:
    """A database, a disk or a network that fails is not the trial's doing; of a file, one cannot know."""
    if isinstance(error, TunerError):
        return strikes.NONE
    return strikes.UNKNOWN if isinstance(error, OSError) else strikes.CRASH


def given_up(last_words: str) -> str:
    """The reason of one that killed too many workers. last_words: of the last of these, or empty."""
    words = "given up: its workers died on it, one after another, without finishing an epoch between"
    return f"{words} ({last_words})" if last_words else words


class Checkpoints:
    """The checkpoints of what a worker holds. The row says which one counts; only the holder can write it."""

    def __init__(self, store: BlobStore, job: Job | FinalistJob) -> None:
        self._store = store
        self._job = job
        self._name = job.checkpoint

    def last(self) -> Checkpoint | None:
        """From which training goes on; None begins it anew."""
        data = self._store.get(self._job.blob_name(self._name)) if self._name else None
        if data is None:
            return None
        try:
            found = Checkpoint.from_bytes(data)
            # Training that is one call of somebody's `fit` cannot be entered in its middle, and stores no weights.
            return found if found.weights else None
        except DataError as error:
            logger.warning("%s: %s", self._job.lease.what, error)
            return None

    def put(self, epoch: int, checkpoint: Checkpoint) -> str:
        """Store one beside the one that counts; gives its name, for the row."""
        # A name of its own: a worker that was robbed and does not know it overwrites nothing.
        name = f"checkpoint-{self._job.attempt}-{epoch}.npz"
        self._store.put(self._job.blob_name(name), checkpoint.to_bytes())
        return name

    def counts(self, name: str) -> None:
        """The row names this one: the one before it is not needed any more."""
        if self._name:
            self._store.drop(self._job.blob_name(self._name))
        self._name = name

    def drop_all(self) -> None:
        """It has ended, and its row says so."""
        self._store.drop_all(self._job.blob_name("checkpoint-"))
