"""The budget is exact and a lease is one worker's, whatever happens to the processes."""

import multiprocessing
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing.synchronize import Event

import psutil
import pytest
import sqlalchemy as sa
from optuna.trial import FrozenTrial
from sqlalchemy.orm import Session

from tests.database.conftest import add
from tests.processes import forking
from tuner.database import budget, deliveries, leases, machine, optuna_writing, runs, strikes, studies, workers
from tuner.database.connection import Database, open_database, utc_now
from tuner.database.epochs import EpochView
from tuner.database.leases import GRACE_S, LeaseLost
from tuner.database.tables import RunRow, WorkerRow
from tuner.database.trial_facts import TrialFacts
from tuner.search.optuna_study import trial_template


def expire(db: Database) -> None:
    """As if every lease had run out."""
    with db.session() as session, session.begin():
        session.execute(sa.update(RunRow).where(~RunRow.finalized).values(lease_until=0.0))


def fill(db: Database, job: runs.Job) -> int:
    return budget.fill(db, job, trial_template(job.ordinal, None), "")


def silence(db: Database) -> None:
    """As if every worker had been silent for longer than a lease."""
    with db.session() as session, session.begin():
        session.execute(sa.update(RunRow).where(~RunRow.finalized).values(lease_until=utc_now() - 1.0))


def age(db: Database, worker_id: str, seconds: float) -> None:
    """As if a worker's signs of life had come without a gap for so long."""
    with db.session() as session, session.begin():
        session.execute(
            sa.update(WorkerRow).where(WorkerRow.worker_id == worker_id).values(steady_since=utc_now() - seconds)
        )


def test_the_budget_is_given_out_once_and_no_further(db: Database) -> None:
    add(db, trials=3)
    taken = [budget.take(db, "s", f"w{i}") for i in range(4)]
    assert [job.ordinal for job in taken[:3] if job] == [0, 1, 2]
    assert taken[3] is None


def take_all(url: str, worker_id: str, out: "multiprocessing.Queue[int]") -> None:
    db = open_database(url)
    while (job := budget.take(db, "s", worker_id)) is not None:
        out.put(job.ordinal)
        runs.finish_epoch(db, job, EpochView(1, {"val_accuracy": 0.5}, 0.1, time.time()), 0.5, 1)
        runs.finish(db, job, "complete", "", 0.5, 1, TrialFacts())
        runs.finalize(db, job)


def test_processes_that_race_for_the_budget_take_each_place_once(db: Database, url: str) -> None:
    add(db, trials=60)
    out: multiprocessing.Queue[int] = forking.Queue()
    processes = [forking.Process(target=take_all, args=(url, f"w{i}", out)) for i in range(4)]
    for process in processes:
        process.start()
    found = [out.get(timeout=120) for _ in range(60)]
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    assert Counter(found) == Counter(range(60))
    assert budget.open_places(db, "s") == 0


def test_a_trial_of_a_silent_worker_is_adopted_and_the_silent_one_cannot_write(db: Database) -> None:
    add(db)
    first = budget.take(db, "s", "w1")
    assert first is not None
    number = fill(db, first)
    expire(db)
    second = budget.take(db, "s", "w2")
    assert second is not None
    assert (second.ordinal, second.trial_number, second.attempt) == (0, number, 2)
    with pytest.raises(LeaseLost):
        runs.finish_epoch(db, first, EpochView(1, {}, 0.1, 0.0), None, 0)
    with pytest.raises(LeaseLost):
        runs.finish(db, first, "complete", "", 0.5, 1, TrialFacts())
    assert runs.view_trial(db, "s", 0).epochs == ()


def test_a_worker_that_gives_signs_of_life_keeps_its_trial(db: Database) -> None:
    add(db, trials=1)
    workers.enter(db, "w1", "cpu")
    job = budget.take(db, "s", "w1")
    assert job is not None
    with db.session() as session, session.begin():
        session.execute(sa.update(RunRow).values(lease_until=utc_now() + 0.2))
    workers.beat(db, "w1", "s", "training")
    workers.enter(db, "w2", "cpu")
    age(db, "w2", 2 * GRACE_S)
    time.sleep(0.3)
    assert budget.take(db, "s", "w2") is None


def test_a_worker_whose_ended_process_nobody_waited_for_is_dead(db: Database) -> None:
    add(db, trials=1)
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        process = psutil.Process(child.pid)
        began = machine.began(child.pid)
        until = time.monotonic() + 60.0
        while process.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < until
            time.sleep(0.01)
        workers.enter(db, "w1", "cpu")
        with db.session() as session, session.begin():
            session.execute(sa.update(WorkerRow).values(pid=child.pid, pid_started_at=began))
        assert budget.take(db, "s", "w1") is not None
        assert workers.view_workers(db) == []
        assert workers.reap_local_workers(db) == 1
    again = budget.take(db, "s", "w2")
    assert again is not None
    assert again.attempt == 2


@pytest.mark.parametrize(("deaths", "against"), [(2, strikes.CRASH), (3, strikes.NO_MEMORY), (5, strikes.UNKNOWN)])
def test_a_trial_is_given_up_after_as_many_deaths_as_they_say_of_it(db: Database, deaths: int, against: int) -> None:
    add(db, trials=1)
    for number in range(deaths):
        job = budget.take(db, "s", f"w{number}")
        assert job is not None
        assert not job.given_up
        workers.mark_dead(db, f"w{number}", against, "signal 9")
        workers.mark_dead(db, f"w{number}", against, "signal 9")  # an answer that was lost is asked for again
    job = budget.take(db, "s", "w")
    assert job is not None
    assert job.given_up
    assert runs.view_trial(db, "s", 0).reason == "signal 9"


def test_silence_is_a_death_of_which_nothing_is_known(db: Database) -> None:
    add(db, trials=1)
    for number in range(5):
        job = budget.take(db, "s", f"w{number}")
        assert job is not None
        assert not job.given_up
        expire(db)
    job = budget.take(db, "s", "w")
    assert job is not None
    assert job.given_up


def test_workers_that_were_told_to_go_say_nothing_against_their_trial(db: Database) -> None:
    add(db, trials=1)
    for number in range(12):
        job = budget.take(db, "s", f"w{number}")
        assert job is not None
        assert not job.given_up
        workers.mark_dead(db, f"w{number}", strikes.NONE)


def test_an_error_that_nobody_caught_counts_once_though_the_process_dies_of_it(db: Database) -> None:
    add(db, trials=1)
    for worker in ("w1", "w2"):
        job = budget.take(db, "s", worker)
        assert job is not None
        assert not job.given_up
        leases.note_death(db, job.lease, "ValueError: no", strikes.CRASH)
        workers.mark_dead(db, worker, strikes.CRASH, "exit code 1")
    job = budget.take(db, "s", "w3")
    assert job is not None
    assert job.given_up
    assert runs.view_trial(db, "s", 0).reason == "ValueError: no"


def test_an_epoch_between_two_deaths_clears_the_first(db: Database) -> None:
    add(db, trials=1)
    for worker in ("w1", "w2", "w3", "w4"):
        job = budget.take(db, "s", worker)
        assert job is not None
        assert not job.given_up
        runs.finish_epoch(db, job, EpochView(int(worker[1]), {}, 0.1, 0.0), 0.5, 1)
        workers.mark_dead(db, worker, strikes.CRASH)


def test_handing_back_is_no_death(db: Database) -> None:
    add(db, trials=1)
    for worker in ("w1", "w2", "w3", "w4"):
        job = budget.take(db, "s", worker)
        assert job is not None
        assert not job.given_up
        leases.hand_back(db, job.lease)


def test_an_epoch_is_stored_once(db: Database) -> None:
    add(db)
    job = budget.take(db, "s", "w1")
    assert job is not None
    runs.finish_epoch(db, job, EpochView(1, {"a": 1.0}, 0.1, 5.0), 0.5, 1)
    runs.finish_epoch(db, job, EpochView(1, {"a": 2.0}, 0.2, 6.0), 0.5, 1)
    assert runs.view_trial(db, "s", 0).epochs == (EpochView(1, {"a": 1.0}, 0.1, 5.0, worker_id="w1"),)


def test_a_trial_that_ended_but_was_not_told_is_taken_again_to_be_told(db: Database) -> None:
    add(db, trials=1)
    job = budget.take(db, "s", "w1")
    assert job is not None
    runs.finish(db, job, "pruned", "pruned at epoch 1 of 5", 0.5, 1, TrialFacts())
    expire(db)
    again = budget.take(db, "s", "w2")
    assert again is not None
    assert again.state == "pruned"
    assert not again.given_up
    runs.finalize(db, again)
    expire(db)
    assert budget.take(db, "s", "w3") is None


def test_a_larger_budget_opens_new_places(db: Database) -> None:
    add(db, trials=1)
    assert budget.take(db, "s", "w1") is not None
    studies.reopen(db, "s", 2, None)
    job = budget.take(db, "s", "w2")
    assert job is not None
    assert job.ordinal == 1


def test_what_mlflow_misses_is_known_until_it_is_delivered(db: Database) -> None:
    add(db)
    job = budget.take(db, "s", "w1")
    assert job is not None
    fill(db, job)
    assert deliveries.runs_to_deliver(db, "s", "w1") == []  # nothing to show before it has parameters
    runs.start(db, job, TrialFacts(), {"epochs": 3})
    assert deliveries.runs_to_deliver(db, "s", "w1") == [("s", "search", 0, 0)]
    assert deliveries.runs_to_deliver(db, "s", "w2") == []  # its own worker delivers while it lives
    assert deliveries.claim(db, RunRow, ("s", "search", 0, 0), "w1")
    assert not deliveries.claim(db, RunRow, ("s", "search", 0, 0), "w2")
    deliveries.recorded(db, RunRow, ("s", "search", 0, 0), runs.view_trial(db, "s", 0).changes, "run")
    assert deliveries.runs_to_deliver(db, "s", "w1") == []
    runs.finish_epoch(db, job, EpochView(1, {}, 0.1, 0.0), 0.5, 1)
    assert deliveries.runs_to_deliver(db, "s", "w1") == [("s", "search", 0, 0)]
    expire(db)
    assert deliveries.runs_to_deliver(db, "s", "w2") == [("s", "search", 0, 0)]  # the worker is gone: anybody may


def test_after_an_outage_the_first_worker_back_robs_nobody(db: Database) -> None:
    add(db, trials=1)
    for worker in ("w1", "w2"):
        workers.enter(db, worker, "cpu")
        age(db, worker, 10 * GRACE_S)
    job = budget.take(db, "s", "w1")
    assert job is not None
    silence(db)
    with db.session() as session, session.begin():
        session.execute(sa.update(WorkerRow).values(seen_at=utc_now() - 60.0))
    assert budget.take(db, "s", "w2") is None  # its own signs of life did not come through either
    workers.beat(db, "w2", "s", "waiting")
    assert budget.take(db, "s", "w2") is None  # the other may be about to say that it lives
    workers.beat(db, "w1", "s", "training")
    age(db, "w2", 2 * GRACE_S)
    assert budget.take(db, "s", "w2") is None  # and has said so
    runs.finalize(db, job)


def test_a_silent_workers_trial_is_taken_once_the_database_has_been_there_for_a_while(db: Database) -> None:
    add(db, trials=1)
    workers.enter(db, "w2", "cpu")
    assert budget.take(db, "s", "w1") is not None
    silence(db)
    assert budget.take(db, "s", "w2") is None
    age(db, "w2", GRACE_S + 1.0)
    taken = budget.take(db, "s", "w2")
    assert taken is not None
    assert taken.attempt == 2


def test_a_place_that_was_given_by_a_call_whose_answer_was_lost_is_given_again(db: Database) -> None:
    add(db, trials=1)
    first, again = budget.take(db, "s", "w"), budget.take(db, "s", "w")
    assert first is not None
    assert again is not None
    assert (again.ordinal, again.attempt, again.given_up) == (0, 2, False)
    with pytest.raises(LeaseLost):
        fill(db, first)


def test_a_worker_that_stalled_before_it_made_its_trial_makes_none(db: Database) -> None:
    add(db, trials=1)
    slow = budget.take(db, "s", "w1")
    assert slow is not None
    expire(db)
    quick = budget.take(db, "s", "w2")
    assert quick is not None
    assert fill(db, quick) == 0
    with pytest.raises(LeaseLost):
        fill(db, slow)
    assert fill(db, quick) == 0  # an answer that was lost is asked for again
    study_id = db.storage.get_study_id_from_name("s")
    assert [trial.number for trial in db.storage.get_all_trials(study_id)] == [0]


def fill_late(url: str, worker_id: str, stalled: Event, go_on: Event, out: "multiprocessing.Queue[str]") -> None:
    """Take a trial, and stall in the middle of its making."""
    db = open_database(url)
    job = budget.take(db, "s", worker_id)
    assert job is not None
    create = optuna_writing.create

    def stall(session: Session, study_name: str, templates: Sequence[FrozenTrial]) -> list[int]:
        stalled.set()
        go_on.wait(60)
        return create(session, study_name, templates)

    optuna_writing.create = stall  # the moment is too short to hit otherwise
    try:
        fill(db, job)
        out.put("made")
    except LeaseLost:
        out.put("lost")


def test_a_worker_that_stalls_in_the_making_of_its_trial_leaves_no_second_one(db: Database, url: str) -> None:
    add(db, trials=1)
    stalled, go_on, out = forking.Event(), forking.Event(), forking.Queue()
    process = forking.Process(target=fill_late, args=(url, "w1", stalled, go_on, out))
    process.start()
    assert stalled.wait(120)
    taker = threading.Thread(target=expire, args=(db,))
    taker.start()  # waits for the other's transaction
    time.sleep(0.3)
    go_on.set()
    taker.join(60)
    process.join(60)
    assert out.get(timeout=10) == "made"
    job = budget.take(db, "s", "w2")
    assert job is not None
    assert job.trial_number == 0
    study_id = db.storage.get_study_id_from_name("s")
    assert [trial.number for trial in db.storage.get_all_trials(study_id)] == [0]


def test_a_metric_that_is_no_number_is_not_stored(db: Database) -> None:
    add(db)
    job = budget.take(db, "s", "w")
    assert job is not None
    fill(db, job)
    figures = {"val_accuracy": 0.5, "val_f1": float("nan"), "val_loss": float("inf")}
    runs.finish_epoch(db, job, EpochView(1, figures, 0.1, 5.0), 0.5, 1)
    assert runs.view_trial(db, "s", 0).epochs[0].metrics == {"val_accuracy": 0.5}
