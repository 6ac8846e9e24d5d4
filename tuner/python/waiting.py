"""Waiting for a study, and what is said meanwhile.

Owns: when it is over, the lines in a terminal. They are plain: no cursor moves, no colours.
Leaves to others: the view in a notebook (display), the words (view).
"""

import sys
import time
from collections.abc import Callable

from tuner.errors import TunerError
from tuner.python.view import in_a_line
from tuner.service.supervised import Supervised
from tuner.studies.nothing_completed import why_nothing_completed
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import is_external

_LOOK_S = 0.5
_SAY_S = 2.0


def until_it_ends(
    look: Callable[[], StudyStatus],
    supervised: Supervised | None,
    timeout_s: float | None,
    says: bool,
    undelivered: Callable[[], str],
) -> None:
    """Return when the study has ended or was stopped.

    supervised: of its workers, where this process started them. says: a line on stderr when something has changed.
    undelivered: what its record does not show yet, in words; said at the end.
    Raises what ended the workers, TunerError where nobody works on it, TimeoutError after so long.
    """
    until = None if timeout_s is None else time.monotonic() + timeout_s
    tell = _Lines() if says else None
    while True:
        works = supervised is not None and supervised.works
        status = look()
        if tell is not None:
            tell(status, supervised)
        if not works:
            if supervised is not None and supervised.error is not None:
                raise supervised.error
            if status.state in ("finished", "stopped", "cancelled"):
                break
            waits = is_external(status.study) or (status.waits and status.workers)
            if status.state in ("waiting", "interrupted") and not waits:
                name = status.study.study_name
                raise TunerError(
                    f"nobody works on study {name!r}; it is {status.state}. Let it go on here with .resume()."
                )
        if until is not None and time.monotonic() > until:
            raise TimeoutError(f"{in_a_line(status)} after {timeout_s:g} s; it goes on.")
        if works and supervised is not None:
            supervised.join(_LOOK_S)
        else:
            time.sleep(_LOOK_S)
    if tell is not None and (left := undelivered()):
        print(left, file=sys.stderr)
    if (words := why_nothing_completed(status)) is not None:
        raise TunerError(words)


class _Lines:
    """At once, and then when something has changed, but not more often than every two seconds."""

    def __init__(self) -> None:
        self._shown: object = None
        self._said = ""
        self._at = 0.0

    def __call__(self, status: StudyStatus, supervised: Supervised | None) -> None:
        if supervised is not None and supervised.said not in ("", self._said):
            self._said = supervised.said
            print(f"tuner: {self._said}", file=sys.stderr)
        state = (status.state, sum(trial.finalized for trial in status.trials), status.stage)
        over = status.state in ("finished", "stopped", "cancelled")
        if state != self._shown and (over or time.monotonic() - self._at >= _SAY_S):
            self._shown, self._at = state, time.monotonic()
            print(in_a_line(status), file=sys.stderr)
