"""What is read over HTTP, from a server that runs: the same as the database has, a page at a time, and problems."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.analysis.written import TRIALS, Told, write_study
from tests.web.conftest import client_of, settings_for, url_of_each
from tuner.database.connection import Database
from tuner.settings import shipped_spaces, user_name

url = url_of_each


def test_a_server_lives_and_is_ready(client: httpx.Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json() == {"status": "ok"}


def test_a_study_is_shown_as_it_stands(client: httpx.Client, db: Database) -> None:
    write_study(db, "mine")
    answer = client.get("/studies/mine")
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["state"], shown["value"], shown["best_trial"]) == ("finished", 0.955, 1)
    assert (shown["metric"], shown["direction"]) == ("val_accuracy", "maximize")
    assert shown["owner"] == user_name()
    assert shown["counts"]["pruned"] == 1
    assert shown["best"]["params"]["optimizer"] == "momentum"
    assert shown["best"]["metrics"]["val_accuracy"] == 0.955
    assert shown["test"]["accuracy"] == 0.94
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


def test_a_study_is_found_by_whatever_name_it_has(client: httpx.Client, db: Database) -> None:
    for name in ("a/b", "a%2Fb", "a b", "100%", "größe", "?", "#x", "a+b"):
        write_study(db, name, TRIALS[:1])
        path = f"/studies/{quote(name, safe='')}"
        assert client.get(path).json()["study_name"] == name
        assert client.get(f"{path}/trials").json()["trials"][0]["study_name"] == name


def test_the_list_of_studies_goes_on_where_its_page_ended(client: httpx.Client, db: Database) -> None:
    for number in range(5):
        write_study(db, f"page-{number}", TRIALS[:1], outcome=None if number % 2 else {}, space_name="paged")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get("/studies", params={"space": "paged", "limit": 2, **cursor}).json()
        seen += [each["study_name"] for each in page["studies"]]
        if len(seen) == 2:
            write_study(db, "later", TRIALS[:1], space_name="paged")  # before what is left, which it does not shift
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == ["page-4", "page-3", "page-2", "page-1", "page-0"]
    finished = client.get("/studies", params={"state": "finished", "words": "ge-"}).json()["studies"]
    assert [each["study_name"] for each in finished] == ["page-4", "page-2", "page-0"]
    assert client.get("/studies", params={"space": "other"}).json()["studies"] == []


def test_pages_of_trials_are_the_whole_list_in_its_order(client: httpx.Client, db: Database) -> None:
    write_study(db, "ordered", [*TRIALS, TRIALS[0], Told({}, (), "failed", "no memory")])
    expected = {
        "number": [0, 1, 2, 3, 4, 5, 6],
        "latest": [6, 5, 4, 3, 2, 1, 0],
        "started_at": [0, 1, 2, 3, 4, 5, 6],
        "-momentum": [1, 0, 2, 3, 4, 5, 6],
        "params.optimizer": [0, 4, 5, 1, 2, 3, 6],
        # 3 and 6 diverged and failed, and have no value: the last, in their order.
        "best": [1, 4, 0, 5, 2, 3, 6],
        "worst": [2, 0, 5, 4, 1, 3, 6],
    }
    for order, numbers in expected.items():
        params: dict[str, str] = {"order": order, "limit": "2"}
        paged: list[int] = []
        while True:
            page = client.get("/studies/ordered/trials", params=params).json()
            paged += [each["trial_number"] for each in page["trials"]]
            assert page["total"] == 7
            if page["next"] is None:
                break
            params["cursor"] = page["next"]
        assert paged == numbers, order


def test_trials_are_filtered(client: httpx.Client, db: Database) -> None:
    write_study(db, "filtered")

    def numbers(**params: str | list[str]) -> list[int]:
        answer = client.get("/studies/filtered/trials", params=params)
        return [each["trial_number"] for each in answer.json()["trials"]]

    assert numbers(state=["pruned", "diverged"]) == [2, 3]
    assert numbers(verdict="diverged") == [3]
    assert numbers(where=["optimizer:adam", "learning_rate:<0.002"]) == [0]
    assert numbers(words="momentum=0.9") == [1]
    assert numbers(where="units_1:40..64", order="best") == [1, 4, 3]


def test_a_trial_and_its_epochs(client: httpx.Client, db: Database) -> None:
    write_study(db, "one")
    assert client.get("/studies/one/trials/0").json()["baseline"] == "plain"
    epochs = client.get("/studies/one/trials/2/epochs").json()["epochs"]
    assert [(each["epoch"], each["metrics"]["val_accuracy"]) for each in epochs] == [(1, 0.11), (2, 0.14)]
    assert client.get("/studies/one/trials/99").json()["detail"] == "study 'one' has no trial 99."


def test_spaces_are_listed_shown_and_checked(plain: httpx.Client) -> None:
    names = [each["space"] for each in plain.get("/spaces").json()["spaces"]]
    assert names == sorted(path.stem for path in shipped_spaces().glob("*.yaml"))
    shown = plain.get("/spaces/digits").json()
    layers = shown["parameters"]["hidden_layers"]
    assert (layers["low"], layers["high"], type(layers["low"])) == (1, 3, int)
    again = plain.post("/spaces/check", json={"space_text": shown["text"], "space_name": "mine"})
    assert again.status_code == 200, again.text
    assert again.json()["parameters"] == shown["parameters"]
    assert again.json()["largest"]["parameters"] >= again.json()["smallest"]["parameters"] > 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "say which space"),
        ({"space": "digits", "space_text": "x"}, "say which space"),
        ({"space": "../../etc/passwd"}, "there is no search space"),
        ({"space": "nosuch"}, "there is no search space 'nosuch'"),
        ({"space_text": "dataset: digits\nparameters: {units: [8"}, "space"),
        ({"space_text": "dataset: {csv: /etc/passwd, target: x}\nparameters: {units: 8}"}, "data sets by their names"),
        ({"space_text": "dataset: {idx: /etc}\nparameters: {units: 8}"}, "data sets by their names alone"),
        ({"space_text": "dataset: {python: 'x.py:f'}\nparameters: {units: 8}"}, "x.py"),
        ({"spaces": "digits"}, "there is no such key. Did you mean space"),
    ],
)
def test_a_space_that_cannot_be_used_is_said_in_the_words_of_the_terminal(
    body: dict[str, str], words: str, plain: httpx.Client
) -> None:
    answer = plain.post("/spaces/check", json=body)
    assert answer.status_code in (404, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert words in problem["detail"]
    assert "\n" not in problem["detail"]
    assert problem["status"] == answer.status_code


def test_files_of_data_are_taken_from_the_servers_folder_alone(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},{n % 2}" for n in range(60))
    (tmp_path / "data").mkdir()
    for place in (tmp_path / "data" / "in.csv", tmp_path / "out.csv"):
        place.write_text(f"x,y\n{rows}\n")
    (tmp_path / "data" / "link.csv").symlink_to(tmp_path / "out.csv")
    settings = settings_for(f"sqlite:///{tmp_path / 'tuner.db'}", tmp_path)
    with client_of(settings, data=tmp_path / "data") as client:

        def check(file: str) -> httpx.Response:
            text = f"dataset: {{csv: {json.dumps(file)}, target: y}}\nparameters: {{units: 8, epochs: 1}}"
            return client.post("/spaces/check", json={"space_text": text})

        assert check("in.csv").status_code == 200
        for outside in ("../out.csv", str(tmp_path / "out.csv"), "link.csv"):
            assert "from the server's folder of data on" in check(outside).json()["detail"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/studies/nosuch", 404, "there is no study 'nosuch'"),
        ("/nosuch", 404, "there is nothing at /api/v1/nosuch."),
        ("/studies/%00", 422, "has the character NUL in it"),
        ("/studies?owner=a%00", 422, "has the character NUL in it"),
        ("/studies?limit=0", 422, "limit: "),
        ("/studies?limit=201", 422, "limit: "),
        ("/studies?state=happy", 422, "state.0: "),
        ("/studies/served/trials?cursor=happy", 422, "cursor: is not one that a list of this server gave"),
        ("/studies/served/trials?where=happy", 422, "where: 'happy' has no colon. Write NAME:VALUE"),
        ("/studies/served/trials?where=unit_1:3", 422, "trials have no column 'unit_1'. Did you mean units_1"),
        ("/studies/served/trials?order=happy", 422, "order: trials have no column 'happy'"),
        ("/studies/served/groups?by=happy", 422, "by: trials have no column 'happy'"),
        ("/studies/served/groups", 422, "by: "),
        ("/studies/served/columns?metric=happy", 422, "metric: trials have none that is called 'happy'"),
        ("/studies/served/epochs?trial=99", 404, "study 'served' has no trial 99."),
        ("/studies?cursor=happy", 422, "cursor: is not one that a list of this server gave"),
        ("/studies/mine/trials/x", 422, "number: "),
        ("/studies/mine/trials/99999999999999999999", 422, "number: "),
    ],
)
def test_what_cannot_be_answered_is_a_problem(path: str, status: int, words: str, plain: httpx.Client) -> None:
    if "served" in path and plain.get("/studies/served").status_code == 404:
        text = plain.get("/spaces/digits").json()["text"]
        plain.post("/studies", json={"space_text": text, "study_name": "served", "run": "elsewhere"})
    answer = plain.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


def test_a_method_that_is_not_for_a_place_and_a_body_that_is_too_large(plain: httpx.Client) -> None:
    assert plain.delete("/spaces").status_code == 405
    large = plain.post("/spaces/check", content=b"x" * 1_100_000, headers={"content-type": "application/json"})
    assert (large.status_code, large.headers["content-type"]) == (413, "application/problem+json")
    streamed = plain.post(
        "/spaces/check", content=(b"x" * 100_000 for _ in range(11)), headers={"content-type": "application/json"}
    )
    assert (streamed.status_code, streamed.headers["content-type"]) == (413, "application/problem+json")
    broken = plain.post("/spaces/check", content=b"{", headers={"content-type": "application/json"})
    assert (broken.status_code, broken.json()["type"]) == (400, "urn:tune:not-json")


def test_the_api_describes_itself(plain: httpx.Client) -> None:
    description = plain.get("/openapi.json").json()
    assert description["info"]["title"] == "tune"
    assert "Problem" in description["components"]["schemas"]
    ids = [each["operationId"] for path in description["paths"].values() for each in path.values()]
    assert len(ids) == len(set(ids))


def test_more_ask_at_once_than_there_are_connections(client: httpx.Client, db: Database) -> None:
    write_study(db, "asked by many", TRIALS[:2])
    with ThreadPoolExecutor(40) as many:
        answers = list(many.map(lambda _: client.get("/studies/asked%20by%20many").status_code, range(160)))
    assert answers == [200] * 160
