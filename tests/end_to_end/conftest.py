"""A folder to work in, and the `tune` command as a person runs it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tuner.cli.main import cli

COMMAND = [sys.executable, "-m", "tuner.cli.main"]

# Epochs of some tens of milliseconds: a study in seconds, slow enough to be interrupted in the middle of a trial.
SMALL_SPACE = """
dataset: digits
parameters:
  units: [16, 32]
  learning_rate: {float: [1e-3, 1e-1], log: true}
  optimizer: [momentum, adam]
  batch_size: [32, 64]
  dropout: {float: [0.0, 0.4]}
  epochs: EPOCHS
  normalization: minmax
baselines:
  plain: {units: 32, optimizer: adam, batch_size: 32, epochs: EPOCHS, normalization: minmax}
search: {trials: 5, sampler: tpe, pruner: asha, seed: 11, finalists: 0}
"""


@dataclass
class Desk:
    """An empty folder with a search-space file, and the command. settings: further variables of its environment."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    started: "list[subprocess.Popen[str]]" = field(default_factory=list)

    def write_space(self, epochs: int = 6, text: str = SMALL_SPACE) -> Path:
        path = self.folder / "small.yaml"
        path.write_text(text.replace("EPOCHS", str(epochs)))
        return path

    def tune(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [*COMMAND, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=240, env=self.environment()
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the command in a process group of its own, as a terminal does."""
        process = subprocess.Popen(
            [*COMMAND, *arguments], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment(), start_new_session=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def environment(self) -> dict[str, str]:
        ours = {
            name: value for name, value in os.environ.items() if name not in ("TUNER_STORAGE", "MLFLOW_TRACKING_URI")
        }
        return {**ours, "TF_CPP_MIN_LOG_LEVEL": "3", **self.settings}

    def object(self, *arguments: str) -> dict[str, Any]:
        content = json.loads(self.tune(*arguments, "--json").stdout)
        assert isinstance(content, dict)
        return content

    def look(self, *arguments: str) -> dict[str, Any] | None:
        """As `object`, of a command that reads the study database alone; None where it fails. It is run in this
        process: one of its own takes a second of the processor to start, which those that train are in need of."""
        with contextlib.chdir(self.folder), pytest.MonkeyPatch.context() as patch:
            for name in ("TUNER_STORAGE", "MLFLOW_TRACKING_URI"):
                patch.delenv(name, raising=False)
            for name, value in self.settings.items():
                patch.setenv(name, value)
            done = CliRunner().invoke(cli, [*arguments, "--json"])
        return json.loads(done.stdout) if done.exit_code == 0 else None

    def state(self, study_name: str) -> str:
        """As `tune status` says it."""
        return str(self.status(study_name)["state"])

    def status(self, study_name: str) -> dict[str, Any]:
        found = self.look("status", study_name)
        assert found is not None
        return found

    def trials(self, study_name: str) -> list[dict[str, Any]]:
        found = self.look("trials", study_name)
        assert found is not None
        return list(found["trials"])

    @property
    def storage(self) -> str:
        return f"sqlite:///{self.folder / 'tuner.db'}"

    def wait_until(self, holds: Callable[[], bool], seconds: float = 120.0) -> None:
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, "waited in vain"
            time.sleep(0.1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()
