"""One worker inside its Ray task: a process of its own, since a worker has signals, an environment and an exit code.

Owns: that process; being cancelled is passed on to it as SIGTERM, and its last words are kept.
Leaves to others: that it dies with this one (attached), what its end says (exits), the worker (workers.process).
"""

import collections
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tuner.engines import deaths, exits
from tuner.engines.exits import read_lines
from tuner.engines.port import WorkerOrder
from tuner.engines.ray.library import NAMESPACE, load
from tuner.engines.ray.needs import slot_here
from tuner.errors import InputError

_LOOK_S = 0.1
_LAST_LINES = 50


@dataclass(frozen=True)
class Told:
    """environment: of the worker, beside its node's own. part: of a GPU that it was given. keeper: the actor's name, to
    which is told at once what makes the worker stand still."""

    order: WorkerOrder
    worker_id: str
    environment: Mapping[str, str]
    part: float
    keeper: str


@dataclass(frozen=True)
class Done:
    """code: as `subprocess` gives it. told: it had been told to leave. memory_kills: of its node meanwhile."""

    code: int
    last_words: str
    memory_kills: int = 0
    told: bool = False


def work(told: Told) -> Done:
    """Run in a Ray task. What the worker says is in the task's log."""
    leaving = threading.Event()
    # A task that is cancelled is interrupted as by Ctrl+C; at any line, unless somebody listens.
    before = signal.signal(signal.SIGINT, lambda *_: leaving.set())
    try:
        return run(told, leaving, lambda words: _tell(told, words))
    except InputError as error:
        return Done(InputError.exit_code, str(error))
    finally:
        signal.signal(signal.SIGINT, before)


def run(told: Told, leaving: threading.Event, tell: Callable[[str], None]) -> Done:
    """leaving: set from elsewhere. tell: called with what makes the worker stand still.

    Raises InputError as `needs.slot_here`.
    """
    slot = slot_here(told.order.slot, told.part)
    kills = deaths.memory_kills()
    notices, theirs = os.pipe()
    os.set_blocking(notices, False)
    popen = subprocess.Popen(
        [
            *(sys.executable, "-m", "tuner.engines.ray.attached", str(os.getpid())),
            *exits.worker_command(told.order, told.worker_id, sys.executable),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={
            **os.environ,
            **slot.environment(),
            **told.environment,
            "TUNER_STORAGE": told.order.storage,
            "TUNER_NOTICES": str(theirs),
        },
        pass_fds=(theirs,),
        start_new_session=True,
    )
    os.close(theirs)
    lines: collections.deque[str] = collections.deque(maxlen=_LAST_LINES)
    reader = threading.Thread(target=_copy, args=(popen.stdout, lines), daemon=True)
    reader.start()
    passed_on = False
    while (code := popen.poll()) is None:
        if leaving.is_set() and not passed_on:
            passed_on = True
            popen.send_signal(signal.SIGTERM)
        for words in read_lines(notices):
            tell(words)
        time.sleep(_LOOK_S)
    os.close(notices)
    reader.join(1.0)  # what it started may hold its end of the pipe for longer
    if popen.stdout is not None and not reader.is_alive():
        popen.stdout.close()
    return Done(code, exits.last_words(lines), deaths.memory_kills() - kills, passed_on)


def _tell(told: Told, words: str) -> None:
    # Where the actor is being started again, it is lost: the worker says it again.
    with contextlib.suppress(Exception):
        load().get_actor(told.keeper, namespace=NAMESPACE).notice.remote(told.worker_id, words)


def _copy(lines: Iterable[str], kept: "collections.deque[str]") -> None:
    for line in lines:
        kept.append(line)
        sys.stderr.write(line)
        sys.stderr.flush()
