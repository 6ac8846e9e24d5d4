"""What a command does is said on stderr where it takes a while, and not where it is soon done."""

import time

import pytest

from tuner.cli import stages


def test_a_stage_is_said_once_it_has_taken_a_while_and_only_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "_PLAIN_S", 0.2)
    with stages.stages("reading") as say:
        say("loading the data")
        said, until = "", time.monotonic() + 10
        while not said and time.monotonic() < until:
            time.sleep(0.01)
            said = capsys.readouterr().err
        assert said == "tune: loading the data ...\n"
        say("drawing")
    time.sleep(0.4)
    assert capsys.readouterr() == ("", "")


def test_nothing_is_said_after_an_error(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "_PLAIN_S", 0.2)
    with pytest.raises(ValueError, match="no such"), stages.stages("reading"):
        raise ValueError("no such")
    time.sleep(0.4)
    assert capsys.readouterr().err == ""
