"""One worker from its entry in the database to its leave, wherever it is hosted: a process, a thread, a cluster's task.

Owns: the order of things - it shows itself, loads the frameworks, works, says goodbye.
Leaves to others: signals, environment and exit codes of a process (process), the loop (loop), signs of life
(heartbeat).
"""

import contextlib
import gc
import threading
from collections.abc import Callable

from tuner.database import strikes, workers
from tuner.database.connection import Database
from tuner.database.patience import ToldToLeave
from tuner.errors import DiskFull, ServiceDown
from tuner.runs.watchdog import Hang, Watch
from tuner.workers.heartbeat import Pulse
from tuner.workers.leaving import Leaving
from tuner.workers.told import WorkerEnd, WorkerSettings

_LEAVE_S = 10.0
_HASTY_S = 1.0


def host(db: Database, told: WorkerSettings, leaving: Leaving, on_hang: Callable[[Hang], None]) -> WorkerEnd:
    """Take trials: of one study until it has ended, or of whichever is open until told to leave.

    on_hang: called from another thread when a step will never end: it ends whatever hosts this.
    Raises ToldToLeave where the database was away when it was told, and what the loop raises.
    """
    name = told.worker_id
    workers.enter(db, name, told.share.device)
    watch = Watch()
    pulse = Pulse(db, name, watch, on_hang)
    away = False
    try:
        if told.study_name is not None:
            pulse.say(told.study_name, "starting")
        return _work(db, told, pulse, watch, leaving)
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


def _work(db: Database, told: WorkerSettings, pulse: Pulse, watch: Watch, leaving: Leaving) -> WorkerEnd:
    # The frameworks are imported once, here, after the worker has shown itself. A million objects that stay are no
    # garbage: not looking for any saves an eighth of the import, and leaving them out of every later look the rest.
    gc.disable()
    from tuner.workers.loop import Worker

    gc.freeze()
    gc.enable()
    return Worker(db, told, pulse, watch, leaving).work()


def _say_goodbye(db: Database, worker_id: str) -> None:
    with contextlib.suppress(Exception):
        workers.mark_dead(db.waiting(0.0), worker_id, strikes.NONE)
