"""Who is told, over HTTP: one's own, and no private address."""

from pathlib import Path

import httpx
import pytest

from tests.analysis.written import OUTCOME, TRIALS, write_study
from tests.database.conftest import close, opening
from tests.notifying.conftest import Webhook, wait_for
from tests.notifying.conftest import webhook as webhook
from tests.web.conftest import client_of, settings_for
from tests.web.test_signing_in import bearer
from tuner.database.connection import Database
from tuner.service.tokens import TokenRequest, create_token


@pytest.fixture
def ada(db: Database) -> dict[str, str]:
    return bearer(create_token(db, TokenRequest(person="ada")).text)


def test_a_webhook_of_ones_own(client: httpx.Client, db: Database, ada: dict[str, str], webhook: Webhook) -> None:
    body = {"url": "https://hooks.example/deep/path", "owner": "me", "events": ["ended", "best"]}
    made = client.post("/notifications", json=body, headers=ada)
    assert made.status_code == 201
    assert made.json()["secret"].startswith("tune_hook_")
    assert "***" not in made.text
    receiver = made.json()["receiver"]
    assert (receiver["target"], receiver["owner"]) == ("https://hooks.example/deep...", "ada")
    listed = client.get("/notifications", headers=ada)
    assert listed.json()["receivers"] == [receiver]
    assert made.json()["secret"] not in listed.text
    place = f"/notifications/{receiver['receiver_id']}"
    bob = bearer(create_token(db, TokenRequest(person="bob")).text)
    assert client.get("/notifications", headers=bob).json()["receivers"] == []
    assert client.delete(place, headers=bob).status_code == 404
    assert client.post(f"{place}/test", headers=bob).status_code == 404
    admin = bearer(create_token(db, TokenRequest(person="root", role="admin")).text)
    assert client.get("/notifications", headers=admin).json()["receivers"] == [receiver]
    assert client.delete(place, headers=admin).json() == receiver
    viewer = bearer(create_token(db, TokenRequest(person="eve", role="viewer")).text)
    assert client.post("/notifications", json=body, headers=viewer).status_code == 403
    lines = client.get("/audit", headers=admin).json()["lines"]
    told = [(each["person"], each["words"].split()[0]) for each in lines if each["action"] == "notify"]
    assert told[:2] == [("root", "removed"), ("ada", "made")]


def test_no_private_address_is_called(client: httpx.Client, ada: dict[str, str], webhook: Webhook) -> None:
    refused = client.post("/notifications", json={"url": webhook.address}, headers=ada)
    assert refused.status_code == 422
    assert "lies on the open internet" in refused.json()["detail"]
    address = webhook.address.replace("http://127.0.0.1", "https://localhost")
    made = client.post("/notifications", json={"url": address}, headers=ada).json()["receiver"]["receiver_id"]
    came = client.post(f"/notifications/{made}/test", headers=ada)
    assert came.status_code == 200
    assert not came.json()["delivered"]
    assert "in a private network" in came.json()["words"]
    assert client.post(f"/notifications/{made}/test", headers=ada).status_code == 422
    assert webhook.got == []


def test_a_server_delivers_also_to_private_addresses_where_it_was_told_to(tmp_path: Path, webhook: Webhook) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'tuner.db'}", tmp_path)
    with opening(settings.storage) as db, client_of(settings, notify_private=True) as served:
        write_study(db, "s", TRIALS, outcome=None)
        made = served.post("/notifications", json={"url": webhook.address, "study": "s"}).json()["receiver"]
        assert served.post(f"/notifications/{made['receiver_id']}/test").json()["delivered"]
        close(db, "s", OUTCOME)
        wait_for(lambda: ("ended", "s") in webhook.events())
        assert served.get("/notifications").json()["receivers"][0]["given_up"] == 0
