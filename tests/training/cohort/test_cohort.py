"""Cohorts train on JAX, and a process has one backend: what is held of them runs in a process of its own."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(420),
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed (extra `jax`)"),
]
ROOT = Path(__file__).parents[3]
FOLDER = "tests/training/cohort"
FILES = (
    (f"{FOLDER}/under_jax.py",),
    (f"{FOLDER}/slots_under_jax.py",),
    (f"{FOLDER}/alike_under_jax.py", "tests/runs/own_code_under_jax.py"),
)


@pytest.mark.parametrize("files", FILES, ids=lambda files: Path(files[0]).stem)
def test_what_holds_of_cohorts_holds_under_jax(files: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", "-m", "", *files]
    # Most of the time is compilation, and little is computed.
    quickly = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
    under_jax = {**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": quickly}
    done = subprocess.run(command, cwd=ROOT, env=under_jax, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    assert "passed" in done.stdout
