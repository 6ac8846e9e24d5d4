"""A study is followed over HTTP: what is new of it, asked for or sent, to those that were away too."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.analysis.written import TRIALS, write_study
from tests.web.conftest import client_of, settings_for, url_of_each
from tuner.database import studies
from tuner.database.connection import Database

url = url_of_each


@dataclass(frozen=True)
class Event:
    name: str
    number: str
    data: dict[str, Any]


def _events(answer: httpx.Response) -> Iterator[Event]:
    """Of a stream, as they come; comments that keep it open are none."""
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if line and name:
            fields[name] = value
        elif not line and "data" in fields:
            yield Event(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
            fields = {}


def test_what_is_new_since_a_number_is_told_once(client: httpx.Client, db: Database) -> None:
    write_study(db, "asked", TRIALS[:2])
    whole = client.get("/studies/asked/changes").json()
    assert {each["trial_number"] for each in whole["runs"]} >= {0, 1}
    assert len(whole["epochs"]) == sum(len(each.accuracies) for each in TRIALS[:2])
    assert client.put("/studies/asked/note", json={"note": "mine"}).status_code == 200
    new = client.get("/studies/asked/changes", params={"since": whole["number"]}).json()
    assert (new["study"]["note"], new["runs"], new["epochs"]) == ("mine", [], [])
    assert new["number"] > whole["number"]
    nothing = client.get("/studies/asked/changes", params={"since": new["number"]}).json()
    assert (nothing["number"], nothing["study"], nothing["runs"]) == (new["number"], None, [])
    for wrong in (-1, 2**64, "x"):
        assert client.get("/studies/asked/events", params={"since": wrong}).status_code == 422


def test_events_come_as_they_happen_and_to_whom_was_away(client: httpx.Client, db: Database) -> None:
    write_study(db, "sent", TRIALS[:1])
    path = "/studies/sent/events"
    with client.stream("GET", path, params={"since": 0}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        coming = _events(answer)
        first = next(coming)
        assert (first.name, first.number) == ("changes", str(first.data["number"]))
        assert first.data["runs"][0]["study_name"] == "sent"
        assert client.put("/studies/sent/note", json={"note": "seen"}).status_code == 200
        second = next(coming)
        assert (second.data["study"]["note"], second.data["epochs"]) == ("seen", [])
    assert client.put("/studies/sent/note", json={"note": "missed"}).status_code == 200
    with client.stream("GET", path, headers={"Last-Event-ID": second.number}) as answer:
        missed = next(_events(answer))
        assert (missed.data["study"]["note"], missed.data["runs"]) == ("missed", [])


def test_who_begins_without_a_number_is_told_where_it_stands(client: httpx.Client, db: Database) -> None:
    write_study(db, "begun", TRIALS[:1])
    with (
        client.stream("GET", "/studies/begun/events") as answer,
        client.stream("GET", "/studies/begun/events") as other,
    ):
        both = _events(answer), _events(other)
        begins = [next(each) for each in both]
        assert [each.name for each in begins] == ["begin", "begin"]
        studies.set_note(db, "begun", "for both")
        for each in both:
            new = next(each)
            assert (new.name, new.data["study"]["note"], new.data["runs"]) == ("changes", "for both", [])


def test_a_study_that_is_deleted_or_not_there_is_said_to_be(client: httpx.Client, db: Database) -> None:
    write_study(db, "leaving", TRIALS[:1])
    with client.stream("GET", "/studies/leaving/events") as answer:
        coming = _events(answer)
        next(coming)
        assert client.delete("/studies/leaving").status_code == 200
        assert [each.name for each in coming] == ["gone"]
    missing = client.get("/studies/nosuch/events")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")


def test_a_server_that_ends_does_not_wait_for_those_that_listen(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'tuner.db'}", tmp_path)
    with client_of(settings) as client:
        from tests.database.conftest import opening

        with opening(settings.storage) as db:
            write_study(db, "open", TRIALS[:1])
        stream = client.send(client.build_request("GET", "/studies/open/events"), stream=True)
        coming = _events(stream)
        assert next(coming).name == "begin"
        began = time.monotonic()
    assert time.monotonic() - began < 25  # `running` gives up after 30
    stream.close()
