"""Rules that end a search, through real workers: exact with two of them, and what ended it is said."""

import pytest

from tests.end_to_end.conftest import SMALL_SPACE, Desk
from tuner.database.connection import Database, open_database
from tuner.database.epochs import epochs_stored
from tuner.studies.service import study_status

pytestmark = pytest.mark.slow


def begun(db: Database) -> int:
    return len(study_status(db, "s").trials)


def why(db: Database) -> str:
    return study_status(db, "s").why_ended


def test_a_budget_of_epochs_and_a_plateau_end_the_search_and_say_so(desk: Desk) -> None:
    desk.write_space(epochs=5, text=SMALL_SPACE.replace("trials: 5", "trials: 60").replace("asha", "none"))
    desk.tune("start", "--space", "small.yaml", "--study", "s", "--workers", "2", "--epoch-budget", "13")
    db = open_database(desk.storage)
    assert epochs_stored(db, "s") == 13
    before = begun(db)
    assert before < 60
    assert why(db) == "the budget of 13 epochs is spent"

    done = desk.tune("resume", "s", "--workers", "1", "--epoch-budget", "300", "--plateau", "6")
    words = f"{60 - begun(db)} not run: no val_accuracy better by more than noise in the last 6 trials"
    assert words in " ".join(done.stdout.split())
    assert before < begun(db) < 60
    assert all(len(trial.epochs) == 5 for trial in study_status(db, "s", epochs=True).trials[before:])
    db.engine.dispose()
