"""What a page draws of a study, column by column: all trials, curves, who trained what when."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from tuner.service.curves import MOST, Curves, CurvesRequest, curves
from tuner.service.timeline import Timeline, timeline
from tuner.service.trial_table import TrialTable, trial_table
from tuner.web.compact import compact
from tuner.web.problems import answers
from tuner.web.served import ServedHere, StudyName

router = APIRouter(tags=["drawing"])

Metrics = Annotated[
    list[Annotated[str, Query(max_length=200)]],
    Query(default_factory=list, max_length=50, description="Metrics of these names.", examples=[["val_loss"]]),
]


@router.get("/studies/{study}/columns", responses={**answers(404, 422), 200: {"model": TrialTable}})
def columns(request: Request, served: ServedHere, study: StudyName, *, metric: Metrics) -> Response:
    """All trials at once, a list a column, compactly; of a large study as they were some seconds ago. What is new
    afterwards: `/events?since=` its number."""
    made = served.looks.made_lasting(
        study, ("columns", *metric), lambda seen: compact(trial_table(seen.status, seen.number, metric))
    )
    return made.answer(request)


@router.get("/studies/{study}/epochs", responses={**answers(404, 422), 200: {"model": Curves}})
def epochs(
    request: Request,
    served: ServedHere,
    study: StudyName,
    *,
    trial: Annotated[
        list[Annotated[int, Query(ge=0, le=2**31 - 1)]],
        Query(default_factory=list, max_length=MOST, description="Of these trials.", examples=[[1, 5]]),
    ],
    running: Annotated[bool, Query(description="Also of those that run.")] = False,
    metric: Metrics,
) -> Response:
    """Curves of some trials; of more than 500 epochs, only some are told, and the last. All metrics, or those named."""
    asked = CurvesRequest(trials=tuple(trial), running=running, metrics=tuple(metric))
    made = served.looks.made(study, ("epochs", asked), lambda seen: compact(curves(seen.status, seen.number, asked)))
    return made.answer(request)


@router.get("/studies/{study}/timeline", responses={**answers(404, 422), 200: {"model": Timeline}})
def spans(request: Request, served: ServedHere, study: StudyName) -> Response:
    """What each worker trained, and when; a run that several had one after the other is told in parts."""
    made = served.looks.made(study, "timeline", lambda seen: compact(timeline(seen.status, seen.number)))
    return made.answer(request)
