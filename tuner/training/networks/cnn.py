"""The convolutional families, of images and of sequences: their layers between the normalized row and the output.

Leaves to others: normalization before, the output after (models), what a name is in Keras (catalogue).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from tuner.spec.families import Block, CnnConfig
from tuner.training.networks import catalogue


@dataclass(frozen=True)
class _Kind:
    """axes: along which a learned slope is the same."""

    convolution: Any
    poolings: Mapping[str, Any]
    heads: Mapping[str, Any]
    axes: Sequence[int]


_KINDS: Mapping[str, _Kind] = {
    "cnn": _Kind(
        keras.layers.Conv2D,
        {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D},
        {
            "flatten": keras.layers.Flatten,
            "global_average": keras.layers.GlobalAveragePooling2D,
            "global_max": keras.layers.GlobalMaxPooling2D,
        },
        axes=(1, 2),
    ),
    "timeseries": _Kind(
        keras.layers.Conv1D,
        {"max": keras.layers.MaxPooling1D, "average": keras.layers.AveragePooling1D},
        {
            "flatten": keras.layers.Flatten,
            "global_average": keras.layers.GlobalAveragePooling1D,
            "global_max": keras.layers.GlobalMaxPooling1D,
        },
        axes=(1,),
    ),
}


def cnn_layers(config: CnnConfig, seeds: Callable[[], int]) -> list[Any]:
    """Blocks and head. seeds: gives a new one for each layer that draws at random.

    Borders are padded and odd sizes rounded up when they are halved, so any row may go through any number of blocks.
    """
    layers: list[Any] = []
    if config.input_dropout:
        layers.append(keras.layers.Dropout(config.input_dropout, seed=seeds(), name="input_dropout"))
    for number, block in enumerate(config.blocks, start=1):
        layers += _block(config, block, number, seeds)
    layers.append(_KINDS[config.family].heads[config.head](name="head"))
    if config.head_units:
        layers.append(keras.layers.Dense(config.head_units, name="hidden", **catalogue.weights(config, seeds())))
        layers += _after_sum(config, "hidden")
    if config.dropout:
        layers.append(keras.layers.Dropout(config.dropout, seed=seeds(), name="dropout"))
    return [each for each in layers if each is not None]


def _block(config: CnnConfig, block: Block, number: int, seeds: Callable[[], int]) -> list[Any]:
    layers: list[Any] = []
    kind = _KINDS[config.family]
    for i in range(1, block.convolutions + 1):
        name = f"{number}_{i}"
        strided = config.pooling == "stride" and i == block.convolutions
        layers.append(
            kind.convolution(
                block.filters,
                block.kernel_size,
                strides=2 if strided else 1,
                padding="same",
                name=f"convolution_{name}",
                **catalogue.weights(config, seeds()),
            )
        )
        layers += _after_sum(config, name, axes=kind.axes)
    if config.pooling in kind.poolings:
        layers.append(kind.poolings[config.pooling](2, padding="same", name=f"pooling_{number}"))
    if block.dropout:
        layers.append(keras.layers.Dropout(block.dropout, seed=seeds(), name=f"dropout_{number}"))
    return layers


def _after_sum(config: CnnConfig, name: str, axes: Sequence[int] | None = None) -> list[Any]:
    """axes: along which a learned slope is the same."""
    normalized = [keras.layers.BatchNormalization(name=f"batch_normalization_{name}")]
    return [
        *(normalized if config.batch_normalization else []),
        catalogue.activation(config.activation, f"activation_{name}", shared_axes=None if axes is None else list(axes)),
    ]
