"""The client has a method for every operation of the API, with its arguments: held against the description of a server.

An operation without one: add a method to the class that it is of - `Client` (tuner/client/client.py) for what is asked
of a server, `RemoteStudy` (study.py; files.py, configurations.py) for `/studies/{study}/...`, `RemoteTrial` (trial.py)
for a trial - marked with `@operation(METHOD, PATH)`, the path as in the description; two lines each, as those beside.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import client_of, settings_for
from tuner.client.asked import AskedTrial
from tuner.client.client import Client
from tuner.client.configurations import RemoteConfigurations
from tuner.client.files import RemoteFiles
from tuner.client.notifications import RemoteNotifications
from tuner.client.operations import Operation, operation_of
from tuner.client.study import RemoteStudy
from tuner.client.trial import RemoteTrial

CLASSES = (Client, RemoteNotifications, RemoteStudy, RemoteFiles, RemoteConfigurations, RemoteTrial, AskedTrial)
PREFIX = "/api/v1"


@dataclass(frozen=True)
class Method:
    name: str
    arguments: frozenset[str]
    operation: Operation


def methods() -> Iterator[Method]:
    for kind in CLASSES:
        for name, function in vars(kind).items():
            for each in operation_of(function):
                yield Method(f"{kind.__name__}.{name}", frozenset(inspect.signature(function).parameters), each)


KNOWN = {(each.operation.method, each.operation.path): each for each in methods()}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder: Path = tmp_path_factory.mktemp("described")
    with client_of(settings_for(f"sqlite:///{folder / 'tuner.db'}", folder)) as client:
        found: dict[str, Any] = client.get("/openapi.json").json()
        return found


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path.removeprefix(PREFIX)): each
        for path, of_path in described["paths"].items()
        for method, each in of_path.items()
    }


def test_every_operation_has_a_method_and_every_method_an_operation(described: dict[str, Any]) -> None:
    there = operations(described)
    missing = "\n".join(f'@operation("{method}", "{path}")' for method, path in sorted(there.keys() - KNOWN.keys()))
    assert not missing, f"tuner/client has no method for these; {__doc__.partition(chr(10) * 2)[2]}\n{missing}"
    assert not KNOWN.keys() - there.keys(), "the server has these no more: take their methods out of tuner/client"


def test_a_method_takes_what_its_operation_takes(described: dict[str, Any]) -> None:
    lacking = {}
    for key, each in operations(described).items():
        if (method := KNOWN.get(key)) is None:
            continue
        names = {one["name"].replace("-", "_") for one in each.get("parameters", ()) if one["in"] != "header"}
        names |= set(_properties(each, described)) - {"lease"}
        names -= {"study", "number"} if not method.name.startswith("Client") else set()
        otherwise = dict(method.operation.otherwise)
        wanted = {one for name in names for one in otherwise.get(name, (name,))}
        if wanted - method.arguments:
            lacking[method.name] = sorted(wanted - method.arguments)
    assert not lacking, "what these operations take, these methods of tuner/client do not"


def _properties(each: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    content = each.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = content.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = described["components"]["schemas"].get(name, {}).get("properties", {})
    return found


def test_every_method_says_what_it_is() -> None:
    for kind in CLASSES:
        for name, each in vars(kind).items():
            public = not name.startswith("_") and callable(each)
            assert not public or each.__doc__, f"{kind.__name__}.{name}"
