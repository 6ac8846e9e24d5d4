"""The row of a trial that is trained once more: one, whoever asks how often, and nothing of the study depends on it."""

import pytest
import sqlalchemy as sa

from tests.database.conftest import add
from tests.database.test_trials import fill, silence
from tuner.database import (
    budget,
    deliveries,
    epochs,
    finalists,
    leases,
    reproductions,
    runs,
    whole_study,
    workers,
)
from tuner.database.changes import changes_since
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.leases import LeaseLost
from tuner.database.runs import Job, RunView
from tuner.database.tables import EpochRow, RunRow
from tuner.database.trial_facts import TrialFacts
from tuner.errors import NotFound


@pytest.fixture
def trial(db: Database) -> RunView:
    """Of a study of two trials: the first one, of one epoch, complete."""
    add(db, trials=2)
    workers.enter(db, "w", "cpu")
    job = budget.take(db, "s", "w")
    assert job is not None
    fill(db, job)
    runs.start(db, job, TrialFacts(device="cpu"), {"epochs": 1})
    runs.finish_epoch(db, job, EpochView(1, {"val_accuracy": 0.5}, 2.0, 1.0), 0.5, 1)
    runs.finish(db, job, "complete", "", 0.5, 1, TrialFacts(device="cpu"))
    runs.finalize(db, job)
    return runs.view_trial(db, "s", 0)


def begin(db: Database, trial: RunView, worker_id: str = "again-1") -> Job:
    return reproductions.begin(db, trial, 7, 3, worker_id)


def test_it_is_stored_from_its_first_moment_to_its_end(db: Database, trial: RunView) -> None:
    number = changes_since(db, "s", 0).number
    job = begin(db, trial)
    assert begin(db, trial) == job  # as where the first answer was lost
    (begun,) = changes_since(db, "s", number).runs
    assert (begun.role, begun.trial_number, begun.seed, begun.planned_epochs) == ("reproduction", 0, 7, 3)
    assert (begun.state, begun.held) == ("running", True)

    runs.start(db, job, TrialFacts(device="gpu"))
    number = changes_since(db, "s", number).number
    runs.finish_epoch(db, job, EpochView(1, {"val_accuracy": 0.4}, 9.0, 2.0), 0.4, 1)
    assert list(changes_since(db, "s", number).epochs) == [("s", "reproduction", 0, 0)]

    runs.finish(db, job, "complete", "it came out", 0.4, 1, TrialFacts(device="gpu", came_out="differently"))
    (view,) = reproductions.view_reproductions(db, "s", epochs=True)
    assert (view.state, view.reason, view.value, view.facts.came_out) == ("complete", "it came out", 0.4, "differently")
    assert view.finalized
    assert view.finished_at is not None
    assert [each.metrics for each in view.epochs] == [{"val_accuracy": 0.4}]
    assert begin(db, trial, "again-2").ordinal == 1


def test_nothing_of_the_study_depends_on_it(db: Database, trial: RunView) -> None:
    known = (epochs.epochs_stored(db, "s"), epochs.longest_epoch(db, "s"), budget.open_places(db, "s"))
    job = begin(db, trial)
    runs.finish_epoch(db, job, EpochView(1, {"val_accuracy": 0.9}, 60.0, 2.0), 0.9, 1)
    silence(db)
    assert (epochs.epochs_stored(db, "s"), epochs.longest_epoch(db, "s"), budget.open_places(db, "s")) == known
    assert runs.view_trials(db, "s", epochs=True) == [trial]
    assert runs.view_finalists(db, "s") == []
    assert finalists.take(db, "s", 0, "w") is None
    assert leases.free_in_s(db, "s", ()) is None
    assert deliveries.runs_to_deliver(db, "s", "w") == [("s", "search", 0, 0)]
    # Whoever asks for a trial is given the next place, and not the reproduction of a process that fell silent.
    taken = budget.take(db, "s", "w")
    assert taken is not None
    assert (taken.role, taken.ordinal) == ("search", 1)
    assert budget.take(db, "s", "w2") is None


def test_with_the_study_it_is_gone_and_whoever_trains_it_is_told(db: Database, trial: RunView) -> None:
    job = begin(db, trial)
    runs.finish_epoch(db, job, EpochView(1, {"val_accuracy": 0.9}, 1.0, 2.0), 0.9, 1)
    assert whole_study.delete_study(db, "s")
    with pytest.raises(LeaseLost):
        runs.finish_epoch(db, job, EpochView(2, {"val_accuracy": 0.9}, 1.0, 2.0), 0.9, 1)
    with pytest.raises(NotFound):
        begin(db, trial, "again-2")
    with db.session() as session:
        for row in (RunRow, EpochRow):
            assert session.scalar(sa.select(sa.func.count()).select_from(row)) == 0
