"""A new study from a form: a space chosen, its parameters as fields, checked, started.

Leaves to others: what a field makes of the space (service.space_form), checking and starting (the API).
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from tuner.service import requests
from tuner.service.people import check_may_start
from tuner.service.served_spaces import LONGEST
from tuner.service.space_form import space_form
from tuner.web.pages.rendering import page
from tuner.web.served import ServedHere, Shelf
from tuner.web.signing_in import Somebody

router = APIRouter()


class SpaceText(requests.Request):
    text: str = Field(max_length=LONGEST)
    name: str = Field(max_length=100)


@router.get("/new")
def ask(
    request: Request,
    served: ServedHere,
    somebody: Somebody,
    space: Annotated[str | None, Query(max_length=200)] = None,
    from_study: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """space: the one that is shown; without, the first. from_study: whose best are tried first."""
    check_may_start(somebody)
    names = served.spaces.names()
    spec = served.spaces.named(space or ("fashion_mnist" if "fashion_mnist" in names else names[0]))
    return page(
        request,
        "new_study.html",
        names=names,
        spec=spec,
        form=space_form(spec),
        search=spec.search,
        run=served.run,
        from_study=from_study,
    )


@router.post("/new/fields")
def fields(request: Request, shelf: Shelf, body: SpaceText) -> HTMLResponse:
    """The fields alone, of a space that is being written."""
    return page(request, "space_fields.html", form=space_form(shelf.of_text(body.text, body.name)))
