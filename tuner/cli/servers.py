"""Servers that a command starts, tells of once they answer, and ends with itself; none is left behind.

Owns: their processes. What one says is held back until it answers, and shown where it never does.
Leaves to others: which they are, and their addresses (ui).
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tuner.cli.common import EXIT_INTERRUPTED, echo
from tuner.cli.stages import stages

_LOOK_S = 0.2
_LINES_KEPT = 200


@dataclass
class Server:
    """One server. health: an address that it answers once it is ready. told: what is said then, once."""

    name: str
    command: Sequence[str]
    health: str
    told: Callable[[], str]
    _process: "subprocess.Popen[str] | None" = None
    _answers: bool = False
    _said: "deque[str]" = field(default_factory=lambda: deque(maxlen=_LINES_KEPT))

    def start(self, environment: Mapping[str, str]) -> None:
        # Ctrl+C in the terminal is for the command alone, which ends it.
        self._process = subprocess.Popen(
            self.command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
        )  # fmt: skip
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        for line in process.stdout or ():
            if self._answers:
                echo(line.rstrip("\n"), err=True)
            else:
                self._said.append(line.rstrip("\n"))

    def look(self) -> None:
        """Tell of it where it answers by now."""
        if not self._answers and _answers(self.health):
            echo(self.told(), err=True)
            self._answers = True

    @property
    def answers(self) -> bool:
        return self._answers

    @property
    def ended(self) -> int | None:
        """Its exit code, once it has ended by itself."""
        return None if self._process is None else self._process.poll()

    def last_words(self) -> str:
        """What it said before it answered."""
        return "\n".join(self._said)


def serve(servers: Sequence[Server], environment: Mapping[str, str]) -> int:
    """Run servers until one of them ends, or this process is told to; gives the exit code of the command."""
    # As Ctrl+C does, so that the servers end too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with stages() as say:
            for each in servers:
                each.start(environment)
            say(f"starting {' and '.join(each.name for each in servers)}")
            while not all(each.answers for each in servers) and _all_run(servers):
                _look(servers)
        if _all_run(servers):
            echo("Ctrl+C ends it" if len(servers) == 1 else "Ctrl+C ends both", err=True)
        while _all_run(servers):
            _look(servers)
        ended = next(each for each in servers if each.ended is not None)
        if not ended.answers:
            echo(ended.last_words(), err=True)
        echo(f"tune: {ended.name} has ended by itself (exit code {ended.ended})", err=True)
        return ended.ended or 0
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    finally:
        _end_all()


def _all_run(servers: Sequence[Server]) -> bool:
    return all(each.ended is None for each in servers)


def _look(servers: Sequence[Server]) -> None:
    for each in servers:
        each.look()
    time.sleep(_LOOK_S)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _end_all() -> None:
    import psutil

    # MLflow's server is a child of its command.
    left = psutil.Process().children(recursive=True)
    for each in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.terminate()
    for each in psutil.wait_procs(left, timeout=5)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
