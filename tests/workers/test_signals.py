"""A worker leaves when it is told to, also where its terminal is gone."""

import signal
import subprocess
import sys

import pytest

WAITING = (
    "from tuner.workers.leaving import Leaving; from tuner.workers.signals import listen; l = Leaving(); listen(l); "
    "print(1, flush=True); print(l.wait(60))"
)
NOHUP = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); {WAITING}"


@pytest.mark.parametrize(
    ("program", "signals"),
    [
        (WAITING, [signal.SIGTERM]),
        (WAITING, [signal.SIGINT]),
        (WAITING, [signal.SIGHUP]),
        (NOHUP, [signal.SIGHUP, signal.SIGTERM]),
    ],
)
def test_a_worker_that_is_told_to_go_knows_it(program: str, signals: list[signal.Signals]) -> None:
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        for each in signals:
            process.send_signal(each)
        assert process.stdout.readline() == "True\n"
    assert process.returncode == 0
