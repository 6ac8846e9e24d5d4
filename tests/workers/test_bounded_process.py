"""A command is waited for no longer than said, and leaves no process behind."""

import os
import sys

import psutil
import pytest

from tuner.workers.bounded_process import run_within


def test_what_it_wrote_and_how_it_ended_are_told() -> None:
    done = run_within(60, [sys.executable, "-c", "print('out'); import sys; sys.exit('why')"], os.environ)
    assert done is not None
    assert (done.stdout, done.stderr, done.returncode) == ("out\n", "why\n", 1)


def test_one_that_does_not_end_is_killed() -> None:
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('begun', flush=True); time.sleep(99)"
    )
    before = psutil.Process().children()
    assert run_within(0.5, [sys.executable, "-c", code], os.environ) is None
    assert psutil.Process().children() == before


def test_a_command_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        run_within(1, ["no-such-command-here"], os.environ)
