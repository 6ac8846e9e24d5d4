"""A peer that failed is called that: no ratio is made of it, and the benchmark does not end well."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import time_to_accuracy
from benchmarks.time_to_accuracy import ROOT, Run, _peer, _table, peer_environment, why_failed

OURS = Run("tuner", 1, 100, 300, ((1.0, 0.8), (10.0, 0.9)), 0.89, 300.0)
PEER = Run("ray_tune", 1, 10, 60, ((20.0, 0.7), (200.0, 0.85)), 0.84, 300.0)
SYSTEMS = ["tuner", "ray_tune"]


def test_a_goal_that_is_met_is_called_that(capsys: pytest.CaptureFixture[str]) -> None:
    assert _table([OURS, PEER], SYSTEMS, 300.0)
    assert "10.0 times the trials" in capsys.readouterr().out


@pytest.mark.parametrize("which", [0, 1])
def test_a_system_that_failed_is_compared_with_nothing(which: int, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [OURS, PEER]
    runs[which] = replace(runs[which], trials=0, epochs=0, curve=(), test=None, failed="exit code 1: no module")
    assert not _table(runs, SYSTEMS, 300.0)
    shown = capsys.readouterr().out
    assert "failed: exit code 1: no module" in shown
    assert "times the trials" not in shown


def test_one_seed_that_failed_is_not_left_out_of_the_median(capsys: pytest.CaptureFixture[str]) -> None:
    runs = [OURS, replace(OURS, seed=2), PEER, replace(PEER, seed=2, test=None, failed="no test score")]
    assert not _table(runs, SYSTEMS, 300.0)
    assert "times the trials" not in capsys.readouterr().out


def test_a_run_without_an_end_an_epoch_or_a_test_score_failed() -> None:
    assert why_failed("exit code 3: x", 5, 0.5) == "exit code 3: x"
    assert why_failed("", 0, 0.5) == "no epoch was done"
    assert why_failed("", 5, None) == "no test score"
    assert why_failed("", 5, 0.5) == ""


def test_a_peer_that_cannot_start_has_failed_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    # An environment without the peer: its script ends at the first import.
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    (tmp_path / "bin" / "python").chmod(0o755)
    monkeypatch.setattr(time_to_accuracy, "PEERS", {"ray_tune": "Ray Tune ASHA"})
    run = _peer("ray_tune", 1, 1.0, tmp_path, tmp_path)
    assert run.failed.startswith("exit code 1: ModuleNotFoundError")
    assert (run.trials, run.test) == (0, None)
    assert "ModuleNotFoundError" in capfd.readouterr().err


def test_a_peer_finds_nothing_of_the_uv_run_around_it() -> None:
    given = {
        "UV_RUN_RECURSION_DEPTH": "1",
        "UV": "/bin/uv",
        "VIRTUAL_ENV": "/x",
        "PYTHONPATH": "/y",
        "PATH": os.defpath,
    }
    found = peer_environment(given)
    assert not [name for name in found if name.startswith("UV") or name == "VIRTUAL_ENV"]
    assert found["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] == "0"
    assert (found["PYTHONPATH"], found["PATH"]) == (str(ROOT), os.defpath)
