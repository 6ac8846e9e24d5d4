"""A rule that ends a search, through two real workers."""

import pytest

from tests.end_to_end.conftest import SMALL_SPACE, Desk
from tuner.database.connection import open_database
from tuner.database.epochs import epochs_stored
from tuner.studies.status import study_status

pytestmark = pytest.mark.slow


def test_a_budget_of_epochs_is_spent_exactly_and_said(desk: Desk) -> None:
    desk.write_space(epochs=5, text=SMALL_SPACE.replace("trials: 5", "trials: 60").replace("asha", "none"))
    desk.tune("start", "--space", "small.yaml", "--study", "s", "--workers", "2", "--epoch-budget", "13")
    db = open_database(desk.storage)
    assert epochs_stored(db, "s") == 13
    status = study_status(db, "s")
    assert len(status.trials) < 60
    assert status.why_ended == "the budget of 13 epochs is spent"
    db.engine.dispose()
