"""What people are told of a record that MLflow does not have in full."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.analysis.written import write_study
from tuner.cli import delivered
from tuner.cli.main import cli
from tuner.database import deliveries, runs, studies
from tuner.database.connection import open_database
from tuner.database.tables import RunRow, StudyRow


def test_what_is_left_of_a_study_is_said_with_the_command_that_delivers_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    name = write_study(db, "my study")
    changes = studies.view_study(db, name).changes

    for key in deliveries.runs_to_deliver(db, name, "w")[1:]:
        deliveries.recorded(db, RunRow, key, runs.view_run(db, *key).changes, "run")
    delivered.print_left(db, name)
    told = "not in MLflow yet: 1 trial, the study itself; delivered by: tune sync 'my study'\n"
    assert capsys.readouterr().err == told
    status = CliRunner().invoke(cli, ["status", name, "--storage", f"sqlite:///{tmp_path / 'tuner.db'}"])
    assert status.stderr.startswith(told.removesuffix("\n"))

    (key,) = deliveries.runs_to_deliver(db, name, "w")
    deliveries.recorded(db, RunRow, key, runs.view_run(db, *key).changes, "run")
    deliveries.recorded(db, StudyRow, (name,), changes, "run")
    delivered.print_left(db, name)
    studies.note_change(db, name)
    deliveries.refused(db, StudyRow, (name,), changes + 1, "too large", "run")
    delivered.print_left(db, name)
    # What is refused is told as that.
    assert capsys.readouterr().err == ""
    db.engine.dispose()
