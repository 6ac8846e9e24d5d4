"""What a person ends at once: a trial, or a study; N stays N, and no worker writes any more."""

from collections.abc import Callable
from pathlib import Path

import pytest
from optuna.trial import TrialState

from tests.service.conftest import create
from tuner.database import budget, leases, runs, studies, workers
from tuner.database.connection import Database
from tuner.database.leases import LeaseLost
from tuner.database.runs import Job
from tuner.database.trial_facts import TrialFacts
from tuner.errors import NotFound, StudyConflict
from tuner.runs.study_context import StudyContext
from tuner.runs.trial import run_trial
from tuner.search.optuna_study import trial_template
from tuner.service.cancelling import cancel
from tuner.service.requests import CancelRequest
from tuner.service.resuming import resume_study, stop_study
from tuner.studies.status import study_status


def begin(db: Database, worker: str = "w") -> Job:
    workers.enter(db, worker, "cpu")
    job = budget.take(db, "s", worker)
    assert job is not None
    budget.fill(db, job, trial_template(job.ordinal, None), "")
    runs.start(db, job, TrialFacts(), {"units": 8})
    return job


def test_the_worker_of_a_cancelled_trial_can_write_no_more(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    job = begin(db)
    status = cancel(db, CancelRequest(study_name="s", trial=0))
    (trial,) = status.trials
    assert (trial.state, trial.value, trial.reason) == ("cancelled", None, "cancelled by a person")
    with pytest.raises(LeaseLost):
        leases.renew(db, job.lease)
    with pytest.raises(LeaseLost):
        runs.finish(db, job, "complete", "", 0.9, 1, TrialFacts())


def test_a_cancelled_place_of_the_budget_is_spent_and_optuna_learns_nothing_of_it(
    db: Database, tmp_path: Path, context_of: Callable[[str], StudyContext]
) -> None:
    create(db, tmp_path, trials=2)
    begin(db)
    cancel(db, CancelRequest(study_name="s", trial=0))
    context = context_of("s")
    while (job := budget.take(db, "s", "w")) is not None:
        run_trial(context, job)
    assert [each.state for each in runs.view_trials(db, "s")] == ["cancelled", "complete"]
    assert budget.open_places(db, "s") == 0
    told = db.storage.get_all_trials(db.storage.get_study_id_from_name("s"))
    assert [each.state for each in told] == [TrialState.FAIL, TrialState.COMPLETE]
    assert study_status(db, "s").counts == {"cancelled": 1, "complete": 1, "waiting": 0}


def test_a_trial_that_is_cancelled_while_it_trains_ends_at_its_next_epoch(
    db: Database, tmp_path: Path, context_of: Callable[[str], StudyContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    create(db, tmp_path, trials=1)
    workers.enter(db, "w", "cpu")
    context = context_of("s")
    job = budget.take(db, "s", "w")
    assert job is not None
    # The person's command comes after the second epoch, from another place.
    stored = context.store.put

    def put(name: str, data: bytes) -> None:
        stored(name, data)
        if name.endswith("-3.npz"):
            cancel(db, CancelRequest(study_name="s", trial=0))

    monkeypatch.setattr(context.store, "put", put)
    run_trial(context, job)
    (trial,) = runs.view_trials(db, "s", epochs=True)
    assert (trial.state, len(trial.epochs), trial.finalized) == ("cancelled", 2, False)
    again = budget.take(db, "s", "w")
    assert again is not None
    run_trial(context, again)
    assert budget.open_places(db, "s") == 0


def test_a_study_that_is_cancelled_begins_nothing_and_may_go_on(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    begin(db, "w")
    begin(db, "w2")
    status = cancel(db, CancelRequest(study_name="s"))
    assert status.state == "cancelled"
    assert [each.state for each in status.trials] == ["cancelled", "cancelled"]
    workers.enter(db, "w3", "cpu")
    for _ in range(2):
        left = budget.take(db, "s", "w3")
        assert left is not None
        assert left.state == "cancelled"
        runs.finalize(db, left)
    assert budget.take(db, "s", "w3") is None
    resume_study(db, "s", None, None)
    assert budget.take(db, "s", "w3") is not None
    assert study_status(db, "s").study.trials == 6


def test_what_is_over_cannot_be_cancelled(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    job = begin(db)
    runs.finish(db, job, "complete", "", 0.9, 1, TrialFacts())
    runs.finalize(db, job)
    with pytest.raises(StudyConflict, match="trial 0 of study 's' is over already: complete"):
        cancel(db, CancelRequest(study_name="s", trial=0))
    with pytest.raises(NotFound, match="has no trial 7"):
        cancel(db, CancelRequest(study_name="s", trial=7))
    with pytest.raises(NotFound):
        cancel(db, CancelRequest(study_name="t"))


def test_no_trial_begins_once_a_person_has_asked_for_an_end(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    workers.enter(db, "w", "cpu")
    stop_study(db, "s")
    assert budget.take(db, "s", "w") is None
    studies.set_desired_state(db, "s", "running")
    assert budget.take(db, "s", "w") is not None
