"""A study's workers on a cluster, as the process sees them that started them: it follows, and may go.

Owns: the driver's process, both stages of Ctrl+C.
Leaves to others: the cluster (driver), the workers (keeper), what a person sees (a callback).
"""

import contextlib
import json
import logging
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tuner.database import studies
from tuner.database.connection import Database, is_outage
from tuner.engines import exits
from tuner.engines.ray.launch import Order, Said
from tuner.engines.ray.library import check_installed, gone
from tuner.errors import ServiceDown
from tuner.hints import command

logger = logging.getLogger(__name__)

_LOOK_S = 0.25
_CHECK_S = 120.0
_STOP_S = 1.0
_LEAVE_S = 30.0
_GONE_S = 5.0


def check(order: Order) -> tuple[str, ...]:
    """Look at a cluster before anything is stored; gives notes, a line each.

    Raises InputError where the study cannot run there, ServiceDown where no cluster answers.
    """
    check_installed()
    notes = []
    with _driver(order) as driver:
        until = time.monotonic() + _CHECK_S
        while (said := driver.next(_LOOK_S)) is None or said.kind not in ("over", "error"):
            if said is not None:
                notes.append(said.words)
            elif time.monotonic() > until:
                raise ServiceDown(f"the Ray cluster at {order.address} has not answered in {_CHECK_S:.0f} s.")
    if said.kind == "error":
        raise exits.error_of(said.exit_code, said.words)
    return tuple(notes)


class FollowedWorkers:
    """Of one study. They are started when it is run; where the cluster has them already, they are followed."""

    def __init__(self, db: Database, order: Order) -> None:
        self._db, self._order = db, order

    def run(self, look: Callable[[], None]) -> None:
        """Follow until no worker is left. look: called several times a second, to show progress.

        Raises what ended the workers, in their words; KeyboardInterrupt after Ctrl+C, when what ran is finished (first)
        or handed back (second). Whatever else ends this, the study goes on.
        """
        interrupted = False
        with _driver(self._order) as driver:
            while True:
                try:
                    said = driver.next(_LOOK_S)
                    if said is not None and self._hear(said):
                        break
                    _show(look)
                except KeyboardInterrupt:
                    if interrupted:
                        driver.leave(_LEAVE_S)
                        raise
                    interrupted = True
                    self._stop()
            _show(look)
        if interrupted:
            raise KeyboardInterrupt

    def _hear(self, said: Said) -> bool:
        """Whether it was the last word."""
        if said.kind == "error":
            raise exits.error_of(said.exit_code, said.words)
        if said.kind == "there":
            logger.warning(
                "its workers are on the cluster already; how many: %s", command("tune change STUDY --workers N")
            )
        elif said.kind in ("note", "warning"):
            logger.warning(said.words)
        return said.kind == "over"

    def _stop(self) -> None:
        launch = self._order.launch
        assert launch is not None
        studies.set_desired_state(self._db.waiting(_STOP_S), launch.study_name, "stopping")
        logger.warning("stopping: running trials are finished first; Ctrl+C again stops at once")


class _Driver:
    def __init__(self, order: Order) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "tuner.engines.ray.driver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"},
            # Ctrl+C is for the process that follows.
            start_new_session=True,
        )
        self._address = order.address
        assert self._popen.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._popen.stdin.write(pickle.dumps(order))
            self._popen.stdin.flush()
        self._said: queue.SimpleQueue[Said] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            self._said.put(Said(**json.loads(line)))
        # Read only where there was no last word: Ray ends a process whose cluster is gone.
        self._said.put(Said("error", gone(self._address), ServiceDown.exit_code))

    def next(self, within_s: float) -> Said | None:
        try:
            return self._said.get(timeout=within_s)
        except queue.Empty:
            return None

    def leave(self, within_s: float) -> None:
        """Tell the workers to go, and wait for it."""
        assert self._popen.stdin is not None
        with contextlib.suppress(OSError):
            self._popen.stdin.write(b"leave\n")
            self._popen.stdin.flush()
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            said = self.next(_LOOK_S)
            if said is not None and said.kind in ("over", "error"):
                return

    def close(self) -> None:
        assert self._popen.stdin is not None
        with contextlib.suppress(OSError):
            self._popen.stdin.close()
        try:
            self._popen.wait(_GONE_S)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._reader.join(_GONE_S)
        if self._popen.stdout is not None and not self._reader.is_alive():
            self._popen.stdout.close()


@contextmanager
def _driver(order: Order) -> Iterator[_Driver]:
    driver = _Driver(order)
    try:
        yield driver
    finally:
        driver.close()


def _show(look: Callable[[], None]) -> None:
    """What a person sees stands still while the database is away."""
    try:
        look()
    except Exception as error:
        if not is_outage(error):
            raise
