"""One worker closes a study, whoever else tries, and not against a person who lets it go on."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.database.conftest import add
from tests.database.test_trials import age, fill
from tuner.database import budget, closings, runs, studies, workers
from tuner.database.connection import Database, utc_now
from tuner.database.facts import Outcome
from tuner.database.leases import GRACE_S, LeaseLost
from tuner.database.tables import StudyRow
from tuner.database.trial_facts import TrialFacts


def over(db: Database) -> None:
    """A study of one trial, which has ended."""
    add(db, trials=1)
    job = budget.take(db, "s", "w")
    assert job is not None
    fill(db, job)
    runs.finish(db, job, "complete", "", 0.5, 1, TrialFacts())
    runs.finalize(db, job)


def test_of_workers_that_race_one_closes(db: Database) -> None:
    over(db)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda i: closings.claim(db, "s", f"w{i}", 0), range(6)))
    assert sum(each is not None for each in found) == 1


def test_who_closes_keeps_it_while_it_gives_signs_of_life(db: Database) -> None:
    over(db)
    for worker in ("w1", "w2"):
        workers.enter(db, worker, "cpu")
        age(db, worker, 2 * GRACE_S)
    assert closings.claim(db, "s", "w1", 0) is not None
    with db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(closing_until=utc_now() + 0.2))
    workers.beat(db, "w1", "s", "closing")
    time.sleep(0.3)
    assert closings.claim(db, "s", "w2", 1) is None
    workers.mark_dead(db, "w1")
    taken = closings.claim(db, "s", "w2", 1)
    assert taken is not None
    assert taken.attempt == 2


def test_who_was_silent_writes_no_outcome_over_anothers(db: Database) -> None:
    over(db)
    first = closings.claim(db, "s", "w1", 0)
    assert first is not None
    workers.mark_dead(db, "w1")
    second = closings.claim(db, "s", "w2", 1)
    assert second is not None
    for late in (
        lambda: closings.keep_score(db, first, 0, {"accuracy": 0.1}),
        lambda: closings.close(db, first, Outcome()),
    ):
        with pytest.raises(LeaseLost, match="the closing of s is another's, or its search goes on"):
            late()
    closings.keep_score(db, second, 0, {"accuracy": 0.9})
    closings.close(db, second, Outcome(figures={"by": "w2"}))
    closings.close(db, second, Outcome(figures={"by": "w2"}))  # an answer that was lost is asked for again
    with pytest.raises(LeaseLost):
        closings.close(db, first, Outcome(figures={"by": "w1"}))
    assert studies.view_study(db, "s").outcome == Outcome(figures={"by": "w2"})
    assert runs.view_trial(db, "s", 0).test == {"accuracy": 0.9}


def test_a_person_who_lets_the_search_go_on_wins_over_who_closes_it(db: Database) -> None:
    over(db)
    closing = closings.claim(db, "s", "w1", 0)
    assert closing is not None
    studies.reopen(db, "s", 2, None)
    with pytest.raises(LeaseLost):
        closings.close(db, closing, Outcome())
    assert closings.claim(db, "s", "w1", 0) is None  # it was found to be over before
    assert studies.view_study(db, "s").finished_at is None
    job = budget.take(db, "s", "w2")
    assert job is not None
    assert job.ordinal == 1
    assert closings.claim(db, "s", "w1", 2) is None  # a trial runs


def test_no_trial_begins_while_a_study_is_closed(db: Database) -> None:
    add(db, trials=2)
    assert closings.claim(db, "s", "w1", 0) is not None
    assert budget.take(db, "s", "w2") is None
    workers.mark_dead(db, "w1")
    assert budget.take(db, "s", "w2") is not None


def test_a_resume_with_nothing_more_to_train_lets_the_study_be_closed(db: Database) -> None:
    over(db)
    closing = closings.claim(db, "s", "w1", 0)
    assert closing is not None
    studies.reopen(db, "s", 1, None, goes_on=False)
    closings.close(db, closing, Outcome(figures={"by": "w1"}))
    assert studies.view_study(db, "s").outcome == Outcome(figures={"by": "w1"})
