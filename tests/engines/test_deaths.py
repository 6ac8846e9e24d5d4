"""What real processes died of."""

import os
import signal
import subprocess
import sys

import pytest

from tuner.database import strikes
from tuner.engines import deaths
from tuner.engines.deaths import Death


def code_of(statement: str) -> int:
    # Where the tests themselves run under nohup, a child would inherit that a hang-up is nothing to it.
    first = "import os, signal; hasattr(signal, 'SIGHUP') and signal.signal(signal.SIGHUP, signal.SIG_DFL)"
    return subprocess.run([sys.executable, "-c", f"{first}; {statement}"], check=False).returncode


@pytest.mark.parametrize(
    ("statement", "death"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", Death(strikes.UNKNOWN, "signal 9")),
        ("os.kill(os.getpid(), signal.SIGTERM)", Death(strikes.NONE, "signal 15")),
        ("os.kill(os.getpid(), signal.SIGHUP)", Death(strikes.NONE, "signal 1")),
        ("os.abort()", Death(strikes.CRASH, "signal 6")),
        ("os._exit(3)", Death(strikes.CRASH, "exit code 3")),
    ],
)
def test_a_death_weighs_as_much_as_it_says(statement: str, death: Death) -> None:
    assert deaths.of_exit(code_of(statement)) == death


def test_a_kill_while_memory_ran_out_weighs_more_and_says_so() -> None:
    death = deaths.of_exit(-signal.SIGKILL, memory_kills=1)
    assert death == Death(strikes.NO_MEMORY, "signal 9, and the system had no memory left")
    assert deaths.of_exit(-signal.SIGSEGV, memory_kills=1).strikes == strikes.CRASH


@pytest.mark.skipif(not os.path.exists("/proc/vmstat"), reason="only Linux counts them")
def test_the_system_says_how_many_it_has_killed() -> None:
    assert deaths.memory_kills() >= 0
