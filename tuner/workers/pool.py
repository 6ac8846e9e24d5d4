"""One process a slot: started, watched, replaced when it dies, until a study has ended.

Owns: the processes and their log files, both stages of Ctrl+C, and what to do when workers cannot work.
Leaves to others: what a worker does (loop), what a person sees meanwhile (a callback).
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tuner.database import strikes, studies, trials, workers
from tuner.database.connection import OUTAGE_S, Database, is_outage
from tuner.database.epochs import epochs_stored
from tuner.errors import DiskFull, InputError, NotFound, ServiceDown, TunerError
from tuner.private_files import make_folder, opener
from tuner.workers import deaths
from tuner.workers.devices import Slot
from tuner.workers.heartbeat import EXIT_DONE, EXIT_NO_SPACE, EXIT_REPLACE_ME

logger = logging.getLogger(__name__)

_LOOK_S = 0.25
_HAND_BACK_S = 10.0
_GOODBYE_S = 2.0
_MOMENT_S = 0.01
_HOPELESS = 3
"""Workers that crash in a row - or as many slots twice over - with nothing achieved between, before it is given up."""

_MOST_PAUSE_S = 60.0
_STOP_S = 1.0
_SAID_S = 20.0
"""Several workers say the same within so long; after a longer silence it is news."""

_ERRORS = {each.exit_code: each for each in (InputError, NotFound, ServiceDown)}


@dataclass(eq=False)
class _Process:
    index: int
    worker_id: str
    popen: "subprocess.Popen[bytes]"
    log: Path | None
    memory_kills: int
    notices: int | None = None
    last_notice: str = ""


@dataclass(eq=False)
class Pool:
    """The workers of one study, or of every study, on this machine.

    Whoever dies is replaced, after a pause that doubles with every death in a row, up to a minute. It is given up only
    where nothing at all was achieved meanwhile - no epoch ended in the whole study, no trial either - and the deaths
    say that it would not be: three that crashed, more where there are more slots, and two and a half times as many that
    were killed with no word of why. That somebody tells workers to go never counts.

    study_name: None for whichever is open. logs: the folder of their log files, one a slot; None for this process' own
    stderr. arguments: further ones of `tune worker`. serves: it is there for studies that others started: Ctrl+C ends
    the workers, and no study.
    """

    db: Database
    storage_url: str
    study_name: str | None
    slots: Sequence[Slot]
    logs: Path | None
    arguments: Sequence[str] = ()
    serves: bool = False
    _processes: list[_Process] = field(default_factory=list)
    _stopping: bool = False
    _away: bool = False
    _due: list[tuple[float, int]] = field(default_factory=list)
    _deaths: int = 0
    _against: int = 0
    _done_at_death: int = -1
    _said: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.db = self.db.waiting(OUTAGE_S)

    def run(self, look: Callable[[], None]) -> None:
        """Run until the study has ended, was stopped, or cannot go on.

        look: called several times a second, to show progress. Raises what ended the workers, in their words;
        KeyboardInterrupt after Ctrl+C, when what ran is finished (first) or handed back (second).
        """
        interrupted = False
        try:
            for index in range(len(self.slots)):
                self._processes.append(self._start(index))
            while self._processes or self._due:
                try:
                    self._look(look)
                    time.sleep(_LOOK_S)
                    self._hear()
                    self._replace_the_dead()
                    self._start_due()
                except KeyboardInterrupt:
                    if interrupted:
                        self._hand_back()
                        raise
                    interrupted = True
                    self.stop()
            self._look(look)
        finally:
            self._hand_back()
        if interrupted and not self.serves:
            raise KeyboardInterrupt

    def _look(self, look: Callable[[], None]) -> None:
        """What a person sees stands still while the database is away."""
        try:
            look()
        except Exception as error:
            if not is_outage(error):
                raise

    def stop(self) -> None:
        """Let the workers finish their trials and take no more; where the pool serves, their epochs."""
        self._stopping = True
        if self.serves or self.study_name is None:
            for process in self._processes:
                process.popen.send_signal(signal.SIGTERM)
            logger.warning("leaving: running epochs are finished first, and what is left is handed back")
            return
        name = self.study_name
        try:
            studies.set_wish(self.db.waiting(_STOP_S), name, "stopping")
        except (ServiceDown, DiskFull) as error:
            # Nobody could read it either: what runs is handed back.
            logger.warning("%s", error)
            self._away = True
            raise KeyboardInterrupt from error
        logger.warning("stopping: running trials are finished first; once more Ctrl+C stops at once")

    def _start(self, index: int) -> _Process:
        slot = self.slots[index]
        worker_id = f"{os.uname().nodename}-{index + 1}-{uuid.uuid4().hex[:10]}"
        log = None if self.logs is None else self.logs / f"worker-{index + 1}.log"
        command = [
            *(sys.executable, "-m", "tuner.cli.main", "worker"),
            *(("--study", self.study_name) if self.study_name else ()),
            *("--worker-id", worker_id, *self.arguments),
        ]
        with contextlib.ExitStack() as stack:
            file, pipe = None, None
            # The database by its environment: arguments are read by everybody on the machine.
            environment = {**os.environ, **slot.environment(), "TUNER_STORAGE": self.storage_url}
            if log is not None:
                make_folder(log.parent)
                file = stack.enter_context(open(log, "ab", opener=opener))
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
                pass_fds=() if pipe is None else (theirs,),
                # Ctrl+C in the terminal is for this process alone; it decides what the workers do.
                start_new_session=True,
            )
        return _Process(index, worker_id, popen, log, deaths.memory_kills(), pipe)

    def _hear(self) -> None:
        """What makes workers stand still is said here, at once, and once for all of them."""
        for process in self._processes:
            for words in _read_lines(process.notices):
                process.last_notice = words
                about = words.partition("(")[0]
                if time.monotonic() - self._said.get(about, -_SAID_S) >= _SAID_S:
                    logger.warning(words)
                self._said[about] = time.monotonic()

    def _replace_the_dead(self) -> None:
        for process in list(self._processes):
            code = process.popen.poll()
            if code is None:
                continue
            self._hear()
            self._processes.remove(process)
            _close(process)
            pause_s = self._dead(process, code) if code not in (EXIT_DONE, EXIT_REPLACE_ME) else self._ended(process)
            if not self._over():
                self._due.append((time.monotonic() + pause_s, process.index))

    def _start_due(self) -> None:
        over = bool(self._due) and self._over()
        for at, index in list(self._due):
            if over or time.monotonic() >= at:
                self._due.remove((at, index))
                if not over:
                    self._processes.append(self._start(index))

    def _over(self) -> bool:
        name = self.study_name
        if self._stopping or name is None:
            return self._stopping
        view = studies.view_study(self.db, name)
        return view.finished_at is not None or view.wish != "running"

    def _ended(self, process: _Process) -> float:
        """A worker ended as it should, or because somebody told it to go."""
        workers.mark_dead(self.db, process.worker_id, strikes.NONE)
        return 0.0

    def _dead(self, process: _Process, code: int) -> float:
        """A worker died: gives the seconds until another is started. Raises what it says where that will not change,
        and where nothing is achieved any more."""
        death = deaths.of_exit(code, deaths.memory_kills() - process.memory_kills)
        words = _last_words(process.log)
        said = f"its last worker died: {death.words}"
        workers.mark_dead(self.db, process.worker_id, death.strikes, said)
        if code in _ERRORS:
            raise _ERRORS[code](words)
        if code == EXIT_NO_SPACE:
            raise DiskFull(words or process.last_notice)
        logger.warning("worker %s died (%s): %s", process.worker_id, death.words, words or "no last words")
        done = self._achieved()
        if done != self._done_at_death:
            self._deaths, self._against, self._done_at_death = 0, 0, done
        self._deaths += 1
        self._against += death.strikes
        if self._against >= strikes.CRASH * max(_HOPELESS, 2 * len(self.slots)):
            raise TunerError(
                f"{self._deaths} workers died in a row and nothing was achieved ({death.words}): {words}. "
                f"See {process.log or 'above'}."
            )
        return min(_MOST_PAUSE_S, 2.0 ** (self._deaths - 2)) if self._deaths > 1 else 0.0

    def _achieved(self) -> int:
        names = [self.study_name] if self.study_name else [each.study_name for each in studies.view_studies(self.db)]
        return sum(epochs_stored(self.db, name) + trials.settled(self.db, name) for name in names)

    def _hand_back(self) -> None:
        """End what still runs: politely, then not. What the workers held is free for others."""
        for process in self._processes:
            if process.popen.poll() is None:
                process.popen.send_signal(signal.SIGTERM)
        until = time.monotonic() + _HAND_BACK_S
        for process in self._processes:
            try:
                process.popen.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.popen.kill()
                process.popen.wait()
            _close(process)
        until = time.monotonic() + (0.0 if self._away else _GOODBYE_S)
        # Where the database is away, the leases run out in their own time.
        with contextlib.suppress(ServiceDown, DiskFull):
            for process in self._processes:
                left_s = max(_MOMENT_S, until - time.monotonic())
                workers.mark_dead(self.db.waiting(left_s), process.worker_id, strikes.NONE)
        self._processes.clear()
        self._due.clear()


def _read_lines(pipe: int | None) -> list[str]:
    """What came over a pipe since; a line is written in one piece."""
    try:
        return [] if pipe is None else os.read(pipe, 1 << 16).decode(errors="replace").splitlines()
    except BlockingIOError:
        return []


def _close(process: _Process) -> None:
    if process.notices is not None:
        os.close(process.notices)
        process.notices = None


def _last_words(log: Path | None) -> str:
    """The last line of a log that is not empty."""
    if log is None or not log.exists():
        return ""
    lines = log.read_bytes()[-4000:].decode(errors="replace").splitlines()
    return next((line.strip().removeprefix("tune: ") for line in reversed(lines) if line.strip()), "")
