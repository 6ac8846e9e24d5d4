"""What runs is ended at once: one trial, or a whole study.

Leaves to others: that its worker steps back (database), telling Optuna (runs).
"""

from tuner.database import cancelling, studies, workers
from tuner.database.connection import Database
from tuner.errors import StudyConflict
from tuner.service.external_ends import settle_cancelled
from tuner.service.people import HERE, Person, check_may_change, entry
from tuner.service.requests import CancelRequest
from tuner.studies.status import StudyStatus, find_trial, study_status
from tuner.studies.stored_study import is_external, spec_of


def cancel(db: Database, request: CancelRequest, by: Person = HERE) -> StudyStatus:
    """A trial's worker steps back at its next write, after the epoch that it is in; its place of the budget is spent.

    A study of which all was cancelled may go on later, with what is left of its budget.
    Raises NotFound, NotAllowed, and StudyConflict for what is over already.
    """
    view = studies.view_study(db, request.study_name)
    check_may_change(by, view)
    name = view.study_name
    workers.reap_local_workers(db)
    said = entry(by, "cancel", name, "" if request.trial is None else f"trial {request.trial}")
    if request.trial is None:
        if cancelling.cancel_study(db, name, entry=said) is None:
            raise StudyConflict(f"study {name!r} has ended already; there is nothing to cancel.")
    else:
        trial = find_trial(db, name, request.trial)
        if not cancelling.cancel_trial(db, name, trial.ordinal, entry=said):
            state = find_trial(db, name, request.trial).state.replace("_", " ")
            raise StudyConflict(f"trial {request.trial} of study {name!r} is over already: {state}.")
    if is_external(view):
        # A worker that comes by would tell Optuna; here, nobody may come.
        settle_cancelled(db, view, spec_of(view), f"{by.name}/cancel")
    return study_status(db, name)
