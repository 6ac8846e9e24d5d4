"""What MLflow refused is set aside until it changes; what MLflow lost is to be delivered anew."""

import sqlalchemy as sa

from tests.database.cohorts import Cohort, filled, take
from tests.database.conftest import add
from tests.database.test_trials import fill
from tuner.database import budget, deliveries, runs, studies
from tuner.database.connection import Database
from tuner.database.deliveries import Refusal
from tuner.database.epochs import EpochView
from tuner.database.tables import RunRow, StudyRow
from tuner.database.trial_facts import TrialFacts


def begun(db: Database) -> runs.Job:
    add(db)
    job = budget.take(db, "s", "w")
    assert job is not None
    fill(db, job)
    runs.start(db, job, TrialFacts(), {"epochs": 3})
    return job


def changes(db: Database) -> int:
    return runs.view_trial(db, "s", 0).changes


def test_what_is_refused_waits_until_it_changes_or_is_asked_for(db: Database) -> None:
    job = begun(db)
    assert deliveries.claim(db, RunRow, ("s", "search", 0, 0), "w")
    assert deliveries.refused(db, RunRow, ("s", "search", 0, 0), changes(db), "too large\0\ud800\nby far", "run")
    assert not deliveries.refused(db, RunRow, ("s", "search", 0, 0), changes(db), "too large\0\ud800\nby far", None)
    assert deliveries.runs_to_deliver(db, "s", "w") == []
    assert deliveries.refusals(db, "s") == [Refusal("trial 0", "too large   by far")]
    assert deliveries.run_ids(db, "s") == ["run"]

    runs.finish_epoch(db, job, EpochView(1, {}, 0.1, 0.0), 0.5, 1)
    assert deliveries.runs_to_deliver(db, "s", "w") == [("s", "search", 0, 0)]
    deliveries.refused(db, RunRow, ("s", "search", 0, 0), changes(db), "x" * 5000, None)
    assert deliveries.runs_to_deliver(db, "s", "w") == []
    deliveries.retry(db, "s")
    assert deliveries.runs_to_deliver(db, "s", "w") == [("s", "search", 0, 0)]
    assert deliveries.refusals(db, "s") == [Refusal("trial 0", "x" * 1000)], "until it is there, it is said"
    deliveries.recorded(db, RunRow, ("s", "search", 0, 0), changes(db), "run")
    assert deliveries.refusals(db, "s") == []


def test_what_was_lost_is_to_be_delivered_anew(db: Database) -> None:
    begun(db)
    deliveries.recorded(db, RunRow, ("s", "search", 0, 0), changes(db), "run")
    deliveries.recorded(db, StudyRow, ("s",), studies.view_study(db, "s").changes, "parent")
    deliveries.deliver_anew(db, "s", {"another"})
    assert deliveries.runs_to_deliver(db, "s", "w") == []

    deliveries.deliver_anew(db, "s", {"parent"})
    assert (studies.view_study(db, "s").mlflow_run_id, deliveries.run_ids(db, "s")) == (None, ["run"])
    deliveries.deliver_anew(db, "s")
    assert deliveries.runs_to_deliver(db, "s", "w") == [("s", "search", 0, 0)]
    assert deliveries.run_ids(db, "s") == ["run"], "what is still there is found by it"


def test_the_record_of_a_study_is_one_workers(db: Database) -> None:
    add(db)
    assert deliveries.claim(db, StudyRow, ("s",), "w1")
    assert deliveries.claim(db, StudyRow, ("s",), "w1")
    assert not deliveries.claim(db, StudyRow, ("s",), "w2")
    deliveries.unclaim(db, StudyRow, ("s",), "w2")
    assert not deliveries.claim(db, StudyRow, ("s",), "w2")
    deliveries.unclaim(db, StudyRow, ("s",), "w1")
    assert deliveries.claim(db, StudyRow, ("s",), "w2")


def test_of_those_that_it_trains_a_worker_delivers_few_at_a_time_and_each_in_its_turn(db: Database) -> None:
    add(db, trials=5)
    cohort = Cohort(db, filled(db, take(db, "w", 5)))
    cohort.start()
    cohort.end({4: "complete"})
    ended, training = ("s", "search", 0, 4), [("s", "search", 0, place) for place in range(4)]
    assert deliveries.runs_to_deliver(db, "s", "w") == [*training, ended]
    assert deliveries.runs_to_deliver(db, "s", "w", 2) == [ended], "the others will have ended, too, before long"
    with db.session() as session, session.begin():
        session.execute(sa.update(RunRow).values(started_at=RunRow.started_at - 100.0))
    seen = set()
    for _ in range(2):
        first = deliveries.runs_to_deliver(db, "s", "w", 2)
        assert first[-1] == ended
        for key in first[:-1]:
            deliveries.recorded(db, RunRow, key, runs.view_run(db, *key).changes, f"run {key[3]}")
            seen.add(key)
        cohort.epoch(1 + len(seen), dict.fromkeys(range(4), 0.5))
    assert seen == set(training)


def test_several_are_claimed_and_recorded_at_once_but_for_those_of_others(db: Database) -> None:
    add(db, trials=4)
    cohort = Cohort(db, filled(db, take(db, "w", 4)))
    cohort.start()
    cohort.end(dict.fromkeys(range(4), "complete"))
    keys = deliveries.runs_to_deliver(db, "s", "w")
    assert deliveries.claim(db, RunRow, keys[0], "other")
    mine = deliveries.claim_many(db, keys, "w")
    assert mine == set(keys[1:])
    assert deliveries.claim_many(db, keys, "w") == mine
    deliveries.recorded_many(db, [(key, changes(db), f"run {key[3]}") for key in keys[1:3]])
    assert deliveries.runs_to_deliver(db, "s", "w") == [keys[3]]
    assert sorted(deliveries.run_ids(db, "s")) == ["run 1", "run 2"]
    deliveries.unclaim_many(db, keys, "w")
    assert deliveries.claim(db, RunRow, keys[3], "other")
    assert not deliveries.claim(db, RunRow, keys[0], "w"), "another's claim is left alone"
