"""What went wrong, as problem details (RFC 9457), in the words of the terminal.

Owns: that no answer shows a traceback or a secret.
Leaves to others: the status of each kind of error (problem_kinds), the words (errors, and whoever raises them).
"""

import json
import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from tuner.errors import TunerError
from tuner.formatting import one_line
from tuner.redaction import redacted
from tuner.web.problem_kinds import KINDS

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}
_LONGEST = 2000


class Problem(BaseModel):
    """What went wrong. type: of which kind, for programs. detail: in a line, for people."""

    type: str = Field(examples=["urn:tune:not-found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(
        examples=["there is no study 'fashion_mnist-9' in sqlite:///tuner.db. Did you mean fashion_mnist-1?"]
    )


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the description of an endpoint: the problems that it may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def problem(status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    words = one_line(redacted(detail))
    made = Problem(
        type=f"urn:tune:{kind}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=words if len(words) <= _LONGEST else f"{words[:_LONGEST]} [...]",
    )
    return Response(json.dumps(made.model_dump()), status, dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Every error of an application becomes such an answer."""
    app.add_exception_handler(TunerError, _of_ours)
    app.add_exception_handler(RequestValidationError, of_values)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(Exception, of_a_bug)


def of_error(error: TunerError) -> Response:
    status, kind = next((status, kind) for cls, status, kind in KINDS if isinstance(error, cls))
    return problem(status, kind, str(error), _HEADERS.get(status))


async def _of_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, TunerError)
    return of_error(error)


async def of_values(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return problem(400, "not-json", f"the body is no JSON: {first.get('ctx', {}).get('error', '')}.")
    place, *rest = [str(part) for part in first["loc"]] or ["body"]
    where = ".".join(rest) or f"the {place}"
    said = "" if first["type"] == "missing" else f"; it is {_short(first.get('input'))}"
    return problem(422, "input-not-usable", f"{where}: {str(first['msg']).removeprefix('Input ')}{said}.")


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:80]}..."


async def of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    details = {
        404: f"there is nothing at {request.url.path}.",
        405: f"{request.method} is not for {request.url.path}.",
        413: "the body is larger than this server takes.",
    }
    kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    return problem(error.status_code, kind, details.get(error.status_code, str(error.detail)), error.headers)


async def of_a_bug(request: Request, error: Exception) -> Response:
    number = secrets.token_hex(4)
    logger.error("bug %s at %s %s", number, request.method, request.url.path, exc_info=error)
    return problem(500, "bug", f"this is a bug of tune's. The server's log has it under {number}.")
