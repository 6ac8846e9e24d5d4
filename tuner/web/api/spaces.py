"""Search spaces that a study can be made from: listed, looked at, a text checked."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from tuner.service.checking import check_space
from tuner.service.requests import Request
from tuner.service.served_spaces import LONGEST
from tuner.service.space_form import SpaceEdit, edited_text, space_form
from tuner.service.space_schema import schema
from tuner.service.space_views import CheckedSearchSpace, SearchSpace, SearchSpaces, checked_search_space, search_space
from tuner.web.answers import EditedSpace
from tuner.web.examples import shown
from tuner.web.problems import answers
from tuner.web.served import Shelf

router = APIRouter(tags=["spaces"])


class SpaceText(Request):
    """A space by its name, or as the text of a search-space file. space_name: what to call a text."""

    model_config = shown({"space_text": "dataset: digits\nparameters: {units: [8, 64]}\n", "space_name": "mine"})

    space: str | None = Field(None, max_length=200, examples=["fashion_mnist"])
    space_text: str | None = Field(None, max_length=LONGEST)
    space_name: str = Field("space", max_length=100)


class EditRequest(SpaceText):
    """edit: what is changed."""

    model_config = shown({"space": "digits", "edit": {"parameters": {"optimizer": {"values": ["adam", "sgd"]}}}})

    edit: SpaceEdit


@router.get("/spaces")
def list_(shelf: Shelf) -> SearchSpaces:
    """The search spaces that this server has."""
    return SearchSpaces(spaces=tuple(search_space(shelf.named(each)) for each in shelf.names()))


@router.get("/spaces/{space}", responses=answers(404, 422))
def show(
    shelf: Shelf, space: Annotated[str, Path(description="The space's name.", examples=["digits"], max_length=200)]
) -> SearchSpace:
    """One of them, with its text."""
    return search_space(shelf.named(space))


@router.post("/spaces/check", responses=answers(400, 404, 413, 422))
def check(shelf: Shelf, body: SpaceText) -> CheckedSearchSpace:
    """Read a space and its data, as `tune spaces check --quick` does; nothing is stored, and nothing is trained."""
    request = shelf.request(body.space, body.space_text, body.space_name)
    return checked_search_space(check_space(request, True, lambda words: None))


@router.post("/spaces/edit", responses=answers(400, 404, 413, 422))
def edit(shelf: Shelf, body: EditRequest) -> EditedSpace:
    """The space with its parameters changed, as its file would say it; nothing is stored, and no data are read."""
    spec = shelf.spec(body.space, body.space_text, body.space_name)
    text = edited_text(spec, body.edit)
    return EditedSpace(text=text, form=space_form(shelf.of_text(text, spec.name)))


@router.get("/schemas/space")
def space_schema() -> dict[str, Any]:
    """The JSON schema of search-space files."""
    return schema()
