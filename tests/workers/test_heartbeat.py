"""A fresh process in a hanging one's place, and what is told of a study that could not be worked on."""

from pathlib import Path

import pytest

from tests.database.conftest import add, opening
from tuner.database import skipped_studies, workers
from tuner.errors import DataError
from tuner.workers import loop
from tuner.workers.heartbeat import without_storage
from tuner.workers.loop import Turn, Worker


def test_a_fresh_process_has_no_password_in_its_arguments() -> None:
    url = "postgresql://tuner:secret@db/tuner"
    for given in (["--storage", url], [f"--storage={url}"]):
        assert without_storage(["tune", "worker", *given, "--fit"]) == ["tune", "worker", "--fit"]


class Silent:
    def say(self, study_name: str | None, stage: str) -> None: ...


class TroubledOnce(Worker):
    """Its study fails in its first turn, after its data were read."""

    def __init__(self, db: object) -> None:
        self._db, self._name, self._pulse = db, "w", Silent()  # type: ignore[assignment]  # all that a turn about needs
        self._contexts, self._passed_over, self.turns = {"s": object()}, {}, 0

    def _turn(self, study_name: str) -> Turn:
        self.turns += 1
        if self.turns == 1:
            raise DataError("no such folder")
        return "idle"


def test_a_study_is_passed_over_no_more_once_a_turn_of_it_went_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "_PASSED_OVER_S", 0.0)
    with opening(f"sqlite:///{tmp_path / 'tuner.db'}") as db:
        add(db)
        workers.enter(db, "w", "cpu")
        troubled = TroubledOnce(db)
        troubled._run_next_study()
        assert [each.reason for each in skipped_studies.view_passed_over(db, "s")] == ["no such folder"]
        troubled._run_next_study()
        assert skipped_studies.view_passed_over(db, "s") == []
