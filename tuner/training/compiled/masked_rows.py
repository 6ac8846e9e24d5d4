"""The odd rows at an epoch's end as a whole batch, of which only some rows count: one program for all batches.

Owns: which networks come to the same weights and figures that way as with a smaller batch.
Leaves to others: the rows that fill the batch up (batch_sources), the step (epoch_jax).

A row that does not count has the weight 0 in the loss and in metrics, and is left out of a batch normalization's mean
and variance. So the network's loss has to be a mean over rows, each layer has to know rows alone or take a mask, and no
metric may look at how many rows there are.
"""

from typing import Any

import keras

from tuner.training import keras_internals
from tuner.training.compiled.compiled_metrics import Watched
from tuner.training.compiled.graph_signature import is_ours

# Of those of Keras in which one row of a batch has nothing to do with another while they are trained.
_NAMES = (
    "Activation", "Add", "AlphaDropout", "Average", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
    "Concatenate", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose",
    "Cropping1D", "Cropping2D", "Cropping3D", "Dense", "DepthwiseConv1D", "DepthwiseConv2D", "Dropout", "ELU",
    "EinsumDense", "Embedding", "Flatten", "GRU", "GaussianDropout", "GaussianNoise", "GlobalAveragePooling1D",
    "GlobalAveragePooling2D", "GlobalAveragePooling3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D",
    "GlobalMaxPooling3D", "GroupNormalization", "InputLayer", "LSTM", "LayerNormalization", "LeakyReLU",
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum", "Minimum", "MultiHeadAttention", "Multiply",
    "Normalization", "PReLU", "Permute", "RandomRotation", "RandomTranslation", "ReLU", "RepeatVector",
    "Rescaling", "Reshape", "SeparableConv1D", "SeparableConv2D", "SimpleRNN", "Softmax", "SpatialDropout1D",
    "SpatialDropout2D", "SpatialDropout3D", "Subtract", "UnitNormalization", "UpSampling1D", "UpSampling2D",
    "UpSampling3D", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D",
)  # fmt: skip
_OF_ROWS = tuple(getattr(keras.layers, name) for name in _NAMES)


def figures_maskable(watched: Watched) -> bool:
    """The figures of rows in use are the same with others among them that do not count."""
    return watched.by_row and not any(map(_counts_rows, watched.others))


def training_maskable(model: Any, watched: Watched, in_a_chain: bool) -> bool:
    """So is a step. in_a_chain: the layers are called one by one, so that one can be given a mask."""
    layers = [each for each in keras_internals.all_layers(model) if not isinstance(each, keras.Model)]
    return figures_maskable(watched) and all(
        type(each) in _OF_ROWS or is_ours(each) or (in_a_chain and takes_mask(each)) for each in layers
    )


def takes_mask(layer: Any) -> bool:
    """A batch normalization, whose mean and variance are of the rows that count."""
    return type(layer) is keras.layers.BatchNormalization


def _counts_rows(each: keras_internals.OfOutput) -> bool:
    """R2Score, adjusted for the number of regressors."""
    return bool(getattr(getattr(each.what, "inner", each.what), "num_regressors", 0))
