"""Which networks are validated in batches of any size, since no row has to do with another."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from tuner.training import keras_internals
from tuner.training.compiled.compiled_metrics import Watched

layers = keras.layers


def _adapted() -> Any:
    layer = layers.Normalization()
    layer.adapt(np.arange(24, dtype=np.float32).reshape(6, 4))
    return layer


def _chain(*inner: Any) -> Any:
    return keras.Sequential([keras.Input((4,)), *inner, layers.Dense(3, activation="softmax")])


def _graph(between: Callable[[Any], Any]) -> Any:
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(between(inputs)))


def _residual(rows: Any) -> Any:
    hidden = layers.Dense(4, activation="relu")(_adapted()(rows))
    return layers.Add()([layers.Dropout(0.2)(layers.BatchNormalization()(hidden)), rows])


class _Own(layers.Layer):  # type: ignore[misc]  # Keras is Any here
    def call(self, rows: Any) -> Any:
        return rows - keras.ops.mean(rows, axis=0)


class _Model(keras.Model):  # type: ignore[misc]  # Keras is Any here
    """A graph in a class of its own, which may call it in its own way."""


def _subclass() -> Any:
    inputs = keras.Input((4,))
    return _Model(inputs, layers.Dense(3)(inputs))


ALONE: dict[str, Callable[[], Any]] = {
    "chain": lambda: _chain(layers.Dense(5)),
    "dropout": lambda: _chain(layers.Dense(5), layers.Dropout(0.2)),
    "normalized chain": lambda: _chain(_adapted(), layers.Dense(5)),
    "graph": lambda: _graph(layers.Dense(5)),
    "residual": lambda: _graph(_residual),
    "graph in a graph": lambda: _graph(_graph(layers.Dense(5))),
    "chain in a graph": lambda: _graph(keras.Sequential([_adapted(), layers.Dense(5)])),
    "layer norm": lambda: _graph(layers.LayerNormalization()),
}
TOGETHER: dict[str, Callable[[], Any]] = {
    "function": lambda: _graph(lambda rows: rows - keras.ops.mean(rows, axis=0)),
    "lambda": lambda: _graph(layers.Lambda(keras.ops.softmax, arguments={"axis": 0})),
    "own layer": lambda: _graph(_Own()),
    "own layer in a graph in a graph": lambda: _graph(_graph(_Own())),
    "own activation": lambda: _graph(layers.Dense(4, activation=lambda rows: rows - keras.ops.mean(rows, axis=0))),
    "own model": _subclass,
    "along rows": lambda: _graph(layers.Softmax(axis=0)),
    "along rows from the end": lambda: _chain(layers.Softmax(axis=-2)),
    "activity": lambda: _graph(layers.Dense(5, activity_regularizer="l2")),
}


def _watched(model: Any) -> Watched:
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    keras_internals.build_compiled(model, (), "int32")
    return Watched(model)


@pytest.mark.parametrize("make", ALONE.values(), ids=ALONE)
def test_rows_of_keras_own_layers_may_be_validated_in_batches_of_any_size(make: Callable[[], Any]) -> None:
    model = make()
    assert _watched(model).by_row
    rows = np.random.default_rng(0).normal(size=(7, 4)).astype(np.float32)
    one_by_one = np.concatenate([model(row[None], training=False) for row in rows])
    np.testing.assert_allclose(model(rows, training=False), one_by_one, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("make", TOGETHER.values(), ids=TOGETHER)
def test_rows_that_may_know_of_each_other_are_validated_as_fit_cuts_them(make: Callable[[], Any]) -> None:
    assert not _watched(make()).by_row
