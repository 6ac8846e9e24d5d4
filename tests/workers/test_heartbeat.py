"""A fresh process in a hanging one's place, and what is told of a study that could not be worked on."""

import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.database.conftest import add, opening
from tuner.database import budget, skipped_studies, workers
from tuner.database.connection import Database
from tuner.database.tables import WorkerRow
from tuner.errors import DataError
from tuner.runs.watchdog import Watch
from tuner.settings import read_settings, read_share
from tuner.workers import loop
from tuner.workers.heartbeat import Pulse, without_storage
from tuner.workers.leaving import Leaving
from tuner.workers.loop import Worker
from tuner.workers.told import WorkerSettings


def test_a_fresh_process_has_no_password_in_its_arguments() -> None:
    url = "postgresql://tuner:secret@db/tuner"
    for given in (["--storage", url], [f"--storage={url}"]):
        assert without_storage(["tune", "worker", *given, "--fit"]) == ["tune", "worker", "--fit"]


def test_a_worker_that_goes_on_with_the_same_says_so_with_its_next_sign_of_life_only(tmp_path: Path) -> None:
    with opening(f"sqlite:///{tmp_path / 'tuner.db'}") as db:
        workers.enter(db, "w", "cpu")
        pulse = Pulse(db, "w", Watch(), lambda hang: None)
        pulse.close()
        said: list[float] = []
        for stage in ("training", "training", "waiting"):
            pulse.say(None, stage)
            with db.session() as session:
                said.append(session.scalar(sa.select(WorkerRow.seen_at)) or 0.0)
            time.sleep(0.01)
    assert said[0] == said[1] < said[2]


class Troubled:
    """A pulse with which the first turn in a study fails, after its data were read; it notes what is passed over."""

    def __init__(self, db: Database, leaving: Leaving) -> None:
        self.db, self.leaving = db, leaving
        self.study_name: str | None = None
        self.turns = 0
        self.passed_over: list[list[str]] = []

    def say(self, study_name: str | None, stage: str) -> None:
        if study_name is None:
            self.passed_over.append([each.reason for each in skipped_studies.view_passed_over(self.db, "s")])
            if len(self.passed_over) == 2:
                self.leaving.tell()
        elif stage == "waiting":
            self.turns += 1
            if self.turns == 1:
                raise DataError("no such folder")

    def mention(self, stage: str) -> None:
        """On a slow machine what is left takes longer than a moment."""


def test_a_study_is_passed_over_no_more_once_a_turn_of_it_went_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "PASSED_OVER_S", 0.0)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    with opening(f"sqlite:///{tmp_path / 'tuner.db'}") as db:
        add(db, trials=1)
        for name in ("other", "w"):
            workers.enter(db, name, "cpu")
        # The only trial is another's: there is nothing to train here.
        assert budget.take(db, "s", "other") is not None
        leaving = Leaving()
        pulse = Troubled(db, leaving)
        told = WorkerSettings(read_settings(), read_share(), "w", None)
        Worker(db, told, pulse, Watch(), leaving).work()  # type: ignore[arg-type]  # it only speaks
    assert pulse.turns == 2
    assert pulse.passed_over == [["no such folder"], []]
