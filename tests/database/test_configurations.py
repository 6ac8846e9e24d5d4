"""A configuration that is added is tried once, in a place of the budget that there is, whoever takes places."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.database.conftest import add, close
from tuner.database import budget, configurations, leases, studies
from tuner.database.connection import Database
from tuner.database.leases import LeaseLost


def added(db: Database, number: int, more: bool = False, units: int = 8) -> str:
    name = f"added-{number + 1}"
    return configurations.add(db, "s", number, name, {"units": units}, "ada", more, anew=False)


def test_no_more_are_added_than_there_are_places_while_workers_take_some(db: Database) -> None:
    add(db, trials=12)

    def work(worker: str) -> list[str]:
        found = []
        for number in range(4):
            job = budget.take(db, "s", f"{worker}-{number}")
            if job is not None and (bound := configurations.bind(db, job)) is not None:
                found.append(bound[0])
        return found

    def person(_: str) -> list[str]:
        numbers = itertools.count()
        done: list[str] = []
        number = next(numbers)
        while len(done) < 8:
            done.append(added(db, number))
            number = next(numbers) if done[-1] == "added" else number
        return done

    with ThreadPoolExecutor(3) as several:
        outcomes = several.submit(person, "")
        tried = [each for found in several.map(work, ("w1", "w2")) for each in found]
    stored = configurations.view_added(db, "s")
    assert len(stored) == outcomes.result().count("added")
    assert sorted(tried) == sorted(each.name for each in stored if each.ordinal is not None)
    assert len({each.ordinal for each in stored if each.ordinal is not None}) == len(tried)
    waiting = sum(each.ordinal is None for each in stored)
    assert waiting <= 12 - 8
    assert configurations.places_left(db, "s") == 12 - 8 - waiting


def test_two_that_come_at_once_do_not_share_the_last_place(db: Database) -> None:
    add(db, trials=1)
    with ThreadPoolExecutor(4) as several:
        outcomes = list(several.map(partial(added, db), range(4)))
    assert sorted(outcomes) == ["added", "full", "full", "full"]
    assert added(db, 9, more=True) == "added"
    assert studies.view_study(db, "s").trials == 2


def test_what_is_sent_again_is_added_once_and_another_of_the_number_is_told(db: Database) -> None:
    add(db)
    assert [added(db, 0), added(db, 0), added(db, 0, units=16)] == ["added", "added", "taken"]
    assert len(configurations.view_added(db, "s")) == 1


def test_whoever_takes_over_a_place_tries_the_same_configuration(db: Database) -> None:
    add(db)
    added(db, 0)
    added(db, 1, units=16)
    first = budget.take(db, "s", "w1")
    assert first is not None
    assert configurations.bind(db, first) == configurations.bind(db, first) == ("added-1", {"units": 8})
    leases.release(db, "w1")
    second = budget.take(db, "s", "w2")
    assert second is not None
    assert second.ordinal == first.ordinal
    with pytest.raises(LeaseLost):
        configurations.bind(db, first)
    assert configurations.bind(db, second) == ("added-1", {"units": 8})
    third = budget.take(db, "s", "w3")
    assert third is not None
    assert configurations.bind(db, third) == ("added-2", {"units": 16})
    assert [each.ordinal for each in configurations.view_added(db, "s")] == [0, 1]


def test_one_for_a_study_that_has_ended_waits_for_it_to_go_on(db: Database) -> None:
    add(db, trials=1)
    close(db, "s", {})
    assert (added(db, 0), added(db, 1, more=True)) == ("added", "added")
    assert studies.view_study(db, "s").trials == 1
    studies.reopen(db, "s", 2, None, anew=True)
    job = budget.take(db, "s", "w")
    assert job is not None
    assert configurations.bind(db, job) == ("added-1", {"units": 8})
