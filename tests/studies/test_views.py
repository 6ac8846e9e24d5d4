"""What programs are told of a study: the keys are stable, and every view has a schema."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.analysis.written import TRIALS, write_study
from tuner.cli.main import cli
from tuner.database import budget
from tuner.database.connection import Database, open_database
from tuner.studies import viewing, views
from tuner.studies.status import ranked, study_status

TRIAL = {
    *("study_name", "trial_number", "state", "reason", "verdicts", "baseline", "value", "values", "best_epoch"),
    *("epochs", "seconds", "params", "metrics", "mlflow_run_id"),
}
STUDY = {
    *("study_name", "space", "state", "note", "trials", "counts", "stage", "passed_over", "ended_by", "value", "test"),
    *("seconds", "seconds_left", "seed", "mlflow_uri", "mlflow_run_id"),
}
OUTCOME = {"test", "not_scored", "finalists", "champion", "pareto"}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    yield db
    db.engine.dispose()


def tune(db: Database, *arguments: str) -> str:
    done = CliRunner().invoke(cli, [*arguments, "--storage", db.url], catch_exceptions=False)
    return done.stdout


def test_scripts_find_the_keys_that_they_know(db: Database) -> None:
    write_study(db)
    (listed,) = json.loads(tune(db, "list", "--json"))["studies"]
    assert set(listed) >= STUDY
    status = json.loads(tune(db, "status", "s", "--json"))
    assert set(status) >= STUDY | {"refused", "best", "running", "workers"}
    assert set(status["best"]) >= TRIAL
    best = json.loads(tune(db, "best", "s", "--json"))
    assert set(best) >= TRIAL | OUTCOME
    assert (best["value"], best["test"]["accuracy"], best["values"]) == (0.955, 0.94, {"val_accuracy": 0.955})
    trials = json.loads(tune(db, "trials", "s", "--json"))["trials"]
    assert all(set(each) >= TRIAL for each in trials)
    ill = next(each for each in trials if each["state"] == "diverged")
    assert [each["illness"] for each in ill["verdicts"]] == ["diverged"]
    assert (ill["value"], ill["values"], trials[0]["metrics"]["val_accuracy"]) == (None, None, 0.955)


def test_what_is_printed_is_the_view(db: Database) -> None:
    write_study(db)
    status = study_status(db, "s", epochs=True)
    best_first = ranked(status.trials, "maximize")
    assert json.loads(tune(db, "trials", "s", "--json")) == viewing.trials(status, best_first).model_dump(mode="json")
    assert json.loads(tune(db, "best", "s", "--json")) == viewing.best(status).model_dump(mode="json")


def test_a_place_without_a_trial_and_a_study_without_a_best_one_have_no_number(db: Database) -> None:
    write_study(db, told=TRIALS[:0], outcome=None)
    assert budget.take(db, "s", "w") is not None
    status = json.loads(tune(db, "status", "s", "--json"))
    assert [(each["trial_number"], each["epochs"], each["metrics"]) for each in status["running"]] == [(None, 0, {})]
    best = json.loads(tune(db, "best", "s", "--json"))
    assert set(best) >= {"study_name", "trial_number", "state"} | OUTCOME
    assert (best["trial_number"], best["state"]) == (None, "running")


def test_every_view_has_a_schema() -> None:
    found = [each for each in vars(views).values() if isinstance(each, type) and issubclass(each, views.View)]
    assert len(found) > 15
    for view in found:
        schema = view.model_json_schema(mode="serialization")
        assert set(schema.get("properties", {})) == set(view.model_fields)


def test_a_view_comes_back_from_its_json(db: Database) -> None:
    write_study(db)
    status = study_status(db, "s", epochs=True)
    for each in (viewing.trials(status, status.trials), viewing.best(status), viewing.study_detail(status, ())):
        assert type(each).model_validate_json(each.model_dump_json()) == each


def test_what_else_commands_print_for_scripts_has_the_keys_that_they_know(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_study(db, told=[*TRIALS, *TRIALS[:2], *TRIALS])
    made = json.loads(tune(db, "report", "s", "--json"))
    assert made == {"study_name": "s", "files": ["s.html"]}
    found = json.loads(tune(db, "importance", "s", "--json"))
    assert found["study_name"] == "s"
    by_name = {each["name"]: each for each in found["parameters"]}
    assert set(by_name["optimizer"]) == {"name", "ped_anova", "counted", "chance", "best"}
    assert all(set(each) == {"value", "trials"} for each in by_name["optimizer"]["best"]["values"])
    assert by_name["learning_rate"]["best"]["low"] <= by_name["learning_rate"]["best"]["high"]
    gone = json.loads(tune(db, "delete", "s", "--yes", "--json"))
    assert set(gone) >= {"study_name", "freed_bytes", "mlflow_runs", "mlflow_versions"}
