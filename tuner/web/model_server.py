"""A model over HTTP: `tune serve-model`.

Owns: its three addresses, the socket, how large a request may be, what a wrong one is answered.
Leaves to others: the model and what is in a request (service.served_model), what a terminal says (cli).
"""

import logging
import shlex
import socket
from collections.abc import Callable
from json import dumps
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tuner.errors import InputError
from tuner.formatting import one_line
from tuner.service.served_model import ServedModel

logger = logging.getLogger(__name__)

MOST_BYTES = 16 * 2**20
_LONGEST = 300


def request_of(model: ServedModel, address: str) -> str:
    """A request that a shell takes as it is, of a real row."""
    body = dumps(model.example(), ensure_ascii=False)
    return f"curl -s {address}/predict -d {shlex.quote(body)}"


def app_of(model: ServedModel, address: str) -> Starlette:
    """GET / tells what it is, GET /health that it answers, POST /predict asks it."""

    async def about(request: Request) -> JSONResponse:
        return JSONResponse(
            {
                "study_name": model.study_name, "trial_number": model.trial_number, "row": model.takes(),
                "classes": model.classes(), "example": request_of(model, address),
            }
        )  # fmt: skip

    async def health(request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def predict(request: Request) -> JSONResponse:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                raise HTTPException(413, f"more than {MOST_BYTES // 2**20} MiB; send fewer rows at once.")
        return JSONResponse(await run_in_threadpool(model.answer, bytes(body)))

    async def refused(request: Request, error: Exception) -> JSONResponse:
        status = error.status_code if isinstance(error, HTTPException) else 400
        words = one_line(str(error.detail if isinstance(error, HTTPException) else error))
        if status in (404, 405):
            words = 'there are GET /, GET /health and POST /predict, which takes {"rows": [...]}.'
        return JSONResponse({"error": words[:_LONGEST]}, status)

    async def failed(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"error": "the model could not answer; the server's log says why."}, 500)

    handlers: dict[Any, Any] = {InputError: refused, HTTPException: refused, Exception: failed}
    routes = [Route("/", about), Route("/health", health), Route("/predict", predict, methods=["POST"])]
    return Starlette(routes=routes, exception_handlers=handlers)


def listen_on(host: str, port: int) -> socket.socket:
    """port: 0 takes a free one. Raises InputError."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise InputError(f"--port {port}: cannot be listened on ({error.strerror}). Give another, or 0.") from error
    return listening


def serve_model(model: ServedModel, listening: socket.socket, told: Callable[[str], None]) -> None:
    """Answer until the process is told to end. told: what the address is, once it answers."""
    host, port = listening.getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}"
    config = uvicorn.Config(app_of(model, address), log_level="warning", lifespan="off", server_header=False)
    # The socket takes requests from here on, and the server answers them as soon as it runs.
    listening.listen(128)
    told(address)
    uvicorn.Server(config).run(sockets=[listening])
