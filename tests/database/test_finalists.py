"""Finalists are planned once, held by one worker each, and adopted when it dies."""

import pytest
import sqlalchemy as sa

from tests.database.conftest import add
from tuner.database import deliveries, finalists, leases, runs, strikes, studies, workers
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.finalists import Planned
from tuner.database.leases import LeaseLost
from tuner.database.runs import Job
from tuner.database.tables import RunRow
from tuner.database.trial_facts import TrialFacts

JOBS = [Planned("compare", trial, trial, seed, 10 * seed + trial) for seed in range(2) for trial in (3, 4)]


def planned_of(job: Job) -> Planned:
    assert job.trial_number is not None
    assert job.seed_number is not None
    assert job.role in ("compare", "final")
    return Planned(job.role, job.trial_ordinal, job.trial_number, job.seed_number, job.seed, job.planned_epochs)


def planned(db: Database) -> None:
    add(db)
    assert finalists.plan(db, "s", 0, "compare", JOBS)


def test_a_plan_is_made_once_and_given_out_in_its_order(db: Database) -> None:
    planned(db)
    assert not finalists.plan(db, "s", 0, "compare", JOBS[:1])
    assert finalists.plan(db, "s", 0, "final", [Planned("final", 3, 3, 0, 99, planned_epochs=5)])
    taken = [finalists.take(db, "s", 0, f"w{i}") for i in range(6)]
    assert [planned_of(job) for job in taken[:5] if job] == [*JOBS, Planned("final", 3, 3, 0, 99, planned_epochs=5)]
    assert taken[5] is None


def test_a_dead_workers_finalist_is_adopted_from_its_checkpoint_and_fenced(db: Database) -> None:
    planned(db)
    first = finalists.take(db, "s", 0, "w1")
    assert first is not None
    assert runs.finish_epoch(db, first, EpochView(1, {"a": 1.0}, 0.1, 5.0), 0.5, 1, "c-1") == ""
    workers.mark_dead(db, "w1", strikes.CRASH)
    second = finalists.take(db, "s", 0, "w2")
    assert second is not None
    assert (second.ordinal, second.attempt, second.checkpoint, second.given_up) == (0, 2, "c-1", False)
    with pytest.raises(LeaseLost):
        runs.finish(db, first, "complete", "", 0.5, 1, TrialFacts())
    with pytest.raises(LeaseLost):
        runs.finish_epoch(db, first, EpochView(2, {}, 0.1, 6.0), 0.6, 2, "c-2")
    assert [e.epoch for e in runs.view_run(db, "s", "compare", 0, 0).epochs] == [1]
    workers.mark_dead(db, "w2", strikes.CRASH)
    third = finalists.take(db, "s", 0, "w3")
    assert third is not None
    assert third.given_up  # two crashes, no epoch between


def test_handing_back_is_no_death(db: Database) -> None:
    planned(db)
    for worker in ("w1", "w2", "w3"):
        job = finalists.take(db, "s", 0, worker)
        assert job is not None
        assert (job.ordinal, job.given_up) == (0, False)
        leases.hand_back(db, job.lease)


def test_a_configuration_that_is_out_is_not_begun_and_what_runs_is_told(db: Database) -> None:
    planned(db)
    job = finalists.take(db, "s", 0, "w1")
    assert job is not None
    finalists.drop(db, "s", 0, 3, "clearly worse")
    assert runs.finish_epoch(db, job, EpochView(1, {}, 0.1, 5.0), 0.5, 1, "c") == "clearly worse"
    runs.finish(db, job, "pruned", "clearly worse", 0.5, 1, TrialFacts())
    states = {(view.trial_ordinal, view.seed_number): view.state for view in runs.view_finalists(db, "s")}
    assert states == {(3, 0): "pruned", (3, 1): "skipped", (4, 0): "waiting", (4, 1): "waiting"}


def test_when_the_search_goes_on_the_finalists_are_planned_anew(db: Database) -> None:
    planned(db)
    job = finalists.take(db, "s", 0, "w1")
    assert job is not None
    studies.reopen(db, "s", 9, None)
    with pytest.raises(LeaseLost):
        leases.renew(db, job.lease)
    assert not finalists.plan(db, "s", 0, "final", [JOBS[0]])  # a plan made of what is no longer so
    assert studies.view_study(db, "s").round == 1
    assert finalists.take(db, "s", 1, "w1") is None
    assert finalists.plan(db, "s", 1, "compare", JOBS)
    assert {view.state for view in runs.view_finalists(db, "s", 0)} == {"pruned", "skipped"}


def test_what_mlflow_misses_of_finalists_is_known_until_it_is_delivered(db: Database) -> None:
    planned(db)
    assert deliveries.runs_to_deliver(db, "s", "w1") == []
    job = finalists.take(db, "s", 0, "w1")
    assert job is not None
    runs.start(db, job, TrialFacts(seed=1))
    assert deliveries.runs_to_deliver(db, "s", "w1") == [("s", "compare", 0, 0)]
    assert deliveries.runs_to_deliver(db, "s", "w2") == []
    assert deliveries.claim(db, RunRow, ("s", "compare", 0, 0), "w1")
    assert not deliveries.claim(db, RunRow, ("s", "compare", 0, 0), "w2")
    deliveries.recorded(db, RunRow, ("s", "compare", 0, 0), runs.view_run(db, "s", "compare", 0, 0).changes, "run")
    assert deliveries.runs_to_deliver(db, "s", "w1") == []
    runs.finish(db, job, "complete", "", 0.5, 1, TrialFacts())
    with db.session() as session, session.begin():
        session.execute(sa.update(RunRow).values(recording_until=0.0))
    assert deliveries.runs_to_deliver(db, "s", "w2") == [("s", "compare", 0, 0)]
