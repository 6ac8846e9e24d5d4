"""What a page draws: columns of all trials, curves, who trained what."""

import gzip

import httpx
import pytest

from tests.analysis.written import TRIALS, Told, write_study
from tuner.database import studies
from tuner.database.connection import Database


def test_columns_have_what_the_list_of_trials_has(client: httpx.Client, db: Database) -> None:
    write_study(db, "drawn")
    table = client.get("/studies/drawn/columns", params={"metric": "val_loss"}).json()
    trials = client.get("/studies/drawn/trials").json()["trials"]
    for place, trial in enumerate(trials):
        for column, key in [
            ("trial", "trial_number"), ("ordinal", "ordinal"), ("state", "state"), ("value", "value"),
            ("epochs", "epochs"), ("seconds", "seconds"), ("started_at", "started_at"),
            ("finished_at", "finished_at"), ("worker", "worker"), ("baseline", "baseline"),
        ]:  # fmt: skip
            assert table[column][place] == trial[key], column
        assert {name: values[place] for name, values in table["params"].items() if values[place] is not None} == trial[
            "params"
        ]
        assert table["metrics"]["val_loss"][place] == trial["metrics"].get("val_loss")
        assert (table["verdict"][place] or "") == ", ".join(each["illness"] for each in trial["verdicts"])
    assert (table["metric"], table["direction"]) == ("val_accuracy", "maximize")
    # What is new afterwards is told from its number on.
    since = client.get("/studies/drawn/changes", params={"since": table["number"]}).json()
    assert (since["number"], since["runs"], since["epochs"]) == (table["number"], [], [])


def test_columns_show_what_was_written_a_moment_ago(client: httpx.Client, db: Database) -> None:
    write_study(db, "moves", TRIALS[:2], outcome=None)
    first = client.get("/studies/moves/columns").json()
    studies.set_note(db, "moves", "mine")
    second = client.get("/studies/moves/columns").json()
    assert second["number"] > first["number"]
    assert client.get("/studies/moves").json()["note"] == "mine"


def test_curves_of_chosen_trials(client: httpx.Client, db: Database) -> None:
    write_study(db, "curved")
    told = client.get("/studies/curved/epochs", params={"trial": [4, 2], "metric": "val_accuracy"}).json()
    assert [(each["trial"], each["epoch"], each["metrics"]) for each in told["curves"]] == [
        (4, [1, 2, 3, 4, 5, 6], {"val_accuracy": [0.86, 0.91, 0.94, 0.945, 0.95, 0.95]}),
        (2, [1, 2], {"val_accuracy": [0.11, 0.14]}),
    ]
    assert client.get("/studies/curved/epochs", params={"running": True}).json()["curves"] == []


def test_the_timeline_names_each_workers_trials(client: httpx.Client, db: Database) -> None:
    write_study(db, "timed")
    workers = client.get("/studies/timed/timeline").json()["workers"]
    assert [(each["worker"], each["trial"]) for each in workers] == [
        ("h-0-timed", [0, 2, 4]),
        ("h-1-timed", [1, 3]),
    ]
    assert workers[0]["end"][0] - workers[0]["begin"][0] == pytest.approx(6.5)


def test_large_answers_are_compressed_and_small_ones_and_streams_are_not(client: httpx.Client, db: Database) -> None:
    write_study(db, "large", [*TRIALS] * 8)

    def raw(path: str, **headers: str) -> tuple[str | None, bytes]:
        with client.stream("GET", path, headers=headers) as answer:
            return answer.headers.get("content-encoding"), b"".join(answer.iter_raw())

    for path in ("/studies/large/columns", "/studies/large/trials"):
        encoding, body = raw(path, **{"accept-encoding": "gzip"})
        plain = raw(path, **{"accept-encoding": "identity"})
        assert (encoding, plain[0]) == ("gzip", None)
        assert gzip.decompress(body) == plain[1]
        assert len(body) < len(plain[1]) / 3
    assert raw("/health", **{"accept-encoding": "gzip"})[0] is None
    with client.stream("GET", "/studies/large/events", headers={"accept-encoding": "gzip"}) as answer:
        assert "content-encoding" not in answer.headers
        assert next(answer.iter_lines()).startswith("event: begin")


def test_no_secret_is_in_a_column(client: httpx.Client, db: Database) -> None:
    write_study(db, "kept", [TRIALS[0], Told({**TRIALS[1].params, "optimizer": 'sgd password="s3cretly" x'}, (0.5,))])
    table = client.get("/studies/kept/columns")
    assert "s3cretly" not in table.text
    shown = [each["params"]["optimizer"] for each in client.get("/studies/kept/trials").json()["trials"]]
    assert shown == table.json()["params"]["optimizer"] == ["adam", "sgd password=*** x"]
