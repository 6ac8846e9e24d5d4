"""The process of a worker: all of it that is signals, environment and exit codes.

Owns: which share of its machine it takes where nobody has chosen, being told to leave, the exit code.
Leaves to others: the worker itself (hosting), which signals there are (signals), who started it (engines, or a person).
"""

import logging
import os
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from tuner.database import gpu_claims, workers
from tuner.database.connection import OUTAGE_S, Database, open_database
from tuner.database.patience import ToldToLeave
from tuner.errors import DiskFull
from tuner.settings import Settings, place_name, read_share
from tuner.spec.code import Code
from tuner.studies.stored_study import resolve_old_studies
from tuner.training.plan import Path
from tuner.workers import placement
from tuner.workers.heartbeat import EXIT_DONE, EXIT_NO_SPACE, EXIT_REPLACE_ME, EXIT_TOLD, end_process
from tuner.workers.hosting import host
from tuner.workers.leaving import Leaving
from tuner.workers.placement import Wanted
from tuner.workers.signals import ToSupervisor, listen
from tuner.workers.told import WorkerSettings

logger = logging.getLogger(__name__)

Beside = Callable[[Database], AbstractContextManager[None]]


def main(
    settings: Settings,
    study_name: str | None,
    worker_id: str | None = None,
    path: Path = "auto",
    codes: Sequence[Code] = (),
    wanted: Wanted | None = None,
    beside: Beside = lambda db: nullcontext(),
    idle_s: float | None = None,
) -> int:
    """Work until there is nothing left to do, or until told to leave. Gives an exit code.

    worker_id: as whoever started it has chosen; None where a person did. wanted: what it may choose of its machine,
    where whoever started it has not chosen. codes: as of `WorkerSettings`. beside: what else goes on meanwhile, on the
    same database. idle_s: as of `WorkerSettings`.
    """
    leaving = Leaving()
    listen(leaving)
    if (pipe := read_share().notices) is not None:
        logging.getLogger().addHandler(ToSupervisor(pipe))
    try:
        return _main(settings, study_name, worker_id, path, codes, wanted, leaving, beside, idle_s)
    except ToldToLeave:
        logger.warning("told to leave while the database is away; what it held is free when its lease has run out")
        return _left(study_name, worker_id)
    except DiskFull as error:
        if worker_id is None:
            raise
        logger.error("%s", error)
        return EXIT_NO_SPACE


def _main(
    settings: Settings,
    study_name: str | None,
    worker_id: str | None,
    path: Path,
    codes: Sequence[Code],
    wanted: Wanted | None,
    leaving: Leaving,
    beside: Beside,
    idle_s: float | None,
) -> int:
    given = {**os.environ, "TUNER_STORAGE": settings.storage}
    name = worker_id or f"{place_name()}-{os.getpid()}-{uuid.uuid4().hex[:10]}"
    db = open_database(settings.storage, wait_s=OUTAGE_S)
    resolve_old_studies(db)
    workers.reap_local_workers(db)
    if wanted is not None:
        share = placement.place(db, name, wanted).environment()
        # Threads are an even share of what lives here when they are needed, unless a person has said how many.
        os.environ.update({key: value for key, value in share.items() if key != "TUNER_THREADS"})
    elif gpu := read_share().gpu:
        gpu_claims.claim(db, name, [gpu])
    told = WorkerSettings(settings, read_share(), name, study_name, path, tuple(codes), idle_s)
    becomes = given if worker_id is None else None
    with beside(db):
        left = _left(study_name, worker_id)
        ended = host(db, told, leaving, lambda hang: end_process(hang, becomes, left if leaving() else None))
    if ended == "recycle":
        return EXIT_REPLACE_ME
    return left if leaving() else EXIT_DONE


def _left(study_name: str | None, worker_id: str | None) -> int:
    """The exit code of one that was told to leave.

    One that is for a study alone was there until its end; any other is there until it is told. Who started it by the
    worker's id told it, and asks nothing.
    """
    return EXIT_TOLD if study_name is not None and worker_id is None else EXIT_DONE
