"""What JAX compiles is counted, and what it finds on disk is told apart. A process has one backend: one of its own."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import keras
import pytest

from tuner.training import compilations
from tuner.training.compilations import Compiled

_TWO_PROCESSES = """
import json, os, sys
os.environ["KERAS_BACKEND"] = "jax"
from pathlib import Path
from tuner.training import backend, compilations
assert compilations.now() is None
backend.prepare(1, cache=Path(sys.argv[1]))
import jax, numpy
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
x = numpy.ones(7, numpy.float32)

def doubled(x):
    return 2 * x

def squared(x):
    return x * x

doubled, squared = jax.jit(doubled), jax.jit(squared)
moment = compilations.now()
doubled(x), doubled(x), squared(x)
found = compilations.since(moment)
again = compilations.now()
doubled(x)
print(json.dumps([[[each.name, each.from_disk, each.seconds > 0] for each in found], len(compilations.since(again))]))
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed (extra `jax`)")
def test_each_program_is_told_once_and_in_a_second_process_as_found_on_disk(tmp_path: Path) -> None:
    for from_disk in (False, True):
        done = subprocess.run(
            [sys.executable, "-c", _TWO_PROCESSES, str(tmp_path)],
            capture_output=True, text=True, timeout=100, check=True,
        )  # fmt: skip
        told, again = json.loads(done.stdout.splitlines()[-1])
        assert told == [["doubled", from_disk, True], ["squared", from_disk, True]]
        assert again == 0


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="JAX tells")
def test_under_tensorflow_nothing_is_told() -> None:
    assert compilations.now() is None


def test_what_was_compiled_is_said_in_words() -> None:
    names = (("_many_steps", False), ("add", False), ("_validation", True), ("add", False))
    told = compilations.in_words([Compiled(name, 0.1, from_disk) for name, from_disk in names])
    assert told == "_many_steps, 2 add"
