"""How large a configuration's network is, counted without building it.

Owns: parameters, values that a row becomes on its way, and multiplications, by the same layers as training builds.
Leaves to others: the layers themselves (training), what a device can hold (studies).
"""

import math
from dataclasses import dataclass

from tuner.spec.families import (
    BINARY,
    SEQUENCE_FAMILIES,
    AutoencoderConfig,
    CnnConfig,
    Config,
    MlpConfig,
    RnnConfig,
    TextConfig,
    sequence_shape,
)

# Beside its weight, what an optimizer keeps of each: averages of gradients and of their squares.
_SLOTS = {"sgd": 0, "momentum": 1, "nesterov": 1, "adagrad": 1, "rmsprop": 1, "adadelta": 2}
# Sums of the inputs and of the last state that a cell has.
_GATES = {"lstm": 4, "gru": 3, "simple": 1}


@dataclass(frozen=True)
class Size:
    """One network.

    parameters: numbers that training adjusts. values: of one row, all that a layer gives out, which training keeps for
    the way back. products: multiplications of a row forwards. slots: numbers an optimizer keeps beside each parameter.
    """

    parameters: int
    values: int
    products: int
    slots: int

    def step_bytes(self, batch_size: int) -> int:
        """Memory of a training step in float32: weights, gradients, slots; a batch's values and their gradients."""
        return 4 * (self.parameters * (2 + self.slots) + 2 * batch_size * self.values)


class _Count:
    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.parameters = self.products = 0
        self.values = math.prod(shape)

    def gives(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.values += math.prod(shape)

    def dense(self, units: int) -> None:
        inputs = math.prod(self.shape)
        self.parameters += (inputs + 1) * units
        self.products += inputs * units
        self.gives((units,))

    def convolution(self, filters: int, kernel: int, stride: int) -> None:
        *extent, channels = self.shape
        out = (*(-(-each // stride) for each in extent), filters)
        seen = kernel ** len(extent) * channels
        self.parameters += (seen + 1) * filters
        self.products += seen * math.prod(out)
        self.gives(out)

    def after_sum(self, activation: str, normalized: bool, shared_slope: bool = False) -> None:
        if normalized:
            self.parameters += 2 * self.shape[-1]
            self.gives(self.shape)
        if activation == "prelu":
            self.parameters += self.shape[-1] if shared_slope else math.prod(self.shape)
        if activation != "linear":
            self.gives(self.shape)

    def recurrent(self, units: int, cell: str) -> None:
        """One direction; all steps are given out, as training keeps them."""
        steps, channels = self.shape
        gates = _GATES[cell]
        # Keras' GRU has a second bias, of what comes from the step before.
        biases = 2 * units if cell == "gru" else units
        self.parameters += gates * (units * (channels + units) + biases)
        self.products += steps * gates * units * (channels + units)
        self.values += steps * gates * units

    def halve(self) -> None:
        *extent, channels = self.shape
        self.gives((*(-(-each // 2) for each in extent), channels))

    def dropped(self, rate: float) -> None:
        if rate:
            self.gives(self.shape)


def size(config: Config, input_shape: tuple[int, ...], outputs: int) -> Size:
    """Count a configuration's network. input_shape: of one row; images are (height, width, channels)."""
    sequence = sequence_shape(input_shape) if config.family in SEQUENCE_FAMILIES else None
    count = _Count(sequence or input_shape)
    count.dropped(config.input_dropout)
    if isinstance(config, RnnConfig):
        _count_rnn(count, config)
    elif isinstance(config, CnnConfig):
        _count_cnn(count, config)
    elif isinstance(config, AutoencoderConfig):
        _count_autoencoder(count, config)
    elif isinstance(config, TextConfig):
        _count_text(count, config)
    else:
        _count_mlp(count, config)
    count.dense(1 if config.loss.name == BINARY else outputs)
    return Size(count.parameters, count.values, count.products, _SLOTS.get(config.optimizer.name, 2))


def _count_mlp(count: _Count, config: MlpConfig) -> None:
    for layer in config.layers:
        count.dense(layer.units)
        count.after_sum(layer.activation.name, layer.batch_normalization)
        count.dropped(layer.dropout)


def _count_autoencoder(count: _Count, config: AutoencoderConfig) -> None:
    count.dropped(config.noise)
    for number, layer in enumerate((*config.layers, None, *reversed(config.layers))):
        if layer is None:
            count.dense(config.code)
            continue
        count.dense(layer.units)
        count.after_sum(layer.activation.name, layer.batch_normalization)
        count.dropped(layer.dropout if number < len(config.layers) else 0.0)


def _count_rnn(count: _Count, config: RnnConfig) -> None:
    for layer in config.layers:
        steps, _ = count.shape
        ways = 2 if config.bidirectional else 1
        for _ in range(ways):
            count.recurrent(layer.units, config.cell)
        count.gives((steps, ways * layer.units))
        count.dropped(layer.dropout)
    count.gives(count.shape[-1:])
    if config.head_units:
        count.dense(config.head_units)
        count.after_sum(config.activation.name, config.batch_normalization)
    count.dropped(config.dropout)


def _count_text(count: _Count, config: TextConfig) -> None:
    """With as many words as the vocabulary may have; the training rows may have fewer."""
    length = config.sequence_length if not count.shape else count.shape[0]
    count.parameters += (config.vocabulary + 2) * config.embedding
    count.gives((length, config.embedding))
    count.dropped(config.embedding_dropout)
    if config.reader == "convolution":
        count.convolution(config.units, config.kernel_size, 1)
        count.after_sum(config.activation.name, False, shared_slope=True)
        count.gives((config.units,))
    elif config.reader in ("lstm", "gru"):
        ways = 2 if config.bidirectional else 1
        for _ in range(ways):
            count.recurrent(config.units, config.reader)
        count.gives((ways * config.units,))
    else:
        count.gives((config.embedding,))
    if config.head_units:
        count.dense(config.head_units)
        count.after_sum(config.activation.name, False)
    count.dropped(config.dropout)


def _count_cnn(count: _Count, config: CnnConfig) -> None:
    activation, normalized = config.activation.name, config.batch_normalization
    for block in config.blocks:
        for i in range(1, block.convolutions + 1):
            strided = config.pooling == "stride" and i == block.convolutions
            count.convolution(block.filters, block.kernel_size, 2 if strided else 1)
            count.after_sum(activation, normalized, shared_slope=True)
        if config.pooling in ("max", "average"):
            count.halve()
        count.dropped(block.dropout)
    if config.head != "flatten":
        count.gives(count.shape[-1:])
    if config.head_units:
        count.dense(config.head_units)
        count.after_sum(activation, normalized)
    count.dropped(config.dropout)
