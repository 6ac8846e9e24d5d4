"""While a worker holds a training: what becomes of it when the worker has lost it, dies of it or hangs in it.

Leaves to others: who holds it (database), what is trained (run).
"""

import contextlib
import logging
from collections.abc import Iterator

from tuner.database import leases, strikes
from tuner.database.leases import LeaseLost
from tuner.database.runs import Job
from tuner.errors import DiskFull, ServiceDown, TunerError
from tuner.redaction import redacted
from tuner.runs.checkpoints import Checkpoints
from tuner.runs.roles import Role
from tuner.runs.study_context import StudyContext
from tuner.runs.watchdog import LAST_WORDS_S
from tuner.training import backend

logger = logging.getLogger(__name__)

DYING_WORDS_S = 10.0


@contextlib.contextmanager
def holding(context: StudyContext, job: Job, role: Role) -> Iterator[None]:
    """While it is run: a worker that has lost it steps back, and one that dies of it or hangs in it says why.

    What hangs has failed, and is not tried again: whoever took it next would hang as long.
    """
    search = role.name == "search"
    try:
        with (
            stepping_back(context, job),
            context.watch.during(
                "building", job.study_name, lambda words: hung(context, job, words), context.spec.search.epoch_timeout,
                search,
            ),
        ):  # fmt: skip
            yield
    finally:
        backend.forget()


def hung(context: StudyContext, job: Job, words: str) -> None:
    """It will never end, and has failed."""
    leases.fail(context.db.waiting(LAST_WORDS_S), job.lease, words)
    if job.role != "search":
        Checkpoints(context.store, job).drop_all()


@contextlib.contextmanager
def stepping_back(context: StudyContext, job: Job) -> Iterator[None]:
    """While something is done for it: a worker that has lost it steps back, and one that dies of it says why."""
    try:
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
            leases.note_death(context.db.waiting(DYING_WORDS_S), job.lease, words, against)
        raise


def _was_lost(context: StudyContext, job: Job) -> bool:
    try:
        with contextlib.suppress(ServiceDown, DiskFull):
            leases.renew(context.db.waiting(DYING_WORDS_S), job.lease)
    except LeaseLost:
        return True
    return False


def _against(error: Exception) -> int:
    """A database, a disk or a network that fails is not the trial's doing; of a file, one cannot know."""
    if isinstance(error, TunerError):
        return strikes.NONE
    return strikes.UNKNOWN if isinstance(error, OSError) else strikes.CRASH
