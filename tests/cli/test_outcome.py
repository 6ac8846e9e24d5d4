"""What is said of a study that was left off, and of its best trial; the commands that are named work as they stand."""

import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.analysis.written import TRIALS, write_study
from tuner.cli import common, outcome
from tuner.cli.main import cli
from tuner.database import budget, leases, reproductions, runs, studies, workers
from tuner.database.connection import Database, open_database
from tuner.database.trial_facts import TrialFacts
from tuner.hints import command
from tuner.service.changing import change
from tuner.service.requests import ChangeRequest
from tuner.studies.status import study_status


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'my studies.db'}"


@pytest.fixture
def db(url: str) -> Database:
    db = open_database(url)
    write_study(db, told=TRIALS[:2], outcome=None)
    return db


def test_what_was_left_off_says_what_is_done_what_is_best_and_what_goes_on(
    db: Database, url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    change(db, ChangeRequest(study_name="s", trials=6))
    job = budget.take(db, "s", "gone")
    assert job is not None
    leases.hand_back(db, job.lease)
    outcome.print_left_off(study_status(db, "s", epochs=True))
    out, err = capsys.readouterr()
    assert out == ""
    assert ", epoch 0, handed back" in CliRunner().invoke(cli, ["status", "s", "--storage", url]).stdout
    first, counts, handed, best, params, goes_on = err.splitlines()
    assert first.startswith("s was interrupted after ")
    assert counts == "2 of 6 trials: 2 complete, 0 pruned, 0 failed"
    assert handed == "1 running trial is handed back; it goes on after its last whole epoch"
    assert best == "best so far: trial 1, val_accuracy 0.9550"
    assert params.startswith("  hidden_layers=2, ")
    assert goes_on == "go on with: tune resume s"


def test_while_workers_wait_for_a_silent_one_the_study_runs_and_says_so(db: Database) -> None:
    change(db, ChangeRequest(study_name="s", trials=6))
    workers.enter(db, "living", "cpu")
    job = budget.take(db, "s", "gone")
    assert job is not None
    status = study_status(db, "s")
    assert (status.state, status.stage) == ("running", "a worker is silent; what it held is free in about 60 s")
    leases.hand_back(db, job.lease)
    assert study_status(db, "s").stage == ""
    assert study_status(db, "s").state == "interrupted"


def test_a_study_that_was_stopped_says_so(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    studies.set_desired_state(db, "s", "stopping")
    outcome.print_left_off(study_status(db, "s", epochs=True))
    assert capsys.readouterr().err.startswith("s is stopped after ")


def test_commands_that_are_named_have_the_storage_that_was_given(db: Database, url: str) -> None:
    db.engine.dispose()
    shown = CliRunner().invoke(cli, ["status", "s", "--storage", url], catch_exceptions=False).stdout
    typed = shown.rpartition("go on with: ")[2]
    assert shlex.split(typed) == ["tune", "resume", "s", "--storage", url]
    # It was this command's alone.
    assert command("tune resume", "s") == "tune resume s"
    assert "--storage" not in CliRunner(env={"TUNER_STORAGE": url}).invoke(cli, ["status", "s"]).stdout


def test_a_storage_with_a_password_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUNER_STORAGE", raising=False)
    with cli.make_context("tune", ["list"]):
        common.settings_of("postgresql://me:very-secret@host/db")
        assert command("tune resume", "-s") == 'tune resume --storage "$TUNER_STORAGE" -- -s'
    assert command("tune resume", "-s") == "tune resume -- -s"


def test_a_trial_that_was_trained_again_is_told_of_with_the_study(db: Database, url: str) -> None:
    trial = study_status(db, "s", epochs=True).trials[0]
    job = reproductions.begin(db, trial, 0, 6, "again")
    asked = ["status", "s", "--storage", url]
    assert "training again: trial 0, epoch 0 of 6\n" in CliRunner().invoke(cli, asked).stdout
    facts = TrialFacts(device="gpu", came_out="the same")
    runs.finish(db, job, "complete", "trial 0 came out the same", 0.93, 6, facts)
    assert "trained again: trial 0 came out the same (" in CliRunner().invoke(cli, asked).stdout
    (told,) = json.loads(CliRunner().invoke(cli, [*asked, "--json"]).stdout)["reproductions"]
    assert (told["trial_number"], told["came_out"], told["value"]) == (0, "the same", 0.93)
