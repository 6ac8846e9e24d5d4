"""Who follows a study knows at each moment what one who reads all of it knows."""

from dataclasses import replace
from typing import Any

import pytest

from tests.database.conftest import add
from tests.database.conftest import db as db
from tests.database.conftest import url as url
from tests.database.test_trials import fill, silence
from tuner.database import budget, finalists, leases, reproductions, runs, studies, whole_study, workers
from tuner.database.changes import Changes, changes_since
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.finalists import Planned
from tuner.database.trial_facts import TrialFacts
from tuner.errors import NotFound
from tuner.studies import follower as follower_module
from tuner.studies.follower import StudyFollower
from tuner.studies.status import StudyStatus, study_status

__all__ = ["db", "url"]


def still(status: StudyStatus) -> StudyStatus:
    """What does not move with the clock from one look to the next."""
    return replace(
        status,
        study=replace(status.study, age_s=0.0, left_s=0.0),
        workers=tuple(replace(each, seen_s=0.0) for each in status.workers),
        left_s=0.0,
        silent_s=None if status.silent_s is None else 0.0,
    )


def job_of(job: runs.Job | None) -> runs.Job:
    assert job is not None
    return job


def test_a_follower_knows_what_a_reader_of_all_knows(db: Database) -> None:
    add(db, timeout_s=600.0)
    follower = StudyFollower(db, "s")

    def told() -> StudyStatus:
        seen = follower.look()
        assert still(seen) == still(study_status(db, "s", epochs=True))
        return seen

    assert told().state == "waiting"
    workers.enter(db, "w", "cpu")
    workers.beat(db, "w", "s", "training")
    job = job_of(budget.take(db, "s", "w"))
    assert [each.trial_number for each in told().trials] == [None]
    fill(db, job)
    runs.start(db, job, TrialFacts(host="h"), {"epochs": 2})
    for epoch in (1, 2):
        runs.finish_epoch(db, job, EpochView(epoch, {"loss": 1 / epoch}, 0.1, epoch), 1 / epoch, epoch)
        assert [len(each.epochs) for each in told().trials] == [epoch]
    runs.finish(db, job, "complete", "", 0.5, 2, TrialFacts(host="h"))
    runs.finalize(db, job)
    assert told().best is not None
    job = job_of(budget.take(db, "s", "w"))
    fill(db, job)
    told()
    leases.hand_back(db, job.lease)
    assert told().trials[1].worker_id is None
    job = job_of(budget.take(db, "s", "w"))
    runs.finish(db, job, "failed", "such", None, 0, TrialFacts())
    runs.finalize(db, job)
    studies.set_note(db, "s", "mine")
    studies.start_clock(db, "s")
    assert told().counts["failed"] == 1
    finalists.plan(db, "s", 0, "compare", [Planned("compare", 0, 0, seed, seed) for seed in (0, 1)])
    finalist = job_of(finalists.take(db, "s", 0, "w"))
    runs.finish_epoch(db, finalist, EpochView(1, {"loss": 0.5}, 0.1, 3.0), 0.5, 1)
    reproductions.begin(db, told().trials[0], 7, 2, "again")
    assert [len(each.epochs) for each in told().finalists] == [1, 0]
    assert len(told().reproductions) == 1
    studies.reopen(db, "s", 9, None, anew=True)
    assert told().finalists == ()
    workers.leave(db, "w")
    assert told().workers == ()


def test_a_lease_that_runs_out_is_seen_though_nobody_writes(db: Database) -> None:
    add(db)
    follower = StudyFollower(db, "s")
    budget.take(db, "s", "gone")
    workers.enter(db, "other", "cpu")
    assert [each.held for each in follower.look().trials] == [True]
    assert follower.look().stage.startswith("a worker is silent")
    silence(db)
    seen = follower.look()
    assert ([each.held for each in seen.trials], seen.stage) == ([False], "")
    assert still(seen) == still(study_status(db, "s", epochs=True))


def test_another_study_of_that_name_is_another(db: Database) -> None:
    add(db)
    follower = StudyFollower(db, "s")
    budget.take(db, "s", "w")
    assert len(follower.look().trials) == 1
    whole_study.rename_study(db, "s", "t")
    with pytest.raises(NotFound):
        follower.look()
    add(db, trials=7)
    for _ in range(5):
        studies.note_change(db, "s")
    assert (follower.look().trials, follower.look().study.trials) == ((), 7)


def test_a_look_at_what_is_known_reads_no_run_again(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    add(db, trials=9)
    for number in range(5):
        job = job_of(budget.take(db, "s", f"w{number}"))
        fill(db, job)
        runs.finish_epoch(db, job, EpochView(1, {"loss": 0.5}, 0.1, 1.0), 0.5, 1)
    read: list[int] = []

    def noted(*asked: Any) -> Changes:
        found = changes_since(*asked)
        read.append(len(found.runs))
        return found

    monkeypatch.setattr(follower_module, "changes_since", noted)
    follower = StudyFollower(db, "s")
    follower.look()
    assert len(follower.look().trials) == 5
    runs.finish_epoch(db, job, EpochView(2, {"loss": 0.4}, 0.1, 2.0), 0.4, 2)
    assert len(follower.look().trials[4].epochs) == 2
    assert read == [5, 0, 1]
