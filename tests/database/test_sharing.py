"""Workers are shared out by one rule, and a study never has more of them than it may, whoever takes trials."""

import itertools
import multiprocessing
from dataclasses import replace

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.database.conftest import add, opening
from tests.processes import forking
from tuner.database import budget, changing, finalists, leases, runs, sharing, studies
from tuner.database.connection import Database
from tuner.database.facts import Limits
from tuner.database.finalists import Planned
from tuner.database.runs import Job
from tuner.database.sharing import OpenStudy, in_turn
from tuner.database.tables import RunRow
from tuner.database.trial_facts import TrialFacts
from tuner.database.whole_study import delete_study

OPEN = st.lists(
    st.builds(
        OpenStudy,
        study_name=st.uuids().map(str),
        priority=st.integers(-3, 3),
        most_workers=st.none() | st.integers(1, 4),
        workers=st.integers(0, 5),
        began_at=st.floats(0, 1e9),
        created_at=st.floats(0, 1e9),
    ),
    max_size=8,
)


@given(OPEN)
def test_the_highest_priority_with_room_comes_first_then_the_fewest_workers_then_the_longest_ago(
    every: list[OpenStudy],
) -> None:
    turn = in_turn(every)
    assert {each.study_name for each in turn} == {
        each.study_name for each in every if each.most_workers is None or each.workers < each.most_workers
    }
    for sooner, later in itertools.pairwise(turn):
        assert sooner.priority >= later.priority
        if sooner.priority == later.priority:
            assert sooner.workers <= later.workers
            if sooner.workers == later.workers:
                assert sooner.began_at <= later.began_at


@given(OPEN, st.integers(1, 12))
def test_workers_that_come_one_after_the_other_leave_no_room_in_a_study_of_a_higher_priority(
    every: list[OpenStudy], workers: int
) -> None:
    by_name = {each.study_name: replace(each, workers=0) for each in every}
    for _ in range(workers):
        if turn := in_turn(by_name.values()):
            by_name[turn[0].study_name] = replace(turn[0], workers=turn[0].workers + 1)
    for each in by_name.values():
        if each.workers:
            assert not any(other.has_room and other.priority > each.priority for other in by_name.values())
        equals = [other for other in by_name.values() if other.priority == each.priority and other.has_room]
        assert all(other.workers >= each.workers - 1 for other in equals)


def change(db: Database, name: str, priority: int | None = None, most_workers: int | None = None) -> None:
    changing.change_study(db, name, None, None, Limits(), None, False, priority, most_workers)


def end(db: Database, job: Job) -> None:
    runs.finish(db, job, "complete", "", 0.5, 1, TrialFacts())
    runs.finalize(db, job)


class Sharing(RuleBasedStateMachine):
    """Workers that take and end trials of two studies while a person changes their limits, on a real database."""

    def __init__(self, db: Database, number: int) -> None:
        super().__init__()
        self.db = db
        self.names = [f"a{number}", f"b{number}"]
        for name in self.names:
            add(db, name, trials=100)
        self.most: dict[str, int] = {}
        self.held: dict[str, Job] = {}

    def workers_of(self, name: str) -> int:
        return sum(job.study_name == name for job in self.held.values())

    @rule(which=st.integers(0, 1), worker=st.integers(0, 4).map(str))
    def take(self, which: int, worker: str) -> None:
        name = self.names[which]
        if worker in self.held:
            return
        room = self.workers_of(name) < self.most.get(name, 99)
        job = budget.take(self.db, name, worker)
        assert (job is not None) == room
        if job is not None:
            self.held[worker] = job

    @precondition(lambda self: self.held)
    @rule(data=st.data(), back=st.booleans())
    def leave(self, data: st.DataObject, back: bool) -> None:
        job = self.held.pop(data.draw(st.sampled_from(sorted(self.held))))
        runs.hand_back(self.db, job) if back else end(self.db, job)

    @rule(which=st.integers(0, 1), most=st.integers(0, 3))
    def limit(self, which: int, most: int) -> None:
        change(self.db, self.names[which], most_workers=most)
        self.most[self.names[which]] = most or 99

    @invariant()
    def what_is_told_is_so(self) -> None:
        told = {each.study_name: each.workers for each in sharing.open_studies(self.db)}
        assert {name: told[name] for name in self.names} == {name: self.workers_of(name) for name in self.names}

    def teardown(self) -> None:
        for name in self.names:
            delete_study(self.db, name)


def test_however_trials_are_taken_and_limits_changed_nobody_has_more_than_it_may(db: Database) -> None:
    numbers = itertools.count()

    class Here(Sharing):
        def __init__(self) -> None:
            super().__init__(db, next(numbers))

    run_state_machine_as_test(Here, settings=settings(max_examples=8, stateful_step_count=12, deadline=None))


def work(url: str, worker_id: str, seen: "multiprocessing.Queue[int]") -> None:
    """As a worker does, without the training; says how many held a trial while it had one."""
    with opening(url) as db:
        while budget.open_places(db, "s"):
            job = budget.take(db, "s", worker_id)
            if job is not None:
                with db.session() as session:
                    held = sa.select(sa.func.count()).where(RunRow.study_name == "s", leases.is_held())
                    seen.put(session.scalar(held) or 0)
                end(db, job)


def test_processes_that_race_for_the_last_place_of_a_worker_never_both_have_it(db: Database, url: str) -> None:
    add(db, trials=40)
    change(db, "s", most_workers=2)
    seen: multiprocessing.Queue[int] = forking.Queue()
    processes = [forking.Process(target=work, args=(url, f"w{each}", seen)) for each in range(4)]
    for process in processes:
        process.start()
    found = [seen.get(timeout=120) for _ in range(40)]
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    assert max(found) <= 2
    assert budget.finalized(db, "s") == 40


def test_fewer_workers_take_effect_when_the_next_trial_is_taken(db: Database) -> None:
    add(db)
    first, second = budget.take(db, "s", "w1"), budget.take(db, "s", "w2")
    assert first is not None
    assert second is not None
    change(db, "s", most_workers=1)
    end(db, first)
    assert budget.take(db, "s", "w1") is None
    end(db, second)
    assert budget.take(db, "s", "w2") is not None
    assert budget.take(db, "s", "w1") is None
    change(db, "s", most_workers=0)
    assert budget.take(db, "s", "w1") is not None


def test_what_a_dead_worker_left_and_finalists_need_room_too(db: Database) -> None:
    add(db)
    change(db, "s", most_workers=1)
    job = budget.take(db, "s", "dead")
    assert job is not None
    leases.release(db, "dead")
    other = budget.take(db, "s", "w1")
    assert other is not None
    assert (other.ordinal, budget.take(db, "s", "w2")) == (0, None)
    # Its answer was lost: it asks again for what is its own, which it has whatever was said since.
    ours = budget.take(db, "s", "w1")
    assert ours is not None
    assert ours.ordinal == 0
    end(db, ours)
    planned = [Planned("compare", 0, 0, seed, 7) for seed in (0, 1)]
    assert finalists.plan(db, "s", 0, "compare", planned)
    assert finalists.take(db, "s", 0, "w1") is not None
    assert finalists.take(db, "s", 0, "w2") is None


def test_the_next_study_is_chosen_anew_after_each_trial(db: Database) -> None:
    def next_of(worker: str) -> Job:
        (first, *_) = in_turn(sharing.open_studies(db))
        job = budget.take(db, first.study_name, worker)
        assert job is not None
        return job

    add(db, "low")
    first = next_of("w1")
    add(db, "high")
    change(db, "high", priority=5, most_workers=1)
    second = next_of("w2")
    third = next_of("w3")
    end(db, first)
    end(db, second)
    fourth = next_of("w1")
    assert [each.study_name for each in (first, second, third, fourth)] == ["low", "high", "low", "high"]
    studies.set_desired_state(db, "high", "stopping")
    assert [each.study_name for each in sharing.open_studies(db)] == ["low"]


def test_whoever_has_a_trial_is_given_it_again_in_a_study_that_is_too_full_by_now(db: Database) -> None:
    add(db)
    for worker in ("w1", "w2"):
        assert budget.take(db, "s", worker) is not None
    change(db, "s", most_workers=1)
    again = budget.take(db, "s", "w2")
    assert again is not None
    assert again.ordinal == 1
    end(db, again)
    assert budget.take(db, "s", "w2") is None


def test_a_study_that_is_gone_gives_nothing(db: Database) -> None:
    assert budget.take(db, "gone", "w") is None
    with db.session() as session, session.begin():
        assert not sharing.may_take(session, "gone", "w")
