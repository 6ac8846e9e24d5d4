"""Each of Keras' private names, exercised: a release that takes one away, or changes what it gives, fails here."""

import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest

from tuner.training import keras_internals as internals


@pytest.fixture
def model() -> Any:
    layers = [keras.Input((4,)), keras.layers.Dense(3, kernel_regularizer="l2"), keras.layers.Dropout(0.5)]
    made = keras.Sequential([*layers, keras.layers.Dense(2, activation="softmax")])
    metrics = ["accuracy", keras.metrics.SparseCategoricalAccuracy()]
    made.compile("adam", "sparse_categorical_crossentropy", metrics=metrics)
    internals.build_compiled(made, (), "int32")
    return made


def test_build_compiled_makes_what_compile_only_named(model: Any) -> None:
    assert [isinstance(each.what, keras.losses.Loss) for each in internals.losses_by_output(model)] == [True]
    names = [each.name for each in internals.metrics_by_output(model)]
    assert names == ["accuracy", "sparse_categorical_accuracy"]


@pytest.mark.parametrize("metric", [keras.metrics.F1Score, keras.metrics.R2Score])
def test_build_compiled_lets_a_metric_make_its_variables(metric: Any) -> None:
    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="sigmoid")])
    made.compile("sgd", "binary_crossentropy", metrics=[metric()])
    internals.build_compiled(made, (2,), "float32")
    (built,) = (each.what for each in internals.metrics_by_output(made))
    variables = list(built.variables)
    built.update_state(np.ones((3, 2), np.float32), np.ones((3, 2), np.float32))
    assert variables
    assert len(built.variables) == len(variables)


@pytest.mark.parametrize("by_name", [True, False])
def test_losses_and_metrics_are_told_with_their_outputs_and_the_names_of_their_figures(by_name: bool) -> None:
    rows = keras.Input((4,))
    one, two = keras.layers.Dense(1, name="zebra")(rows), keras.layers.Dense(2, name="ape")(rows)
    made = keras.Model(rows, {"zebra": one, "ape": two} if by_name else [one, two])
    losses = {"zebra": "mse", "ape": "mae"}
    made.compile(
        "sgd", losses, {"zebra": 0.5, "ape": 2.0}, metrics={"ape": ["mse"]}, weighted_metrics={"zebra": ["mae"]}
    )
    internals.build_by_output(made, [(each.shape[1:], "float32") for each in made.outputs])
    at = {"zebra": 1, "ape": 0} if by_name else {"zebra": 0, "ape": 1}
    assert internals.places_of_outputs(made) == (at if by_name else [0, 1])
    found = {(each.name, each.at, each.weight) for each in internals.losses_by_output(made)}
    assert found == {("zebra_loss", at["zebra"], 0.5), ("ape_loss", at["ape"], 2.0)}
    metrics = {(each.name, each.at, each.weighs_rows) for each in internals.metrics_by_output(made)}
    assert metrics == {("ape_mse", at["ape"], False), ("zebra_mae", at["zebra"], True)}
    assert internals.loss_trackers(made) == 2


def test_user_losses_and_metrics_are_as_compile_took_them(model: Any) -> None:
    assert internals.user_losses(model) == ["sparse_categorical_crossentropy"]
    assert internals.user_metrics(model)[0] == "accuracy"
    assert internals.has_metrics(model)
    assert not internals.weighs_losses(model)


def test_loss_weights_are_seen() -> None:
    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    made.compile("sgd", ["mse"], loss_weights=[0.5])
    internals.build_compiled(made, (1,), "float32")
    assert internals.weighs_losses(made)


def test_all_layers_are_those_of_layers_too() -> None:
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="within")])
    outer = keras.Sequential([keras.Input((4,)), inner, keras.layers.Dense(1, name="outside")])
    assert {"within", "outside"} <= {each.name for each in internals.all_layers(outer)}


def test_a_graph_of_layers_is_told_from_one_with_functions_between() -> None:
    start = keras.Input((4,))
    layers = keras.Model(start, keras.layers.Dense(2)(start))
    functions = keras.Model(start, keras.ops.relu(keras.layers.Dense(2)(start)))
    assert internals.is_of_layers(layers)
    assert not internals.is_of_layers(functions)


def test_a_mask_is_found() -> None:
    masked = keras.layers.Masking()(np.zeros((1, 2, 3), dtype="float32"))
    assert internals.mask_of(masked) is not None
    assert internals.mask_of(keras.ops.ones((1, 2))) is None


def test_further_losses_are_the_penalties(model: Any) -> None:
    assert len(internals.further_losses(model)) == 1


def test_what_a_wrapper_averages_is_read() -> None:
    metric = keras.metrics.BinaryAccuracy(threshold=0.25)
    y, outputs = keras.ops.convert_to_tensor([[1.0]]), keras.ops.convert_to_tensor([[0.3]])
    assert callable(internals.function_of(metric))
    assert internals.options_of(metric)["threshold"] == 0.25
    assert float(np.mean(internals.values_of(metric, y, outputs))) == 1.0


@pytest.mark.parametrize(
    ("optimizer", "slots"),
    [
        (keras.optimizers.Adam(), ["momentums", "velocities"]),
        (keras.optimizers.AdamW(), ["momentums", "velocities"]),
        (keras.optimizers.RMSprop(momentum=0.9), ["momentums", "velocities"]),
        (keras.optimizers.Adagrad(), ["accumulators"]),
        (keras.optimizers.Adadelta(), ["accumulated_grads", "accumulated_delta_vars"]),
    ],
)
def test_an_optimizer_has_its_slots(optimizer: Any, slots: list[str]) -> None:
    variables = [keras.Variable(np.ones((2, 2), dtype="float32")), keras.Variable(np.ones(2, dtype="float32"))]
    optimizer.build(variables)
    for name in slots:
        assert [each.shape for each in internals.slots_of(optimizer, name)] == [(2, 2), (2,)]


def test_the_rate_is_a_variable_or_a_schedule() -> None:
    assert float(internals.rate_or_schedule(keras.optimizers.SGD(0.25)).numpy()) == 0.25
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    assert internals.rate_or_schedule(keras.optimizers.SGD(schedule)) is schedule


def test_weight_decay_leaves_out_what_it_was_told_to() -> None:
    kernel, bias = keras.Variable(np.ones(2, dtype="float32"), name="kernel"), keras.Variable(np.ones(2), name="bias")
    optimizer = keras.optimizers.AdamW()
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build([kernel, bias])
    assert [internals.decays(optimizer, each) for each in (kernel, bias)] == [True, False]


def test_a_layer_says_whether_it_takes_training() -> None:
    assert internals.takes_training(keras.layers.Dropout(0.5))
    assert not internals.takes_training(keras.layers.Flatten())


def test_names_are_counted_anew() -> None:
    internals.count_names_anew()
    assert keras.layers.Dense(1).name == "dense"
    assert keras.layers.Dense(1).name == "dense_1"
    internals.count_names_anew()
    assert keras.layers.Dense(1).name == "dense"


def test_what_keras_keeps_for_the_process_is_read_and_written() -> None:
    before = internals.global_attribute("safe_mode_saving")
    keras.config.enable_unsafe_deserialization()
    try:
        assert internals.global_attribute("safe_mode_saving") is False
    finally:
        internals.set_global_attribute("safe_mode_saving", before)
    assert internals.global_attribute("safe_mode_saving") is before


def test_on_jax_tensorflow_is_left_out() -> None:
    code = (
        "import os, sys; os.environ['KERAS_BACKEND'] = 'jax'; import keras, numpy\n"
        "from tuner.training import keras_internals; keras_internals.leave_tensorflow_out()\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]); model.compile('sgd', 'mse')\n"
        "model.fit(numpy.zeros((4, 2)), numpy.zeros((4, 1)), verbose=0); print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200, check=True)
    assert done.stdout.split() == ["False"]
