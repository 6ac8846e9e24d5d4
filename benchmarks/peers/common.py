"""What the peers' scripts share: rows, network, the log of epochs and the clock. No more, so that each keeps its style.

A script is started with --seconds, --seed, --log and --began (when the benchmark started it, seconds since 1970):
importing a framework counts.
"""

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ACTIVATIONS = ["relu", "elu", "tanh", "sigmoid", "leaky_relu"]
INITIALIZERS = ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal"]
OPTIMIZERS = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
BATCH_SIZES = [32, 64, 128, 256, 512]
EPOCHS = 10
RESERVE_S = 12.0
"""Kept from the search for choosing the winner and scoring its test rows."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--began", type=float, required=True)
    return parser.parse_args()


class Log:
    """Lines of JSON: an epoch of a trial with its moment, and in the end the winner's test accuracy."""

    def __init__(self, path: Path, began: float) -> None:
        self._path, self._began = path, began

    def epoch(self, trial: str, epoch: int, value: float) -> None:
        self._add({"t": time.time() - self._began, "trial": trial, "epoch": epoch, "value": value})

    def test(self, accuracy: float, value: float) -> None:
        self._add({"t": time.time() - self._began, "test": accuracy, "winner": value})

    def _add(self, line: Mapping[str, Any]) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")


def rows() -> tuple[tuple[Any, Any], tuple[Any, Any], tuple[Any, Any]]:
    """50,000 rows to train on, 10,000 for validation, 10,000 to test; pixels from 0 to 1."""
    import keras

    (x, y), (test_x, test_y) = keras.datasets.fashion_mnist.load_data()
    x, test_x = x.astype("float32") / 255, test_x.astype("float32") / 255
    return (x[:50_000], y[:50_000]), (x[50_000:], y[50_000:]), (test_x, test_y)


def network(
    units: list[int],
    activation: str,
    initializer: str,
    optimizer: str,
    learning_rate: float,
    dropout: float,
    steps_per_execution: int = 1,
) -> Any:
    """A compiled network: Dense layers of these widths, each followed by dropout."""
    import keras

    model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()])
    for width in units:
        model.add(keras.layers.Dense(width, activation=activation, kernel_initializer=initializer))
        if dropout > 0:
            model.add(keras.layers.Dropout(dropout))
    model.add(keras.layers.Dense(10, activation="softmax"))
    make = {
        "sgd": lambda: keras.optimizers.SGD(learning_rate),
        "momentum": lambda: keras.optimizers.SGD(learning_rate, momentum=0.9),
        "nesterov": lambda: keras.optimizers.SGD(learning_rate, momentum=0.9, nesterov=True),
        "adagrad": lambda: keras.optimizers.Adagrad(learning_rate),
        "rmsprop": lambda: keras.optimizers.RMSprop(learning_rate),
        "adam": lambda: keras.optimizers.Adam(learning_rate),
    }[optimizer]
    model.compile(
        optimizer=make(),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=steps_per_execution,
    )
    return model
