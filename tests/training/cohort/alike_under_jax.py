"""What holds of cohorts of Keras models. Run with KERAS_BACKEND=jax, by test_cohort or by hand.

Each network is trained in a cohort with others that differ from it in numbers, and compared with itself trained alone
as a GPU trains it: rows on the device, and Keras' own dropout.
"""

from typing import Any

import keras
import numpy as np
import pytest

from tests.training.cohort.models import (
    Case,
    as_own_code_sees,
    check_same_model,
    models_together,
    of_family,
)
from tuner.data.dataset import Dataset
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


def case_of(name: str, rows: Dataset) -> Case:
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


@pytest.mark.parametrize("name", ["dense", "lstm", "cnn"])
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
