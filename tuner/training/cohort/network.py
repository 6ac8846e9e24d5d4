"""The perceptron of one member, forwards: what Keras' layers compute, with as many units and layers as it has.

Owns: the layers, their masks, and batch normalization over the rows that count.
Leaves to others: numbers (numbers), weights (state), dropout's masks (dropout), outputs and losses (losses).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from tuner.training.cohort.bucket import Bucket
from tuner.training.cohort.choosing import choose_way
from tuner.training.cohort.dropout import dropped
from tuner.training.cohort.losses import outputs
from tuner.training.cohort.numbers import Numbers
from tuner.training.cohort.state import Trained, vector_rows

# Of keras.layers.BatchNormalization, whose defaults the catalogue leaves as they are.
_MOMENTUM = 0.99
_EPSILON = 1e-3


@dataclass(frozen=True)
class Rows:
    """How rows go through. there: which of them count, (rows,). step: of training, by which dropout differs; None
    without. by_batch: batch normalization works with the statistics of these rows, else with the moving ones."""

    there: Any
    step: Any | None
    by_batch: bool


@dataclass(frozen=True)
class Passed:
    """given: outputs, (rows, outputs). moving: statistics after these rows. activations: of each layer, (rows, width),
    before dropout."""

    given: Any
    moving: Any
    activations: list[Any]


def forward(bucket: Bucket, numbers: Numbers, trained: Trained, moving: Any, x: Any, rows: Rows) -> Passed:
    """x: (rows, features), as the data set has them."""
    reach, at = bucket.reach, vector_rows(bucket.reach)
    x = (x.astype(jnp.float32) - numbers.offset) * numbers.scale
    if reach.input_dropout and rows.step is not None:
        x = dropped(x, numbers.drop_seeds[0], rows.step, numbers.input_dropped)
    activations = []
    for i in range(reach.depth):
        sums = x @ trained.kernels[i] + trained.vectors[i]
        if reach.batch_normalization:
            gamma, beta = trained.vectors[at.gammas + i], trained.vectors[at.betas + i]
            normal, moving = _normalized(numbers.normalized[i], sums, gamma, beta, moving, i, rows)
            sums = jnp.where(numbers.normalized[i], normal, sums)
        slopes = trained.vectors[at.slopes + i] if "prelu" in reach.activations else None
        ways = [_activation(name, numbers.argument[i], slopes) for name in reach.activations]
        active = choose_way(numbers.activation[i], ways, sums, 0.0)
        active = jnp.where(jnp.arange(reach.width) < numbers.units[i], active, 0)
        activations.append(active)
        if reach.dropout and rows.step is not None:
            active = dropped(active, numbers.drop_seeds[i + 1], rows.step, numbers.dropped[i])
        # A layer that the member does not have hands on what it gets.
        x = active if i == 0 else jnp.where(numbers.units[i] > 0, active, x)
    return Passed(outputs(bucket, numbers, x @ trained.kernels[-1] + trained.bias), moving, activations)


def masks(bucket: Bucket, numbers: Numbers) -> list[Any]:
    """Which weights of each kernel the member has: each hidden layer's, then the output's."""
    reach, units = bucket.reach, numbers.units
    there = [jnp.arange(reach.width) < units[i] for i in range(reach.depth)]
    before = [jnp.ones(bucket.features, bool), *there]
    if reach.depth:
        before[-1] = jnp.arange(reach.width) < units[jnp.maximum(jnp.sum(units > 0) - 1, 0)]
    after = [*there, jnp.ones(bucket.outputs, bool)]
    return [ins[:, None] & outs[None, :] for ins, outs in zip(before, after, strict=True)]


def _normalized(wanted: Any, sums: Any, gamma: Any, beta: Any, moving: Any, layer: int, rows: Rows) -> tuple[Any, Any]:
    """Sums in units of their deviation, and the moving statistics with this layer's."""
    depth = len(moving) // 2
    if rows.by_batch:
        count = jnp.maximum(jnp.sum(rows.there), 1)
        there = rows.there[:, None]
        mean = jnp.sum(jnp.where(there, sums, 0), axis=0) / count
        variance = jnp.sum(jnp.where(there, jnp.square(sums - mean), 0), axis=0) / count
        for row, value in ((layer, mean), (depth + layer, variance)):
            new = moving[row] * _MOMENTUM + value * (1.0 - _MOMENTUM)
            moving = moving.at[row].set(jnp.where(wanted, new, moving[row]))
    else:
        mean, variance = moving[layer], moving[depth + layer]
    inverse = jax.lax.rsqrt(variance + _EPSILON) * gamma
    return sums * inverse + (beta - mean * inverse), moving


def _activation(name: str, argument: Any, slopes: Any) -> Callable[[Any], Any]:
    ways: dict[str, Callable[[Any], Any]] = {
        "sigmoid": jax.nn.sigmoid,
        "tanh": jnp.tanh,
        "relu": jax.nn.relu,
        "leaky_relu": lambda z: jnp.where(z >= 0, z, argument * z),
        "prelu": lambda z: jax.nn.relu(z) - slopes * jax.nn.relu(-z),
        "elu": lambda z: jax.nn.elu(z, argument),
        "selu": jax.nn.selu,
        "gelu": lambda z: jax.nn.gelu(z, approximate=False),
        "silu": jax.nn.silu,
        "linear": lambda z: z,
    }
    return ways[name]
