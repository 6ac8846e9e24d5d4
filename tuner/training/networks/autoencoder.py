"""The autoencoder: its layers between the normalized row and what it gives out.

Leaves to others: normalization before, the output after (models), what a name is in Keras (catalogue).
"""

from collections.abc import Callable
from typing import Any

import keras

from tuner.data.dataset import DataInfo
from tuner.spec.families import AutoencoderConfig, HiddenLayer
from tuner.training.networks import catalogue


def autoencoder_layers(config: AutoencoderConfig, info: DataInfo, seeds: Callable[[], int]) -> list[Any]:
    """Down to the code, which is the layer ``code``, and up again, without the output."""
    layers: list[Any] = []
    if len(info.input_shape) > 1:
        layers.append(keras.layers.Flatten(name="flatten"))
    if config.noise:
        layers.append(keras.layers.GaussianNoise(config.noise, seed=seeds(), name="noise"))
    if config.input_dropout:
        layers.append(keras.layers.Dropout(config.input_dropout, seed=seeds(), name="input_dropout"))
    for number, layer in enumerate(config.layers, start=1):
        layers += _hidden(config, layer, f"encoder_{number}", seeds)
        if layer.dropout:
            layers.append(keras.layers.Dropout(layer.dropout, seed=seeds(), name=f"dropout_{number}"))
    layers.append(keras.layers.Dense(config.code, name="code", **catalogue.weights(config, seeds())))
    for number, layer in enumerate(reversed(config.layers), start=1):
        layers += _hidden(config, layer, f"decoder_{number}", seeds)
    return layers


def _hidden(config: AutoencoderConfig, layer: HiddenLayer, name: str, seeds: Callable[[], int]) -> list[Any]:
    dense = keras.layers.Dense(layer.units, name=name, **catalogue.weights(config, seeds()))
    normalized = [keras.layers.BatchNormalization(name=f"batch_normalization_{name}")]
    return [
        dense,
        *(normalized if layer.batch_normalization else []),
        catalogue.activation(layer.activation, f"activation_{name}"),
    ]
