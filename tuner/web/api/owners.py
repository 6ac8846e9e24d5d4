"""How many studies a person may have running at once."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from tuner.service.owners import OwnerLimitRequest, OwnerLimits, limit_owner, owner_limits
from tuner.service.requests import Request
from tuner.web.problems import answers
from tuner.web.served import Db
from tuner.web.signing_in import Somebody

router = APIRouter(tags=["owners"])


class NewLimit(Request):
    """null: as everybody's; of everybody, any number."""

    most_studies: Annotated[int, Field(ge=0, le=10_000)] | None = Field(examples=[2])


@router.get("/owners")
def list_(db: Db) -> OwnerLimits:
    """The limits that are set, what runs of these persons, and what waits."""
    return owner_limits(db)


@router.put("/owners/{person}/limit", responses=answers(400, 403, 422))
def limit(
    db: Db,
    somebody: Somebody,
    person: Annotated[
        str, Path(description="`everybody` is whoever has none of their own.", examples=["ada"], max_length=100)
    ],
    body: NewLimit,
) -> OwnerLimits:
    """Say how many of a person's studies may run at once; further ones wait. For admins."""
    return limit_owner(db, OwnerLimitRequest(person=person, most_studies=body.most_studies), somebody)
