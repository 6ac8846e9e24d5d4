"""The recurrent family: its layers between the normalized sequence and the output.

Leaves to others: normalization before, the output after (models), what a name is in Keras (catalogue).
"""

from collections.abc import Callable
from typing import Any

import keras

from tuner.spec.families import RecurrentLayer, RnnConfig
from tuner.training.networks import catalogue

_CELLS: dict[str, Any] = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "simple": keras.layers.SimpleRNN}
_HEADS: dict[str, Any] = {
    "global_average": keras.layers.GlobalAveragePooling1D,
    "global_max": keras.layers.GlobalMaxPooling1D,
}


def rnn_layers(config: RnnConfig, seeds: Callable[[], int]) -> list[Any]:
    """Recurrent layers and head. seeds: gives a new one for each layer that draws at random."""
    layers: list[Any] = []
    if config.input_dropout:
        layers.append(keras.layers.Dropout(config.input_dropout, seed=seeds(), name="input_dropout"))
    for number, layer in enumerate(config.layers, start=1):
        all_steps = number < len(config.layers) or config.head != "last"
        layers.append(_recurrent(config, layer, number, all_steps, seeds))
        if layer.dropout:
            layers.append(keras.layers.Dropout(layer.dropout, seed=seeds(), name=f"dropout_{number}"))
    if config.head in _HEADS:
        layers.append(_HEADS[config.head](name="head"))
    if config.head_units:
        layers.append(keras.layers.Dense(config.head_units, name="hidden", **catalogue.weights(config, seeds())))
        if config.batch_normalization:
            layers.append(keras.layers.BatchNormalization(name="batch_normalization_hidden"))
        layers.append(catalogue.activation(config.activation, "activation_hidden"))
    if config.dropout:
        layers.append(keras.layers.Dropout(config.dropout, seed=seeds(), name="dropout"))
    return layers


def _recurrent(config: RnnConfig, layer: RecurrentLayer, number: int, all_steps: bool, seeds: Callable[[], int]) -> Any:
    """all_steps: what it gives at each step, else at the last."""

    def one_way(name: str, **more: Any) -> Any:
        return _CELLS[config.cell](
            layer.units,
            return_sequences=all_steps,
            recurrent_dropout=config.recurrent_dropout,
            recurrent_initializer=keras.initializers.Orthogonal(seed=seeds()),
            recurrent_regularizer=catalogue.regularizer(config.l1, config.l2),
            seed=seeds(),
            name=name,
            **catalogue.weights(config, seeds()),
            **more,
        )

    name = f"{config.cell}_{number}"
    if not config.bidirectional:
        return one_way(name)
    # Given both ways, or Keras makes the second as a copy, with the same first weights.
    back = one_way(f"{name}_backwards", go_backwards=True)
    return keras.layers.Bidirectional(one_way(f"{name}_forwards"), backward_layer=back, name=name)
