"""A worker that holds several trials: taken, filled and handed back together, each place once."""

import multiprocessing
import threading
from collections import Counter

import pytest
import sqlalchemy as sa

from tests.database.cohorts import Cohort, filled, take
from tests.database.conftest import add
from tests.database.test_trials import age, expire, silence
from tests.processes import forking
from tuner.database import adoption, budget, leases, many_leases, rules, runs, strikes, studies, turns, workers
from tuner.database.changes import changes_since
from tuner.database.connection import Database, open_database
from tuner.database.facts import Limits
from tuner.database.leases import GRACE_S
from tuner.database.tables import RunRow, StudyRow


def test_several_places_are_taken_and_no_more_than_there_are(db: Database) -> None:
    add(db, trials=5)
    first = take(db, "w1", 3)
    assert [each.ordinal for each in first] == [0, 1, 2]
    assert [each.ordinal for each in take(db, "w2", 3)] == [3, 4]
    assert take(db, "w3", 3) == []
    assert take(db, "w1", 3, held=first) == []


def take_all(url: str, worker_id: str, most: int, out: "multiprocessing.Queue[int]") -> None:
    db = open_database(url)
    held: list[runs.Job] = []
    while taken := filled(db, take(db, worker_id, most, held)):
        for job in taken:
            out.put(job.ordinal)
        held += taken
    db.engine.dispose()


def test_workers_that_race_for_several_places_take_each_once(db: Database, url: str) -> None:
    add(db, trials=60)
    out: multiprocessing.Queue[int] = forking.Queue()
    processes = [forking.Process(target=take_all, args=(url, f"w{most}", most, out)) for most in (1, 3, 7)]
    for process in processes:
        process.start()
    found = [out.get(timeout=120) for _ in range(60)]
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 3
    assert Counter(found) == Counter(range(60))
    views = runs.view_trials(db, "s")
    assert sorted(each.trial_number or 0 for each in views) == list(range(60))
    # A place and its trial belong together, whoever else makes some in between.
    study = db.storage.get_study_id_from_name("s")
    places = {each.number: each.user_attrs["tuner_ordinal"] for each in db.storage.get_all_trials(study)}
    assert {each.trial_number: each.ordinal for each in views} == places


def test_what_a_lost_answer_gave_is_given_again_and_what_is_held_is_not(db: Database) -> None:
    add(db, trials=6)
    held = take(db, "w", 2)
    lost = take(db, "w", 2, held=held)
    again = take(db, "w", 3, held=held)
    assert [(each.ordinal, each.attempt) for each in again] == [(2, 2), (3, 2), (4, 1)]
    assert [each.ordinal for each in lost] == [2, 3]


def test_all_members_of_a_dead_worker_are_adopted_at_once_with_their_strikes(db: Database) -> None:
    add(db, trials=4)
    jobs = filled(db, take(db, "w1", 3))
    workers.mark_dead(db, "w1", strikes.UNKNOWN, "signal 9")
    adopted = take(db, "w2", 4)
    assert [(each.ordinal, each.attempt, each.trial_number) for each in adopted] == [
        *((each.ordinal, 2, each.trial_number) for each in jobs),
        (3, 1, None),
    ]
    with db.session() as session:
        assert session.scalars(sa.select(RunRow.strikes).order_by(RunRow.ordinal)).all() == [2, 2, 2, 0]
    assert take(db, "w3", 4) == []


@pytest.mark.parametrize("against", [strikes.CRASH, strikes.NO_MEMORY, strikes.UNKNOWN])
@pytest.mark.parametrize("killer", [0, 2, 5])
def test_a_trial_that_kills_its_workers_is_given_up_and_none_that_was_trained_with_it(
    db: Database, killer: int, against: int
) -> None:
    """Several die with it, again and again. What is a suspect by then is trained alone, and shows that it can be."""
    add(db, trials=6)
    given_up, ended = [], set[int]()
    for life in range(40):
        worker = f"w{life}"
        workers.enter(db, worker, "cpu")
        held: list[runs.Job] = []
        while taken := take(db, worker, 0 if any(each.suspect for each in held) else 4 - len(held), held):
            held += filled(db, taken)
        assert not any(each.suspect for each in held) or len(held) == 1
        if any(each.ordinal == killer and not each.given_up for each in held):
            workers.mark_dead(db, worker, against, "signal 11")
            continue
        if not held:
            break
        given_up += [each.ordinal for each in held if each.given_up]
        ended |= {each.ordinal for each in held if not each.given_up}
        Cohort(db, held).end({each.trial_number or 0: "failed" if each.given_up else "complete" for each in held})
    assert given_up == [killer]
    assert ended == {*range(6)} - {killer}


def test_a_suspect_waits_for_a_worker_that_holds_nothing_and_has_it_for_itself(db: Database) -> None:
    add(db, trials=4)
    filled(db, take(db, "w1", 2))
    busy = take(db, "w2", 1)
    workers.mark_dead(db, "w1", strikes.CRASH, "signal 11")
    assert [each.ordinal for each in take(db, "w2", 3, held=busy)] == [3]
    (alone,) = take(db, "w3", 4)
    assert (alone.ordinal, alone.suspect, alone.given_up) == (0, True, False)
    assert adoption.suspects_wait(db, alone)
    (other,) = take(db, "w4", 4)
    assert (other.ordinal, other.suspect) == (1, True)
    assert not adoption.suspects_wait(db, alone)


def test_members_of_a_silent_worker_are_left_to_it_for_as_long_as_it_could_speak(db: Database) -> None:
    add(db, trials=2)
    take(db, "w1", 2)
    silence(db)
    workers.enter(db, "w2", "cpu")
    assert take(db, "w2", 2) == []
    age(db, "w2", 2 * GRACE_S)
    assert len(take(db, "w2", 2)) == 2


def test_a_sign_of_life_renews_all_that_a_worker_holds(db: Database) -> None:
    add(db, trials=3)
    workers.enter(db, "w1", "cpu")
    take(db, "w1", 3)
    silence(db)
    workers.beat(db, "w1", "s", "training")
    with db.session() as session:
        assert len(leases.held(session, "s")) == 3


def test_several_are_handed_back_but_for_those_that_were_lost(db: Database) -> None:
    add(db, trials=3)
    jobs = take(db, "w1", 3)
    expire(db)
    stolen = take(db, "w2", 1)
    number = changes_since(db, "s", 0).number
    many_leases.hand_back(db, [each.lease for each in jobs])
    told = changes_since(db, "s", number)
    assert {each.ordinal for each in told.runs} == {1, 2}
    with db.session() as session:
        assert leases.held(session, "s") == {("s", "search", 0, stolen[0].ordinal)}
    assert [each.ordinal for each in take(db, "w3", 3)] == [1, 2]


def test_a_place_that_was_lost_gets_no_trial_and_the_others_do(db: Database) -> None:
    add(db, trials=3)
    jobs = take(db, "w1", 3)
    expire(db)
    stolen = filled(db, take(db, "w2", 1))
    assert [each.trial_number for each in filled(db, jobs)] == [None, 1, 2]
    assert [each.trial_number for each in filled(db, jobs)] == [None, 1, 2]  # an answer that was lost
    assert stolen[0].trial_number == 0
    assert len(db.storage.get_all_trials(db.storage.get_study_id_from_name("s"))) == 3


def test_no_more_begin_than_there_are_epochs_for(db: Database) -> None:
    add(db, trials=9, limits=Limits(epochs=5))
    jobs = take(db, "w1", 3)
    asked = {each.ordinal: (each.attempt, 2) for each in jobs[:2]}
    assert rules.grant_many(db, "s", {**asked, 2: (1, 3)}) == {0, 1}
    assert rules.grant_many(db, "s", asked) == {0, 1}
    assert take(db, "w1", 3, held=jobs) == []
    assert studies.view_study(db, "s").ended == "epochs"


def test_one_that_another_worker_has_by_now_spends_no_epochs(db: Database) -> None:
    add(db, trials=9, limits=Limits(epochs=3))
    jobs = take(db, "w1", 2)
    assert rules.grant_many(db, "s", {0: (7, 5), 1: (jobs[1].attempt, 2)}) == {0, 1}
    with db.session() as session:
        assert session.scalars(sa.select(RunRow.epoch_limit).order_by(RunRow.ordinal)).all() == [1, 2]
    assert studies.view_study(db, "s").ended == ""


@pytest.mark.parametrize("most_workers", [1, 2])
def test_a_worker_with_many_members_is_one_of_the_workers_that_a_study_may_have(
    db: Database, most_workers: int
) -> None:
    add(db, trials=9)
    with db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(most_workers=most_workers))
    held = take(db, "w1", 3)
    assert len(held) == 3
    assert len(take(db, "w1", 2, held)) == 2
    assert len(take(db, "w2", 2)) == (0 if most_workers == 1 else 2)


def test_a_study_at_rest_gives_no_places(db: Database) -> None:
    add(db, trials=9)
    with db.session() as session, session.begin():
        session.execute(sa.update(StudyRow).values(desired_state="stopping"))
    assert take(db, "w1", 3) == []
    assert budget.take(db, "s", "w1") is None


def test_signs_of_life_and_the_writes_of_a_cohort_do_not_wait_for_each_other(db: Database) -> None:
    add(db, trials=16)
    workers.enter(db, "w", "cpu")
    cohort = Cohort(db, filled(db, take(db, "w", 16)))
    over = threading.Event()
    beats = 0

    def beat() -> None:
        nonlocal beats
        while not over.is_set():
            workers.beat(db, "w", "s", "training")
            beats += 1

    beating = threading.Thread(target=beat)
    beating.start()
    try:
        for epoch in range(1, 21):
            assert cohort.epoch(epoch, dict.fromkeys(range(16), 0.5)) == turns.Turned()
    finally:
        over.set()
        beating.join(60)
    assert beats
