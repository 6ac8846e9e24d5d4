"""A study whose trials programs ask for is started without data and without workers."""

from dataclasses import replace
from pathlib import Path

import pytest

from tuner.errors import InputError
from tuner.service.requests import ResumeRequest, StartRequest
from tuner.service.starting import resume, start
from tuner.settings import read_settings
from tuner.studies.status import study_status

SPACE = {
    "model": "external",
    "objective": {"metric": "loss", "direction": "minimize"},
    "parameters": {"rate": {"float": [0.001, 1.0], "log": True}, "epochs": 3},
    "search": {"trials": 4, "seed": 1},
}


def test_it_is_stored_and_waits_for_programs(tmp_path: Path) -> None:
    settings = replace(read_settings(), storage=f"sqlite:///{tmp_path / 'tuner.db'}")
    begun = start(settings, StartRequest(space=dict(SPACE), space_name="mine"))
    assert (begun.external, begun.slots, begun.reading) == (True, (), None)
    assert study_status(begun.db, "mine-1").state == "waiting"
    again = resume(settings, ResumeRequest(study_name="mine-1", trials=6))
    assert (again.external, again.study.trials) == (True, 6)
    with pytest.raises(InputError, match="no complete trial yet"):
        start(settings, StartRequest(space=dict(SPACE), from_study="mine-1"))
