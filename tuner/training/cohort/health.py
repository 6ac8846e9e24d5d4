"""What goes on inside a member: what `health.measures` measures, within the cohort's program.

Owns: the same figures of the same rows, of as many units and layers as a member has; their names.
Leaves to others: what they mean (health.diagnosis), when they are wanted (member).
"""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tuner.spec.families import MlpConfig
from tuner.training.cohort.bucket import Bucket
from tuner.training.cohort.losses import row_losses
from tuner.training.cohort.network import Rows, forward
from tuner.training.cohort.numbers import Numbers
from tuner.training.cohort.state import Trained
from tuner.training.health.measures import FLAT, TINY, floor_of
from tuner.training.health.names import metric_name

FIGURES = 6
"""Of each layer: squares of gradients and of weights, activation spread, unit spread, dead and saturated units."""


def looked(bucket: Bucket, numbers: Numbers, trained: Trained, moving: Any, x: Any, y: Any) -> Any:
    """Figures of each layer, the output's last: (depth + 1, FIGURES). Traced, of one member."""
    rows = Rows(jnp.ones(len(x), bool), None, by_batch=True)

    def loss_of(kernels: Any) -> tuple[Any, Any]:
        passed = forward(bucket, numbers, trained._replace(kernels=kernels), moving, x, rows)
        return jnp.mean(row_losses(bucket, numbers, y, passed.given)), passed.activations

    gradients, activations = jax.grad(loss_of, has_aux=True)(trained.kernels)
    zero = jnp.float32(0)
    figures = []
    for i, (gradient, kernel) in enumerate(zip(gradients, trained.kernels, strict=True)):
        rest = [zero] * 4 if i == bucket.reach.depth else _of_activations(bucket, numbers, i, activations[i])
        figures.append(jnp.stack([jnp.sum(jnp.square(gradient)), jnp.sum(jnp.square(kernel)), *rest]))
    return jnp.stack(figures)


def _of_activations(bucket: Bucket, numbers: Numbers, layer: int, values: Any) -> list[Any]:
    """values: (rows, width), 0 where the member has no unit."""
    units = numbers.units[layer]
    there = jnp.arange(bucket.reach.width) < units

    def mean(each: Any) -> Any:
        """Over units, the last axis."""
        return jnp.sum(jnp.where(there, each, 0), axis=-1) / jnp.maximum(units, 1)

    size = jnp.sqrt(jnp.mean(mean(jnp.square(values))))
    varied = mean(jnp.square(values - mean(values)[:, None]))
    found = [mean(jnp.std(values, axis=0)), jnp.sqrt(jnp.mean(varied)) / (size + TINY)]
    dead = saturated = jnp.zeros(bucket.reach.width, bool)
    highest = jnp.max(values, axis=0)
    for i, name in enumerate(bucket.reach.activations):
        mine = numbers.activation[layer] == i
        if name in ("relu", "elu", "selu"):
            floor = numbers.argument[layer] if name == "elu" else 1.0
            dead = jnp.where(mine, highest <= floor_of(name, floor), dead)
        slopes = {"sigmoid": 4 * values * (1 - values), "tanh": 1 - jnp.square(values)}.get(name)
        if slopes is not None:
            saturated = jnp.where(mine, jnp.mean(slopes, axis=0) < FLAT, saturated)
    return [*found, mean(dead.astype(jnp.float32)), mean(saturated.astype(jnp.float32))]


def named(config: MlpConfig, figures: Any) -> Mapping[str, float]:
    """A member's metrics. figures: as `looked` gives them."""
    found: dict[str, float] = {}
    layers = [(f"layer_{i + 1}", row) for i, row in enumerate(figures[: len(config.layers)])]
    for i, (name, row) in enumerate([*layers, ("output", figures[-1])]):
        with np.errstate(all="ignore"):
            gradient, weights = np.sqrt(row[:2].astype(np.float64))
            values = {"gradient_norm": gradient, "gradient_to_weights": gradient / (weights + TINY)}
        if name != "output":
            values |= {"activation_spread": row[2], "unit_spread": row[3]}
            word = config.layers[i].activation.name
            values |= {"saturated_units": row[5]} if word in ("sigmoid", "tanh") else {}
            values |= {"dead_units": row[4]} if word in ("relu", "elu", "selu") else {}
        found |= {metric_name(name, what): float(f"{float(value):.4g}") for what, value in values.items()}
    return found
