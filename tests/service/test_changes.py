"""What is new of a study, as those are told that follow it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.service.conftest import create
from tests.service.test_cancelling import begin
from tuner.cli.main import cli
from tuner.database import runs
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.errors import InputError
from tuner.service.changes import changes
from tuner.service.requests import ChangesRequest


def test_each_answer_goes_on_where_the_last_one_ended(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    job = begin(db)
    first = changes(db, ChangesRequest(study_name="s"))
    assert first.study is not None
    assert first.study.study_name == "s"
    assert [(each.role, each.ordinal, each.params, each.worker) for each in first.runs] == [
        ("search", 0, {"units": 8}, "w")
    ]
    runs.finish_epoch(db, job, EpochView(1, {"loss": 0.5}, 0.1, 2.0), 0.5, 1)
    second = changes(db, ChangesRequest(study_name="s", since=first.number))
    assert second.study is None
    assert [each.value for each in second.runs] == [0.5]
    assert [(each.ordinal, each.epoch, each.metrics) for each in second.epochs] == [(0, 1, {"loss": 0.5})]
    third = changes(db, ChangesRequest(study_name="s", since=second.number))
    assert (third.number, third.study, third.runs, third.epochs) == (second.number, None, (), ())
    with pytest.raises(InputError, match="since"):
        ChangesRequest(study_name="s", since=-1)


def test_a_script_asks_the_command(tmp_path: Path, db: Database) -> None:
    create(db, tmp_path)
    begin(db)

    def tune(*arguments: str) -> str:
        url = db.engine.url.render_as_string(hide_password=False)
        done = CliRunner().invoke(cli, ["status", "s", *arguments, "--storage", url])
        return done.stdout if done.exit_code == 0 else str(done.exception)

    told = json.loads(tune("--since", "0", "--json"))
    assert [each["ordinal"] for each in told["runs"]] == [0]
    assert told == changes(db, ChangesRequest(study_name="s")).model_dump(mode="json") | {"workers": told["workers"]}
    assert json.loads(tune("--since", str(told["number"]), "--json"))["runs"] == []
    assert "--since goes with --json" in tune("--since", "0")
