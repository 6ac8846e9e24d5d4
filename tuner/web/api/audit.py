"""Who changed what."""

from typing import Annotated

from fastapi import APIRouter, Query

from tuner.database.audit import view_lines
from tuner.service.people import check_admin
from tuner.web.answers import Line, Lines
from tuner.web.api.studies import Limit
from tuner.web.problems import answers
from tuner.web.served import Db
from tuner.web.signing_in import Somebody

router = APIRouter(tags=["audit"])


@router.get("/audit", responses=answers(403, 422))
def list_(
    db: Db,
    somebody: Somebody,
    *,
    study: Annotated[
        str | None, Query(description="Of the study of this name alone.", max_length=200, examples=["digits-1"])
    ] = None,
    limit: Limit = 50,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="`next` of the page before.")] = None,
) -> Lines:
    """The latest first; for admins."""
    check_admin(somebody, "who changed what")
    found = view_lines(db, study, before, limit + 1)
    shown = found[:limit]
    return Lines(lines=[Line.of(each) for each in shown], next=shown[-1].number if len(found) > limit else None)
