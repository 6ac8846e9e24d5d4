"""How many studies a person may have running at once: an admin says it, for one or for everybody.

Leaves to others: that it is kept (database.admission), that a study which waits says so (studies.status).
"""

from typing import Annotated

from pydantic import Field

from tuner.database import admission
from tuner.database.admission import EVERYBODY
from tuner.database.connection import Database
from tuner.formatting import plural
from tuner.service.people import HERE, Person, check_admin, entry
from tuner.service.requests import Request
from tuner.studies.views import View


class OwnerLimitRequest(Request):
    """most_studies: None is as everybody's; of everybody, any number. Studies that run keep their places."""

    person: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]
    most_studies: Annotated[int, Field(ge=0, le=10_000)] | None


class OwnerLimit(View):
    """person: ``everybody`` is whoever has no limit of their own. running: studies that have a place. waiting: those
    that wait for one."""

    person: str
    most_studies: int
    running: tuple[str, ...]
    waiting: tuple[str, ...]


class OwnerLimits(View):
    owners: tuple[OwnerLimit, ...]


def limit_owner(db: Database, request: OwnerLimitRequest, by: Person = HERE) -> OwnerLimits:
    """Raises NotAllowed."""
    check_admin(by, "how many studies a person may have running")
    said = entry(by, "limit", "", f"{request.person}: {most_in_words(request.most_studies)}")
    admission.set_limit(db, request.person, request.most_studies, entry=said)
    return owner_limits(db)


def most_in_words(most: int | None) -> str:
    """``at most 2 running studies``."""
    if most is None:
        return "any number of running studies"
    return f"at most {plural(most, 'running study', 'running studies')}"


def owner_limits(db: Database) -> OwnerLimits:
    """Those that are set, and the studies of these persons."""
    return OwnerLimits(
        owners=tuple(
            OwnerLimit(person=person, most_studies=most, running=running, waiting=waiting)
            for person, most in admission.limits(db).items()
            for running, waiting in [((), ()) if person == EVERYBODY else admission.places(db, person)]
        )
    )
