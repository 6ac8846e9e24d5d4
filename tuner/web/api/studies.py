"""Studies: listed, looked at."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from tuner.database.runs import view_finalists
from tuner.database.studies import view_study
from tuner.database.workers import view_workers
from tuner.service.pages import MOST, StudiesRequest, list_studies
from tuner.studies.resolved_spec import as_json
from tuner.studies.status import StudyState, study_status
from tuner.studies.stored_study import resolved_of
from tuner.web import cursors
from tuner.web.answers import (
    Answer,
    FinalistAnswer,
    Finalists,
    StudyAnswer,
    StudyPage,
    StudySummary,
    WorkerAnswer,
    Workers,
)
from tuner.web.problems import answers
from tuner.web.served import Db, StudyName

router = APIRouter(tags=["studies"])

Cursor = Annotated[str | None, Query(description="`next` of the page before.", max_length=1000)]
Limit = Annotated[int, Query(ge=1, le=MOST, description="The most on a page.")]


class Spec(Answer):
    """written: as a person wrote it. resolved: with every default written out, which is what counts."""

    written: str
    resolved: dict[str, Any]


@router.get("/studies", responses=answers(422))
def list_(
    db: Db,
    *,
    space: Annotated[str | None, Query(description="Of this search space alone.", max_length=200)] = None,
    words: Annotated[str | None, Query(description="What the name has in it.", max_length=200)] = None,
    state: Annotated[
        list[StudyState], Query(default_factory=list, description="In one of these states; without, in any.")
    ],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> StudyPage:
    """The latest first."""
    request = StudiesRequest(
        space=space, words=words, states=tuple(state), limit=limit, after=cursors.study_place(cursor)
    )
    page = list_studies(db, request)
    return StudyPage(
        studies=[StudySummary.of(each) for each in page.items],
        next=cursors.written(page.next),
        unreadable=dict(page.unreadable),
    )


@router.get("/studies/{study}", responses=answers(404, 422))
def show(db: Db, study: StudyName) -> StudyAnswer:
    """One study: how it stands, its best trial, its workers."""
    return StudyAnswer.of(study_status(db, study, epochs=True))


@router.get("/studies/{study}/spec", responses=answers(404, 422))
def spec(db: Db, study: StudyName) -> Spec:
    """What the study searches: the text as it was written, and resolved."""
    view = view_study(db, study)
    return Spec(written=view.spec_text, resolved=as_json(resolved_of(view)))


@router.get("/studies/{study}/finalists", responses=answers(404, 422))
def finalists(db: Db, study: StudyName) -> Finalists:
    """The best configurations, trained again, and the model for use."""
    view = view_study(db, study)
    found = view_finalists(db, study, view.round, epochs=True)
    return Finalists(finalists=[FinalistAnswer.of(each) for each in found])


@router.get("/studies/{study}/workers", responses=answers(404, 422))
def workers_of(db: Db, study: StudyName) -> Workers:
    """Those that work on it just now."""
    view_study(db, study)
    return Workers(workers=[WorkerAnswer.of(each) for each in view_workers(db, study)])
