"""Trials of a study: listed, looked at, their epochs."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from tuner.database.studies import view_study
from tuner.service.pages import TrialsRequest, list_trials, trial_of
from tuner.studies import viewing
from tuner.studies.stored_study import spec_of
from tuner.studies.views import Trial
from tuner.web import cursors
from tuner.web.answers import Epochs, TrialPage
from tuner.web.api.studies import Cursor, Limit
from tuner.web.problems import answers
from tuner.web.served import Db, StudyName

router = APIRouter(tags=["trials"])

TrialState = Literal[
    "waiting",
    "running",
    "complete",
    "pruned",
    "diverged",
    "out_of_memory",
    "failed",
    "given_up",
    "cancelled",
    "skipped",
]
TrialNumber = Annotated[int, Path(ge=0, le=2**31 - 1, description="The trial's number.", examples=[12])]


@router.get("/studies/{study}/trials", responses=answers(404, 422))
def list_(
    db: Db,
    study: StudyName,
    *,
    state: Annotated[
        list[TrialState], Query(default_factory=list, description="In one of these states; without, in any.")
    ],
    order: Annotated[
        Literal["number", "latest", "started", "best", "worst"],
        Query(description="`best` and `worst` go by the objective; trials without a value come last."),
    ] = "number",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TrialPage:
    """A page of them; its cursor goes with the same order and states."""
    request = TrialsRequest(
        study_name=study, states=tuple(state), order=order, limit=limit, after=cursors.trial_place(cursor)
    )
    page = list_trials(db, request)
    spec = spec_of(view_study(db, study))
    return TrialPage(trials=tuple(viewing.trial(spec, each) for each in page.items), next=cursors.written(page.next))


@router.get("/studies/{study}/trials/{number}", responses=answers(404, 422))
def show(db: Db, study: StudyName, number: TrialNumber) -> Trial:
    """One trial."""
    spec = spec_of(view_study(db, study))
    return viewing.trial(spec, trial_of(db, study, number))


@router.get("/studies/{study}/trials/{number}/epochs", responses=answers(404, 422))
def epochs(db: Db, study: StudyName, number: TrialNumber) -> Epochs:
    """Every epoch of one trial, in their order."""
    found = trial_of(db, study, number)
    return Epochs(epochs=tuple(viewing.epoch(found.key, each) for each in found.epochs))
