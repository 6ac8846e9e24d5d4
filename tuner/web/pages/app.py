"""The application of the pages.

Owns: which pages there are, and that what goes wrong is shown as a page, or leads to the sign-in.
Leaves to others: each page, the API beside them (web.app).
"""

from urllib.parse import quote

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tuner.errors import NotSignedIn, TunerError
from tuner.web import problems
from tuner.web.pages import comparison, configuration, new_study, signing_in, static, studies, study, trial, workers
from tuner.web.pages.rendering import page
from tuner.web.paths import make_routes
from tuner.web.served import Served
from tuner.web.signing_in import whoever


def create_pages(served: Served) -> FastAPI:
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        default_response_class=HTMLResponse,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.served = served
    app.include_router(signing_in.router)
    for each in (studies, new_study, study, trial, comparison, configuration, workers):
        app.include_router(each.router, dependencies=[Depends(whoever)])
    app.add_route("/static/{digest}/{path:path}", static.serve)
    app.add_exception_handler(NotSignedIn, _sign_in_first)
    app.add_exception_handler(TunerError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_values)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_a_bug)
    make_routes(app)
    return app


async def _sign_in_first(request: Request, error: Exception) -> Response:
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.headers.get("hx-request"):
        # A part of a page that is open: the whole of it goes there.
        shown = request.headers.get("hx-current-url", "/")
        return Response(status_code=401, headers={"HX-Redirect": f"/sign-in?next={quote(_path_of(shown), safe='')}"})
    return RedirectResponse(f"/sign-in?next={quote(asked, safe='')}", 303)


def _path_of(address: str) -> str:
    return "/" + address.partition("://")[2].partition("/")[2]


async def _of_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, TunerError)
    return _shown(request, problems.of_error(error))


async def _of_values(request: Request, error: Exception) -> Response:
    return _shown(request, await problems.of_values(request, error))


async def _of_http(request: Request, error: Exception) -> Response:
    return _shown(request, await problems.of_http(request, error))


async def _of_a_bug(request: Request, error: Exception) -> Response:
    return _shown(request, await problems.of_a_bug(request, error))


def _shown(request: Request, answer: Response) -> Response:
    """The API's answer as a page."""
    told = problems.Problem.model_validate_json(bytes(answer.body))
    made = page(request, "problem.html", status=told.status, problem=told)
    for name in ("allow", "retry-after"):
        if name in answer.headers:
            made.headers[name] = answer.headers[name]
    return made
