"""Keras on JAX: a process has one backend, so what is held to it runs in processes of its own.

All that the other tests of training hold is run by `KERAS_BACKEND=jax pytest tests/contracts tests/training` (minutes).
"""

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
ROOT = Path(__file__).parents[2]


def test_what_holds_of_the_compiled_epoch_holds_under_jax() -> None:
    paths = "tests/contracts/test_epoch_paths.py"
    options = "tests/contracts/test_options.py"
    trainer = "tests/training/test_trainer.py::test_resume_goes_on_as_if_nothing_had_happened"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", "-m", ""),
            "tests/contracts/under_jax.py",
            f"{paths}::test_both_paths_come_to_the_same_weights_with_every_optimizer[adam-cosine-0.001]",
            f"{paths}::test_with_fed_dropout_losses_agree_in_the_mean_over_seeds",
            f"{trainer}[compiled-nadam]",
            f"{options}::test_averaged_weights_are_validated_and_kept_while_training_goes_on_from_its_own",
            f"{options}::test_an_option_of_every_optimizer[gradient_accumulation_steps]",
            f"{options}::test_an_option_of_compile[weight]",
            f"{options}::test_an_option_of_compile[other weight]",
            f"{options}::test_a_metric_of_one_number_a_batch_is_averaged_as_keras_does",
            f"{options}::test_a_metric_of_several_numbers_is_its_mean_and_its_parts",
        ],
        cwd=ROOT, env={**os.environ, "KERAS_BACKEND": "jax"}, capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:]
    assert "13 passed" in done.stdout
