"""Look at a network, TensorFlow: one compiled call.

Leaves to others: what is measured (health), which networks share a graph (graphs).
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tuner.training import health
from tuner.training.graphs import Graphs
from tuner.training.likeness import shape_of

# Small gradients are no numbers of 16 bits.
_SCALE = 1024.0


class TensorFlowLook:
    """One network on the same rows, every time."""

    def __init__(self, model: Any, chain: Sequence[Any], found: Sequence[health.Part], x: Any, y: Any) -> None:
        self._model, self._chain, self._parts = model, chain, found
        self._x, self._y = tf.constant(x), tf.constant(y)
        self._scale = _SCALE if any(layer.compute_dtype == "float16" for layer in chain) else 1.0
        shape = shape_of(list(chain), model.loss, self._scale)
        self._graphs = Graphs(shape, [variable.value for variable in model.variables])

    def __call__(self) -> Sequence[float]:
        values: list[float] = self._graphs.call(self._health, self._x, self._y, brief=True).numpy().tolist()
        return values

    def _health(self, x: Any, y: Any) -> Any:
        weights = [[each.value for each in part.weights] for part in self._parts]
        with tf.GradientTape() as tape:
            outputs, activations = health.forward(self._chain, self._parts, x)
            loss = health.mean_loss(self._model, y, outputs) * self._scale
        gradients = [
            [None if each is None else tf.cast(each, tf.float32) / self._scale for each in of_part]
            for of_part in tape.gradient(loss, weights)
        ]
        return health.statistics(self._parts, gradients, activations)
