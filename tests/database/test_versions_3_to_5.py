"""A database of schema 3, 4 or 5 - a study that ended, one interrupted, one of a killed worker - goes on as it was."""

from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest
import sqlalchemy as sa

from tests.database.conftest import opening
from tests.database.old_databases import restore
from tests.database.test_version_2 import check_gone_on_with, gone_on_with
from tuner.database import budget, leases, runs, studies
from tuner.database.connection import Database, utc_now
from tuner.database.facts import Limits, StudyOptions
from tuner.database.leases import LeaseLost
from tuner.database.tables import RunRow
from tuner.studies.status import study_status

pytestmark = pytest.mark.half
EPOCHS = {3: 60, 4: 20, 5: 20}
"""Of a whole trial of the two studies that did not end, by schema."""
BEGUN = {3: {"cut": 5, "live": 5}, 4: {"cut": 4, "live": 4}, 5: {"cut": 5, "live": 4}}
"""Of their second trials, when the worker was gone."""


@pytest.fixture(params=[3, 4, 5])
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def old(version: int, empty_url: str, tmp_path: Path) -> Iterator[Database]:
    restore(version, empty_url, tmp_path)
    with opening(empty_url) as opened:
        yield opened


def test_everything_of_it_is_there(old: Database, version: int) -> None:
    status = study_status(old, "done", epochs=True)
    assert status.state == "finished"
    assert [(each.role, each.trial_ordinal, each.state, len(each.epochs)) for each in status.trials] == [
        ("search", 0, "complete", 2), ("search", 1, "complete", 2), ("search", 2, "pruned", 1),
    ]  # fmt: skip
    assert [trial.value for trial in status.trials[:2]] == pytest.approx([0.2847222, 0.1006944])
    assert [(each.role, each.state) for each in status.finalists] == [("compare", "complete")] * 4 + [
        ("final", "complete")
    ] * 2
    assert {(each.trial_ordinal, each.seed_number) for each in status.finalists[:4]} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert all(each.epochs and each.seed for each in runs.view_finalists(old, "done", epochs=True))
    assert [study_status(old, name).state for name in ("cut", "live")] == ["interrupted", "interrupted"]
    for name in ("cut", "live"):
        first, second = runs.view_trials(old, name, epochs=True)
        assert (first.finalized, len(first.epochs)) == (True, EPOCHS[version])
        assert (second.state, second.finalized, len(second.epochs)) == ("running", False, BEGUN[version][name])


def test_a_worker_that_trains_still_holds_its_trial(old: Database) -> None:
    with old.session() as session, session.begin():
        of_live = (RunRow.study_name == "live", ~RunRow.finalized)
        session.execute(sa.update(RunRow).where(*of_live).values(lease_until=utc_now() + 50.0))
    held = runs.view_trial(old, "live", 1)
    assert held.held
    lease = runs.Job("live", "search", 0, 1, held.attempt, str(held.worker_id), 1).lease
    leases.renew(old, lease)
    assert budget.take(old, "live", "w") is None
    with pytest.raises(LeaseLost):
        leases.renew(old, runs.Job("live", "search", 0, 1, held.attempt, "w", 1).lease)


@pytest.mark.parametrize("name", ["cut", "live"])
def test_what_was_begun_is_gone_on_with_to_its_end(old: Database, version: int, tmp_path: Path, name: str) -> None:
    before = study_status(old, name).trials
    after = gone_on_with(old, name, tmp_path)
    assert (after.state, len(after.trials)) == ("finished", 2)
    assert after.trials[1].trial_number == 1
    check_gone_on_with(before[1].params, after.trials[1].params)
    assert after.trials[1].attempt == before[1].attempt + 1
    assert [epoch.epoch for epoch in after.trials[1].epochs] == list(range(1, EPOCHS[version] + 1))
    theirs = optuna.load_study(study_name=name, storage=old.storage).trials
    assert [trial.value for trial in theirs] == [trial.value for trial in after.trials]


@pytest.mark.parametrize("typed", [4, 5])
def test_options_are_read(typed: int, empty_url: str, tmp_path: Path) -> None:
    restore(typed, empty_url, tmp_path)
    with opening(empty_url) as old:
        assert studies.view_study(old, "done").options == StudyOptions(note="the first one")
        assert studies.view_study(old, "cut").options == StudyOptions(limits=Limits(plateau=50))


def test_a_program_of_its_time_refuses_it_afterwards(old: Database, version: int) -> None:
    with old.session() as session:
        # What such a program asks before it does anything.
        assert int(session.execute(sa.text("SELECT max(version) FROM tuner_version")).scalar_one()) > version
    assert studies.view_study(old, "done").finished_at is not None
