"""A trial that this program was given, to train it in its own way: reported epoch by epoch, told its end.

Owns: the signs of life beside the training, and that a program which ends leaves its trial as it should.
Leaves to others: what the server makes of it (service).
"""

import os
import socket
import threading
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal, SupportsFloat
from urllib.parse import quote

from tuner.client.connection import Connection
from tuner.client.operations import operation
from tuner.errors import ServiceDown, TrialLost, TunerError
from tuner.service.external_views import Asked, Standing
from tuner.service.external_views import AskedTrial as Given
from tuner.spec.space import Params

Figures = Mapping[str, SupportsFloat]
"""By name; of Python or NumPy."""

_PATH = "/studies/{study}/trials/{number}"
_BEATS = 4
"""Signs of life in the time of a lease."""


def ask(
    connection: Connection, study_name: str, worker: str | None, host: str | None, wait: bool
) -> "AskedTrial | None":
    # A name for each ask: sent again, it is the same program's; another of this process is another's.
    called = worker or f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    body = {"worker": _plain(called), "host": host or socket.gethostname()[:200]}
    place = f"/studies/{quote(study_name, safe='')}"
    while True:
        answer = connection.ask(Asked, "POST", f"{place}/trials:ask", body, again=True)
        if answer.trial is not None:
            return AskedTrial(connection, study_name, answer.trial)
        if answer.wait_s is None or not wait:
            return None
        time.sleep(answer.wait_s)


class AskedTrial:
    """A trial that this program holds. As a context manager it is told complete at the end of the block, failed where
    an error leaves it, and given back to others at Ctrl+C.

    number: the trial's. params: its configuration. seed: for whatever is random in its training. baseline: its name,
    where a person proposed it. epochs: that are stored, of one that another program began; attempt: from 1.
    state: ``running``, or how it ended; ``lost`` where it is another program's by now. reason: why.
    """

    def __init__(self, connection: Connection, study_name: str, given: Given) -> None:
        self._connection = connection
        self._study_name = study_name
        self._given = given
        self._epoch = 0
        self._since = time.monotonic()
        self._over = threading.Event()
        self.params: Params = dict(given.params)
        self.epochs = given.epochs
        self.state, self.reason = "running", ""
        self.go_on = True
        self._pulse = threading.Thread(target=self._beat, name=f"trial {given.trial_number}", daemon=True)
        self._pulse.start()

    @property
    def number(self) -> int:
        return self._given.trial_number

    @property
    def seed(self) -> int:
        return self._given.seed

    @property
    def baseline(self) -> str | None:
        return self._given.baseline

    @property
    def attempt(self) -> int:
        return self._given.attempt

    def __repr__(self) -> str:
        return f"AskedTrial({self.number}, {self._study_name!r}, {self.state})"

    @operation("POST", f"{_PATH}/epochs", lease=())
    def report(self, metrics: Figures, *, epoch: int | None = None, seconds: float | None = None) -> bool:
        """An epoch has ended; gives whether to train another. Where not, the trial has ended, and `state` says how.

        metrics: figures by name, the study's objective among them. epoch: from 1; None is the next one. seconds: that
        it took; None is the time since the last one. Raises TrialLost where it is another program's by now.
        """
        self._epoch = self._epoch + 1 if epoch is None else epoch
        took = time.monotonic() - self._since if seconds is None else seconds
        body = {"epoch": self._epoch, "metrics": metrics, "seconds": took}
        standing = self._send("/epochs", body)
        self._since, self.epochs = time.monotonic(), standing.epochs
        return self.go_on

    @operation("POST", f"{_PATH}:tell", lease=())
    def tell(
        self,
        metrics: Figures | None = None,
        *,
        state: Literal["complete", "failed"] = "complete",
        reason: str = "",
    ) -> Standing:
        """It has ended. metrics: figures of the end, for a training that reports no epochs. reason: of a failure."""
        return self._send(":tell", {"metrics": metrics, "state": state, "reason": reason[:2000]})

    def fail(self, reason: str) -> Standing:
        """It has failed; the study goes on."""
        return self.tell(state="failed", reason=reason)

    @operation("POST", f"{_PATH}:keep", lease=())
    def keep(self) -> bool:
        """It is at it still; gives whether the trial is still wanted. Done by itself, several times in a lease."""
        self._send(":keep", {})
        return self.go_on

    @operation("POST", f"{_PATH}:release", lease=())
    def release(self) -> Standing:
        """Hand it back: whoever asks next goes on with it."""
        self._over.set()
        return self._send(":release", {})

    def __enter__(self) -> "AskedTrial":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if isinstance(error, TrialLost) or self._over.is_set():
                return
            if error is None:
                self.tell()
            elif isinstance(error, Exception) and not isinstance(error, ServiceDown):
                self.fail(f"{type(error).__name__}: {error}")
            else:
                self.release()
        except TunerError:
            # What ended the block is what matters; the lease runs out by itself.
            if error is None:
                raise
        finally:
            self._over.set()

    def _send(self, what: str, body: Mapping[str, Any]) -> Standing:
        place = f"/studies/{quote(self._study_name, safe='')}/trials/{self.number}"
        content = {"lease": self._given.lease, **body}
        try:
            standing = self._connection.ask(Standing, "POST", f"{place}{what}", content, again=True)
        except TrialLost as lost:
            self._over.set()
            self.state, self.reason, self.go_on = "lost", str(lost), False
            raise
        self.state, self.reason, self.go_on = standing.state, standing.reason, standing.go_on
        if standing.state != "running":
            self._over.set()
        return standing

    def _beat(self) -> None:
        """In a thread: a long epoch is no silence."""
        while not self._over.wait(self._given.lease_s / _BEATS):
            if self._connection.closed:
                return
            # Where the server is away, the next one may reach it; where the trial is lost, the next report says so.
            # RuntimeError is httpx' word for a client that is closed in the middle of it.
            with suppress(TunerError, RuntimeError):
                self._send(":keep", {})


def _plain(name: str) -> str:
    return "".join(each if each.isalnum() or each in "_.@+:-" else "-" for each in name)[:100]
