"""What goes on inside a network, measured at an epoch's end on the same few training rows.

Owns: which layers are looked at, what is measured of each, and its names in the metrics.
Leaves to others: when to look (probe), gradients and compiling (measures_tensorflow, measures_jax), what follows from
it (diagnosis).

A layer is one that has weights, with the activation that comes after it. The loss is that of the rows alone, without
penalties. Nothing is changed by looking: no dropout, no augmentation, no random state, no moving averages; a batch
normalization works with the mean and variance of these rows, as it does in training.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from tuner.training.health.names import metric_name

Floats = NDArray[np.float32]
FLAT = 0.05
TINY = 1e-20

_NORMALIZATIONS = (
    keras.layers.BatchNormalization,
    keras.layers.GroupNormalization,
    keras.layers.LayerNormalization,
)


@dataclass(frozen=True, eq=False)
class Part:
    """One layer as it is looked at.

    weights: its kernels; biases only where it has nothing else. tap: the place in the chain whose output is taken for
    its activations; None for the last layer, of which only gradients are measured.
    activation: ``relu``, ``elu``, ``selu``, ``sigmoid``, ``tanh``, or empty where nothing can die or saturate.
    """

    name: str
    weights: tuple[Any, ...]
    tap: int | None
    activation: str = ""
    alpha: float = 1.0

    def names(self) -> list[str]:
        """What is measured of it, in order."""
        found = ["gradient_norm", "gradient_to_weights"]
        if self.tap is not None:
            found += ["activation_spread", "unit_spread"]
            found += ["saturated_units"] if self.activation in ("sigmoid", "tanh") else []
            found += ["dead_units"] if self.activation in ("relu", "elu", "selu") else []
        return [metric_name(self.name, each) for each in found]


def parts(chain: Sequence[Any]) -> list[Part]:
    """The layers with weights of a chain, from the input to the output; all but the last are called by their number."""
    at = [i for i, layer in enumerate(chain) if _kernels(layer)]
    found = []
    for number, (start, end) in enumerate(zip(at, [*at[1:], len(chain)], strict=True), start=1):
        if start == at[-1]:
            found.append(Part("output", _kernels(chain[start]), None))
            continue
        tap = next((i for i in range(start, end) if _activation(chain[i])[0]), end - 1)
        name, alpha = _activation(chain[tap])
        found.append(Part(f"layer_{number}", _kernels(chain[start]), tap, name, alpha))
    return found


def _kernels(layer: Any) -> tuple[Any, ...]:
    if isinstance(layer, (*_NORMALIZATIONS, keras.layers.PReLU)):
        return ()
    weights = layer.trainable_weights
    return tuple(each for each in weights if len(each.shape) > 1) or tuple(weights)


def _activation(layer: Any) -> tuple[str, float]:
    """Its name, and the alpha of an elu; an empty name for a layer that has none."""
    if isinstance(layer, keras.layers.ELU):
        return "elu", float(layer.alpha)
    if isinstance(layer, keras.layers.ReLU):
        return ("leaky_relu" if layer.negative_slope else "relu"), 1.0
    if isinstance(layer, keras.layers.LeakyReLU | keras.layers.PReLU):
        return "leaky_relu", 1.0
    name = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return ("" if name == "linear" else name), 1.0


def forward(chain: Sequence[Any], found: Sequence[Part], x: Any) -> tuple[Any, list[Any]]:
    """The outputs for rows, and the activations of each part that is tapped. Traced; works on any framework."""
    wanted, seen = {part.tap for part in found}, {}
    for i, layer in enumerate(chain):
        x = _batch_normalized(layer, x) if type(layer) is keras.layers.BatchNormalization else layer(x)
        if i in wanted:
            seen[i] = x
    return x, [seen[part.tap] for part in found if part.tap is not None]


def _batch_normalized(layer: Any, x: Any) -> Any:
    axis = layer.axis if layer.axis >= 0 else len(x.shape) + layer.axis
    mean, variance = ops.moments(x, [i for i in range(len(x.shape)) if i != axis], keepdims=True)
    shape = [1] * len(x.shape)
    shape[axis] = x.shape[axis]
    x = (x - mean) * ops.rsqrt(variance + layer.epsilon)
    if layer.scale:
        x = x * ops.reshape(ops.cast(layer.gamma, x.dtype), shape)
    if layer.center:
        x = x + ops.reshape(ops.cast(layer.beta, x.dtype), shape)
    return x


def mean_loss(model: Any, y: Any, outputs: Any) -> Any:
    """The mean loss of rows, without penalties."""
    loss = keras.losses.get(model.loss)
    return ops.mean(ops.cast(loss(y, outputs), "float32"))


def figures(found: Sequence[Part], squares: Floats, activations: Sequence[Floats]) -> list[float]:
    """All that is measured, in the order of the parts and their names.

    squares: (parts, 2), the sums of squares of each part's gradients and of its weights. activations: float32, of each
    part that is tapped. Here and not in a graph, where so many small figures take longer to trace than to compute.
    """
    values: list[float] = []
    rest = list(activations)
    # What is infinite or no number comes out as such.
    with np.errstate(all="ignore"):
        for part, (gradient, weights) in zip(found, np.sqrt(squares.astype(np.float64)), strict=True):
            values += [gradient, gradient / (weights + TINY)]
            if part.tap is not None:
                values += _of_activations(part, rest.pop(0))
    return [float(each) for each in values]


def _of_activations(part: Part, values: Floats) -> list[Any]:
    values = values.reshape(-1, values.shape[-1])
    size = np.sqrt(np.mean(np.square(values)))
    found = [np.mean(np.std(values, axis=0)), np.sqrt(np.mean(np.var(values, axis=1))) / (size + TINY)]
    if part.activation == "sigmoid":
        found.append(np.mean(np.mean(4 * values * (1 - values), axis=0) < FLAT))
    elif part.activation == "tanh":
        found.append(np.mean(np.mean(1 - np.square(values), axis=0) < FLAT))
    elif part.activation == "relu":
        found.append(np.mean(np.max(values, axis=0) <= 0))
    elif part.activation in ("elu", "selu"):
        found.append(np.mean(np.max(values, axis=0) <= floor_of(part.activation, part.alpha)))
    return found


def floor_of(activation: str, alpha: Any) -> Any:
    """A unit that gives no more than this on any row is dead. alpha: of an elu."""
    if activation == "relu":
        return 0.0
    return -(1 - 1e-3) * (alpha if activation == "elu" else 1.0507010 * 1.6732632)
