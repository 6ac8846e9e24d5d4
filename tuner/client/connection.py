"""Requests to a server, sent again where that is safe, and its problems raised as the errors that they are.

Owns: which requests may be sent twice - those that read, and those that say that twice is once - and how long a server
that does not answer is waited for.
Leaves to others: what is asked (client, study, trial).
"""

import json
import math
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel

from tuner.errors import InputError, NotAllowed, NotFound, NotSignedIn, ServiceDown, TunerError
from tuner.formatting import one_line
from tuner.redaction import keep_secret
from tuner.web.problem_kinds import KINDS

PREFIX = "/api/v1"

Model = TypeVar("Model", bound=BaseModel)
Query = Mapping[str, Any]

_BY_KIND = {f"urn:tune:{kind}": error for error, _, kind in KINDS}
_BY_STATUS: Mapping[int, type[TunerError]] = {401: NotSignedIn, 403: NotAllowed, 404: NotFound}
_AWAY = (502, 503, 504)

_MADE_S = 600.0
"""A file may take a while to be made."""
_ANSWER_S, _CONNECT_S, _SILENCE_S = 120.0, 10.0, 60.0
_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 5.0


class Connection:
    """To one server. patience_s: how long it is asked again that does not answer. Several threads may use it."""

    def __init__(self, url: str, token: str | None, patience_s: float) -> None:
        self.url = url.rstrip("/").removesuffix(PREFIX)
        if not self.url.startswith(("http://", "https://")):
            raise InputError(f"{url!r} is no address of a server. Give one such as http://127.0.0.1:8765.")
        headers = {}
        if token is not None:
            keep_secret(token)
            headers["Authorization"] = f"Bearer {token}"
        self.patience_s = patience_s
        timeout = httpx.Timeout(_ANSWER_S, connect=_CONNECT_S)
        try:
            self._http = httpx.Client(base_url=f"{self.url}{PREFIX}", headers=headers, timeout=timeout)
        except httpx.InvalidURL as error:
            raise InputError(f"{url!r} is no address of a server ({error}).") from error

    def close(self) -> None:
        self._http.close()

    @property
    def closed(self) -> bool:
        return self._http.is_closed

    def get(self, kind: type[Model], path: str, **query: Any) -> Model:
        return self._read(kind, self.send("GET", path, query, again=True))

    def bytes_of(self, path: str, **query: Any) -> bytes:
        return self.send("GET", path, query, again=True).content

    def ask(
        self,
        kind: type[Model],
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Query | None = None,
        key: str | None = None,
        again: bool = False,
    ) -> Model:
        """key: by which the server knows a request that comes again. again: it may come again without one."""
        return self._read(kind, self.send(method, path, query, body, key, again or key is not None))

    def send(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        again: bool = False,
    ) -> httpx.Response:
        """Raises the server's error, or ServiceDown."""
        if self.closed:
            raise InputError(f"{self.url}: this client was closed. Make another.")
        headers = {} if key is None else {"Idempotency-Key": key}
        content = None if body is None else json.dumps(_plain(body)).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        params = {name: each for name, each in (query or {}).items() if each is not None and each != ()}
        until, pause = time.monotonic() + self.patience_s, _PAUSE_S
        while True:
            try:
                answer = self._http.request(method, path, params=params, content=content, headers=headers)
            except httpx.TransportError as error:
                failure: TunerError = self._down(error)
            else:
                if answer.is_success:
                    return answer
                failure = error_of(answer)
                if answer.status_code not in _AWAY:
                    raise failure
            if not again or time.monotonic() + pause > until:
                raise failure
            time.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    @contextmanager
    def download(self, path: str, **query: Any) -> Iterator[Iterator[bytes]]:
        """An answer in pieces, as it comes. Raises the server's error, or ServiceDown."""
        params = {name: each for name, each in query.items() if each is not None}
        try:
            with self._http.stream("GET", path, params=params, timeout=_MADE_S) as answer:
                if not answer.is_success:
                    answer.read()
                    raise error_of(answer)
                yield answer.iter_bytes()
        except httpx.TransportError as error:
            raise self._down(error) from error

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str]) -> Iterator[Iterator[str]]:
        """An answer that comes line by line. Raises the server's error, or ServiceDown."""
        timeout = httpx.Timeout(_SILENCE_S, connect=_CONNECT_S)
        try:
            with self._http.stream("GET", path, headers=dict(headers), timeout=timeout) as answer:
                if not answer.is_success:
                    answer.read()
                    raise error_of(answer)
                yield answer.iter_lines()
        except httpx.TransportError as error:
            raise self._down(error) from error

    def _down(self, error: httpx.TransportError) -> ServiceDown:
        return ServiceDown(
            f"{self.url}: does not answer ({one_line(str(error)) or type(error).__name__}). Is the server up, and is "
            "the address right?"
        )

    def _read(self, kind: type[Model], answer: httpx.Response) -> Model:
        try:
            # A newer server may say more than is known here.
            return kind.model_validate_json(answer.content, extra="ignore")
        except ValueError as error:
            raise ServiceDown(
                f"{self.url}: answers what this version does not read. Is it a server of tune?"
            ) from error


def error_of(answer: httpx.Response) -> TunerError:
    """What the server would have raised where it stands, with the same line."""
    try:
        problem = answer.json()
        kind, words = problem["type"], str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        status = f"{answer.status_code} {answer.reason_phrase}"
        return ServiceDown(f"{answer.url.host}: answers {status.strip()}, which is no answer of tune's.")
    known = _BY_KIND.get(kind) or _BY_STATUS.get(answer.status_code)
    if known is None:
        known = InputError if answer.status_code < 500 else TunerError
    return known(words)


def _plain(value: Any) -> Any:
    """As JSON has it: numbers of NumPy are numbers, and what is no number is written as a word."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    number = float(value)
    return number if math.isfinite(number) else str(number)
