"""Trials of a study: listed, grouped, looked at, their epochs."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from tuner.database.studies import view_study
from tuner.service.pages import trial_of
from tuner.service.trial_groups import GroupsRequest, TrialGroups, group_trials
from tuner.service.trial_lists import TrialsRequest, TrialState, list_trials
from tuner.studies import viewing
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of
from tuner.studies.views import Trial
from tuner.web import cursors
from tuner.web.answers import Epochs, TrialPage
from tuner.web.api.studies import Cursor, Limit
from tuner.web.problems import answers
from tuner.web.served import Db, ServedHere, StudyName

router = APIRouter(tags=["trials"])

TrialNumber = Annotated[int, Path(ge=0, le=2**31 - 1, description="The trial's number.", examples=[12])]
States = Annotated[
    list[TrialState], Query(default_factory=list, description="In one of these states; without, in any.")
]
Verdicts = Annotated[
    list[str],
    Query(
        default_factory=list,
        max_length=20,
        description="With one of these kinds of illness; without, any.",
        examples=[["overfitting"]],
    ),
]
Conditions = Annotated[
    list[Annotated[str, Query(max_length=500)]],
    Query(
        default_factory=list,
        max_length=20,
        description=(
            "Conditions on columns, all of which hold: NAME:VALUE (or several, with commas between), NAME:!VALUE, "
            "NAME:<NUMBER (<=, >, >=), NAME:LOW..HIGH, `NAME:` for those without a value. A name is one of number, "
            "state, value, epochs, best_epoch, seconds, started_at, finished_at, worker, baseline, verdict, or a "
            "parameter's, or a metric's; params.NAME and metrics.NAME tell them apart."
        ),
        examples=[["optimizer:adam", "learning_rate:<0.01"]],
    ),
]
Words = Annotated[
    str | None, Query(description="What is in words known of a trial.", max_length=200, examples=["gradients"])
]


@router.get("/studies/{study}/trials", responses=answers(404, 422))
def list_(
    served: ServedHere,
    study: StudyName,
    *,
    state: States,
    verdict: Verdicts,
    where: Conditions,
    words: Words = None,
    order: Annotated[
        str,
        Query(
            description=(
                "A column, as in `where`, upwards; with a minus before it downwards. Or `best`, `worst`, by the "
                "objective, or `latest`. Trials without what they are ordered by come last."
            ),
            max_length=200,
            examples=["-value"],
        ),
    ] = "number",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TrialPage:
    """A page of them; its cursor goes with the same order and conditions."""
    request = TrialsRequest(
        states=tuple(state), verdicts=tuple(verdict), where=tuple(where), words=words, order=order, limit=limit,
        after=cursors.trial_place(cursor),
    )  # fmt: skip
    return served.looks.made_lasting(study, request, lambda seen: _page(seen.status, request))


@router.get("/studies/{study}/groups", responses=answers(404, 422))
def groups(
    served: ServedHere,
    study: StudyName,
    *,
    by: Annotated[str, Query(description="A column, as in `where`.", max_length=200, examples=["optimizer"])],
    state: States,
    verdict: Verdicts,
    where: Conditions,
    words: Words = None,
) -> TrialGroups:
    """Trials by what they have in a column: how many, the best, the median. A number with many values is in ranges."""
    request = GroupsRequest(by=by, states=tuple(state), verdicts=tuple(verdict), where=tuple(where), words=words)
    return served.looks.made_lasting(study, request, lambda seen: group_trials(seen.status, request))


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


def _page(status: StudyStatus, request: TrialsRequest) -> TrialPage:
    page, spec = list_trials(status, request), spec_of(status.study)
    return TrialPage(
        trials=tuple(viewing.trial(spec, each) for each in page.trials),
        total=page.total,
        next=cursors.written(page.next),
    )
