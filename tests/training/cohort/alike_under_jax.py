"""What holds of cohorts of Keras models. Run with KERAS_BACKEND=jax, by test_cohort or by hand.

Each network is trained in a cohort with others that differ from it in numbers, and compared with itself trained alone
as a GPU trains it: rows on the device, and Keras' own dropout.
"""

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from tests.training.cohort.members import to_the_end
from tests.training.cohort.models import (
    Case,
    arrays,
    as_own_code_sees,
    check_same_model,
    entry_for,
    model_alone,
    models_together,
    of_family,
)
from tuner.data.dataset import Dataset
from tuner.training import compilations
from tuner.training.checkpoint import Checkpoint
from tuner.training.cohort.alike import model_entry
from tuner.training.cohort.alike_kind import alike_cohort
from tuner.training.compiled import programs
from tuner.training.compiled.epoch_jax import JaxTensors
from tuner.training.networks.models import outputs

pytestmark = pytest.mark.usefixtures("whole_precision", "on_a_device")
layers = keras.layers


@pytest.fixture(autouse=True)
def on_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JaxTensors, "own_memory", lambda self: True)


def dense(rate: float = 0.01, dropout: float = 0.3, l2: float = 1e-3, momentum: float = 0.9) -> Any:
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Flatten(),
            layers.Dense(24, activation="relu", kernel_regularizer=keras.regularizers.L2(l2)),
            layers.BatchNormalization(),
            layers.Dropout(dropout),
            layers.Dense(10, activation="softmax"),
        ]
    )
    optimizer = keras.optimizers.SGD(rate, momentum=momentum)
    metrics = ["accuracy", keras.metrics.F1Score(average="macro"), keras.metrics.AUC(name="auc")]
    model.compile(optimizer, "categorical_crossentropy", metrics=metrics)
    return model


def recurrent(rate: float = 0.01, decay: float = 0.9) -> Any:
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Reshape((8, 8)), layers.LSTM(6), layers.Dense(10)])
    schedule = keras.optimizers.schedules.ExponentialDecay(rate, 7, decay)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    top = keras.metrics.SparseTopKCategoricalAccuracy(3, name="top3")
    model.compile(keras.optimizers.Adam(schedule), loss, metrics=["accuracy", top])
    return model


def branched(rate: float = 0.01, dropout: float = 0.3, crossed: bool = False) -> Any:
    rows = keras.Input((8, 8, 1))
    flat = layers.Flatten()(rows)
    one, other = layers.Dense(12, activation="relu")(flat), layers.Dense(12, activation="tanh")(flat)
    dropped = layers.Dropout(dropout)(other if crossed else one)
    sum_ = layers.Add()([dropped, one if crossed else other])
    model = keras.Model(rows, layers.Dense(10, activation="softmax")(keras.ops.relu(sum_)))
    model.compile(keras.optimizers.Nadam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def case_of(name: str, rows: Dataset) -> Case:
    if name == "branched":
        return Case(branched, ({}, {"rate": 0.03, "dropout": 0.6}))
    if name == "dense":
        numbers = ({}, {"rate": 0.05, "dropout": 0.6, "l2": 0.1}, {"momentum": 0.5})
        # A bias before batch normalization has no effect, and so no gradient but rounding.
        return Case(dense, numbers, {"keep": "mean"})
    if name == "lstm":
        return Case(recurrent, ({}, {"rate": 0.003, "decay": 0.5}), {"patience": 2})
    # 50 rows a step, of 450: no odd one; with 64 the last step has 2.
    usual = {
        "blocks": 1,
        "filters": 4,
        "epochs": 3,
        "normalization": "standard",
        "dropout": 0.2,
        "class_weight": "none",
    }
    return Case(of_family("cnn", rows), ({**usual}, {**usual, "learning_rate": 0.02, "dropout": 0.5}))


@pytest.mark.parametrize("name", ["dense", "branched", "lstm", "cnn"])
def test_a_member_comes_to_the_weights_to_which_it_comes_alone(few: Dataset, name: str) -> None:
    rows = few if name == "cnn" else as_own_code_sees(few)
    case = case_of(name, rows)
    cohort, checkpoints = models_together(case, rows)
    for i in range(len(case.numbers)):
        result = cohort.result(i)
        given, model = cohort.outputs(i), cohort.model(i)
        check_same_model(case, i, rows, checkpoints[i], result, model)
        if given is not None:
            np.testing.assert_allclose(given, outputs(model, rows), rtol=1e-4, atol=1e-5)


def test_members_come_and_go_and_neither_company_nor_slot_matters(few: Dataset) -> None:
    rows = as_own_code_sees(few)
    case = Case(dense, ({}, {"rate": 0.05, "dropout": 0.6}, {"l2": 0.1}, {"momentum": 0.5}))
    entries = [entry_for(case, i, rows, health=False) for i in range(4)]
    programs.forget()
    cohort = alike_cohort(entries[0], slots=2)
    first, second = (cohort.admit(entries[i]) for i in (1, 0))
    with pytest.raises(ValueError, match="none of the 2 slots is free"):
        cohort.admit(entries[2])
    before = compilations.now()
    assert before is not None
    cohort.step()
    cohort.stop(first)
    early = Checkpoint.from_bytes(cohort.step()[0].checkpoint().to_bytes())
    third = cohort.admit(entries[2])
    ended = to_the_end(cohort)
    # What JAX compiles for an operation by itself has the operation's name; a process does so once.
    assert [each.name for each in compilations.since(before) if each.name.startswith("_")] == ["_epoch"]
    with pytest.raises(ValueError, match="not like those of the cohort"):
        cohort.admit(entry_for(case, 3, rows, batch_size=32))
    assert (cohort.result(first).reason, cohort.result(first).best_epoch) == ("stopped at epoch 1 of 3", 1)
    # The first one's weights are what they were, whoever has its slot by now; the third has been with others.
    other = alike_cohort(entries[3], slots=2)
    members = {i: other.admit(entries[i]) for i in (3, 2)}
    beside = to_the_end(other)
    for got, wanted in zip(arrays(ended[third]), arrays(beside[members[2]]), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6)
    _, alone, _ = model_alone(case, 1, rows, health=False)
    for variable, wanted in zip(cohort.model(first).variables, alone[0].weights, strict=True):
        np.testing.assert_allclose(variable.numpy(), wanted, rtol=1e-3, atol=1e-5)
    # One that began in a cohort goes on alone, and one that began alone in a cohort.
    assert early.epoch == 2
    _, gone_on, _ = model_alone(case, 0, rows, early, health=False)
    again = alike_cohort(entries[0], slots=2)
    mine = again.admit(entry_for(case, 1, rows, alone[1], health=False))
    for got, wanted in ((gone_on[-1], ended[second]), (to_the_end(again)[mine], alone[-1])):
        for one, its in zip(arrays(got), arrays(wanted), strict=True):
            np.testing.assert_allclose(one, its, rtol=1e-3, atol=1e-5)


def _made(layer: Any, **compiled: Any) -> Any:
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layer, layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", **compiled)
    return model


class _Doubled(keras.layers.Layer):  # type: ignore[misc]  # Keras is Any here
    def call(self, x: Any) -> Any:
        return 2 * x


def test_what_cannot_be_described_or_compiled_is_no_member(few: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = as_own_code_sees(few)
    plan = case_of("dense", rows).plan_of(0)
    assert model_entry(_made(layers.Dense(4)), rows, plan) is not None
    assert model_entry(_made(_Doubled()), rows, plan) is None
    assert model_entry(_made(layers.Dense(4), run_eagerly=True), rows, plan) is None
    assert model_entry(_made(layers.Dense(4)), rows, replace(plan, path="fit")) is None
    straight, crossed = (entry_for(Case(branched, ({"crossed": each},)), 0, rows) for each in (False, True))
    assert straight.like != crossed.like
    monkeypatch.setattr(JaxTensors, "room", lambda self: 1000)
    assert model_entry(_made(layers.Dense(4)), rows, plan) is None
