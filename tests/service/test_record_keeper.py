"""What programs train reaches the record that people compare runs in, as a worker's trials do."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.database.conftest import opening
from tuner.database import whole_study
from tuner.service.external_asking import ask
from tuner.service.external_reporting import report, tell
from tuner.service.programs_here import ProgramsHere
from tuner.service.record_keeper import RecordKeeper
from tuner.service.requests import AskRequest, ReportRequest, StartRequest, TellRequest
from tuner.service.starting import start
from tuner.settings import read_settings
from tuner.tracking.memory_recorder import MemoryRecorder

SPACE = {
    "model": "external",
    "objective": {"metric": "loss", "direction": "minimize"},
    "parameters": {"rate": [0.1, 0.2], "epochs": 2},
    "search": {"trials": 2, "seed": 1, "pruner": "none"},
}


def test_trials_epochs_and_the_report_are_delivered(tmp_path: Path) -> None:
    settings = replace(read_settings(), storage=f"sqlite:///{tmp_path / 'tuner.db'}", artifacts=tmp_path / "artifacts")
    start(settings, StartRequest(space=dict(SPACE), space_name="mine", study_name="s"))
    recorder = MemoryRecorder()
    with opening(settings.storage) as db:
        keeper = RecordKeeper(settings, db, lambda view: recorder)
        here = ProgramsHere(db, keeper)
        for number in range(2):
            asked = ask(here, AskRequest(study_name="s", worker=f"w{number}", host="h")).trial
            assert asked is not None
            held: dict[str, Any] = {"study_name": "s", "trial": asked.trial_number, "lease": asked.lease}
            for epoch in (1, 2):
                metrics = {"loss": 1.0 / (epoch + number), "gap": 0.1}
                report(here, ReportRequest(**held, epoch=epoch, metrics=metrics, seconds=1.0))
            assert tell(here, TellRequest(**held)).state == "complete"
        until = time.monotonic() + 60
        while not any("report.html" in files for files in recorder.files.values()) and time.monotonic() < until:
            time.sleep(0.1)
        keeper.leave()
    (study,) = recorder.studies.values()
    assert (study.experiment, study.outcome["value"], study.outcome["trials"]) == ("mine", 1.0 / 3.0, 2)
    assert not [name for name in study.outcome if name.startswith("test")]
    trials = sorted(recorder.trials.values(), key=lambda each: each.trial_number)
    assert [(each.state, each.value, each.best_epoch) for each in trials] == [
        ("complete", 0.5, 2),
        ("complete", 1.0 / 3.0, 2),
    ]
    assert [(each.epoch, each.seconds, each.metrics) for each in trials[0].epochs] == [
        (1, 1.0, {"loss": 1.0, "gap": 0.1}),
        (2, 1.0, {"loss": 0.5, "gap": 0.1}),
    ]
    assert {each.tags["device"] for each in trials} == {"program"}
    assert trials[0].params["epochs"] == 2
    assert any("report.html" in files for files in recorder.files.values())


def test_a_study_that_was_deleted_is_watched_no_more_and_one_of_its_name_is(tmp_path: Path) -> None:
    settings = replace(read_settings(), storage=f"sqlite:///{tmp_path / 'tuner.db'}", artifacts=tmp_path / "artifacts")
    recorder = MemoryRecorder()
    with opening(settings.storage) as db:
        keeper = RecordKeeper(settings, db, lambda view: recorder)
        here = ProgramsHere(db, keeper)
        for _ in range(2):
            start(settings, StartRequest(space=dict(SPACE), space_name="mine", study_name="s"))
            asked = ask(here, AskRequest(study_name="s", worker="w")).trial
            assert asked is not None
            tell(here, TellRequest(study_name="s", trial=0, lease=asked.lease, metrics={"loss": 1.0}))
            until = time.monotonic() + 30
            before = len(recorder.trials)
            while len(recorder.trials) == before and time.monotonic() < until:
                time.sleep(0.1)
            whole_study.delete_study(db, "s")
        keeper.leave()
    assert len(recorder.trials) == 2
