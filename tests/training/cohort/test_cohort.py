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
FILES = ("under_jax", "slots_under_jax")


@pytest.mark.parametrize("name", FILES)
def test_what_holds_of_cohorts_holds_under_jax(name: str) -> None:
    file = f"tests/training/cohort/{name}.py"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "", file]
    under_jax = {**os.environ, "KERAS_BACKEND": "jax"}
    done = subprocess.run(command, cwd=ROOT, env=under_jax, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    assert "passed" in done.stdout
