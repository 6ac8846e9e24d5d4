"""A study that workers pass over says so wherever a person looks, with their reason and what to do."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tuner.analysis import studies
from tuner.cli import live
from tuner.cli.main import cli
from tuner.database import skipped_studies, workers
from tuner.database.connection import open_database
from tuner.database.tables import StudyRow
from tuner.errors import CodeNotGiven, DataError
from tuner.service.creating import create_study
from tuner.settings import shipped_spaces
from tuner.spec.study_spec import read_spec
from tuner.studies.status import study_status

WHY = "[/data] digits: no such folder"


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'tuner.db'}"
    db = open_database(url)
    for name in ("mine", "other"):
        create_study(
            db, read_spec(shipped_spaces() / "digits.yaml"), study_name=name, n_trials=None, timeout_s=None, seed=None,
            mlflow_uri="sqlite:///m.db",
        )  # fmt: skip
    for worker in ("w1", "w2"):
        workers.enter(db, worker, "cpu")
        skipped_studies.note(db, "mine", worker, DataError(WHY))
    workers.enter(db, "w3", "cpu")
    skipped_studies.note(db, "mine", "w3", CodeNotGiven("made by net.py"), left=True)
    db.engine.dispose()
    return url


def tune(url: str, *arguments: str) -> str:
    done = CliRunner().invoke(cli, [*arguments, "--storage", url], catch_exceptions=False)
    return done.stdout


def test_it_is_in_status_and_in_the_list(url: str) -> None:
    words = tune(url, "status", "mine")
    assert f"2 workers pass it over: {WHY}\n  Put the data where the workers look" in words
    assert "1 worker ended, and could not work on it: made by net.py\n  Start workers that may run it: tune" in words
    assert f"mine: 2 workers pass it over: {WHY}" in tune(url, "list")
    assert "over" not in tune(url, "status", "other")


def test_scripts_get_it_under_a_key(url: str) -> None:
    told = json.loads(tune(url, "status", "mine", "--json"))["passed_over"]
    assert [(each["reason"], each["workers"], each["gone"]) for each in told] == [
        (WHY, 2, False),
        ("made by net.py", 1, True),
    ]
    assert all(each["mend"] for each in told)
    studies = json.loads(tune(url, "list", "--json"))["studies"]
    assert [len(each["passed_over"]) for each in studies] == [2, 0]


def test_whoever_watches_is_told_once(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    db = open_database(url)
    lines = live.Lines()
    lines.show(study_status(db, "mine"))
    lines.show(study_status(db, "mine"))
    assert capsys.readouterr().err.count(f"2 workers pass it over: {WHY}. Put the data") == 1
    assert live.picture(study_status(db, "mine"))
    db.engine.dispose()


def test_a_study_of_a_newer_version_hides_no_other(url: str) -> None:
    db = open_database(url)
    with db.session() as session, session.begin():
        row = session.get_one(StudyRow, "other")
        row.resolved = {**(row.resolved or {}), "version": 10_000}
    db.engine.dispose()
    words = tune(url, "list")
    assert "mine" in words
    assert "the specification of study 'other' was stored by a newer version of tuner (10000). Upgrade tuner." in words
    told = json.loads(tune(url, "list", "--json"))
    assert [each["study_name"] for each in told["studies"]] == ["mine"]
    assert list(told["unreadable"]) == ["other"]
    assert list(studies(url).study_name) == ["mine"]
