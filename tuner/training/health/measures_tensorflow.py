"""Look at a network, TensorFlow: one compiled call.

Leaves to others: what is measured (measures), which networks share a graph (graphs).
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tuner.training.compiled.graph_signature import shape_of
from tuner.training.compiled.graphs import Graphs
from tuner.training.health import measures
from tuner.training.health.looked import Looked

# Small gradients are no numbers of 16 bits.
_SCALE = 1024.0
# Measured on a CPU: a graph costs as much as six looks without one, and most networks are looked at less often.
_LOOKS_UNTRACED = 3


class TensorFlowLook:
    """One network on the same rows, every time."""

    def __init__(self, model: Any, looked: Looked) -> None:
        chain = looked.chain
        self._model, self._chain, self._parts = model, chain, looked.parts
        self._x, self._y = tf.constant(looked.x), tf.constant(looked.y)
        self._scale = _SCALE if any(layer.compute_dtype == "float16" for layer in chain) else 1.0
        shape = shape_of(list(chain), model.loss, self._scale)
        self._graphs = Graphs(shape, [variable.value for variable in model.variables])
        self._untraced = 0 if shape is None else _LOOKS_UNTRACED

    def __call__(self) -> Sequence[float]:
        squares, activations = self._graphs.call(
            self._health, self._x, self._y, skip_grappler=True, untraced=self._untraced
        )
        return measures.figures(self._parts, squares.numpy(), [each.numpy() for each in activations])

    def _health(self, x: Any, y: Any) -> Any:
        weights = [[each.value for each in part.weights] for part in self._parts]
        with tf.GradientTape() as tape:
            outputs, activations = measures.forward(self._chain, self._parts, x)
            loss = measures.mean_loss(self._model, y, outputs) * self._scale
        gradients = tape.gradient(loss, weights)
        squares = [
            [_squares(of_part, self._scale), _squares(own, 1.0)]
            for of_part, own in zip(gradients, weights, strict=True)
        ]
        return tf.stack(squares), [tf.cast(each, tf.float32) for each in activations]


def _squares(tensors: Sequence[Any], scale: float) -> Any:
    """The sum of squares, of tensors that are so many times too large; None is a weight without effect."""
    found = [tf.cast(each, tf.float32) for each in tensors if each is not None]
    # The kernel gives half of the sum.
    halves = [2 * tf.nn.l2_loss(each if scale == 1.0 else each / scale) for each in found]
    return tf.add_n(halves) if halves else tf.constant(0.0)
