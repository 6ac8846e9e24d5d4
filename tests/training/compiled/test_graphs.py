"""Networks that differ in numbers alone share their graphs, and nothing else."""

import inspect
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.conftest import Network, Plan
from tuner.data.dataset import Dataset
from tuner.spec.space import Value
from tuner.training.compiled import epoch_tensorflow, graphs
from tuner.training.compiled.graph_signature import shape_of
from tuner.training.health import measures_tensorflow
from tuner.training.plan import EpochResult, Verdict
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
    graphs.forget()
    alone = network(**second)
    expected = train(alone, digits, plan())
    graphs.forget()
    train(network(**first), digits, plan(epochs=1))
    kept = graphs.shared()
    assert kept
    model = network(**second)
    result = train(model, digits, plan())
    assert graphs.shared() == kept
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
    graphs.forget()
    train(network(**first), digits, plan(epochs=1))
    before = len(graphs.shared())
    train(network(**second), digits, plan(epochs=1))
    assert len(graphs.shared()) == 2 * before


@pytest.mark.parametrize(
    "params",
    [
        {"activation": "prelu", "loss": "mse", "dropout": 0.3},
        {"activation": "leaky_relu", "loss": "focal", "batch_normalization": True, "l2": 1e-3},
        {"output_activation": "sigmoid", "loss": "mse", "optimizer": "nadam"},
    ],
)
def test_what_is_computed_without_a_graph_is_the_same_to_the_digit(
    digits: Dataset, network: Network, plan: Plan, params: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every figure: of validation rows, and of what goes on inside."""
    found = []
    for untraced, traced in ((9, 1), (0, 3)):
        monkeypatch.setattr(epoch_tensorflow, "_BATCHES_UNTRACED", untraced)
        monkeypatch.setattr(measures_tensorflow, "_LOOKS_UNTRACED", untraced)
        graphs.forget()
        found.append(dict(train(network(**params), digits, plan(epochs=1, health=True)).epochs[0]))
        assert len(graphs.shared()) == traced
    assert found[0] == found[1]
    assert any(name.startswith("health/") for name in found[0])


def test_two_trainings_in_turns_do_not_mix(digits: Dataset, network: Network, plan: Plan) -> None:
    graphs.forget()
    expected = train(network(seed=1), digits, plan())
    inner: list[Any] = []

    def another(_: EpochResult) -> Verdict:
        inner.append(train(network(seed=2), digits, plan(epochs=1)).epochs[0])
        return "go_on"

    result = train(network(seed=1), digits, plan(), None, another)
    assert [dict(each) for each in result.epochs] == [dict(each) for each in expected.epochs]
    assert inner[0] == inner[1] == inner[2]


@pytest.mark.parametrize("kind", [keras.regularizers.L1, keras.regularizers.L2, keras.regularizers.L1L2])
def test_a_penalty_is_known_and_its_factor_is_an_argument(kind: Any) -> None:
    one, other, none = (shape_of([keras.layers.Dense(1, kernel_regularizer=kind(each))]) for each in (0.1, 0.2, 0.0))
    assert one == other != none
    assert one is not None


def test_layers_that_draw_at_random_are_known() -> None:
    layers = keras.layers
    one, same, other = (shape_of([layers.GaussianNoise(each, seed=i)]) for i, each in enumerate((0.1, 0.1, 0.2)))
    assert one is not None
    assert one == same != other


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


# Every option of these, at another value than its default. Those that are arguments of a graph, or have nothing to do
# with it, are said to be; of all others a graph has to know.
_CHANGED: dict[str, dict[str, Any]] = {
    "Dense": {
        "units": 7, "activation": "relu", "use_bias": False, "kernel_regularizer": "orthogonal_regularizer",
        "bias_regularizer": "l1", "activity_regularizer": "l2", "kernel_constraint": "non_neg",
        "bias_constraint": "max_norm", "lora_rank": 1, "lora_alpha": 2, "dtype": "mixed_bfloat16", "trainable": False,
        "autocast": False,
    },
    "BatchNormalization": {
        "axis": 1, "momentum": 0.5, "epsilon": 0.1, "center": False, "scale": False, "beta_regularizer": "l2",
        "gamma_regularizer": "l2", "beta_constraint": "non_neg", "gamma_constraint": "non_neg", "renorm": True,
        "renorm_momentum": 0.5, "renorm_clipping": {"rmax": 2.0}, "synchronized": False, "dtype": "float64",
        "trainable": False,
    },
    "SparseCategoricalCrossentropy": {
        "from_logits": True, "ignore_class": 1, "reduction": "sum", "axis": 1, "dtype": "float64",
    },
    "AUC": {
        "num_thresholds": 50, "curve": "PR", "summation_method": "minoring", "thresholds": [0.1, 0.5],
        "multi_label": True, "num_labels": 3, "label_weights": [0.1, 0.2, 0.3], "from_logits": True, "dtype": "float64",
    },
    "Nadam": {
        "learning_rate": keras.optimizers.schedules.CosineDecay(0.1, 5), "beta_1": 0.5, "beta_2": 0.5, "epsilon": 0.1,
        "weight_decay": 0.1, "clipnorm": 0.1, "clipvalue": 0.1, "global_clipnorm": 0.1, "use_ema": True,
        "ema_momentum": 0.5, "ema_overwrite_frequency": 3, "loss_scale_factor": 2.0, "gradient_accumulation_steps": 2,
    },
}  # fmt: skip
_NOT_IN_A_GRAPH = {
    "name", "kernel_initializer", "bias_initializer", "beta_initializer", "gamma_initializer",
    "moving_mean_initializer", "moving_variance_initializer",
}  # fmt: skip
_KINDS = {
    "Dense": keras.layers.Dense,
    "BatchNormalization": keras.layers.BatchNormalization,
    "SparseCategoricalCrossentropy": keras.losses.SparseCategoricalCrossentropy,
    "AUC": keras.metrics.AUC,
    "Nadam": keras.optimizers.Nadam,
}
_FIRST: dict[str, dict[str, Any]] = {"Dense": {"units": 5}}


@pytest.mark.parametrize("kind", _CHANGED)
def test_a_graph_knows_every_option_of_what_is_in_it(kind: str) -> None:
    make, first = _KINDS[kind], _FIRST.get(kind, {})
    names = inspect.signature(make).parameters.values()
    options = {each.name for each in names if each.kind is not each.VAR_KEYWORD} | {"dtype"}
    options -= {"quantization_config"} if kind == "Dense" else {"dtype"} if kind == "Nadam" else set()
    assert options <= _CHANGED[kind].keys() | _NOT_IN_A_GRAPH
    usual = shape_of(make(**first))
    assert usual is not None
    assert usual == shape_of(make(**first, name="another"))
    for option, value in _CHANGED[kind].items():
        needed = {"multi_label": True} if option in ("num_labels", "label_weights") else {}
        other = shape_of(make(**first, **needed)) if needed else usual
        if option != "synchronized":
            assert shape_of(make(**{**first, **needed, option: value})) != other, option


@given(st.data())
def test_whatever_else_an_object_holds_is_known_of_it(data: st.DataObject) -> None:
    """As an option of a later Keras would be held."""
    held = st.one_of(st.integers(), st.floats(allow_nan=False), st.text(), st.lists(st.integers()), st.booleans())
    name = data.draw(st.from_regex(r"_?[a-z]{1,8}_option", fullmatch=True))
    first, second = data.draw(held), data.draw(held)
    losses = [keras.losses.Huber(), keras.losses.Huber()]
    for loss, value in zip(losses, (first, second), strict=True):
        setattr(loss, name, value)
    alike = repr(first) == repr(second)
    assert (shape_of(losses[0]) == shape_of(losses[1])) == alike
    losses[1].other = lambda: first
    assert shape_of(losses[1]) is None


def test_a_graph_knows_what_was_compiled_besides_loss_and_optimizer(digits: Dataset, plan: Plan) -> None:
    def trained(**options: Any) -> Any:
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input(digits.info.input_shape), keras.layers.Flatten(), keras.layers.Dense(10)])
        model.compile(keras.optimizers.SGD(1e-3), "mse", **options)
        return train(model, digits, plan(epochs=1, monitor="val_loss", direction="minimize")).epochs[0]

    graphs.forget()
    alone = trained(loss_weights=[0.01])
    graphs.forget()
    whole = trained(loss_weights=[1.0])
    assert trained(loss_weights=[0.01]) == alone
    assert alone["val_loss"] < 0.1 * whole["val_loss"]


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_a_network_whose_weights_are_without_effect_keeps_its_graph_to_itself(digits: Dataset, plan: Plan) -> None:
    """Keras' own step then has its numbers in the graph."""

    def trained(momentum: float) -> Any:
        keras.utils.set_random_seed(1)
        inert = [keras.layers.Dense(4), keras.layers.Lambda(keras.ops.stop_gradient)]
        output = keras.layers.Dense(10)
        model = keras.Sequential([keras.Input(digits.info.input_shape), keras.layers.Flatten(), *inert, output])
        model.compile(keras.optimizers.SGD(1e-3, momentum=momentum), "mse")
        assert shape_of(model.layers) is not None
        result = train(model, digits, plan(epochs=2, monitor="val_loss", direction="minimize"))
        return [dict(each) for each in result.epochs]

    graphs.forget()
    alone = trained(0.9)
    graphs.forget()
    trained(0.1)
    assert trained(0.9) == alone
