"""A worker that goes delivers what is left first; whoever waits for it is told, and what stays undelivered is named."""

import logging
import threading
from pathlib import Path

import pytest

from tests.analysis.written import write_study
from tests.database.conftest import opening
from tuner.database import workers
from tuner.database.blobs import FolderStore
from tuner.runs.watchdog import Watch
from tuner.studies.projector import Projector
from tuner.studies.status import DELIVERING, study_status
from tuner.tracking.memory_recorder import MemoryRecorder
from tuner.tracking.recorder import StudyRecord
from tuner.workers import last_delivery
from tuner.workers.heartbeat import Pulse
from tuner.workers.last_delivery import deliver_the_rest


class Slow(MemoryRecorder):
    """Takes a study when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()

    def record_study(self, record: StudyRecord) -> str:
        self.let.wait(60)
        return super().record_study(record)


def test_who_waits_for_the_last_delivery_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(last_delivery, "QUIET_S", 0.01)
    recorder = Slow()
    with opening(f"sqlite:///{tmp_path / 'tuner.db'}") as db, caplog.at_level(logging.INFO):
        name = write_study(db)
        workers.enter(db, "goes", "cpu")
        pulse = Pulse(db, "goes", Watch(), lambda hang: None)
        pulse.say(name, "training")
        projector = Projector(db, lambda: recorder, FolderStore(tmp_path / "blobs"), "goes")
        projector.watch(name)
        assert study_status(db, name).stage == ""
        deliver_the_rest([projector], pulse, 0.1)
        assert study_status(db, name).stage == DELIVERING
        assert [each.getMessage() for each in caplog.records if each.name == last_delivery.__name__] == [
            "delivering what is left to MLflow, for 0 s at most",
            "not all of the record is in MLflow yet; it is delivered by: tune sync s",
        ]
        recorder.let.set()
        caplog.clear()
        deliver_the_rest([projector], pulse, 60.0)
        pulse.close()
        assert not projector.delivers
        assert not [
            each for each in caplog.records if each.name == last_delivery.__name__ and each.levelno > logging.INFO
        ]
