"""Networks that differ in numbers alone share their graphs, and nothing else."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.training.conftest import Network, Plan
from tuner.data.dataset import Dataset
from tuner.space import Value
from tuner.training import graphs
from tuner.training.likeness import shape_of
from tuner.training.trainer import train

Params = dict[str, Value]


def _weights(model: Any) -> list[np.ndarray]:
    return [each.numpy() for each in model.variables]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"learning_rate": 0.1}, {"learning_rate": 0.001}),
        ({"optimizer": "nesterov", "momentum": 0.5}, {"optimizer": "nesterov", "momentum": 0.95}),
        ({"optimizer": "adamw", "weight_decay": 0.1}, {"optimizer": "adamw", "weight_decay": 0.001, "beta_1": 0.5}),
        ({"optimizer": "rmsprop", "rho": 0.5}, {"optimizer": "rmsprop", "rho": 0.99}),
        ({"schedule": "exponential", "decay_rate": 0.1}, {"schedule": "cosine", "learning_rate": 0.02}),
        ({"dropout": 0.1, "input_dropout": 0.4}, {"dropout": 0.6, "input_dropout": 0.1}),
        ({"l1": 0.1, "l2": 0.1}, {"l1": 1e-5, "l2": 1e-3}),
        ({"initializer": "zeros"}, {"initializer": "he_normal", "seed": 77}),
    ],
)
def test_a_network_that_differs_in_numbers_alone_is_not_traced_again(
    digits: Dataset, network: Network, plan: Plan, first: Params, second: Params
) -> None:
    graphs._kept.clear()
    alone = network(**second)
    expected = train(alone, digits, plan())
    graphs._kept.clear()
    train(network(**first), digits, plan(epochs=1))
    kept = dict(graphs._kept)
    assert kept
    model = network(**second)
    result = train(model, digits, plan())
    assert dict(graphs._kept) == kept
    assert [dict(each) for each in result.epochs] == [dict(each) for each in expected.epochs]
    for mine, its in zip(_weights(model), _weights(alone), strict=True):
        np.testing.assert_array_equal(mine, its)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"activation": "elu", "alpha": 1.0}, {"activation": "elu", "alpha": 0.5}),
        ({"loss": "focal", "focal_gamma": 1.0}, {"loss": "focal", "focal_gamma": 2.0}),
        ({"optimizer": "momentum"}, {"optimizer": "nesterov"}),
        ({"optimizer": "nadam", "beta_1": 0.5}, {"optimizer": "nadam", "beta_1": 0.9}),
        ({"l2": 0.1}, {"l1": 0.1}),
        ({"output_activation": "softmax"}, {"output_activation": "linear"}),
    ],
)
def test_a_network_whose_graph_is_another_is_traced(
    digits: Dataset, network: Network, plan: Plan, first: Params, second: Params
) -> None:
    graphs._kept.clear()
    train(network(**first), digits, plan(epochs=1))
    before = len(graphs._kept)
    train(network(**second), digits, plan(epochs=1))
    assert len(graphs._kept) == 2 * before


def test_two_trainings_in_turns_do_not_mix(digits: Dataset, network: Network, plan: Plan) -> None:
    graphs._kept.clear()
    expected = train(network(seed=1), digits, plan())
    inner: list[Any] = []

    def another(epoch: int, metrics: Any, seconds: float, checkpoint: Any) -> bool:
        inner.append(train(network(seed=2), digits, plan(epochs=1)).epochs[0])
        return True

    result = train(network(seed=1), digits, plan(), None, another)
    assert [dict(each) for each in result.epochs] == [dict(each) for each in expected.epochs]
    assert inner[0] == inner[1] == inner[2]


def test_what_a_configuration_does_not_describe_is_not_shared() -> None:
    class Custom(keras.layers.Layer):  # type: ignore[misc]  # Keras is Any here
        pass

    assert shape_of([Custom()]) is None
    assert shape_of([keras.layers.Dense(1, activation=lambda x: x * 2)]) is None

    def relu(x: Any) -> Any:
        return -x

    assert shape_of([keras.layers.Dense(1, activation=relu)]) is None

    def mean_squared_error(y: Any, outputs: Any) -> Any:
        return y - outputs

    assert shape_of([keras.layers.Dense(1)], mean_squared_error) is None
    assert shape_of([keras.layers.Dense(1)], keras.losses.mean_squared_error) is not None
    assert shape_of([keras.layers.Dense(1, name="a")]) == shape_of([keras.layers.Dense(1, name="b")])
    assert shape_of([keras.layers.Dense(1, dtype="mixed_float16")]) != shape_of([keras.layers.Dense(1)])
