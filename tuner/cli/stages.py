"""What is done now, in a terminal, where it takes more than two seconds. What a program reads has only the outcome.

Leaves to others: the words (service).
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tuner.cli.common import echo

if TYPE_CHECKING:
    from tuner.service.checking import Say

_QUIET_S = 2.0


@contextmanager
def stages() -> "Iterator[Say]":
    """A callback for what is done from now on; each stage is said once it has taken two seconds."""
    timer: list[threading.Timer] = []

    def end() -> None:
        while timer:
            timer.pop().cancel()

    def say(words: str) -> None:
        end()
        if not sys.stderr.isatty():
            return
        later = threading.Timer(_QUIET_S, echo, (f"tune: {words} ...",), {"err": True})
        later.daemon = True
        timer.append(later)
        later.start()

    try:
        yield say
    finally:
        end()
