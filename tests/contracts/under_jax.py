"""What holds of the JAX path alone. Run with KERAS_BACKEND=jax, by test_jax or by hand."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.conftest import configure, network, plan  # noqa: F401  (fixtures)
from tuner.data.dataset import Dataset
from tuner.spec.space import Value
from tuner.training import backend
from tuner.training.compiled import programs
from tuner.training.networks.models import evaluate, export_bytes, load_bytes
from tuner.training.trainer import train

Params = dict[str, Value]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    backend.prepare(1, cache=folder)
    return folder


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            {"optimizer": "nesterov", "momentum": 0.5, "dropout": 0.1, "input_dropout": 0.4, "l2": 0.1},
            {"optimizer": "nesterov", "momentum": 0.95, "dropout": 0.6, "input_dropout": 0.1, "l2": 1e-3},
        ),
        (
            {"optimizer": "adamw", "weight_decay": 0.1, "schedule": "cosine", "dropout": 0.2},
            {"optimizer": "adamw", "weight_decay": 1e-3, "beta_1": 0.5, "schedule": "cosine", "learning_rate": 0.01,
             "dropout": 0.5, "seed": 77},
        ),
    ],
    ids=["fed", "on device"],
)  # fmt: skip
def test_networks_that_differ_in_numbers_alone_share_a_program(
    digits: Dataset,
    network: Any,  # noqa: F811
    plan: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    first: Params,
    second: Params,
) -> None:
    from tuner.training.compiled.epoch_jax import JaxTensors

    if "schedule" in first:
        monkeypatch.setattr(JaxTensors, "own_memory", lambda self: True)
    programs.forget()
    alone = network(**second)
    expected = train(alone, digits, plan())
    programs.forget()
    train(network(**first), digits, plan(epochs=1))
    kept = programs.shared()
    assert kept
    model = network(**second)
    result = train(model, digits, plan())
    assert programs.shared() == kept
    assert [dict(each) for each in result.epochs] == [dict(each) for each in expected.epochs]
    for mine, its in zip(model.variables, alone.variables, strict=True):
        np.testing.assert_array_equal(mine.numpy(), its.numpy())


def test_a_network_whose_program_is_another_has_its_own(
    digits: Dataset,
    network: Any,  # noqa: F811
    plan: Any,  # noqa: F811
) -> None:
    programs.forget()
    train(network(optimizer="momentum"), digits, plan(epochs=1))
    before = len(programs.shared())
    train(network(optimizer="nesterov"), digits, plan(epochs=1))
    # What is asked of it between its epochs does not know the optimizer.
    assert len(programs.shared()) == before + 1


def test_a_trained_model_is_exported_loaded_and_scored_without_tensorflow(
    digits: Dataset,
    network: Any,  # noqa: F811
    plan: Any,  # noqa: F811
    cache: Path,
) -> None:
    model = network(learning_rate=0.01)
    result = train(model, digits, plan(epochs=8, path="auto"))
    assert result.path == "compiled"
    scores = evaluate(load_bytes(export_bytes(model)), digits.test, digits.info)
    assert scores["accuracy"] > 0.85
    assert "tensorflow" not in sys.modules
    assert list(cache.rglob("jit__many_steps-*"))
