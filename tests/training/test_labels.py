"""A loss gets the targets that it is for; a person's own the labels as they came, unless something says otherwise."""

from typing import Any

import keras
import numpy as np
import pytest

from tuner.data.dataset import DataInfo
from tuner.training.labels import targets, why_no_metric

INFO = DataInfo("rows", "classification", (4,), 3, ("a", "b", "c"), 6, 3, 3)
Y = np.array([0, 2, 1, 1], np.int32)

INDICES, ONE_HOT, COLUMN = (4,), (4, 3), (4, 1)


def _of_indices(y: Any, outputs: Any) -> Any:
    return 1 - keras.ops.take_along_axis(outputs, keras.ops.cast(y, "int32")[:, None], axis=1)


def _of_one_hot(y: Any, outputs: Any) -> Any:
    return keras.ops.mean(keras.ops.square(y - outputs))


def _of_either(y: Any, outputs: Any) -> Any:
    return keras.ops.mean(outputs) + 0 * keras.ops.sum(y)


class _Own(keras.losses.Loss):  # type: ignore[misc]  # Keras is Any here
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return _of_indices(y_true, y_pred)


class _OfKeras(keras.losses.CategoricalCrossentropy):  # type: ignore[misc]  # Keras is Any here
    """A person's own by its class, with one-hot rows in what it inherits."""


@pytest.mark.parametrize(
    ("loss", "metrics", "shape"),
    [
        ("sparse_categorical_crossentropy", [], INDICES),
        (keras.losses.SparseCategoricalCrossentropy(), [], INDICES),
        (["sparse_categorical_crossentropy"], [], INDICES),
        ({"kind": keras.losses.SparseCategoricalCrossentropy()}, [], INDICES),
        ("crossentropy", [], INDICES),
        ("categorical_crossentropy", [], ONE_HOT),
        ({"kind": "mse"}, [], ONE_HOT),
        (keras.losses.CategoricalFocalCrossentropy(), ["sparse_categorical_accuracy"], ONE_HOT),
        (_of_indices, [], INDICES),
        (_Own(), [], INDICES),
        ([_Own()], ["accuracy"], INDICES),
        (_of_either, [], INDICES),
        (_of_either, [keras.metrics.SparseCategoricalAccuracy()], INDICES),
        (_of_either, ["accuracy", keras.metrics.F1Score()], ONE_HOT),
        (_of_either, {"kind": ["categorical_accuracy"]}, ONE_HOT),
        (_of_one_hot, [], ONE_HOT),
        (_OfKeras(), [], ONE_HOT),
    ],
)
def test_a_loss_gets_the_labels_that_it_is_for(loss: Any, metrics: Any, shape: tuple[int, ...]) -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax", name="kind")(inputs))
    model.compile("sgd", loss, metrics=metrics)
    assert targets(Y, INFO, model).shape == shape


@pytest.mark.parametrize("loss", ["binary_crossentropy", _of_one_hot, _of_either])
def test_one_output_gets_a_column(loss: Any) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", loss)
    assert targets(Y, INFO, model).shape == COLUMN


def test_a_subclass_is_asked_for_the_shape_of_its_outputs() -> None:
    class Subclass(keras.Model):  # type: ignore[misc]  # Keras is Any here
        def __init__(self, units: int) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(units, activation="sigmoid")

        def call(self, rows: Any) -> Any:
            return self.dense(rows)

    for units, loss, shape in (
        (1, "binary_crossentropy", COLUMN),
        (3, _of_one_hot, ONE_HOT),
        (3, _of_indices, INDICES),
    ):
        model = Subclass(units)
        model.compile("sgd", loss)
        assert targets(Y, INFO, model).shape == shape


@pytest.mark.parametrize(
    ("last", "loss", "shape"),
    [
        (keras.layers.Dense(1, activation="sigmoid"), "binary_crossentropy", COLUMN),
        (keras.layers.Dense(3), "categorical_crossentropy", ONE_HOT),
        (keras.layers.Dense(3), _of_one_hot, ONE_HOT),
        (keras.layers.Dense(3), _of_indices, INDICES),
        (keras.layers.Flatten(), "categorical_crossentropy", ONE_HOT),
        (keras.layers.Flatten(), _of_either, INDICES),
    ],
)
def test_a_network_that_must_not_be_called_yet_is_not_built(last: Any, loss: Any, shape: tuple[int, ...]) -> None:
    model = keras.Sequential([last, keras.layers.Activation("linear")])
    model.compile("sgd", loss)
    assert targets(Y, INFO, model, may_call=False).shape == shape
    assert not model.built


def test_a_model_that_is_not_compiled_trains_itself_on_indices() -> None:
    assert targets(Y, INFO, keras.Sequential([keras.layers.Dense(3)])).shape == INDICES


SPARSE, PLAIN = "sparse_categorical_crossentropy", keras.losses.CategoricalCrossentropy()
CLASHES = [
    (SPARSE, keras.metrics.CategoricalAccuracy(), "the metric CategoricalAccuracy takes one-hot targets, and the loss "
     "sparse_categorical_crossentropy beside it class indices. Use the metric SparseCategoricalAccuracy or the loss "
     "categorical_crossentropy."),
    (PLAIN, "sparse_top_k_categorical_accuracy",
     "the metric sparse_top_k_categorical_accuracy takes class indices, and "
     "the loss CategoricalCrossentropy beside it one-hot targets. Use the metric top_k_categorical_accuracy or "
     "the loss SparseCategoricalCrossentropy."),
    (SPARSE, keras.metrics.F1Score(), "the metric F1Score takes one-hot targets, and the loss "
     "sparse_categorical_crossentropy beside it class indices. Use the loss categorical_crossentropy."),
    ("mse", "sparse_categorical_accuracy",
     "the metric sparse_categorical_accuracy takes class indices, and the loss mse "
     "beside it one-hot targets. Use the metric categorical_accuracy."),
    (SPARSE, keras.metrics.SparseCategoricalAccuracy(), ""), (PLAIN, "categorical_accuracy", ""),
    (SPARSE, "accuracy", ""),
    (PLAIN, keras.metrics.AUC(), ""), (SPARSE, _of_one_hot, ""), (_of_indices, "sparse_categorical_accuracy", ""),
    (_Own(), "categorical_accuracy", ""), (_OfKeras(), "sparse_categorical_accuracy", ""),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "metric", "words"), CLASHES)
def test_a_metric_for_other_targets_than_the_loss_takes_is_told_where_it_is_certain(
    loss: Any, metric: Any, words: str
) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", loss, metrics=["accuracy", metric])
    assert why_no_metric(targets(Y, INFO, model), INFO, model) == words
