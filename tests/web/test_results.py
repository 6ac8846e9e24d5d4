"""What a study found, over HTTP: importance, its model, a trial's parameters, the champion, counts for Prometheus."""

from pathlib import Path

import httpx
import pytest

from tests.analysis.written import SPACE, TRIALS, write_study
from tests.database.conftest import opening
from tests.web.conftest import client_of, settings_for
from tuner.analysis.importance import importance
from tuner.database.blobs import blob_name, blob_store
from tuner.database.connection import Database
from tuner.database.totals import totals
from tuner.spec.safe_yaml import load
from tuner.studies.status import study_status
from tuner.studies.stored_study import spec_of


def test_importance_is_what_the_command_has(client: httpx.Client, db: Database) -> None:
    write_study(db, "mattered", [each for each in TRIALS if each.accuracies] * 3)
    status = study_status(db, "mattered", epochs=True)
    found = importance(spec_of(status.study), status.trials)
    told = client.get("/studies/mattered/importance").json()
    assert told["study_name"] == "mattered"
    assert [(each["name"], each["ped_anova"]) for each in told["parameters"]] == [
        (each.name, pytest.approx(each.ped_anova)) for each in found
    ]
    write_study(db, "too few", TRIALS[:2])
    few = client.get("/studies/too%20few/importance")
    assert (few.status_code, "at least" in few.json()["detail"]) == (404, True)


def test_parameters_are_a_file_that_a_study_takes_as_a_baseline(client: httpx.Client, db: Database) -> None:
    write_study(db, "with parameters")
    answer = client.get("/studies/with%20parameters/trials/1/files/parameters.yaml")
    assert answer.headers["content-type"].startswith("application/yaml")
    assert answer.headers["content-disposition"] == 'attachment; filename="with%20parameters-trial-1-parameters.yaml"'
    (found,) = load(answer.text, "the answer").values()
    assert found["optimizer"] == "momentum"
    new = {"space_text": SPACE, "run": "elsewhere", "study_name": "goes on", "baselines": {"from here": found}}
    started = client.post("/studies", json=new)
    assert started.status_code == 201, started.text


def test_a_model_is_given_as_it_is_stored(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'tuner.db'}", tmp_path)
    with opening(settings.storage) as db:
        write_study(db, "s", outcome=None)
        best = study_status(db, "s").best
        assert best is not None
        stored = bytes(range(256)) * 5000
        blob_store(db, settings.artifacts).put(blob_name("s", best.ordinal, "model.keras"), stored)
    with client_of(settings) as client:
        answer = client.get("/studies/s/model")
        assert answer.content == stored
        assert answer.headers["content-disposition"] == f'attachment; filename="s-trial-{best.trial_number}.keras"'
        missing = client.get("/studies/s/model", params={"trial": 3})
        assert (missing.status_code, "has no model" in missing.json()["detail"]) == (404, True)


def test_a_champion_needs_a_model_and_one_who_may(client: httpx.Client, db: Database) -> None:
    write_study(db, "without models", TRIALS[:1])
    answer = client.post("/studies/without%20models/champion", json={"trial": 99})
    assert (answer.status_code, "99" in answer.json()["detail"]) == (404, True)
    assert client.post("/studies/without%20models/champion", json={"trial": -1}).status_code == 422


def test_counts_are_those_of_the_database(client: httpx.Client, db: Database) -> None:
    write_study(db, "counted", TRIALS[:2])
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    found = totals(db)
    assert lines["tune_epochs"] == str(found.epochs)
    assert found.epochs >= sum(len(each.accuracies) for each in TRIALS[:2])
    assert {
        f'tune_trials{{state="{state}"}}': str(count) for state, count in found.trials.items()
    }.items() <= lines.items()
    assert {
        f'tune_studies{{state="{state}"}}': str(count) for state, count in found.studies.items()
    }.items() <= lines.items()
