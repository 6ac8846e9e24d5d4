"""How much time the search has, of the time that the study has.

Owns: the part of a time limit that is kept for the finalists, and that a study is not ended by the clock before it has
trained anything. A time limit runs from when the first worker is ready - its frameworks imported, the data read - and
the first trial is trained for an epoch at least, whatever the clock says: on a slow machine a study of too little time
ends with a small result instead of none.
Leaves to others: the clock (database), what happens when time is up (runs), what finalists cost
(retraining_budget).
"""

from tuner.database import budget, studies
from tuner.database.connection import Database
from tuner.database.epochs import epochs_stored, quickest_epoch
from tuner.database.finalists import any_planned
from tuner.database.runs import Job
from tuner.database.studies import StudyView
from tuner.spec.space_file import SHARE
from tuner.spec.study_spec import StudySpec
from tuner.studies.retraining_budget import candidates, needed_s, room_for


def wants_finalists(spec: StudySpec) -> bool:
    """Whether the best are trained again. Not for networks that a person's code makes: their
    epochs are the code's; nor for several objectives, which have no one winner.
    """
    return spec.search.finalists.configurations > 0 and spec.code is None and not spec.further_objectives


def too_late(db: Database, view: StudyView, spec: StudySpec) -> bool:
    """Whether no trial is begun any more: not even the quickest epoch so far would end in time."""
    left_s = search_left_s(db, view, spec)
    if left_s is None or left_s > 0:
        return left_s is not None and left_s < quickest_epoch(db, view.study_name)
    return time_is_up(db, view, spec)


def time_is_up(db: Database, view: StudyView, spec: StudySpec) -> bool:
    """Whether the clock has ended the search; it does not before a trial has begun."""
    left_s = search_left_s(db, view, spec)
    return left_s is not None and left_s <= 0 and budget.has_begun(db, view.study_name)


def is_over(db: Database, spec: StudySpec, study_name: str) -> bool:
    """Every trial of the budget is final, or a rule or the clock ended the search and nothing runs any more."""
    if budget.open_places(db, study_name) == 0:
        return True
    view = studies.view_study(db, study_name)
    ended = bool(view.ended) or time_is_up(db, view, spec)
    return ended and budget.running(db, study_name) == 0


def is_first(db: Database, job: Job) -> bool:
    """Whether it is the study's first trial, and nothing was trained so far: it is given an epoch, however late."""
    return job.ordinal == 0 and epochs_stored(db, job.study_name) == 0


def search_left_s(db: Database, view: StudyView, spec: StudySpec) -> float | None:
    """Seconds until no more trials are trained; None without a time limit.

    Kept for the finalists is at most their share; near the end of a search, when it is known which they would be,
    what they are expected to take. Far from its end this tells the least that is left.
    """
    if view.left_s is None or view.timeout_s is None or not wants_finalists(spec):
        return view.left_s
    share = spec.search.finalists.share or SHARE
    most_s = view.timeout_s * share / (1 + share)
    if view.left_s > 2 * most_s:
        return view.left_s - most_s
    if any_planned(db, view.study_name, view.round):
        # They are planned once, and then the search is over, whatever they would cost by what is known now.
        return min(0.0, view.left_s - most_s)
    best = candidates(db, view, spec)
    needed = needed_s(spec.search.finalists, best, spec, room_for(db, view, spec, most_s)) if best else None
    return view.left_s - (most_s if needed is None else needed)
