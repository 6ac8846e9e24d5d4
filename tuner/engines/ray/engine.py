"""Workers as tasks of a Ray cluster.

Owns: the tasks, their names, and what Ray's errors say of a worker.
Leaves to others: the worker inside its task (task), where it runs (Ray), who takes a dead one's place (supervisor).

A task is retried by nobody but the supervisor: it hands back at once what the dead worker held, counts its deaths and
knows when that is hopeless. A lost node counts for nothing there, so for one it is done without end.
"""

import collections
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuner.database import strikes
from tuner.engines import exits
from tuner.engines.port import Event, Notice, WorkerEnded, WorkerOrder
from tuner.engines.ray import task
from tuner.engines.ray.library import load, one_line
from tuner.engines.ray.needs import Needs
from tuner.errors import TunerError

_KILLED_S = 10.0


@dataclass(frozen=True)
class _Task:
    place: int
    worker_id: str
    name: str
    ref: Any


class RayEngine:
    """In the process of an actor, of that name. prefix: of the ids of its workers. environment: of each of them."""

    most_workers: int | None = None

    def __init__(self, needs: Needs, environment: Mapping[str, str], prefix: str, keeper: str) -> None:
        self._ray = load()
        self._needs, self._environment, self._prefix, self._keeper = needs, environment, prefix, keeper
        self._notices: collections.deque[Notice] = collections.deque()
        self._tasks: list[_Task] = []

    def launch(self, order: WorkerOrder) -> str:
        worker_id = f"{self._prefix}-{order.place}-{uuid.uuid4().hex[:10]}"
        name = task_name(order)
        remote = self._ray.remote(task.work).options(
            name=name, max_retries=0, retry_exceptions=False, **self._needs.options()
        )
        # In an argument: what stands in a runtime environment is shown by Ray's dashboard.
        ref = remote.remote(task.Told(order, worker_id, self._environment, self._needs.gpus, self._keeper))
        self._tasks.append(_Task(order.place, worker_id, name, ref))
        return worker_id

    def notice(self, worker_id: str, words: str) -> None:
        """A worker's task says what makes it stand still; from any thread."""
        self._notices.append(Notice(worker_id, words))

    def look(self) -> Sequence[Event]:
        if not self._tasks:
            return []
        refs = [each.ref for each in self._tasks]
        ready = set(self._ray.wait(refs, num_returns=len(refs), timeout=0, fetch_local=False)[0])
        found: list[Event] = [self._notices.popleft() for _ in range(len(self._notices))]
        for each in [each for each in self._tasks if each.ref in ready]:
            self._tasks.remove(each)
            found.append(self._ended(each))
        return found

    def running(self) -> Sequence[str]:
        return [each.worker_id for each in self._tasks]

    def leave(self, worker_ids: Sequence[str]) -> None:
        """One that has no room yet is taken out of Ray's queue."""
        for each in self._tasks:
            if each.worker_id in worker_ids:
                self._ray.cancel(each.ref, force=False)

    def end(self, within_s: float) -> Sequence[str]:
        ids = self.running()
        self.leave(ids)
        self._wait(within_s)
        for each in self._left():
            self._ray.cancel(each, force=True)
        self._wait(_KILLED_S)
        self._tasks.clear()
        return ids

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := self._left()) and time.monotonic() < until:
            self._ray.wait(left, num_returns=len(left), timeout=0.2, fetch_local=False)

    def _left(self) -> list[Any]:
        refs = [each.ref for each in self._tasks]
        return self._ray.wait(refs, num_returns=len(refs), timeout=0, fetch_local=False)[1] if refs else []

    def _ended(self, of: _Task) -> WorkerEnded:
        log = f"the log of task {of.name!r} in Ray's dashboard"
        try:
            done: task.Done = self._ray.get(of.ref)
        except Exception as error:
            return death_of(type(error).__name__, one_line(error), of.worker_id, of.place, log)
        if done.told and done.code < 0:
            return WorkerEnded(of.worker_id, of.place, "done")  # before it could listen
        return exits.ended(of.worker_id, of.place, done.code, done.last_words, done.memory_kills, log)


def task_name(order: WorkerOrder) -> str:
    """As Ray's dashboard shows it."""
    return f"tuner {order.study_name} worker {order.place}"


def death_of(kind: str, words: str, worker_id: str, place: int, log: str) -> WorkerEnded:
    """What an error of Ray's says of a worker. kind: its class.

    The worker has died of what happened to its task: the process that trains is another one, and its own end is no
    error of Ray's. So only want of memory is held against what it held. What our own code raised there, such as for
    want of this package on the node, would be raised for any worker.
    """
    if kind == "TaskCancelledError":
        return WorkerEnded(worker_id, place, "done")
    if kind == "OutOfMemoryError":
        return WorkerEnded(worker_id, place, "died", words, "its node had no memory left", strikes.NO_MEMORY, None, log)
    if kind == "RuntimeEnvSetupError":
        error = TunerError(f"Ray could not bring the study's code to a node: {words}")
        return WorkerEnded(worker_id, place, "died", words, kind, strikes.NONE, error, log)
    if kind in _LOST:
        node = re.search(r"Node IP: ([\w.:]+)", words)
        death = _LOST[kind] + ("" if node is None else f", {node[1]}")
        return WorkerEnded(worker_id, place, "died", "another takes its place", death, strikes.NONE, None, log)
    return WorkerEnded(worker_id, place, "died", words, kind, strikes.CRASH, None, log)


_LOST = {
    "NodeDiedError": "its node is gone",
    "WorkerCrashedError": "Ray's process above it is gone",
    "OwnerDiedError": "its supervisor is gone",
    "ObjectLostError": "its node is gone",
}
