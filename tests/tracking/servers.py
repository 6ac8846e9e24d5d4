"""Real MLflow processes for tests: on 127.0.0.1, on a free port, ended by their own process group."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

# The first start on a busy machine imports for a while.
_START_S = 150


@contextlib.contextmanager
def mlflow(folder: Path, *arguments: str, health: str = "/health", uri: str = "") -> Iterator[str]:
    """Run ``mlflow ARGUMENTS`` in a folder until it answers; give its address.

    arguments: a command that serves; ``--host`` and ``--port`` are added. uri: its MLFLOW_TRACKING_URI.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"} | {
        # Else it starts a second process, for jobs that nobody here has.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        # It starts uvicorn by name.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        **({"MLFLOW_TRACKING_URI": uri} if uri else {}),
    }
    log = folder / f"log-{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", *arguments, "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + _START_S
            while not _answers(address + health):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                # Its own group: `mlflow` starts uvicorn as a child.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
        return bool(answer.status == 200)
    return False
