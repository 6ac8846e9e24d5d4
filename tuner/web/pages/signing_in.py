"""Signing in with a token, and out again.

Owns: the cookie - for this site alone, out of the reach of scripts, gone when the session is.
Leaves to others: the session (service.sessions), who asks (web.signing_in).
"""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from tuner.errors import NotSignedIn
from tuner.service.sessions import LASTS_S, begin_session, end_session
from tuner.service.tokens import anybody_has_one
from tuner.web.pages.rendering import page
from tuner.web.served import served_of
from tuner.web.signing_in import COOKIE

router = APIRouter()


def own_path(text: str) -> str:
    """A path of this server; its first page where the text is none, such as another site's."""
    plain = text.startswith("/") and not text.startswith("//") and text.isprintable() and "\\" not in text
    return text if plain else "/"


@router.get("/sign-in")
def ask(request: Request, next: Annotated[str, Query(max_length=2000)] = "/") -> HTMLResponse:
    """The form."""
    first = not anybody_has_one(served_of(request).db)
    return page(request, "sign_in.html", next=own_path(next), problem="", first=first)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Of the form. A plain form, so that it can be read without a further library."""
    fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
    token, further = fields.get("token", [""])[0], own_path(fields.get("next", ["/"])[0])
    try:
        session = await run_in_threadpool(begin_session, served_of(request).db, token)
    except NotSignedIn as error:
        return page(request, "sign_in.html", status=401, next=further, problem=str(error), first=False)
    answer = RedirectResponse(further, 303)
    answer.set_cookie(
        COOKIE, session.text, max_age=int(LASTS_S), httponly=True, samesite="strict", secure=_encrypted(request)
    )
    return answer


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """Here, and where else the same cookie may have come."""
    if (text := request.cookies.get(COOKIE)) is not None:
        end_session(served_of(request).db, text)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=_encrypted(request))
    return answer


def _encrypted(request: Request) -> bool:
    """As far as a proxy says it: a cookie that is then never sent in the clear."""
    return request.url.scheme == "https" or request.headers.get("x-forwarded-proto", "") == "https"
