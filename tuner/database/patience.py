"""Waiting for a database that is away, or for space on a full disk, and being told to leave meanwhile.

Owns: the words while it lasts, that whoever is told to leave leaves at once.
Leaves to others: what an error means (error_kinds), how long each opened database waits (connection).
"""

import logging
import random
import signal
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from tuner.database.error_kinds import judge, may_pass
from tuner.errors import DiskFull, ServiceDown
from tuner.hints import command
from tuner.redaction import redacted

logger = logging.getLogger(__name__)

OUTAGE_S = 300.0
"""How long a worker waits for a database that is away, or for space, before it gives up."""

_MOST_PAUSE_S = 3.0
_HANGS_S = 5.0
"""A call that lasts so long when its process is told to leave is given up: nobody answers. A healthy one may take a
while - a checkpoint into a slow store - and whoever told it waits ten seconds at least."""

_SILENT_S = 120.0
"""A server that has said nothing for so long, in a call, is taken for one that is away. Locks are waited for less long
(connecting), and no statement of ours computes for half as long."""

_WAITS_S = 30.0
"""A call that was made again, and lasts longer, waits no more: it hangs."""

# Not the generator that a trial's seed is for.
_jitter = random.SystemRandom()


class Waits(Protocol):
    """A database, and for how many seconds a statement waits for it; 0 fails at once."""

    @property
    def wait_s(self) -> float: ...


W = TypeVar("W", bound=Waits)
P = ParamSpec("P")
T = TypeVar("T")


def patient(statement: Callable[Concatenate[W, P], T]) -> Callable[Concatenate[W, P], T]:
    """A statement that waits by itself while its database is away, for as long as that database is to be waited for.

    It must be one that can be made twice: its answer may be what was lost.
    """

    @wraps(statement)
    def waits(db: W, /, *args: P.args, **kwargs: P.kwargs) -> T:
        if db.wait_s <= 0:
            return statement(db, *args, **kwargs)
        return patiently(lambda: statement(db, *args, **kwargs), db.wait_s)

    return waits


class ToldToLeave(BaseException):
    """This process was told to leave while its database was away. Not for those that catch every Exception."""


class _Call:
    """A call on the database by the main thread. waited_at: when it last began to wait."""

    waits = False
    waited_at = 0.0


class _Process:
    """What this process knows of being told to leave, and when. wait: sleeps so many seconds, but not past that.

    looks_again: an alarm is set for the call that goes on.
    """

    wait: Callable[[float], bool] | None = None
    call: _Call | None = None
    told_at: float | None = None
    looks_again: bool = False


_process = _Process()


def leave_when(wait: Callable[[float], bool]) -> None:
    """From now on whoever waits here stops waiting when told to leave. wait: sleeps; tells whether that came."""
    _process.wait, _process.told_at = wait, None


def told_to_leave() -> None:
    """For the signal's handler. Raises ToldToLeave where the main thread waits for the database, or hangs in it."""
    _process.told_at = time.monotonic()
    call = _process.call
    if call is None:
        return
    if call.waits:
        raise ToldToLeave

    def look_again(*_: Any) -> None:
        if _process.call is call:
            raise ToldToLeave

    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, look_again)
        signal.setitimer(signal.ITIMER_REAL, _HANGS_S)
        _process.looks_again = True


def is_told_to_leave() -> bool:
    return _process.told_at is not None


def may_answer(heard_at: float) -> bool:
    """Whether a server is waited for that was last heard of then, in a call that goes on."""
    now, told_at = time.monotonic(), _process.told_at
    if told_at is not None and heard_at <= told_at <= now - _HANGS_S:
        return False
    return now - heard_at < _SILENT_S


def is_waiting() -> bool:
    """Whether the main thread waits for its database, or for space."""
    call = _process.call
    return call is not None and call.waits and time.monotonic() - call.waited_at < _WAITS_S


def is_outage(error: BaseException) -> bool:
    """Whether an error of ours or of Optuna's means that the database is away for now."""
    return judge(error) == "away"


def patiently(call: Callable[[], T], wait_s: float = OUTAGE_S) -> T:
    """Make a call on the database; while the database is away, or a disk is full, wait and make it again.

    The call must be one that can be made twice. Raises ServiceDown or DiskFull after wait_s seconds; ToldToLeave in
    the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        return _patiently(call, wait_s, _Call())
    if _process.call is not None:
        return _patiently(call, wait_s, _process.call)
    _process.call = _Call()
    try:
        return _patiently(call, wait_s, _process.call)
    finally:
        _process.call = None
        if _process.looks_again:
            # At its end, Python forgets its handlers: the alarm would kill a process that only takes long to end.
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            _process.looks_again = False


def _patiently(call: Callable[[], T], wait_s: float, this: _Call) -> T:
    deadline = time.monotonic() + wait_s
    pause_s = 0.2
    said = ""
    waited = this.waits
    while True:
        try:
            found = call()
        except Exception as error:
            if not may_pass(error):
                raise
            verdict = judge(error)
            if verdict not in ("away", "full"):
                raise
            if time.monotonic() >= deadline:
                raise given_up(verdict, error, wait_s) from error
            words = waiting_words(verdict, error)
            if said != verdict:
                logger.warning(words)
                said = verdict
            this.waits, this.waited_at = True, time.monotonic()
            # Many wait for one database: they do not all come back to it in one moment.
            pause(pause_s * _jitter.uniform(0.5, 1.5))
            pause_s = min(pause_s * 1.5, _MOST_PAUSE_S)
        else:
            this.waits = waited
            if said:
                logger.warning("there is space again" if said == "full" else "the database answers again")
            return found


def pause(seconds: float) -> None:
    """Sleep. Told to leave, the main thread raises ToldToLeave, and another one ServiceDown."""
    if _process.wait is None:
        time.sleep(seconds)
    elif _process.wait(seconds):
        if threading.current_thread() is threading.main_thread():
            raise ToldToLeave
        raise ServiceDown("told to leave while the database is away")


def waiting_words(verdict: str, error: BaseException) -> str:
    """What is said while it lasts."""
    if verdict == "full":
        return f"the disk is full ({first_words(error)}): nothing goes on. Free some space, and it goes on by itself"
    return f"the database does not answer ({first_words(error)}); waiting"


def given_up(verdict: str, error: BaseException, wait_s: float) -> ServiceDown | DiskFull:
    """What is raised after so long."""
    if verdict == "full":
        return DiskFull(
            f"the disk is full ({first_words(error)}). Free some space, then go on with `{command('tune resume')}`."
        )
    return ServiceDown(f"the database has not answered for {wait_s:.0f} s ({first_words(error)})")


def first_words(error: BaseException) -> str:
    """What the driver said, in one line."""
    cause = getattr(error, "orig", None) or error.__cause__ or error
    return redacted(" ".join(str(cause).split()))[:200]
