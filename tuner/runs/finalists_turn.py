"""A worker's turn at the finalists of a search that is over.

Leaves to others: what is planned, who is out, who wins (studies/finalists), one training (finalist), that a plan is
made once (database).
"""

from collections.abc import Sequence
from typing import Literal

from tuner.database import finalists, runs, studies
from tuner.database.runs import RunView
from tuner.database.studies import StudyView
from tuner.runs.finalist import run_finalist
from tuner.runs.study_context import StudyContext
from tuner.runs.together import Together
from tuner.studies.finalists import least_noise, plan_comparison, plan_finals, the_worse, winner_of
from tuner.studies.limits import wants_finalists

Turn = Literal["trained", "idle", "done"]


def turn(context: StudyContext, worker_id: str, together: Together | None = None) -> Turn:
    """One step of this worker for the finalists of a search that is over: run one, wait for others, or all is done.

    together: trains several at once, an epoch of each.
    """
    db, name = context.db, context.study.study_name
    if not wants_finalists(context.spec):
        return "done"
    view = studies.view_study(db, name)
    every = runs.view_finalists(db, name, view.round)
    if view.left_s is not None and view.left_s <= 0:
        return "idle" if any(each.held for each in every) else "done"
    if not every:
        kind, planned = plan_comparison(db, view, context.spec)
        if not planned:
            return "done"
        finalists.plan(db, name, view.round, kind, planned)
    if not _step(context, view, worker_id, together):
        every = runs.view_finalists(db, name, view.round)
        if any(not each.finalized for each in every):
            return "idle"
        if any(each.role == "final" for each in every) or not _plan_finals(context, every):
            return "done"
        return "trained"
    return "trained"


def _step(context: StudyContext, view: StudyView, worker_id: str, together: Together | None) -> bool:
    """Run one, or an epoch of several; whether there was any. Where some have ended, it is known which are out."""
    db, name = context.db, view.study_name
    if together is None:
        job = finalists.take(db, name, view.round, worker_id)
        if job is None:
            return False
        run_finalist(context, job)
    else:
        held = [each.ordinal for each in together.jobs]
        together.add(finalists.take_many(db, name, view.round, worker_id, together.free, held))
        if not len(together):
            return False
        if not together.turn():
            return True
    every = runs.view_finalists(db, name, view.round)
    least = least_noise(context.spec, context.dataset.validated_rows)
    for ordinal, words in the_worse(every, context.spec, least).items():
        finalists.drop(db, name, view.round, ordinal, words)
    return True


def are_done(context: StudyContext) -> bool:
    """Whether nothing is left to do for the finalists, as far as can be told without planning them."""
    if not wants_finalists(context.spec):
        return True
    view = studies.view_study(context.db, context.study.study_name)
    every = runs.view_finalists(context.db, view.study_name, view.round)
    return any(each.role == "final" for each in every) and all(each.finalized for each in every)


def _plan_finals(context: StudyContext, every: Sequence[RunView]) -> bool:
    db, winner = context.db, winner_of(every, context.spec)
    if winner is None:
        return False
    view = studies.view_study(db, context.study.study_name)
    trial = runs.view_trial(db, view.study_name, winner)
    finalists.plan(db, view.study_name, every[0].round, "final", plan_finals(db, view, context.spec, every, trial))
    return True
