"""Look at a network, JAX: what is traced, and whose program it is part of.

Leaves to others: what is measured (measures), the program that evaluates a network whose epochs are compiled
(evaluation_jax), which networks share a program (programs).
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from tuner.data.dataset import Dataset
from tuner.training.compiled import device_rows
from tuner.training.compiled.graph_signature import shape_of
from tuner.training.compiled.programs import Programs
from tuner.training.health import measures
from tuner.training.health.looked import Looked, looked_at


class JaxInside:
    """What is seen inside one network; as `evaluation_jax.Inside`."""

    def __init__(self, model: Any, looked: Looked) -> None:
        self._model, self._looked = model, looked
        self.parts: Sequence[Any] = [list(looked.chain), model.loss]
        self.rows: Sequence[Any] = (looked.x, looked.y)

    def traced(self, variables: Sequence[Any], values: Sequence[Any], rows: Sequence[Any]) -> Any:
        """What `measures.figures` takes."""
        wanted = [weight for part in self._looked.parts for weight in part.weights]
        given = {id(variable): value for variable, value in zip(variables, values, strict=True)}

        def loss_of(weights: Any) -> tuple[Any, Any]:
            pairs = [(variable, given[id(variable)]) for variable in variables]
            with keras.StatelessScope([*pairs, *zip(wanted, weights, strict=True)]):
                outputs, activations = measures.forward(self._looked.chain, self._looked.parts, rows[0])
                return measures.mean_loss(self._model, rows[1], outputs), activations

        weights = [given[id(each)] for each in wanted]
        gradients, activations = jax.grad(loss_of, has_aux=True)(weights)
        left, own = iter(gradients), iter(weights)
        squares = [
            [sum(jnp.sum(jnp.square(next(which).astype(jnp.float32))) for _ in part.weights) for which in (left, own)]
            for part in self._looked.parts
        ]
        return jnp.asarray(squares), [each.astype(jnp.float32) for each in activations]


class JaxLook:
    """One network on the same rows, every time. seen: has what `JaxInside.traced` gives; None: a program of its own."""

    def __init__(self, model: Any, looked: Looked, seen: Callable[[], Any] | None) -> None:
        self._model, self._parts = model, looked.parts
        self._inside = JaxInside(model, looked)
        self._programs = Programs(shape_of(*self._inside.parts))
        self._seen = seen or self._own

    def __call__(self) -> Sequence[float]:
        squares, activations = self._seen()
        return measures.figures(self._parts, np.asarray(squares), [np.asarray(each) for each in activations])

    def _own(self) -> Any:
        values = [each.value for each in self._model.variables]
        return self._programs.call(self._health, values, self._inside.rows)

    def _health(self, values: Any, rows: Any) -> Any:
        return self._inside.traced(self._model.variables, values, rows)


def inside(model: Any, dataset: Dataset) -> JaxInside | None:
    """Of the layers of a step alone; None where it cannot be looked into."""
    looked, parts = looked_at(model, dataset), device_rows.split(model)
    return None if looked is None or parts is None else JaxInside(model, looked.after(parts[0]))
