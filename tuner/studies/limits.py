"""How much time the search has, of the time that the study has.

Owns: the part of a time limit that is kept for the finalists.
Leaves to others: the clock (database), what happens when time is up (trial, closing).
"""

from tuner.database.studies import StudyView
from tuner.spec import StudySpec

_SHARE = 1 / 4
"""Of the search's time, for finalists whose specification names no share."""


def wants_finalists(spec: StudySpec) -> bool:
    """Whether the best are trained again. Not for networks that a person's code makes: their
    epochs are the code's; nor for several objectives, which have no one winner.
    """
    return spec.search.finalists.configurations > 0 and spec.code is None and not spec.further_objectives


def search_left_s(view: StudyView, spec: StudySpec) -> float | None:
    """Seconds until no more trials are trained; None without a time limit."""
    if view.left_s is None or view.timeout_s is None:
        return view.left_s
    share = (spec.search.finalists.share or _SHARE) if wants_finalists(spec) else 0.0
    return view.left_s - view.timeout_s * share / (1 + share)
