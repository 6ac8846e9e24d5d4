"""What is done now, on stderr: after two seconds in a terminal, after five where a log is written.

Leaves to others: the words (service, commands).
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tuner.cli.common import echo

if TYPE_CHECKING:
    from tuner.service.checking import Say

_TERMINAL_S = 2.0
_PLAIN_S = 5.0
"""What is soon done needs no line in a log, and whoever reads stderr for errors finds it empty."""


@contextmanager
def stages(first: str = "", after_s: float | None = None) -> "Iterator[Say]":
    """A callback for what is done from now on, beginning with `first`; each stage is said once it has taken a while.

    after_s: what is a while; by where stderr goes, if left out.
    """
    timer: list[threading.Timer] = []
    quiet_s = after_s or (_TERMINAL_S if sys.stderr.isatty() else _PLAIN_S)

    def end() -> None:
        while timer:
            timer.pop().cancel()

    def say(words: str) -> None:
        end()
        later = threading.Timer(quiet_s, echo, (f"tune: {words} ...",), {"err": True})
        later.daemon = True
        timer.append(later)
        later.start()

    if first:
        say(first)
    try:
        yield say
    finally:
        end()
