"""The family of texts: its layers between the text and the output.

Leaves to others: the output after (models), what a name is in Keras (catalogue), words (data.texts).
"""

from collections.abc import Callable
from typing import Any

import keras

from tuner.data.dataset import DataInfo
from tuner.data.preprocessing import Preprocessing
from tuner.spec.families import TextConfig
from tuner.training.networks import catalogue

_RECURRENT: dict[str, Any] = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def text_layers(
    config: TextConfig, info: DataInfo, preprocessing: Preprocessing, seeds: Callable[[], int]
) -> list[Any]:
    """preprocessing: knows the words of the training rows, or of rows that are words' numbers the largest.

    seeds: gives a new one for each layer that draws at random.
    """
    layers: list[Any] = []
    known = preprocessing.largest + 1
    if info.text:
        words = preprocessing.words[: config.vocabulary]
        # Beside the words, 0 is none and 1 one that is not known.
        known = len(words) + 2
        layers.append(
            keras.layers.TextVectorization(
                output_sequence_length=config.sequence_length, vocabulary=list(words), name="words"
            )
        )
    # The mean leaves out what is no word.
    masked = config.reader in ("average", "lstm", "gru")
    layers.append(
        keras.layers.Embedding(
            known,
            config.embedding,
            mask_zero=masked,
            embeddings_initializer=keras.initializers.RandomUniform(-0.05, 0.05, seed=seeds()),
            name="embedding",
        )
    )
    if config.embedding_dropout:
        layers.append(keras.layers.SpatialDropout1D(config.embedding_dropout, seed=seeds(), name="embedding_dropout"))
    layers += _reader(config, seeds)
    if config.head_units:
        layers.append(keras.layers.Dense(config.head_units, name="hidden", **catalogue.weights(config, seeds())))
        layers.append(catalogue.activation(config.activation, "activation_hidden"))
    if config.dropout:
        layers.append(keras.layers.Dropout(config.dropout, seed=seeds(), name="dropout"))
    return layers


def _reader(config: TextConfig, seeds: Callable[[], int]) -> list[Any]:
    if config.reader == "average":
        return [keras.layers.GlobalAveragePooling1D(name="average")]
    if config.reader == "max":
        return [keras.layers.GlobalMaxPooling1D(name="max")]
    if config.reader == "convolution":
        convolution = keras.layers.Conv1D(
            config.units, config.kernel_size, padding="same", name="convolution", **catalogue.weights(config, seeds())
        )
        activation = catalogue.activation(config.activation, "activation_convolution", shared_axes=[1])
        return [convolution, activation, keras.layers.GlobalMaxPooling1D(name="max")]

    def one_way(name: str, **more: Any) -> Any:
        return _RECURRENT[config.reader](
            config.units,
            recurrent_initializer=keras.initializers.Orthogonal(seed=seeds()),
            recurrent_regularizer=catalogue.regularizer(config.l1, config.l2),
            name=name,
            **catalogue.weights(config, seeds()),
            **more,
        )

    if not config.bidirectional:
        return [one_way(config.reader)]
    back = one_way("backwards", go_backwards=True)
    return [keras.layers.Bidirectional(one_way("forwards"), backward_layer=back, name=config.reader)]
