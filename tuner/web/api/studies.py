"""Studies: listed, looked at."""

from typing import Annotated

from fastapi import APIRouter, Query

from tuner.analysis.comparison import ComparedStudies, comparison_view
from tuner.database.deliveries import refusals
from tuner.database.studies import view_study
from tuner.database.workers import view_workers
from tuner.service.comparing import MOST as MOST_COMPARED
from tuner.service.comparing import look_at
from tuner.service.pages import MOST, StudiesRequest, list_studies
from tuner.studies import viewing
from tuner.studies.status import StudyState
from tuner.studies.views import Outcome, StoredSpec, StudyDetail
from tuner.web import cursors
from tuner.web.answers import Finalists, StudyPage, Workers
from tuner.web.api.workers import workers_in
from tuner.web.problems import answers
from tuner.web.served import Db, ServedHere, StudyName

router = APIRouter(tags=["studies"])

Cursor = Annotated[str | None, Query(description="`next` of the page before.", max_length=1000)]
Limit = Annotated[int, Query(ge=1, le=MOST, description="The most on a page.")]


@router.get("/studies", responses=answers(422))
def list_(
    db: Db,
    served: ServedHere,
    *,
    space: Annotated[
        str | None, Query(description="Of this search space alone.", max_length=200, examples=["digits"])
    ] = None,
    words: Annotated[
        str | None, Query(description="What the name has in it.", max_length=200, examples=["mnist"])
    ] = None,
    owner: Annotated[str | None, Query(description="Of this person alone.", max_length=200, examples=["ada"])] = None,
    state: Annotated[
        list[StudyState], Query(default_factory=list, description="In one of these states; without, in any.")
    ],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> StudyPage:
    """The latest first."""
    request = StudiesRequest(
        space=space, words=words, owner=owner, states=tuple(state), limit=limit, after=cursors.study_place(cursor)
    )
    page = list_studies(db, request, served.looks.status)
    return StudyPage(
        studies=tuple(map(viewing.study, page.studies)),
        next=cursors.written(page.next),
        unreadable=dict(page.unreadable),
    )


@router.get("/compare", responses=answers(404, 422))
def compare(
    served: ServedHere,
    study: Annotated[
        list[str], Query(max_length=MOST_COMPARED, description="Two or more.", examples=[["digits-1", "digits-2"]])
    ],
) -> ComparedStudies:
    """Studies side by side: figures, costs, and which differences are more than noise."""
    return comparison_view(look_at(study, served.looks.status))


@router.get("/studies/{study}", responses=answers(404, 422))
def show(db: Db, served: ServedHere, study: StudyName) -> StudyDetail:
    """One study: how it stands, its best trial, its workers."""
    detail = served.looks.made(study, "detail", lambda seen: viewing.study_detail(seen.status, ()))
    return detail.model_copy(update={"refused": viewing.refusals(refusals(db, study))})


@router.get("/studies/{study}/outcome", responses=answers(404, 422))
def outcome(served: ServedHere, study: StudyName) -> Outcome:
    """What came of it: the figures on the test rows, how the winner compares, the champion."""
    return viewing.outcome(served.looks.status(study))


@router.get("/studies/{study}/spec", responses=answers(404, 422))
def spec(db: Db, study: StudyName) -> StoredSpec:
    """What the study searches: the text as it was written, resolved, and how it was changed since it began."""
    return viewing.stored_spec(view_study(db, study))


@router.get("/studies/{study}/finalists", responses=answers(404, 422))
def finalists(served: ServedHere, study: StudyName) -> Finalists:
    """The best configurations, trained again, and the model for use."""
    status = served.looks.status(study)
    return Finalists(finalists=tuple(viewing.run(each) for each in status.finalists))


@router.get("/studies/{study}/workers", responses=answers(404, 422))
def workers_of(db: Db, study: StudyName) -> Workers:
    """Those that work on it just now."""
    view_study(db, study)
    return workers_in(view_workers(db, study))
