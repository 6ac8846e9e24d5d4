"""A study that is there goes on, or is asked to stop.

Owns: to which budget and under which limits it may go on.
Leaves to others: what may be asked (requests), the row (database), running it (engines, workers).
"""

from tuner.database import runs, studies, workers
from tuner.database.budget import finalized
from tuner.database.connection import Database
from tuner.database.facts import Limits
from tuner.database.studies import StudyView
from tuner.errors import InputError, StudyConflict
from tuner.formatting import plural
from tuner.search import cells
from tuner.search.optuna_study import check_optuna_study
from tuner.service.people import HERE, Person, check_may_change, entry
from tuner.studies.status import StudyStatus, study_status
from tuner.studies.stopping_rules import OPTIONS, change, why_ended
from tuner.studies.stored_study import spec_of


def resume_study(
    db: Database,
    study_name: str,
    n_trials: int | None,
    timeout_s: float | None,
    limits: Limits | None = None,
    by: Person = HERE,
) -> StudyView:
    """Let a study go on, to a larger budget if one is given.

    Raises NotFound, NotAllowed, InputError, StudyConflict.

    limits: other ones; None leaves one as it is.
    """
    view = studies.view_study(db, study_name)
    check_may_change(by, view)
    budget = view.trials if n_trials is None else cells.budget(spec_of(view), n_trials)
    begun = len(runs.view_trials(db, study_name))
    if budget < begun:
        raise InputError(
            f"--trials {budget}: study {study_name!r} has begun {begun} already. Ask for at least {begun}."
        )
    spec = spec_of(view)
    options = change(view, spec, limits or Limits())
    other = options.limits != view.options.limits
    if view.ended and not other and (view.finished_at is not None or budget > view.trials):
        why = why_ended(view, spec, begun)
        raise StudyConflict(f"study {study_name!r} has ended: {why}. To go on, give another {OPTIONS[view.ended]}.")
    if view.finished_at is not None and budget == begun:
        raise StudyConflict(f"study {study_name!r} has ended; to go on, ask for more than {begun} with --trials.")
    check_optuna_study(db.storage, study_name, spec, trials_in_optuna(db, study_name))
    workers.reap_local_workers(db)
    # Where the search itself goes on, finalists that were planned before are not those of its end.
    anew = view.finished_at is not None or other or (not view.ended and budget > begun)
    said = entry(by, "resume", study_name, f"to {plural(budget, 'trial')}")
    studies.reopen(db, study_name, budget, timeout_s, options, anew, has_more(db, view, budget), entry=said)
    return studies.view_study(db, study_name)


def stop_study(db: Database, study_name: str, by: Person = HERE) -> StudyStatus:
    """Ask a study's workers to finish what they have begun and take no more. Raises NotFound, NotAllowed."""
    view = studies.view_study(db, study_name)
    check_may_change(by, view)
    if view.finished_at is None:
        studies.set_desired_state(db, study_name, "stopping", entry=entry(by, "stop", study_name))
    return study_status(db, study_name)


def has_more(db: Database, view: StudyView, budget: int) -> bool:
    """Whether there is more to train once the study goes on: trials, or finalists that time had kept from running.

    Where there is not, a worker that is closing it goes on doing so.
    """
    time_was_up = view.left_s is not None and view.left_s <= 0
    return time_was_up or (not view.ended and budget > finalized(db, view.study_name))


def trials_in_optuna(db: Database, study_name: str) -> int:
    """How many trials Optuna has to have of a study."""
    return sum(trial.trial_number is not None for trial in runs.view_trials(db, study_name))
