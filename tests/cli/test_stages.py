"""What a command does is said on stderr where it takes a while, and not where it is soon done."""

import threading
import time

import pytest

from tuner.cli import stages


def test_a_stage_is_said_once_it_has_taken_a_while(capsys: pytest.CaptureFixture[str]) -> None:
    with stages.stages("loading the data", after_s=0.01):
        said, until = "", time.monotonic() + 60
        while not said and time.monotonic() < until:
            time.sleep(0.01)
            said = capsys.readouterr().err
        assert said == "tune: loading the data ...\n"


def test_what_is_soon_done_is_not_said_nor_what_ended_in_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    before = threading.active_count()
    with stages.stages("reading", after_s=600.0) as say:
        say("loading the data")
        say("drawing")
        # Only the last is still waited for.
        join_ended(before + 1)
    with pytest.raises(ValueError, match="no such"), stages.stages("reading", after_s=600.0):
        raise ValueError("no such")
    join_ended(before)
    assert capsys.readouterr() == ("", "")


def join_ended(left: int) -> None:
    """Timers that were called off end in a moment."""
    until = time.monotonic() + 60
    while threading.active_count() > left:
        assert time.monotonic() < until
        time.sleep(0.01)
