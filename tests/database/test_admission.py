"""A person never has more running studies than allowed; further ones wait, and are told for what."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.database.conftest import add as added
from tests.database.conftest import close, opening
from tests.database.old_databases import restore
from tuner.database import admission, budget, leases, studies, workers
from tuner.database.connection import Database
from tuner.studies.status import study_status


def add(db: Database, name: str, owner: str = "ada", priority: int = 0) -> bool:
    """Tells whether it has a place at once."""
    added(db, name, owner=owner, priority=priority)
    return studies.view_study(db, name).admitted_at is not None


def at_once(calls: list[Callable[[], object]]) -> list[object]:
    with ThreadPoolExecutor(len(calls)) as several:
        return [each.result() for each in [several.submit(call) for call in calls]]


def shows(db: Database, name: str) -> None:
    """A worker is at hand that is for this study alone."""
    workers.enter(db, f"of-{name}", "cpu")
    workers.beat(db, f"of-{name}", name, "waiting")


def test_studies_that_are_started_at_once_never_exceed_the_limit(db: Database) -> None:
    admission.set_limit(db, "ada", 2)
    admission.set_limit(db, admission.EVERYBODY, 3)
    names = [f"{owner}-{each}" for each in range(5) for owner in ("ada", "bob")]
    at_once([partial(add, db, name, name[:3]) for name in names])
    assert [len(admission.places(db, owner)[0]) for owner in ("ada", "bob")] == [2, 3]
    assert [len(admission.places(db, owner)[1]) for owner in ("ada", "bob")] == [3, 2]


def test_a_place_that_is_free_is_taken_once_however_many_ask(db: Database) -> None:
    admission.set_limit(db, "ada", 1)
    assert [add(db, f"s{each}") for each in range(5)] == [True, False, False, False, False]
    assert not any(at_once([partial(admission.ask, db, f"s{each}") for each in range(1, 5)]))
    close(db, "s0", {})
    answers = at_once([partial(admission.ask, db, f"s{each}") for each in range(1, 5)])
    assert sum(map(bool, answers)) == 1


def test_who_waits_is_told_for_what_and_begins_nothing(db: Database) -> None:
    admission.set_limit(db, "ada", 1)
    add(db, "first")
    assert not add(db, "second")
    assert add(db, "bobs", "bob")
    assert add(db, "nobodys", "")
    status = study_status(db, "second")
    assert (status.state, status.stage) == ("waiting", "waits: ada has 1 running study, the most (first)")
    assert study_status(db, "first").waits == ""
    assert budget.take(db, "second", "w") is None
    job = budget.take(db, "first", "w")
    assert job is not None
    studies.set_desired_state(db, "first", "stopping")
    assert not admission.ask(db, "second")  # what it began is still trained
    leases.hand_back(db, job.lease)
    assert study_status(db, "second").waits == "waits for a worker"
    assert admission.ask(db, "second")
    assert budget.take(db, "second", "w") is not None
    # It was stopped, and its place is another's.
    studies.reopen(db, "first", 5, None)
    assert (study_status(db, "first").state, budget.take(db, "first", "w2")) == ("waiting", None)


def test_the_higher_priority_is_first_then_the_older_of_those_with_workers(db: Database) -> None:
    admission.set_limit(db, "ada", 1)
    for name, priority in (("runs", 0), ("old", 0), ("young", 0), ("urgent", 3)):
        add(db, name, priority=priority)
    close(db, "runs", {})
    for name in ("old", "young"):
        shows(db, name)
    # Nobody would work on the urgent one: it keeps nobody waiting.
    assert not admission.ask(db, "young")
    shows(db, "urgent")
    assert not admission.ask(db, "old")
    assert not add(db, "new")
    assert admission.ask(db, "urgent")
    assert not admission.ask(db, "old")


def test_a_smaller_limit_takes_no_place_away(db: Database) -> None:
    assert all(add(db, f"s{each}") for each in range(3))
    admission.set_limit(db, "ada", 1)
    assert [budget.take(db, f"s{each}", f"w{each}") is not None for each in (1, 2)] == [True] * 2
    assert admission.ask(db, "s1")
    close(db, "s0", {})
    assert not add(db, "new")
    admission.set_limit(db, "ada", None)
    assert admission.ask(db, "new")
    assert admission.limits(db) == {}


def test_studies_of_an_older_version_have_their_places(empty_url: str, tmp_path: Path) -> None:
    restore(5, empty_url, tmp_path)
    with opening(empty_url) as db:
        assert all(each.admitted_at is not None and each.priority == 0 for each in studies.view_studies(db))
