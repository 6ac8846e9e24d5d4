"""The studies: how each stands, the latest first.

Leaves to others: reading them (service.pages), one of them (study).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from tuner.service.pages import StudiesRequest, list_studies
from tuner.studies import viewing
from tuner.studies.status import StudyState, StudyStatus
from tuner.studies.stored_study import spec_of
from tuner.studies.views import Study
from tuner.web import cursors
from tuner.web.pages.rendering import page
from tuner.web.served import Db, ServedHere

router = APIRouter()

_ON_A_PAGE = 25


@dataclass(frozen=True)
class StudyRow:
    """best_so_far: the objective after each trial that was complete, in their order."""

    study: Study
    best_so_far: Sequence[float]


@router.get("/")
def list_(
    request: Request,
    db: Db,
    served: ServedHere,
    *,
    space: Annotated[str, Query(max_length=200)] = "",
    words: Annotated[str, Query(max_length=200)] = "",
    owner: Annotated[str, Query(max_length=200)] = "",
    state: StudyState | Literal[""] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> HTMLResponse:
    """Empty words ask for any."""
    found = list_studies(
        db,
        StudiesRequest(
            space=space or None,
            words=words or None,
            owner=owner or None,
            states=(state,) if state else (),
            limit=_ON_A_PAGE,
            after=cursors.study_place(cursor),
        ),
        served.looks.status,
    )
    return page(
        request,
        "studies.html",
        rows=[_row(each) for each in found.studies],
        unreadable=found.unreadable,
        next=cursors.written(found.next),
        first=cursor is None,
        asked={"space": space, "words": words, "owner": owner, "state": state},
        states=get_args(StudyState),
    )


def _row(status: StudyStatus) -> StudyRow:
    better = max if spec_of(status.study).objective.direction == "maximize" else min
    values: list[float] = []
    for trial in sorted(status.trials, key=lambda each: each.finished_at or 0.0):
        if trial.state == "complete" and trial.value is not None:
            values.append(better(values[-1], trial.value) if values else trial.value)
    return StudyRow(viewing.study(status), values)
