"""Configurations over HTTP: a form, a check as it is typed, one that is added once."""

import json
from typing import Any

import httpx
import pytest

from tests.analysis.written import write_study
from tests.web.test_changes import NEW
from tuner.database.connection import Database

PLAIN = {"units": 8, "learning_rate": 0.005, "epochs": 2, "normalization": "minmax"}
JSON = {"Content-Type": "application/json"}


def test_a_configuration_is_made_from_a_form_checked_and_added_once(client: httpx.Client) -> None:
    assert client.post("/studies", json={**NEW, "study_name": "of/forms"}).status_code == 201
    place = "/studies/of%2Fforms"
    form = client.get(f"{place}/parameters").json()
    fields = {each["name"]: each for each in form["parameters"]}
    assert (fields["units"]["values"], fields["learning_rate"]["low"], form["values"]) == ([8, 16], 0.001, {})
    checked = client.post(f"{place}/configurations:check", json={"params": {**PLAIN, "units": 9}})
    assert checked.json()["faults"] == [{"parameter": "units", "words": "units is 9; the space has 8, 16."}]
    assert checked.json()["params"] is None
    key = {"Idempotency-Key": "one"}
    answers = [client.post(f"{place}/configurations", json={"params": PLAIN}, headers=key) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert client.get(f"{place}/configurations").json()["configurations"] == [
        {name: each for name, each in answers[0].json().items() if name not in ("trials", "notes")}
    ]
    wrong = client.post(f"{place}/configurations", json={"params": {**PLAIN, "units": 9}})
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "the configuration: units is 9; the space has 8, 16.")
    assert client.post(f"{place}/configurations", json={"params": PLAIN}).json()["name"] == "added-2"
    full = client.post(f"{place}/configurations", json={"params": PLAIN})
    assert (full.status_code, full.json()["type"]) == (409, "urn:tune:study-conflict")
    assert client.post(f"{place}/configurations", json={"params": PLAIN, "more": True}).json()["trials"] == 3


def test_a_form_starts_from_a_trial(client: httpx.Client, db: Database) -> None:
    write_study(db, "to start from")
    form = client.get("/studies/to%20start%20from/parameters", params={"trial": 1}).json()
    assert form["values"]["optimizer"] == "momentum"
    assert client.get("/studies/to%20start%20from/parameters", params={"trial": 99}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"params": PLAIN, "name": "\0"},
        {"params": {"\0": 1}},
        {"params": {"\ud800": 1}},
        {"params": {"units" * 100: 1}},
        {"params": {"units": "\0"}},
        {"params": {"units": "\ud800"}},
        {"params": {"units": [[8]]}},
        {"params": {"units": {"a": 1}}},
        {"params": {"units": 10**400}},
        {"params": {"learning_rate": "nan"}},
        {"params": {"learning_rate": "1e999"}},
        {"params": {"epochs": True}},
        {"params": PLAIN, "from_trial": 0},
    ],
)
def test_what_is_no_configuration_is_refused(client: httpx.Client, db: Database, body: dict[str, Any]) -> None:
    if client.get("/studies/odd").status_code == 404:
        assert client.post("/studies", json={**NEW, "study_name": "odd", "trials": 99}).status_code == 201
    for place, statuses in (("configurations", (404, 422)), ("configurations:check", (200, 404, 422))):
        sent = {name: each for name, each in body.items() if name != "name" or place == "configurations"}
        answer = client.post(f"/studies/odd/{place}", content=json.dumps(sent), headers=JSON)
        assert answer.status_code in statuses, answer.text


def test_a_persons_name_is_one(client: httpx.Client) -> None:
    assert client.put("/owners/%00/limit", json={"most_studies": 1}).status_code == 422


def test_a_space_is_changed_and_a_configuration_withdrawn(client: httpx.Client) -> None:
    assert client.post("/studies", json={**NEW, "study_name": "minds", "trials": 5}).status_code == 201
    written = client.get("/studies/minds/spec").json()["written"]
    new = written.replace("units: [8, 16]", "units: [8, 32]")
    assert client.post("/studies/minds/configurations", json={"params": PLAIN, "name": "mine"}).status_code == 201
    assert client.patch("/studies/minds", json={"space_text": new}).status_code == 200
    spec = client.get("/studies/minds/spec").json()
    assert (spec["written"], spec["changes"][0]["written"]) == (new, written)
    assert spec["changes"][0]["words"] == ["units: 8, 16 -> 8, 32"]
    again = client.patch("/studies/minds", json={"space_text": new})
    assert (again.status_code, "nothing would change" in again.json()["detail"]) == (422, True)
    for _ in range(2):
        assert client.delete("/studies/minds/configurations/0").json()["withdrawn"] is True
    assert client.delete("/studies/minds/configurations/7").status_code == 404
