"""Studies started and changed over HTTP, by those who may."""

import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.database.conftest import opening
from tests.notifying.conftest import Webhook, wait_for
from tests.notifying.conftest import webhook as webhook
from tests.web.conftest import client_of, settings_for, url_of_each
from tuner.database import audit, budget, studies
from tuner.database.connection import Database
from tuner.database.service_tables import PersonRole
from tuner.service.tokens import TokenRequest, create_token

url = url_of_each

SPACE = """
dataset: digits
parameters: {units: [8, 16], learning_rate: {float: [1e-3, 1e-2]}, epochs: 2, normalization: minmax}
search: {trials: 2, seed: 1, finalists: 0, pruner: none}
"""
NEW = {"space_text": SPACE, "space_name": "small", "run": "elsewhere"}

People = dict[str, httpx.Client]
PEOPLE: Mapping[str, PersonRole] = {
    "ada": "member", "bob": "member", "cleo": "member", "vera": "viewer", "root": "admin",
}  # fmt: skip


@pytest.fixture(scope="module")
def people(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with client_of(settings_for(url, tmp_path_factory.mktemp("kept"))) as client, opening(url) as db:
        made: People = {}
        for person, role in PEOPLE.items():
            text = create_token(db, TokenRequest(person=person, role=role)).text
            headers = {"Authorization": f"Bearer {text}"}
            made[person] = httpx.Client(base_url=client.base_url, headers=headers, timeout=60.0, trust_env=False)
        yield made
        for each in made.values():
            each.close()


def test_a_study_lives_from_its_start_to_its_deletion(people: People, db: Database) -> None:
    ada = people["ada"]
    made = ada.post("/studies", json={**NEW, "study_name": "my/study", "trials": 5})
    assert made.status_code == 201, made.text
    assert made.headers["location"] == "/api/v1/studies/my%2Fstudy"
    assert (made.json()["owner"], made.json()["state"], made.json()["trials"]) == ("ada", "waiting", 5)
    place = "/studies/my%2Fstudy"
    changed = ada.patch(place, json={"trials": 7, "limits": {"plateau": 3}})
    assert (changed.status_code, changed.json()["trials"]) == (200, 7)
    assert studies.view_study(db, "my/study").options.limits.plateau == 3
    assert ada.put(f"{place}/note", json={"note": "mine"}).json()["note"] == "mine"
    assert ada.post(f"{place}/stop").json()["state"] == "stopped"
    assert ada.post(f"{place}/resume", json={"trials": 8, "run": "elsewhere"}).json()["state"] == "waiting"
    assert ada.post(f"{place}/cancel").json()["state"] == "cancelled"
    renamed = ada.post(f"{place}/rename", json={"new_name": "other"})
    assert renamed.json()["study_name"] == "other"
    assert ada.get(place).status_code == 404
    assert ada.get("/studies", params={"owner": "ada", "words": "other"}).json()["studies"][0]["note"] == "mine"
    gone = ada.delete("/studies/other")
    assert (gone.status_code, gone.json()["study_name"]) == (200, "other")
    assert ada.get("/studies/other").status_code == 404
    lines = people["root"].get("/audit", params={"study": "my/study"}).json()["lines"]
    actions = ["rename", "cancel", "resume", "stop", "note", "change", "start"]
    assert [(each["action"], each["person"]) for each in lines] == [(each, "ada") for each in actions]


def test_nobody_changes_anothers_study(people: People, db: Database) -> None:
    ada = people["ada"]
    assert ada.post("/studies", json={**NEW, "study_name": "hers"}).status_code == 201
    job = budget.take(db, "hers", "w")
    assert job is not None
    tries = [
        ("POST", "/studies/hers/stop", None),
        ("POST", "/studies/hers/cancel", None),
        ("POST", "/studies/hers/resume", {"run": "elsewhere"}),
        ("POST", "/studies/hers/rename", {"new_name": "mine"}),
        ("PATCH", "/studies/hers", {"trials": 1}),
        ("PUT", "/studies/hers/note", {"note": "was here"}),
        ("POST", "/studies/hers/champion", {}),
        ("DELETE", "/studies/hers", None),
        ("POST", "/studies", {**NEW, "study_name": "hers"}),
    ]
    before = len(audit.view_lines(db, None, None, 200))
    for other in ("bob", "vera"):
        for method, path, body in tries:
            answer = people[other].request(method, path, json=body)
            assert (answer.status_code, answer.json()["type"]) == (403, "urn:tune:not-allowed"), (other, path)
        assert people[other].get("/studies/hers").json()["trials"] == 2
    assert people["vera"].post("/studies", json=NEW).status_code == 403
    assert len(audit.view_lines(db, None, None, 200)) == before
    assert people["root"].post("/studies/hers/stop").status_code == 200


def test_a_request_that_is_sent_again_with_its_key_starts_one_study(people: People) -> None:
    ada, bob = people["ada"], people["bob"]
    key = {"Idempotency-Key": "k-1"}
    first = ada.post("/studies", json=NEW, headers=key)
    again = ada.post("/studies", json=NEW, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json()["study_name"] == again.json()["study_name"]
    other = ada.post("/studies", json={**NEW, "trials": 9}, headers=key)
    assert (other.status_code, "was given to another request" in other.json()["detail"]) == (422, True)
    # A key is a person's own, and one that failed is free.
    assert bob.post("/studies", json=NEW, headers=key).json()["study_name"] != first.json()["study_name"]
    failed = {"Idempotency-Key": "k-2"}
    assert ada.post("/studies", json={**NEW, "space_text": "dataset: nosuch"}, headers=failed).status_code == 422
    assert ada.post("/studies", json=NEW, headers=failed).status_code == 201
    assert ada.post("/studies", json=NEW, headers={"Idempotency-Key": "a b"}).status_code == 422


def test_what_cannot_be_asked_is_said_in_a_line_and_nothing_is_stored(people: People, db: Database) -> None:
    ada = people["ada"]
    before = len(studies.view_studies(db))
    for body, words in [
        ({"space": "nosuch"}, "there is no search space"),
        ({**NEW, "trials": 0}, "trials: "),
        ({**NEW, "code": ["x.py"]}, "code: there is no such key"),
        ({**NEW, "space_text": "dataset: digits\nmodel: {python: 'x.py:build'}"}, "its network is made by x.py:build"),
        ({**NEW, "space_text": "dataset: {python: 'x.py:rows'}\nparameters: {units: 8}", "run": "here"}, "x.py"),
        ({**NEW, "here": {"workers": 1000}}, "workers: should be less than or equal to 64"),
        ({**NEW, "study_name": "\n"}, "a study's name is"),
        ({**NEW, "from_study": "nosuch"}, "there is no study 'nosuch'"),
    ]:
        answer = ada.post("/studies", json=body)
        assert answer.status_code in (404, 422), answer.text
        assert words in answer.json()["detail"]
        assert "\n" not in answer.json()["detail"]
    assert len(studies.view_studies(db)) == before
    assert ada.post("/studies/nosuch/stop").status_code == 404


@pytest.mark.slow
def test_the_server_runs_a_study_with_workers_of_its_own_and_tells_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, webhook: Webhook
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    settings = settings_for(f"sqlite:///{tmp_path / 'tuner.db'}", tmp_path)
    (tmp_path / "data").mkdir()
    with client_of(settings, data=tmp_path / "data", notify_private=True) as client:
        client.post("/notifications", json={"url": webhook.address, "owner": "me"})
        body = {**NEW, "run": "here", "study_name": "s", "here": {"workers": 1, "device": "cpu"}}
        lacks = {**body, "study_name": "lacks", "space_text": "dataset: {idx: nowhere}\nparameters: {epochs: [1, 2]}"}
        assert client.post("/studies", json=lacks).status_code == 201  # nobody waits while data are read
        assert client.post("/studies", json=body).status_code == 201
        _until(client, "finished")
        shown = client.get("/studies/s").json()
        assert (shown["counts"]["complete"], shown["trials"]) == (2, 2)
        wait_for(lambda: set(webhook.events()) == {("failed", "lacks"), ("ended", "s")})
        told = client.get("/studies/lacks").json()
        assert told["state"] == "waiting"
        assert "nowhere: no such folder" in told["passed_over"][0]["reason"]
        assert any("nowhere: no such folder" in each.message["words"][0] for each in webhook.got)
        assert len(client.get("/studies/s/trials/1/epochs").json()["epochs"]) == 2
        client.post("/studies/s/resume", json={"trials": 400, "here": {"workers": 1}})
        _until(client, "running")
        assert "worker runs on study 's'" in client.delete("/studies/s").json()["detail"]
    # The server has ended, and no worker is left behind.
    with opening(settings.storage) as db:
        from tuner.database.workers import view_workers

        assert view_workers(db) == []
    assert re.search(r"worker-1\.log$", str(*(tmp_path / "tuner-logs" / "s").rglob("*.log")))


def _until(client: httpx.Client, state: str) -> None:
    until = time.monotonic() + 200
    while (shown := client.get("/studies/s").json())["state"] != state:
        assert time.monotonic() < until, shown
        time.sleep(0.5)


def test_workers_are_shared_out_as_studies_say(people: People, db: Database) -> None:
    ada = people["ada"]
    made = ada.post("/studies", json={**NEW, "study_name": "shared", "priority": -2, "most_workers": 3})
    assert made.status_code == 201, made.text
    assert [made.json()[name] for name in ("priority", "most_workers", "waits")] == [-2, 3, None]
    changed = ada.patch("/studies/shared", json={"priority": 0, "most_workers": 0}).json()
    assert (changed["priority"], changed["most_workers"]) == (0, None)
    for answer in (
        ada.patch("/studies/shared", json={"priority": 1}),
        ada.post("/studies", json={**NEW, "study_name": "sooner", "priority": 1}),
    ):
        assert answer.status_code == 403
        assert answer.json()["detail"].startswith("a priority above 0 is for admins; ada is a member")
    assert people["root"].patch("/studies/shared", json={"priority": 9}).json()["priority"] == 9


def test_a_study_beyond_its_owners_limit_waits_and_says_for_what(people: People, db: Database) -> None:
    root, cleo = people["root"], people["cleo"]
    assert cleo.put("/owners/cleo/limit", json={"most_studies": 5}).status_code == 403
    assert root.put("/owners/cleo/limit", json={"most_studies": 1}).status_code == 200
    first, second = (cleo.post("/studies", json={**NEW, "study_name": name}).json() for name in ("hers-1", "hers-2"))
    assert (first["waits"], second["state"]) == (None, "waiting")
    assert second["waits"] == "waits: cleo has 1 running study, the most (hers-1)"
    (told,) = cleo.get("/owners").json()["owners"]
    assert told == {"person": "cleo", "most_studies": 1, "running": ["hers-1"], "waiting": ["hers-2"]}
    assert cleo.post("/studies/hers-1/stop").status_code == 200
    until = time.monotonic() + 10.0  # what another study's change means for this one is seen in its own time
    while cleo.get("/studies/hers-2").json()["waits"] != "waits for a worker":
        assert time.monotonic() < until
        time.sleep(0.2)
    assert root.put("/owners/cleo/limit", json={"most_studies": None}).json()["owners"] == []
    assert [each["words"] for each in root.get("/audit").json()["lines"] if each["action"] == "limit"] == [
        "cleo: any number of running studies",
        "cleo: at most 1 running study",
    ]
