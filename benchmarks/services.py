"""What the benchmarks run against: MLflow on a port of its own, and the `tune` command. All on 127.0.0.1."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_START_S = 180


class MlflowServer:
    """A server that can be stopped and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, wait: bool = True) -> None:
        command = [
            *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self._port)),
            *("--backend-store-uri", f"sqlite:///{self._folder / 'mlflow.db'}", "--workers", "1"),
            *("--artifacts-destination", str(self._folder / "mlflow-artifacts")),
        ]
        with (self._folder / "mlflow.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self._folder,
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    # It starts uvicorn by name.
                    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
                    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
                },
                start_new_session=True,
            )
        until = time.monotonic() + _START_S
        while wait and not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"MLflow did not start; see {self._folder / 'mlflow.log'}")
            time.sleep(0.3)

    def stop(self) -> None:
        """At once, as a machine that loses power."""
        if self._process is not None and self._process.poll() is None:
            # Its own group: `mlflow` starts uvicorn as a child.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def forget(self) -> None:
        """Stop it, and delete all that it has: runs, models, the registry, artifacts."""
        self.stop()
        for path in self._folder.glob("mlflow.db*"):
            path.unlink()
        shutil.rmtree(self._folder / "mlflow-artifacts", ignore_errors=True)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}/health", timeout=3) as answer:
            return bool(answer.status == 200)
        return False


def tune(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], log: IO[bytes]
) -> "subprocess.Popen[bytes]":
    """Start the `tune` command in a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "tuner.cli.main", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def end(process: "subprocess.Popen[bytes]", seconds: float = 30.0) -> None:
    """End a process that was started here, and wait for it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
