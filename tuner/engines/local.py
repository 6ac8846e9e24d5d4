"""Workers as processes of this machine.

Owns: the processes, their environment and log files.
Leaves to others: what their exit codes say (exits), what a worker does (workers.process), who takes a dead one's place
(supervisor).
"""

import contextlib
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuner.engines import deaths, exits
from tuner.engines.exits import worker_command
from tuner.engines.port import Event, Notice, WorkerEnded, WorkerOrder
from tuner.private_files import make_folder, opener
from tuner.settings import place_name
from tuner.workers.heartbeat import EXIT_NO_SPACE

_POSIX = os.name == "posix"
_KILLED_S = 10.0


@dataclass(eq=False)
class _Process:
    place: int
    worker_id: str
    popen: "subprocess.Popen[bytes]"
    log: Path | None
    memory_kills: int
    pipe: int | None = None
    last_notice: str = ""


class LocalEngine:
    """One process a worker. logs: the folder of their log files, one a place; None for this process' own stderr."""

    most_workers: int | None = None

    def __init__(self, logs: Path | None) -> None:
        self._logs = logs
        self._processes: list[_Process] = []

    def launch(self, order: WorkerOrder) -> str:
        worker_id = f"{place_name()}-{order.place}-{uuid.uuid4().hex[:10]}"
        log = None if self._logs is None else self._logs / f"worker-{order.place}.log"
        command = worker_command(order, worker_id)
        with contextlib.ExitStack() as stack:
            file, pipe, theirs = None, None, None
            # The database by its environment: arguments are read by everybody on the machine.
            environment = {**os.environ, **order.slot.environment(), "TUNER_STORAGE": order.storage}
            if log is not None:
                make_folder(log.parent)
                file = stack.enter_context(open(log, "ab", opener=opener))
                if _POSIX:  # elsewhere a process inherits no pipe by its number; its log says the same, later
                    pipe, theirs = os.pipe()
                    os.set_blocking(pipe, False)
                    stack.callback(os.close, theirs)
                    environment["TUNER_NOTICES"] = str(theirs)
            popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=environment,
                pass_fds=() if theirs is None else (theirs,),
                # Ctrl+C in the terminal is for this process alone; it decides what the workers do.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        self._processes.append(_Process(order.place, worker_id, popen, log, deaths.memory_kills(), pipe))
        return worker_id

    def look(self) -> Sequence[Event]:
        found: list[Event] = []
        for process in list(self._processes):
            code = process.popen.poll()
            for words in [] if process.pipe is None else exits.read_lines(process.pipe):
                process.last_notice = words
                found.append(Notice(process.worker_id, words))
            if code is not None:
                self._forget(process)
                found.append(_ended(process, code))
        return found

    def running(self) -> Sequence[str]:
        return [each.worker_id for each in self._processes]

    def leave(self, worker_ids: Sequence[str]) -> None:
        for process in self._processes:
            if process.worker_id in worker_ids and process.popen.poll() is None:
                _ask_to_leave(process.popen)

    def end(self, within_s: float) -> Sequence[str]:
        ids = self.running()
        self.leave(ids)
        until = time.monotonic() + within_s
        for process in list(self._processes):
            try:
                process.popen.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.popen.kill()
                # Inside a sick GPU driver it does not end even then.
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.popen.wait(_KILLED_S)
            self._forget(process)
        return ids

    def _forget(self, process: _Process) -> None:
        self._processes.remove(process)
        if process.pipe is not None:
            os.close(process.pipe)
            process.pipe = None


def _ask_to_leave(popen: "subprocess.Popen[bytes]") -> None:
    # Windows has no SIGTERM that a process could hear; a break of its process group is what it listens for there.
    popen.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM))


def _ended(process: _Process, code: int) -> WorkerEnded:
    words = _last_words(process.log)
    if code == EXIT_NO_SPACE:
        words = words or process.last_notice
    memory_kills = deaths.memory_kills() - process.memory_kills
    log = "" if process.log is None else str(process.log)
    return exits.ended(process.worker_id, process.place, code, words, memory_kills, log)


def _last_words(log: Path | None) -> str:
    """Of a log."""
    if log is None or not log.exists():
        return ""
    return exits.last_words(log.read_bytes()[-4000:].decode(errors="replace").splitlines())
