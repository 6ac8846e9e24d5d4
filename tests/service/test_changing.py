"""A study is changed while it runs: exact, whoever takes trials at the same time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.service.conftest import create
from tuner.database import budget, changing, closings, rules, runs, studies
from tuner.database.connection import Database
from tuner.database.facts import Limits, Outcome, StudyOptions
from tuner.errors import InputError, NotFound, StudyConflict
from tuner.service.changing import change
from tuner.service.requests import ChangeRequest, LimitsRequest


def test_a_budget_is_made_larger_and_smaller_while_trials_are_taken(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path, trials=2)
    for worker in ("w1", "w2"):
        assert budget.take(db, "s", worker) is not None
    assert budget.take(db, "s", "w3") is None
    assert change(db, ChangeRequest(study_name="s", trials=4)).trials == 4
    assert budget.take(db, "s", "w3") is not None
    with pytest.raises(InputError, match=r"--trials 2: study 's' has begun 3 already\. Ask for at least 3"):
        change(db, ChangeRequest(study_name="s", trials=2))
    assert change(db, ChangeRequest(study_name="s", trials=3)).trials == 3
    assert budget.take(db, "s", "w4") is None


def test_no_more_trials_than_asked_for_begin_however_many_workers_race(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path, trials=40)

    def take(name: str) -> int:
        return sum(budget.take(db, "s", f"{name}-{each}") is not None for each in range(10))

    def shrink(_: str) -> None:
        for most in range(39, 3, -1):
            changing.change_study(db, "s", most, None, Limits(), None, False)

    with ThreadPoolExecutor(4) as several:
        taken = several.map(take, ("a", "b", "c"))
        several.submit(shrink, "").result()
        begun = sum(taken)
    view = studies.view_study(db, "s")
    assert begun == len(runs.view_trials(db, "s"))
    assert begun <= view.trials


def test_a_time_limit_counts_from_when_the_one_before_it_did(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    change(db, ChangeRequest(study_name="s", timeout_s=100.0))
    assert studies.view_study(db, "s").deadline_at is None
    studies.start_clock(db, "s")
    before = studies.view_study(db, "s").deadline_at
    after = change(db, ChangeRequest(study_name="s", timeout_s=160.0))
    assert before is not None
    assert after.deadline_at == pytest.approx(before + 60.0)
    assert after.timeout_s == 160.0


def test_limits_and_workers_are_stored_beside_what_was_there(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    studies.set_note(db, "s", "mine")
    change(db, ChangeRequest(study_name="s", limits=LimitsRequest(plateau=7), workers=3))
    view = change(db, ChangeRequest(study_name="s", limits=LimitsRequest(epochs=50)))
    assert view.options == StudyOptions(note="mine", workers=3, limits=Limits(plateau=7, epochs=50))


def test_a_search_that_a_rule_ended_goes_on_only_by_another_limit(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    change(db, ChangeRequest(study_name="s", limits=LimitsRequest(target=0.5)))
    rules.end(db, "s", "target")
    with pytest.raises(StudyConflict, match="Give another --target, too"):
        change(db, ChangeRequest(study_name="s", trials=9))
    view = change(db, ChangeRequest(study_name="s", trials=9, limits=LimitsRequest(target=0.9)))
    assert (view.ended, view.trials, view.round) == ("", 9, 1)


def test_what_has_ended_or_is_not_there_is_not_changed(db: Database, tmp_path: Path) -> None:
    create(db, tmp_path)
    with pytest.raises(InputError, match="say what to change"):
        change(db, ChangeRequest(study_name="s"))
    closing = closings.claim(db, "s", "w", 0)
    assert closing is not None
    closings.close(db, closing, Outcome())
    with pytest.raises(StudyConflict, match=r"has ended\. To go on: tune resume s --trials N"):
        change(db, ChangeRequest(study_name="s", trials=9))
    with pytest.raises(NotFound):
        change(db, ChangeRequest(study_name="t", trials=9))
