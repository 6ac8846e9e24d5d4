"""What people are told of a record that MLflow does not have in full."""

from pathlib import Path

import pytest

from tests.analysis.written import write_study
from tuner.cli import delivered
from tuner.database import deliveries, studies
from tuner.database.connection import open_database
from tuner.database.tables import StudyRow


def test_what_is_left_of_a_study_is_said_with_the_command_that_delivers_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'tuner.db'}")
    name = write_study(db, "my study")
    changes = studies.view_study(db, name).changes

    delivered.print_left(studies.view_study(db, name))
    assert capsys.readouterr().err == "not all of it is in MLflow yet; it is delivered by: tune sync 'my study'\n"

    deliveries.recorded(db, StudyRow, (name,), changes, "run")
    delivered.print_left(studies.view_study(db, name))
    studies.note_change(db, name)
    deliveries.refused(db, StudyRow, (name,), changes + 1, "too large", "run")
    delivered.print_left(studies.view_study(db, name))
    # What is refused is told as that.
    assert capsys.readouterr().err == ""
    db.engine.dispose()
