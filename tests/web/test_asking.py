"""Programs that ask for trials, report their epochs and tell their end: over HTTP, on a database of each kind."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import optuna
import pytest

from tests.database.conftest import opening
from tests.database.test_trials import age, silence
from tests.web.conftest import client_of, settings_for, url_of_each
from tuner.database import runs, studies, workers
from tuner.database.connection import Database
from tuner.database.runs import Job
from tuner.service.tokens import TokenRequest, create_token

url = url_of_each

SPACE = """
model: external
objective: {metric: loss, direction: minimize}
parameters: {rate: {float: [1.0e-3, 1.0], log: true}, kind: [a, b], depth: {int: [1, 3], when: {kind: b}}, epochs: 3}
baselines: {plain: {rate: 0.1, kind: a}}
search: {trials: 4, seed: 1, pruner: none}
"""
NOWHERE = "http://127.0.0.1:9"
"""An MLflow that is away: what it does not get is nobody's loss here."""


@pytest.fixture(scope="module")
def client(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = replace(settings_for(url, tmp_path_factory.mktemp("kept")), tracking_uri=NOWHERE)
    with client_of(settings) as made:
        yield made


@pytest.fixture
def study(client: httpx.Client, request: pytest.FixtureRequest) -> "Asked":
    text = getattr(request, "param", SPACE)
    body = {"space_text": text, "space_name": "mine", "study_name": request.node.name[:150]}
    assert client.post("/studies", json=body).status_code == 201
    return Asked(client, body["study_name"])


class Asked:
    """A study, as a program that trains its trials sees it."""

    def __init__(self, client: httpx.Client, name: str) -> None:
        self.client, self.name = client, name
        self.place = f"/studies/{name}".replace("[", "%5B").replace("]", "%5D")

    def ask(self, worker: str = "w") -> dict[str, Any]:
        answer = self.client.post(f"{self.place}/trials:ask", json={"worker": worker, "host": "h"})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def trial(self, worker: str = "w") -> dict[str, Any]:
        found = self.ask(worker)["trial"]
        assert found is not None
        return dict(found)

    def send(self, trial: dict[str, Any], what: str, **body: Any) -> httpx.Response:
        path = f"{self.place}/trials/{trial['trial_number']}{what}"
        return self.client.post(path, json={"lease": trial["lease"], **body})

    def epoch(self, trial: dict[str, Any], epoch: int, loss: float | str, **metrics: float) -> dict[str, Any]:
        answer = self.send(trial, "/epochs", epoch=epoch, metrics={"loss": loss, **metrics}, seconds=0.5)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def tell(self, trial: dict[str, Any], **body: Any) -> dict[str, Any]:
        answer = self.send(trial, ":tell", **body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def shown(self, path: str = "") -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"{self.place}{path}").json()
        return found


def lost(answer: httpx.Response) -> str:
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tune:trial-lost")
    assert "\n" not in answer.json()["detail"]
    return str(answer.json()["detail"])


def test_a_study_is_searched_from_its_first_ask_to_its_end(study: Asked, db: Database) -> None:
    first = study.trial()
    assert (first["trial_number"], first["baseline"], first["epochs"], first["attempt"]) == (0, "plain", 0, 1)
    assert first["params"] == {"rate": 0.1, "kind": "a", "epochs": 3}
    assert study.shown()["state"] == "running"
    assert [each["worker"].rpartition("/")[2] for each in study.shown()["workers"]] == ["w"]
    for epoch, loss in enumerate((0.5, 0.3, 0.4), start=1):
        answer = study.epoch(first, epoch, loss, val_auc=0.9)
        assert (answer["go_on"], answer["state"], answer["epochs"]) == (epoch < 3, "running", epoch)
    assert "that was epoch 3 of 3" in answer["reason"]
    done = study.tell(first)
    assert (done["state"], done["value"], done["best_epoch"]) == ("complete", 0.3, 2)
    for _ in range(3):
        trial = study.trial()
        assert ("depth" in trial["params"]) == (trial["params"]["kind"] == "b")
        study.epoch(trial, 1, 0.6)
        study.tell(trial)
    over = study.ask()
    assert (over["trial"], over["wait_s"], over["words"]) == (None, None, f"study {study.name!r} has ended")
    shown = study.shown()
    assert (shown["state"], shown["best_trial"], shown["value"]) == ("finished", 0, 0.3)
    assert (shown["counts"], shown["test"], shown["workers"]) == ({"complete": 4, "waiting": 0}, None, [])
    epochs = study.shown("/trials/0/epochs")["epochs"]
    assert [each["metrics"] for each in epochs] == [{"loss": x, "val_auc": 0.9} for x in (0.5, 0.3, 0.4)]
    assert [each["seconds"] for each in epochs] == [0.5] * 3
    outcome = studies.view_study(db, study.name).outcome
    assert outcome is not None
    assert (outcome.figures["value"], outcome.figures["trials"], outcome.best_ordinal) == (0.3, 4, 0)
    optunas = optuna.load_study(study_name=study.name, storage=db.storage)
    assert [each.value for each in optunas.trials] == [0.3, 0.6, 0.6, 0.6]


def test_what_is_sent_again_is_answered_again_and_stored_once(study: Asked, db: Database) -> None:
    trial = study.trial()
    again = study.trial()
    assert (again["trial_number"], again["params"]) == (trial["trial_number"], trial["params"])
    assert "asked again" in lost(study.send(trial, "/epochs", epoch=1, metrics={"loss": 1.0}))
    first = study.epoch(again, 1, 0.5)
    assert study.epoch(again, 1, 0.7) == first
    study.epoch(again, 2, 0.4)
    assert study.epoch(again, 1, 0.5)["epochs"] == 2
    done = study.tell(again)
    assert study.tell(again) == done
    assert study.epoch(again, 3, 0.1) == done
    assert study.tell(again, state="failed", reason="no") == done
    assert len(runs.view_trial(db, study.name, 0).epochs) == 2
    assert study.trial()["trial_number"] == 1


def test_a_training_without_epochs_tells_its_figures(study: Asked) -> None:
    trial = study.trial()
    refused = study.send(trial, ":tell")
    assert refused.status_code == 422
    assert "has no loss yet" in refused.json()["detail"]
    for _ in range(2):
        done = study.tell(trial, metrics={"loss": 0.25, "auc": 0.8})
        assert (done["state"], done["value"], done["epochs"]) == ("complete", 0.25, 1)


def test_failures_and_figures_that_are_no_numbers_end_a_trial(study: Asked, db: Database) -> None:
    failed = study.trial()
    study.epoch(failed, 1, 0.5)
    done = study.tell(failed, state="failed", reason="out of luck\nin line 3")
    assert (done["state"], done["value"]) == ("failed", None)
    diverged = study.trial()
    answer = study.epoch(diverged, 1, "NaN")
    assert (answer["go_on"], answer["state"], answer["reason"]) == (False, "diverged", "loss is not finite at epoch 1")
    optunas = optuna.load_study(study_name=study.name, storage=db.storage)
    assert [each.state.name for each in optunas.trials] == ["COMPLETE", "COMPLETE"]
    assert study.shown()["best_trial"] is None


@pytest.mark.parametrize("study", [SPACE.replace("pruner: none", "pruner: median")], indirect=True)
def test_a_trial_is_pruned_by_what_others_reached(study: Asked, db: Database) -> None:
    for _ in range(2):
        trial = study.trial()
        for epoch in (1, 2, 3):
            study.epoch(trial, epoch, 0.5)
        study.tell(trial)
    bad = study.trial()
    answer = study.epoch(bad, 1, 0.9)
    assert (answer["go_on"], answer["state"], answer["reason"]) == (False, "pruned", "pruned at epoch 1 of 3")
    # The trial has ended: nothing more has to be sent, and what is sent is answered.
    assert study.tell(bad)["state"] == "pruned"
    assert runs.view_trial(db, study.name, 2).finalized


@pytest.mark.parametrize(
    ("study", "ended"),
    [
        (SPACE.replace("pruner: none", "target: 0.2"), "the target loss 0.2 is reached"),
        (SPACE.replace("pruner: none", "epochs: 2"), "the budget of 2 epochs is spent"),
        (SPACE.replace("pruner: none", "patience: 1"), "no better loss in 1 epochs"),
    ],
    indirect=["study"],
)
def test_limits_end_a_trial_and_the_study_with_it(study: Asked, ended: str) -> None:
    trial = study.trial()
    assert study.epoch(trial, 1, 0.3)["go_on"] or "target" in ended
    answer = study.epoch(trial, 2, 0.3 if "better" in ended else 0.1)
    assert (answer["go_on"], answer["state"]) == (False, "complete")
    if "better" in ended:
        assert answer["reason"].startswith(ended)
        return
    assert study.ask()["words"] == f"study {study.name!r} has ended"
    shown = study.shown()
    assert (shown["state"], shown["ended_by"], shown["counts"]["not_run"]) == ("finished", ended, 3)


def test_what_a_silent_program_left_is_given_to_one_that_waits(study: Asked, db: Database) -> None:
    silent = study.trial("silent")
    study.epoch(silent, 1, 0.5)
    for _ in range(3):
        study.tell(study.trial("busy"), metrics={"loss": 0.4})
    waiting = study.ask("patient")
    assert (waiting["trial"], waiting["wait_s"]) == (None, 5.0)
    silence(db)
    # Its silence may be the server's: a program waits as long as a live one has to say so.
    assert study.ask("patient")["trial"] is None
    age(db, next(w.worker_id for w in workers.view_workers(db) if w.worker_id.endswith("patient")), 60.0)
    taken = study.trial("patient")
    assert (taken["trial_number"], taken["epochs"], taken["attempt"]) == (0, 1, 2)
    assert taken["params"] == silent["params"]
    assert "silent for 60 seconds" in lost(study.send(silent, "/epochs", epoch=2, metrics={"loss": 0.1}))
    assert "another program's" in lost(study.send(silent, ":keep"))
    assert "another program's" in lost(study.send(silent, ":tell"))
    # One that begins anew is answered as known, up to where the other was.
    assert study.epoch(taken, 1, 0.9)["epochs"] == 1
    assert study.epoch(taken, 2, 0.3)["epochs"] == 2
    study.tell(taken)
    shown = study.shown()
    assert (shown["state"], shown["value"], shown["counts"]["complete"]) == ("finished", 0.3, 4)


def test_a_trial_that_is_handed_back_is_the_next_ones(study: Asked) -> None:
    trial = study.trial("one")
    study.epoch(trial, 1, 0.5)
    answer = study.send(trial, ":release")
    assert (answer.status_code, answer.json()["go_on"]) == (200, False)
    taken = study.trial("other")
    assert (taken["trial_number"], taken["epochs"]) == (trial["trial_number"], 1)
    lost(study.send(trial, ":release"))


def test_a_trial_that_a_person_cancels_hears_of_it(study: Asked, db: Database) -> None:
    trial = study.trial()
    study.epoch(trial, 1, 0.5)
    assert study.send(trial, ":keep").json()["go_on"]
    assert study.client.post(f"{study.place}/trials/0/cancel").status_code == 200
    assert runs.view_trial(db, study.name, 0).finalized
    for answer in (study.send(trial, ":keep").json(), study.epoch(trial, 2, 0.1), study.tell(trial)):
        assert (answer["go_on"], answer["state"], answer["reason"]) == (False, "cancelled", "cancelled by a person")
    assert study.trial()["trial_number"] == 1


def test_a_study_that_is_stopped_lets_trials_end_and_gives_none(study: Asked) -> None:
    trial = study.trial()
    assert study.client.post(f"{study.place}/stop").status_code == 200
    assert study.epoch(trial, 1, 0.5)["go_on"]
    assert "gives no trials now; go on with: tune resume" in study.ask("other")["words"]
    study.tell(trial)
    assert study.shown()["state"] == "stopped"
    assert study.client.post(f"{study.place}/resume", json={}).json()["state"] == "waiting"
    assert study.trial()["trial_number"] == 1


def test_a_server_that_died_between_the_row_and_optuna_is_made_good(study: Asked, db: Database) -> None:
    trial = study.trial()
    study.epoch(trial, 1, 0.5)
    view = runs.view_trial(db, study.name, 0)
    job = Job(study.name, "search", 0, 0, view.attempt, view.worker_id or "", 0, 0)
    runs.finish(db, job, "complete", "", 0.5, 1, view.facts)
    assert not runs.view_trial(db, study.name, 0).finalized
    assert study.tell(trial)["state"] == "complete"
    assert runs.view_trial(db, study.name, 0).finalized
    optunas = optuna.load_study(study_name=study.name, storage=db.storage)
    assert [each.value for each in optunas.trials] == [0.5]


@pytest.mark.parametrize("study", [SPACE.replace("trials: 4", "trials: 12")], indirect=True)
def test_many_programs_train_each_trial_once(study: Asked, db: Database) -> None:
    told: list[int] = []

    def program(name: str) -> None:
        with httpx.Client(base_url=study.client.base_url, timeout=60.0, trust_env=False) as own:
            mine = Asked(own, study.name)
            while (trial := mine.ask(name)["trial"]) is not None:
                for epoch in (1, 2, 3):
                    mine.epoch(trial, epoch, 1.0 / epoch)
                mine.tell(trial)
                told.append(trial["trial_number"])

    threads = [threading.Thread(target=program, args=(f"w{number}",)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(120)
    study.ask("last")
    assert sorted(told) == list(range(12))
    every = runs.view_trials(db, study.name, epochs=True)
    assert [len(each.epochs) for each in every] == [3] * 12
    assert study.shown()["state"] == "finished"


def test_what_cannot_be_is_said_in_a_line(study: Asked) -> None:
    trial = study.trial()
    later = study.send(trial, "/epochs", epoch=3, metrics={"loss": 1.0})
    assert (later.status_code, later.json()["detail"]) == (422, "epoch 3 of trial 0: the next one is epoch 1.")
    tries: list[tuple[str, dict[str, Any], str]] = [
        ("/epochs", {"epoch": 1, "metrics": {"loss": "low"}}, "metrics.loss"),
        ("/epochs", {"epoch": 1, "metrics": {"": 1.0}}, "metrics"),
        ("/epochs", {"epoch": 0, "metrics": {}}, "epoch"),
        (":tell", {"state": "pruned"}, "state"),
        (":keep", {"lease": "mine"}, "lease: 'mine' is none that the answer to an ask gave"),
    ]
    for what, body, words in tries:
        answer = study.send(trial, what, **body)
        assert answer.status_code == 422, answer.text
        assert words in answer.json()["detail"]
        assert "\n" not in answer.json()["detail"]
    assert study.client.post(f"{study.place}/trials:ask", json={"worker": "a b"}).status_code == 422
    assert study.client.post(f"{study.place}/trials/9:keep", json={"lease": "w#1"}).status_code == 404


def test_a_study_of_networks_is_left_to_workers(client: httpx.Client) -> None:
    text = "dataset: digits\nparameters: {units: [8, 16]}"
    body = {"space_text": text, "study_name": "networks", "run": "elsewhere"}
    assert client.post("/studies", json=body).status_code == 201
    answer = client.post("/studies/networks/trials:ask", json={"worker": "w"})
    assert (answer.status_code, "which workers train" in answer.json()["detail"]) == (409, True)


def test_only_who_may_change_a_study_trains_its_trials(url: str, tmp_path: Path) -> None:
    settings = replace(settings_for(f"sqlite:///{tmp_path / 'tuner.db'}", tmp_path), tracking_uri=NOWHERE)
    with client_of(settings) as client, opening(settings.storage) as db:
        tokens = {name: create_token(db, TokenRequest(person=name)).text for name in ("ada", "bob")}

        def of(name: str) -> dict[str, str]:
            return {"Authorization": f"Bearer {tokens[name]}"}

        body = {"space_text": SPACE, "space_name": "mine", "study_name": "hers"}
        assert client.post("/studies", json=body, headers=of("ada")).status_code == 201
        asked = client.post("/studies/hers/trials:ask", json={"worker": "w"}, headers=of("ada")).json()["trial"]
        assert asked["lease"] == "ada/w#1"
        tries: list[tuple[str, dict[str, Any]]] = [
            ("/studies/hers/trials:ask", {"worker": "w"}),
            ("/studies/hers/trials/0/epochs", {"lease": asked["lease"], "epoch": 1, "metrics": {"loss": 0.0}}),
            ("/studies/hers/trials/0:tell", {"lease": asked["lease"], "metrics": {"loss": 0.0}}),
            ("/studies/hers/trials/0:keep", {"lease": asked["lease"]}),
            ("/studies/hers/trials/0:release", {"lease": asked["lease"]}),
        ]
        for path, content in tries:
            assert client.post(path, json=content, headers=of("bob")).status_code == 403, path
        view = runs.view_trial(db, "hers", 0)
        assert (view.state, view.epochs, view.worker_id) == ("running", (), "ada/w")


def test_a_configuration_that_a_person_adds_is_asked_next(study: Asked) -> None:
    study.tell(study.trial(), metrics={"loss": 1.0})
    added = study.client.post(f"{study.place}/configurations", json={"params": {"rate": 0.5, "kind": "a"}, "name": "x"})
    assert added.status_code == 201, added.text
    trial = study.trial()
    assert (trial["baseline"], trial["params"]) == ("x", {"rate": 0.5, "kind": "a", "epochs": 3})


def test_the_clock_ends_a_trial_and_the_study_with_it(client: httpx.Client, request: pytest.FixtureRequest) -> None:
    body = {"space_text": SPACE, "space_name": "mine", "study_name": request.node.name, "timeout_s": 0.2}
    assert client.post("/studies", json=body).status_code == 201
    study = Asked(client, body["study_name"])
    trial = study.trial()
    time.sleep(0.3)
    # The first trial of a study is given an epoch, however late it is.
    answer = study.epoch(trial, 1, 0.5)
    assert (answer["go_on"], answer["state"], answer["reason"]) == (False, "complete", "time was up at epoch 1 of 3")
    shown = study.shown()
    assert (shown["state"], shown["ended_by"], shown["value"]) == ("finished", "time was up", 0.5)


@pytest.mark.parametrize("study", [SPACE.replace("trials: 4", "trials: 2")], indirect=True)
def test_a_study_whose_last_trial_is_cancelled_has_ended(study: Asked) -> None:
    study.tell(study.trial("one"), metrics={"loss": 1.0})
    study.trial("two")
    assert study.client.post(f"{study.place}/trials/1/cancel").status_code == 200
    shown = study.shown()
    assert (shown["state"], shown["counts"]) == ("finished", {"complete": 1, "cancelled": 1, "waiting": 0})


@pytest.mark.parametrize("study", [SPACE.replace("trials: 4", "trials: 3")], indirect=True)
def test_a_study_that_is_changed_to_fewer_trials_than_it_has_has_ended(study: Asked) -> None:
    for _ in range(2):
        study.tell(study.trial(), metrics={"loss": 1.0})
    assert study.client.patch(study.place, json={"trials": 2}).status_code == 200
    assert study.shown()["state"] == "finished"
