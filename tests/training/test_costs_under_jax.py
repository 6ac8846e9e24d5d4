"""A trial of a shape that was not seen before costs two compilations, one of a shape that was none.

All of a trial but its records: built, trained with an odd batch, validated, looked into, kept, exported, asked for its
answers. In a process of its own, from its first moment.
"""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(200),
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed (extra `jax`)"),
]

_TRIALS = """
import json, os, sys
os.environ["KERAS_BACKEND"] = "jax"
from tuner.data.preprocessing import fit
from tuner.data.sources import load
from tuner.spec.families import mlp
from tuner.spec.sources import DataSpec
from tuner.spec.space import fixed
from tuner.training import backend, compilations
from tuner.training.compiled import programs
from tuner.training.compiled.epoch_jax import JaxTensors
from tuner.training.network import FamilyNetwork
from tuner.training.plan import TrainPlan

backend.prepare(2)
if sys.argv[1] == "on device":
    # As with a GPU.
    JaxTensors.own_memory = lambda self: True
    programs.at_once = lambda: True
digits = load(DataSpec("digits"), seed=0)
for seed, params in enumerate(json.loads(sys.argv[2])):
    moment = compilations.now()
    config = mlp(fixed({"batch_size": 64, "epochs": 2, **params}))
    network = FamilyNetwork(config, ())
    plan = TrainPlan(None, 2, "val_accuracy", "maximize", None, seed=seed, path="compiled", health=True)

    def keep(result):
        result.checkpoint()
        return "go_on"

    result = network.train(digits, lambda name: fit(name, digits.train.x), plan, None, keep)
    assert any(name.startswith("health/") for name in result.epochs[0]), result.epochs
    network.export(), network.answers(digits), network.in_words(), network.parameters()
    print(json.dumps([each.name for each in compilations.since(moment)]))
"""
_SHAPE = {
    "hidden_layers": 2,
    "units_1": 33,
    "units_2": 17,
    "activation": "elu",
    "optimizer": "nesterov",
    "input_dropout": 0.1,
    "dropout": 0.3,
    "batch_normalization": True,
    "normalization": "standard",
}
_NUMBERS = {"learning_rate": 0.05, "momentum": 0.6, "dropout": 0.1, "input_dropout": 0.25, "initializer": "he_normal"}
_OTHER_OPTIMIZER = {"optimizer": "adam", "schedule": "cosine"}


def _compiled(where: str, *trials: Mapping[str, Any]) -> list[list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", _TRIALS, where, json.dumps(trials)],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("where", ["fed", "on device"])
def test_a_trial_costs_two_compilations_and_another_of_its_shape_none(where: str) -> None:
    trials = (_SHAPE, {**_SHAPE, **_NUMBERS}, {**_SHAPE, **_OTHER_OPTIMIZER})
    first, same, other_optimizer = _compiled(where, *trials)
    assert sorted(first) == ["_evaluation", "_many_steps"]
    assert same == []
    # What is asked of it between its epochs does not know the optimizer.
    assert other_optimizer == ["_many_steps"]
