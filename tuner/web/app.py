"""The application: every resource of the API, and the pages, behind one guard.

Owns: what is put together, in which order, and the description of the whole (OpenAPI).
Leaves to others: each resource (api), listening (server).
"""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from tuner.redaction import redacted_values
from tuner.web import problems
from tuner.web.api import (
    PREFIX,
    asking,
    audit,
    changes,
    configurations,
    downloads,
    drawing,
    events,
    findings,
    health,
    metrics,
    notifications,
    owners,
    people,
    results,
    spaces,
    studies,
    trials,
    workers,
)
from tuner.web.description import describe
from tuner.web.guard import LARGEST_BODY, Guard
from tuner.web.pages.app import create_pages
from tuner.web.paths import KeepSlashes, make_routes, without_nul
from tuner.web.served import Served
from tuner.web.signing_in import whoever

_ABOUT = """Hyperparameter tuning for Keras: the studies of one database, their trials, epochs and workers.

Times are seconds since 1970. Lists come a page at a time: hand `next` back as `cursor`. What goes wrong is told as
problem details (RFC 9457), in the words of the command line. A slash in the name of a study is written `%2F`."""

_AS_THEY_ARE = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/octet-stream", "application/zip")
"""Not to be compressed: models are already."""


class SafeJSON(JSONResponse):
    """Without secrets in its texts, as everything that this project shows."""

    def render(self, content: Any) -> bytes:
        return super().render(redacted_values(content))


def create_app(served: Served, hosts: Sequence[str] | None) -> ASGIApp:
    """The API behind its guard.

    hosts: the names, beside those of this machine itself, by which the server may be called; None is any.
    """
    app = create_api()
    app.state.served = served
    make_routes(app)
    doors = KeepSlashes(_Doors(app, create_pages(served)))
    small = GZipMiddleware(doors, minimum_size=1000, compresslevel=3, exclude_content_types=_AS_THEY_ARE)
    # Around all of it, and not among its own: answers to errors pass the guard, too.
    return Guard(small, hosts)


def create_api() -> FastAPI:
    """The operations and their description; they are answered where `app.state.served` is set."""
    app = FastAPI(
        title="tune",
        summary="The service of tuner.",
        description=_ABOUT,
        version=version("tuner"),
        openapi_url=f"{PREFIX}/openapi.json",
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        default_response_class=SafeJSON,
        max_body_size=LARGEST_BODY,
        redirect_slashes=False,
        # Nobody asked for traces, and they cost time at each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        generate_unique_id_function=lambda route: f"{route.tags[0]}-{route.name.strip('_')}",
    )
    api = APIRouter(prefix=PREFIX)
    api.include_router(health.router)
    for each in (
        people, spaces, studies, changes, trials, asking, drawing, findings, events, results, workers, owners, audit,
        metrics, notifications, configurations, downloads,
    ):  # fmt: skip
        # Nobody is asked for a word before it is known who asks.
        asked = [Depends(whoever), Depends(without_nul)]
        api.include_router(each.router, dependencies=asked, responses=problems.answers(401, 422))
    app.include_router(api)
    problems.install(app)
    describe(app)
    return app


class _Doors:
    """Programs come in below /api/, people everywhere else."""

    def __init__(self, api: ASGIApp, pages: ASGIApp) -> None:
        self._api, self._pages = api, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for_people = scope["type"] == "http" and not scope["path"].startswith("/api/")
        await (self._pages if for_people else self._api)(scope, receive, send)
