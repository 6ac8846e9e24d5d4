"""What a worker that a person, or a job of a cluster, started says by its exit code when it is told to go."""

import signal
import subprocess
import sys

AWAY = "postgresql://nobody@127.0.0.1:1/x"


def _begin(*options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tuner.cli.main", "worker", "--storage", AWAY, "--device", "cpu", *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def test_only_one_that_was_there_until_a_studys_end_has_not_done_what_it_was_for() -> None:
    processes = [
        _begin(),  # it serves whichever study is open until it is told
        _begin("--study", "s"),  # it was there until the study's end, which has not come
    ]
    for process in processes:
        assert process.stderr is not None
        while "does not answer" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
    for process in processes:
        process.communicate(timeout=60)
    assert [each.returncode for each in processes] == [0, 143]
