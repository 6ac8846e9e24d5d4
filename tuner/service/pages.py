"""Lists a page at a time: studies, the latest first, and the trials of one.

Owns: what may be asked of a list, and where a page ends.
Leaves to others: the rows (database.pages), a study's state in words (studies.status).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field

from tuner.database import pages, studies
from tuner.database.connection import Database
from tuner.database.pages import StudyPlace, TrialOrder, TrialPlace
from tuner.database.runs import RunView
from tuner.errors import NotFound, SpecError
from tuner.service.requests import Request
from tuner.spec.metrics import Direction
from tuner.studies.status import StudyState, StudyStatus
from tuner.studies.stored_study import spec_of

MOST = 200
"""On a page."""

_AT_ONCE = 50

Item = TypeVar("Item")
Place = TypeVar("Place")

Limit = Annotated[int, Field(ge=1, le=MOST)]


@dataclass(frozen=True)
class Page(Generic[Item, Place]):
    """next: to go on after; None where this is the last page. unreadable: by name, why this version cannot read it."""

    items: tuple[Item, ...]
    next: Place | None
    unreadable: tuple[tuple[str, str], ...] = ()


class StudiesRequest(Request):
    """words: in the name. states: of these alone; empty is all. after: where the page before ended."""

    space: str | None = None
    owner: str | None = None
    words: str | None = None
    states: tuple[StudyState, ...] = ()
    limit: Limit = 50
    after: StudyPlace | None = None


class TrialsRequest(Request):
    """states: of these alone; empty is all. order: ``best`` and ``worst`` go by the objective; ``number`` and
    ``started`` upwards, ``latest`` downwards. after: where the page before ended."""

    study_name: str
    states: tuple[str, ...] = ()
    order: Literal["number", "latest", "started", "best", "worst"] = "number"
    limit: Limit = 50
    after: TrialPlace | None = None


def list_studies(
    db: Database, request: StudiesRequest, look: Callable[[str], StudyStatus]
) -> Page[StudyStatus, StudyPlace]:
    """look: at a study by its name."""
    found: list[StudyStatus] = []
    unreadable: list[tuple[str, str]] = []
    place = request.after
    while True:
        some = pages.study_page(db, place, _AT_ONCE, request.space, request.words, request.owner)
        for view in some:
            if len(found) == request.limit:
                return Page(tuple(found), place, tuple(unreadable))
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
            return Page(tuple(found), None, tuple(unreadable))


def list_trials(db: Database, request: TrialsRequest) -> Page[RunView, TrialPlace]:
    """With their epochs. Raises NotFound."""
    view = studies.view_study(db, request.study_name)
    better = spec_of(view).objective.direction
    worse: Direction = "minimize" if better == "maximize" else "maximize"
    orders: dict[str, tuple[TrialOrder, Direction]] = {
        "number": ("number", "minimize"),
        "latest": ("number", "maximize"),
        "started": ("started_at", "minimize"),
        "best": ("value", better),
        "worst": ("value", worse),
    }
    order, direction = orders[request.order]
    found = pages.trial_page(db, view.study_name, order, direction, request.after, request.limit + 1, request.states)
    shown = found[: request.limit]
    return Page(tuple(shown), _place(shown, order) if len(found) > request.limit else None)


def trial_of(db: Database, study_name: str, trial_number: int) -> RunView:
    """One trial, with its epochs, whatever else the study has. Raises NotFound."""
    name = studies.view_study(db, study_name).study_name
    found = pages.find_trial(db, name, trial_number)
    if found is None:
        raise NotFound(f"study {study_name!r} has no trial {trial_number}.")
    return found


def _place(shown: Sequence[RunView], order: TrialOrder) -> TrialPlace:
    last = shown[-1]
    keys: dict[TrialOrder, float | None] = {
        "number": last.ordinal, "value": last.value, "started_at": last.started_at,
    }  # fmt: skip
    return TrialPlace(keys[order], last.ordinal)
