"""The convolutional family: its layers between the normalized image and the output.

Leaves to others: normalization before, the output after (models), what a name is in Keras (catalogue).
"""

from collections.abc import Callable
from typing import Any

import keras

from tuner.spec.families import Block, CnnConfig
from tuner.training.networks import catalogue

_POOLINGS: dict[str, Any] = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}
_HEADS: dict[str, Any] = {
    "flatten": keras.layers.Flatten,
    "global_average": keras.layers.GlobalAveragePooling2D,
    "global_max": keras.layers.GlobalMaxPooling2D,
}


def cnn_layers(config: CnnConfig, seeds: Callable[[], int]) -> list[Any]:
    """Blocks and head. seeds: gives a new one for each layer that draws at random.

    Borders are padded and odd sizes rounded up when they are halved, so any image may go through any number of blocks.
    """
    layers: list[Any] = []
    if config.input_dropout:
        layers.append(keras.layers.Dropout(config.input_dropout, seed=seeds(), name="input_dropout"))
    for number, block in enumerate(config.blocks, start=1):
        layers += _block(config, block, number, seeds)
    layers.append(_HEADS[config.head](name="head"))
    if config.head_units:
        layers.append(keras.layers.Dense(config.head_units, name="hidden", **catalogue.weights(config, seeds())))
        layers += _after_sum(config, "hidden")
    if config.dropout:
        layers.append(keras.layers.Dropout(config.dropout, seed=seeds(), name="dropout"))
    return [each for each in layers if each is not None]


def _block(config: CnnConfig, block: Block, number: int, seeds: Callable[[], int]) -> list[Any]:
    layers: list[Any] = []
    for i in range(1, block.convolutions + 1):
        name = f"{number}_{i}"
        strided = config.pooling == "stride" and i == block.convolutions
        layers.append(
            keras.layers.Conv2D(
                block.filters,
                block.kernel_size,
                strides=2 if strided else 1,
                padding="same",
                name=f"convolution_{name}",
                **catalogue.weights(config, seeds()),
            )
        )
        layers += _after_sum(config, name, axes=[1, 2])
    if config.pooling in _POOLINGS:
        layers.append(_POOLINGS[config.pooling](2, padding="same", name=f"pooling_{number}"))
    if block.dropout:
        layers.append(keras.layers.Dropout(block.dropout, seed=seeds(), name=f"dropout_{number}"))
    return layers


def _after_sum(config: CnnConfig, name: str, axes: list[int] | None = None) -> list[Any]:
    """axes: along which a learned slope is the same."""
    normalized = [keras.layers.BatchNormalization(name=f"batch_normalization_{name}")]
    return [
        *(normalized if config.batch_normalization else []),
        catalogue.activation(config.activation, f"activation_{name}", shared_axes=axes),
    ]
