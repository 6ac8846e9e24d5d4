"""The odd rows as a whole batch: figures do not see rows that do not count, and networks that would are left out."""

from typing import Any

import keras
import numpy as np
import pytest

from tuner.spec.metrics import METRICS
from tuner.training import keras_internals
from tuner.training.compiled.compiled_metrics import Watched
from tuner.training.compiled.masked_rows import figures_maskable, training_maskable
from tuner.training.networks import catalogue

layers = keras.layers
ROWS, COUNTED = 40, 33


@pytest.mark.parametrize(("task", "name"), [(task, name) for task, names in METRICS.items() for name in names])
def test_a_row_of_no_weight_is_none_to_a_metric(task: str, name: str) -> None:
    random = np.random.default_rng(3)
    if task == "classification":
        outputs = random.random((ROWS, 6)).astype(np.float32)
        outputs /= outputs.sum(axis=1, keepdims=True)
        metric, y = catalogue.metric(name, 6, one_hot=False, logits=False), random.integers(0, 6, ROWS).astype(np.int32)
    else:
        metric, y = catalogue.metric(name, None, one_hot=False, logits=False), random.random((ROWS, 3), np.float32)
        outputs = random.random((ROWS, 3), np.float32)
    counts = (np.arange(ROWS) < COUNTED).astype(np.float32)
    metric.update_state(y[:COUNTED], outputs[:COUNTED])
    few = np.asarray(metric.result())
    metric.reset_state()
    metric.update_state(y, outputs, sample_weight=counts)
    np.testing.assert_allclose(np.asarray(metric.result()), few, rtol=1e-5)


def _watched(model: Any, metrics: Any = ("accuracy",), loss: Any = "sparse_categorical_crossentropy") -> Watched:
    model.compile("sgd", loss, metrics=list(metrics))
    regression = loss == "mse"
    keras_internals.build_compiled(model, (3,) if regression else (), "float32" if regression else "int32")
    return Watched(model)


def _chain(*inner: Any) -> Any:
    return keras.Sequential([keras.Input((4, 4, 1)), *inner, layers.Flatten(), layers.Dense(3, activation="softmax")])


class _Own(layers.Layer):  # type: ignore[misc]  # Keras is Any here
    def call(self, rows: Any) -> Any:
        return rows - keras.ops.mean(rows, axis=0)


@pytest.mark.parametrize(
    ("inner", "one_by_one", "maskable"),
    [
        ([layers.Conv2D(2, 3), layers.MaxPooling2D(2), layers.Dropout(0.3)], False, True),
        ([layers.BatchNormalization()], True, True),
        # Called as a whole, it cannot be given a mask.
        ([layers.BatchNormalization()], False, False),
        ([layers.LayerNormalization()], False, True),
        ([_Own()], True, False),
    ],
)
def test_whose_odd_rows_may_be_a_whole_batch(inner: list[Any], one_by_one: bool, maskable: bool) -> None:
    model = _chain(*inner)
    assert training_maskable(model, _watched(model), one_by_one) == maskable


def test_a_layer_that_mixes_rows_while_it_is_trained_is_left_out() -> None:
    mixing = layers.MixUp(seed=1)
    model = _chain(mixing)
    assert not training_maskable(model, _watched(model), in_a_chain=True)


@pytest.mark.parametrize(("regressors", "maskable"), [(0, True), (2, False)])
def test_a_figure_that_counts_rows_is_left_out(regressors: int, maskable: bool) -> None:
    model = _chain()
    watched = _watched(model, [keras.metrics.R2Score(num_regressors=regressors)], "mse")
    assert figures_maskable(watched) == maskable


def test_a_loss_that_compares_rows_is_left_out() -> None:
    model = _chain()
    assert not figures_maskable(_watched(model, (), keras.losses.SparseCategoricalCrossentropy(reduction="sum")))
