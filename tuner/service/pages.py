"""Studies a page at a time, the latest first; one trial of one of them.

Owns: what may be asked of the list, and where a page ends.
Leaves to others: the rows (database.pages), a study's state in words (studies.status).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from tuner.database import pages, studies
from tuner.database.connection import Database
from tuner.database.pages import StudyPlace
from tuner.database.runs import RunView
from tuner.errors import NotFound, SpecError
from tuner.service.requests import Request
from tuner.studies.status import StudyState, StudyStatus

MOST = 200
"""On a page."""

_AT_ONCE = 50

Limit = Annotated[int, Field(ge=1, le=MOST)]


@dataclass(frozen=True)
class StudyList:
    """A page. next: to go on after; None where this is the last page. unreadable: by name, why this version cannot
    read it."""

    studies: tuple[StudyStatus, ...]
    next: StudyPlace | None
    unreadable: tuple[tuple[str, str], ...] = ()


class StudiesRequest(Request):
    """words: in the name. states: of these alone; empty is all. after: where the page before ended."""

    space: str | None = None
    owner: str | None = None
    words: str | None = None
    states: tuple[StudyState, ...] = ()
    limit: Limit = 50
    after: StudyPlace | None = None


def list_studies(db: Database, request: StudiesRequest, look: Callable[[str], StudyStatus]) -> StudyList:
    """look: at a study by its name."""
    found: list[StudyStatus] = []
    unreadable: list[tuple[str, str]] = []
    place = request.after
    while True:
        some = pages.study_page(db, place, _AT_ONCE, request.space, request.words, request.owner)
        for view in some:
            if len(found) == request.limit:
                return StudyList(tuple(found), place, tuple(unreadable))
            place = StudyPlace(view.created_at, view.study_name)
            try:
                status = look(view.study_name)
            except NotFound:
                continue  # it was deleted just now
            except SpecError as error:
                unreadable.append((view.study_name, str(error)))
                continue
            if not request.states or status.state in request.states:
                found.append(status)
        if len(some) < _AT_ONCE:
            return StudyList(tuple(found), None, tuple(unreadable))


def trial_of(db: Database, study_name: str, trial_number: int) -> RunView:
    """One trial, with its epochs, whatever else the study has. Raises NotFound."""
    name = studies.view_study(db, study_name).study_name
    found = pages.find_trial(db, name, trial_number)
    if found is None:
        raise NotFound(f"study {study_name!r} has no trial {trial_number}.")
    return found
