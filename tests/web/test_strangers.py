"""Nobody changes what is another's: every operation that changes something, walked in the description of the API."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.analysis.written import write_study
from tests.web.conftest import client_of, settings_for
from tuner.database import budget, studies
from tuner.database.connection import Database
from tuner.database.tables import Base, StudyRow
from tuner.service.tokens import TokenRequest, create_token

_MOVES = ("tuner_tokens", "tuner_servers")
"""That a token was used is noted, and that a server lives."""


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    body: Any

    @property
    def asks_only(self) -> bool:
        """Whether its words say so: nothing is stored."""
        return self.path.endswith(("check", "edit"))

    @property
    def of_a_study(self) -> bool:
        return "{study}" in self.path


@pytest.fixture(scope="module")
def client(url: str, db: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    write_study(db, "hers")
    write_study(db, "runs", outcome=None)
    studies.set_note(db, "hers", "ada's own words")
    with db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(owner="ada", trials=20))
    budget.take(db, "runs", "w")  # a trial that could be cancelled
    with client_of(settings_for(url, tmp_path_factory.mktemp("kept")), run="elsewhere") as made:
        yield made


def _changing(client: httpx.Client) -> list[Operation]:
    description = client.get("/openapi.json").json()
    found = []
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            if method != "get":
                found.append(Operation(method, path.removeprefix("/api/v1"), _body(told, description)))
    return found


def _body(told: dict[str, Any], description: dict[str, Any]) -> Any:
    """The example of what it takes, so that a body is not what it is refused for."""
    for media in told.get("requestBody", {}).get("content", {}).values():
        schema = description["components"]["schemas"][media["schema"]["$ref"].rpartition("/")[2]]
        fields = {name: each["examples"][0] for name, each in schema["properties"].items() if each.get("examples")}
        return (schema.get("examples") or [fields])[0]
    return None


def _stored(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    with db.session() as session:
        return {
            table.name: sorted(tuple(map(repr, row)) for row in session.execute(sa.select(table)))
            for table in Base.metadata.sorted_tables
            if table.name not in _MOVES
        }


@pytest.mark.parametrize(("person", "role"), [("bob", "member"), ("vera", "viewer"), ("ada", "viewer")])
def test_what_is_anothers_is_left_as_it_is(client: httpx.Client, db: Database, person: str, role: Any) -> None:
    headers = {"Authorization": f"Bearer {create_token(db, TokenRequest(person=person, role=role)).text}"}
    before, tried = _stored(db), 0
    for each in _changing(client):
        if not each.of_a_study and role == "member":
            continue  # a study of one's own
        for study in ("hers", "runs"):
            path = each.path.replace("{study}", study).replace("{number}", "0").replace("{person}", "ada")
            # Whatever else an operation names.
            while "{" in path:
                path = path[: path.index("{")] + "1" + path[path.index("}") + 1 :]
            answer = client.request(each.method, path, json=each.body, headers=headers)
            allowed = (403, 404) if each.of_a_study and not each.asks_only else (200, 403, 404, 422)
            assert answer.status_code in allowed, (each, answer.text)
            assert _stored(db) == before, each
            tried += 1
    assert tried >= 18


def test_they_are_her_own_to_change(client: httpx.Client, db: Database) -> None:
    """What was refused above is refused because of who asks: the same requests of the owner are carried out, or fail
    for what the study is."""
    headers = {"Authorization": f"Bearer {create_token(db, TokenRequest(person='ada', role='member')).text}"}
    statuses = {}
    operations = [each for each in _changing(client) if each.of_a_study and not each.asks_only]
    for each in sorted(operations, key=lambda each: (each.method == "delete", "rename" in each.path)):
        path = each.path.replace("{study}", "runs").replace("{number}", "0")
        while "{" in path:
            path = path[: path.index("{")] + "1" + path[path.index("}") + 1 :]
        statuses[each.method, each.path] = client.request(
            each.method, path, json=each.body, headers=headers
        ).status_code
    assert not [each for each, status in statuses.items() if status in (401, 403)], statuses
    assert sum(status < 300 for status in statuses.values()) >= 5, statuses
