"""A worker's signs of life, and the end of one that lives and does nothing.

Owns: the thread beside the one that trains, and how the process ends from it.
Leaves to others: what a sign of life renews (database), when a step hangs (watchdog), what the process does (loop).
"""

import contextlib
import faulthandler
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from tuner.database import strikes, workers
from tuner.database.connection import Database
from tuner.errors import TunerError
from tuner.runs.watchdog import LAST_WORDS_S, Hang, Watch
from tuner.studies.status import STARTING

logger = logging.getLogger(__name__)

_BEAT_S = 5.0

EXIT_DONE = 0
EXIT_NO_SPACE = 74
"""A disk was full, and stayed so (EX_IOERR); for whoever started it."""

EXIT_REPLACE_ME = 75
"""The worker is due for recycling, or hung: a fresh one is wanted in its place (EX_TEMPFAIL)."""


EXIT_TOLD = 143
"""Told to go before its study had ended (128 + SIGTERM): for whoever counts what ended well, as a Job of Kubernetes."""


class Pulse:
    """Signs of life from a thread, so that a long epoch does not look like death, nor one that never ends like life.

    Code that never lets another thread run stops the signs of life, too: its lease runs out, and others go on with what
    it held.

    watch: knows which it is. replace: ends this process, whatever its other threads do; never returns.
    """

    def __init__(self, db: Database, worker_id: str, watch: Watch, replace: Callable[[Hang], None]) -> None:
        self._db = db
        self._worker_id = worker_id
        self._watch = watch
        self._replace = replace
        self._over = threading.Event()
        self.study_name: str | None = None
        self.stage = STARTING
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        # One that is lost is followed by another.
        at_once = self._db.waiting(0.0)
        while not self._over.wait(_BEAT_S):
            try:
                self._beat(at_once)
                hang = self._watch.look(at_once)
            except Exception as error:
                logger.debug("a sign of life was lost: %s", error)
            else:
                if hang is not None:
                    self._end(hang)

    def _end(self, hang: Hang) -> None:
        """The thread that works will not come back: write its last words, free what it held, end the process."""
        faulthandler.dump_traceback()  # where it hangs, in this worker's log
        logger.error("study %s: %s", self.study_name, hang.words)
        try:
            hang.write()
            workers.mark_dead(self._db.waiting(LAST_WORDS_S), self._worker_id, strikes.NONE)
        except Exception:
            logger.exception("the last words could not be written")
        finally:
            self._replace(hang)

    def _beat(self, db: Database) -> None:
        workers.beat(db, self._worker_id, self.study_name, self._watch.says or self.stage)

    def say(self, study_name: str | None, stage: str) -> None:
        """Say at once what this worker does now; what it has said already, the next sign of life says again."""
        said = self.study_name, self.stage
        self.study_name, self.stage = study_name, stage
        if (study_name, stage) != said:
            self._beat(self._db)

    def mention(self, stage: str) -> None:
        """Say it where the database answers just now: nobody waits for it."""
        self.stage = stage
        with contextlib.suppress(Exception):
            self._beat(self._db.waiting(0.0))

    def close(self) -> None:
        self._over.set()
        self._thread.join(_BEAT_S)


def end_process(hang: Hang, becomes: Mapping[str, str] | None, told: int | None) -> None:
    """End this process, its hanging thread with it.

    becomes: the environment, with TUNER_STORAGE, of the fresh one that it becomes, where nobody else will start one.
    told: the exit code of one that was told to leave; None where it was not.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if hang.step == "loading":
        os._exit(TunerError.exit_code)  # a fresh one would hang in it, too
    if becomes is not None and told is None:
        become(becomes)
    os._exit(EXIT_REPLACE_ME if told is None else told)


def become(environment: Mapping[str, str]) -> NoReturn:
    """Become a fresh process of the same command; its database is in the environment."""
    # An argument is read by everybody on the machine, and a URL may hold a password.
    command = [sys.executable, *without_storage(sys.orig_argv[1:])]
    if os.name == "nt":
        # Windows' own `execve` starts another process and ends this one, for which the shell waits no longer.
        os._exit(subprocess.run(command, env=dict(environment), check=False).returncode)
    os.execve(sys.executable, command, environment)


def without_storage(arguments: Sequence[str]) -> list[str]:
    """A command line without --storage and its value."""
    pairs = zip(["", *arguments], arguments, strict=False)
    return [each for before, each in pairs if before != "--storage" and each.partition("=")[0] != "--storage"]
