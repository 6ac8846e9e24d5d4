"""The process of a worker: it finds its place, shows itself, works, and leaves in order.

Owns: which share of its machine it takes where nobody has chosen, being told to leave, the exit code.
Leaves to others: the loop (loop), signs of life (heartbeat), who started it (pool, or a person).
"""

import contextlib
import logging
import os
import socket
import threading
import uuid
from collections.abc import Sequence

from tuner.database import gpu_claims, strikes, workers
from tuner.database.connection import OUTAGE_S, Database, open_database
from tuner.database.patience import ToldToLeave
from tuner.errors import DiskFull, ServiceDown
from tuner.runs.watchdog import Watch
from tuner.settings import Settings, read_share
from tuner.spec.code import Code
from tuner.studies.stored_study import resolve_old_studies
from tuner.training.plan import Path
from tuner.workers import placement
from tuner.workers.heartbeat import EXIT_DONE, EXIT_NO_SPACE, Pulse, end_process
from tuner.workers.leaving import Leaving, ToPool
from tuner.workers.loop import Worker
from tuner.workers.placement import Wanted

logger = logging.getLogger(__name__)

_LEAVE_S = 10.0
_HASTY_S = 1.0


def main(
    settings: Settings,
    study_name: str | None,
    worker_id: str | None = None,
    path: Path = "auto",
    codes: Sequence[Code] = (),
    wanted: Wanted | None = None,
) -> int:
    """Take trials: of one study until it has ended, or of whichever is open until told to leave. Gives an exit code.

    codes: what of a person's code may be run here; studies of other code are not for this worker.
    wanted: what it may choose of its machine, where whoever started it has not chosen.
    """
    leaving = Leaving()
    leaving.listen()
    if (pipe := read_share().notices) is not None:
        logging.getLogger().addHandler(ToPool(pipe))
    try:
        return _main(settings, study_name, worker_id, path, codes, wanted, leaving)
    except ToldToLeave:
        logger.warning("told to leave while the database is away; what it held is free when its lease has run out")
        return EXIT_DONE
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
) -> int:
    given = {**os.environ, "TUNER_STORAGE": settings.storage}
    name = worker_id or f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:10]}"
    db = open_database(settings.storage, wait_s=OUTAGE_S)
    resolve_old_studies(db)
    workers.reap_local_workers(db)
    if wanted is not None:
        share = placement.place(db, name, wanted).environment()
        # Threads are an even share of what lives here when they are needed, unless a person has said how many.
        os.environ.update({key: value for key, value in share.items() if key != "TUNER_THREADS"})
    elif gpu := read_share().gpu:
        gpu_claims.claim(db, name, [gpu])
    device = read_share().device
    workers.enter(db, name, device)
    watch = Watch()
    pulse = Pulse(db, name, watch, lambda hang: end_process(hang, given if worker_id is None else None, leaving()))
    away = False
    try:
        if study_name is not None:
            pulse.say(study_name, "starting")
        return Worker(settings, db, name, device, pulse, watch, leaving, path, codes).work(study_name)
    except ToldToLeave:
        away = True
        raise
    finally:
        if away:
            # Where it answers after all, what this worker held is free at once; where it does not, nobody waits for it.
            goodbye = threading.Thread(target=_say_goodbye, args=(db, name), daemon=True)
            goodbye.start()
            goodbye.join(_HASTY_S)
        else:
            pulse.close()
            with contextlib.suppress(ServiceDown, DiskFull):
                workers.mark_dead(db.waiting(_LEAVE_S), name)


def _say_goodbye(db: Database, worker_id: str) -> None:
    with contextlib.suppress(Exception):
        workers.mark_dead(db.waiting(0.0), worker_id, strikes.NONE)
