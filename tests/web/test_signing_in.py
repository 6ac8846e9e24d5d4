"""Who is let in: with a token, or at this machine as long as nobody has one."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tests.analysis.written import TRIALS, write_study
from tests.database.conftest import opening
from tests.web.conftest import client_of, settings_for
from tuner.cli.main import cli
from tuner.database.connection import Database
from tuner.database.service_tables import PersonRole
from tuner.errors import InputError
from tuner.service.people import HERE
from tuner.service.tokens import TokenRequest, create_token, revoke_token
from tuner.settings import user_name
from tuner.web.server import Listening, make_server


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture(scope="module")
def served(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with client_of(settings_for(url, tmp_path_factory.mktemp("kept"))) as client:
        yield client


def test_this_machine_is_let_in_until_somebody_has_a_token(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'tuner.db'}", tmp_path)
    with client_of(settings) as served, opening(settings.storage) as db:
        write_study(db, "s", TRIALS[:1])
        _is_open_until_then(served, db)


def _is_open_until_then(served: httpx.Client, db: Database) -> None:
    assert served.get("/me").json() == {"name": user_name(), "role": "admin"}
    for header in ("Forwarded", "X-Forwarded-For", "X-Real-IP"):
        behind = served.get("/me", headers={header: "203.0.113.9"})
        assert behind.status_code == 401
        assert "through a proxy" in behind.json()["detail"]
    made = create_token(db, TokenRequest(person="ada", role="viewer"))
    asked = served.get("/studies/s")
    assert (asked.status_code, asked.headers["www-authenticate"]) == (401, "Bearer")
    assert asked.json()["type"] == "urn:tune:not-signed-in"
    assert served.get("/studies/s", headers=bearer(made.text)).status_code == 200
    assert served.get("/me", headers=bearer(made.text)).json() == {"name": "ada", "role": "viewer"}
    revoke_token(db, made.view.token_id)
    gone = served.get("/me", headers=bearer(made.text))
    assert gone.status_code == 401
    assert made.text.rpartition("_")[2] not in gone.text
    # It was closed once: a token that was revoked opens nothing.
    assert served.get("/me").status_code == 401
    assert served.get("/health").status_code == served.get("/ready").status_code == 200


def test_everything_but_its_health_and_description_asks_who_asks(served: httpx.Client, db: Database) -> None:
    create_token(db, TokenRequest(person="somebody"))
    description = served.get("/openapi.json").json()
    asked = 0
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            if path.removeprefix("/api/v1") in ("/health", "/ready"):
                continue
            place = path.removeprefix("/api/v1").replace("{study}", "nosuch").replace("{number}", "1")
            # A body that cannot be used: who asks is asked first.
            answer = served.request(method.upper(), place.replace("{space}", "nosuch"), json={"no": "such"})
            assert answer.status_code == 401, (method, path, answer.text)
            assert "401" in told["responses"]
            assert told["security"]
            asked += 1
    assert asked > 10


def test_other_words_let_nobody_in(served: httpx.Client, db: Database) -> None:
    create_token(db, TokenRequest(person="somebody"))
    for header in ("Bearer", "Bearer x", "Basic eDp5", "Bearer tune_00000000_" + "A" * 43, "tune_00000000_"):
        assert served.get("/me", headers={"Authorization": header}).status_code == 401


def test_the_audit_is_for_admins(served: httpx.Client, db: Database) -> None:
    roles: tuple[PersonRole, ...] = ("viewer", "member", "admin")
    _, member, admin = (create_token(db, TokenRequest(person="eve", role=role)).text for role in roles)
    refused = served.get("/audit", headers=bearer(member))
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:tune:not-allowed")
    page = served.get("/audit", params={"limit": 2}, headers=bearer(admin)).json()
    assert [each["action"] for each in page["lines"]] == ["token", "token"]
    assert page["lines"][0]["person"] == HERE.name
    further = served.get("/audit", params={"before": page["next"], "limit": 1}, headers=bearer(admin)).json()
    assert further["lines"][0]["number"] < page["lines"][-1]["number"]


def test_beyond_this_machine_somebody_has_to_have_a_token(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'tuner.db'}", tmp_path)
    listening = Listening(host="0.0.0.0", port=0)
    with pytest.raises(InputError, match="nobody has a token yet"):
        make_server(settings, listening, lambda address: None)
    made = CliRunner().invoke(cli, ["token", "create", "ada", "--storage", settings.storage])
    text = made.stdout.strip()
    assert text.startswith("tune_")
    assert text not in made.stderr
    with client_of(settings, host="0.0.0.0") as client:
        assert client.get("/me").status_code == 401
        assert client.get("/me", headers={**bearer(text), "host": "tune.example"}).json()["name"] == "ada"


def test_tokens_are_listed_and_revoked_at_a_terminal(tmp_path: Path) -> None:
    storage = ["--storage", f"sqlite:///{tmp_path / 'tuner.db'}"]
    text = CliRunner().invoke(cli, ["token", "create", "ada", "--days", "0", *storage]).stdout.strip()
    token_id = text.split("_")[1]
    listed = CliRunner().invoke(cli, ["token", "list", *storage]).stdout
    assert listed == f"token {token_id} of ada, member, for good\n"
    assert CliRunner().invoke(cli, ["token", "revoke", token_id, *storage]).exit_code == 0
    assert "revoked" in CliRunner().invoke(cli, ["token", "list", *storage]).stdout
    assert '"counts": false' in CliRunner().invoke(cli, ["token", "list", "--json", *storage]).stdout
