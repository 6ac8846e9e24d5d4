"""Look at a network, JAX: one compiled call.

Leaves to others: what is measured (measures), which networks share a program (programs).
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from tuner.training.compiled.graph_signature import shape_of
from tuner.training.compiled.programs import Programs
from tuner.training.health import measures


class JaxLook:
    """One network on the same rows, every time."""

    def __init__(self, model: Any, chain: Sequence[Any], found: Sequence[measures.Part], x: Any, y: Any) -> None:
        self._model, self._chain, self._parts = model, chain, found
        self._x, self._y = jnp.asarray(x), jnp.asarray(y)
        self._weights = [weight for part in found for weight in part.weights]
        known = {id(weight) for weight in self._weights}
        self._rest = [each for each in model.variables if id(each) not in known]
        self._programs = Programs(shape_of(list(chain), model.loss))

    def __call__(self) -> Sequence[float]:
        weights, rest = ([each.value for each in group] for group in (self._weights, self._rest))
        squares, activations = self._programs.call(self._health, weights, rest, self._x, self._y)
        return measures.figures(self._parts, np.asarray(squares), [np.asarray(each) for each in activations])

    def _health(self, weights: Any, rest: Any, x: Any, y: Any) -> Any:
        def loss_of(weights: Any) -> tuple[Any, Any]:
            with keras.StatelessScope(self._values(weights, rest)):
                outputs, activations = measures.forward(self._chain, self._parts, x)
                return measures.mean_loss(self._model, y, outputs), activations

        gradients, activations = jax.grad(loss_of, has_aux=True)(weights)
        left, own = iter(gradients), iter(weights)
        squares = [
            [sum(jnp.sum(jnp.square(next(which).astype(jnp.float32))) for _ in part.weights) for which in (left, own)]
            for part in self._parts
        ]
        return jnp.asarray(squares), [each.astype(jnp.float32) for each in activations]

    def _values(self, weights: Any, rest: Any) -> list[tuple[Any, Any]]:
        return [*zip(self._weights, weights, strict=True), *zip(self._rest, rest, strict=True)]
