"""Whatever is asked of the API, in any way that its description allows or not: no error of the server, and what it
answers is as it was described. Inputs are Schemathesis' own, and new each time."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.analysis.written import write_study
from tests.database.conftest import opening
from tests.web.conftest import client_of, settings_for, url_of_each
from tuner.database.service_tables import PersonRole
from tuner.service.tokens import TokenRequest, create_token

url = url_of_each

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_FILES = (".html", ".parquet", ".zip")
"""A process makes each, which takes seconds."""
_STUDIES = ("s", "a%2Fb", "open", "größe")
_ROLES: tuple[PersonRole, ...] = ("viewer", "member", "admin")


@dataclass(frozen=True)
class Asked:
    """A server, and the tokens of people. filled: it has studies, of ada."""

    client: httpx.Client
    tokens: list[str]
    filled: bool


@pytest.fixture(scope="module", params=["filled", "empty"])
def asked(
    url: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch_module: Any
) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("asked")
    monkeypatch_module.chdir(folder)
    monkeypatch_module.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder / 'mlflow.db'}")
    settings_here = settings_for(url if request.param == "filled" else _another(url, request, folder), folder)
    with opening(settings_here.storage) as db:
        tokens = [create_token(db, TokenRequest(person=each, role=each)).text for each in _ROLES]
        if request.param == "filled":
            for name in _STUDIES:
                write_study(db, name.replace("%2F", "/"), outcome={} if name == "s" else None)
    # Without workers of its own, whatever a body says.
    with client_of(settings_here, run="elsewhere") as client:
        yield Asked(client, tokens, request.param == "filled")


def _another(url: str, request: pytest.FixtureRequest, folder: Path) -> str:
    if url.startswith("sqlite"):
        return f"sqlite:///{folder / 'tuner.db'}"
    return str(request.getfixturevalue("postgres_server").new_database())


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def _operations(asked: Asked) -> list[Any]:
    schema: Any = schemathesis.openapi.from_dict(asked.client.get("/openapi.json").json())
    schema.config.update(base_url=str(asked.client.base_url).removesuffix("/api/v1/"))
    found = [each.ok() for each in schema.get_all_operations()]
    # What takes studies away comes last; a stream of events never ends.
    found.sort(key=lambda each: (each.method == "delete", "rename" in each.path))
    return [each for each in found if not each.path.endswith("/events")]


def _try(operation: Any, asked: Asked, examples: int) -> None:
    some = min(examples, 2) if operation.path.endswith(_FILES) else examples

    @settings(
        max_examples=some, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip
    @given(case=operation.as_strategy(), data=st.data())
    def check(case: Any, data: st.DataObject) -> None:
        _at_what_is_there(case, data.draw)
        if isinstance(case.body, dict) and case.body.get("run") == "here":
            case.body["run"] = "elsewhere"
        if (case.query or {}).get("mlflow"):
            case.query["mlflow"] = "false"  # MLflow takes seconds
        token = data.draw(st.sampled_from(asked.tokens))
        answer = case.call(headers={"Authorization": f"Bearer {token}"}, timeout=60)
        case.validate_response(answer, checks=_CHECKS)
        if answer.status_code >= 400:
            assert json.loads(answer.text)["status"] == answer.status_code

    check()


def _at_what_is_there(case: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Half of the time a study is one that there is, and a trial one that it has."""
    for name, known in (("study", st.sampled_from(_STUDIES)), ("number", st.integers(0, 5))):
        if name in (case.path_parameters or {}) and draw(st.booleans()):
            case.path_parameters[name] = draw(known)


@pytest.mark.half
@pytest.mark.parametrize("asked", ["filled"], indirect=True)
def test_nothing_that_is_asked_is_an_error_of_the_server(asked: Asked) -> None:
    for operation in _operations(asked):
        _try(operation, asked, 2)


@pytest.mark.slow
def test_nothing_that_many_ask_is_an_error_of_the_server(asked: Asked) -> None:
    for operation in _operations(asked):
        _try(operation, asked, 12 if asked.filled else 5)
