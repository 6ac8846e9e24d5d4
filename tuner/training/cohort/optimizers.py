"""One step of a member's optimizer, as Keras has it, on arrays.

Owns: the rule of each, what it keeps between steps, and the learning rate of a step.
Leaves to others: gradients (program), Keras' order of what is kept (keras_order).
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp

from tuner.training.cohort.bucket import Reach
from tuner.training.cohort.choosing import choose
from tuner.training.cohort.numbers import Numbers

_EPSILON = 1e-7
_NADAM_DECAY = 0.96
ACCUMULATOR = 0.1
"""Where the sums of adagrad begin; all else begins at 0."""

SLOTS: Mapping[str, tuple[int, ...]] = {
    "sgd": (), "momentum": (0,), "nesterov": (0,), "adagrad": (1,), "rmsprop": (1,), "adam": (0, 1), "adamw": (0, 1),
    "nadam": (0, 1), "adadelta": (0, 1),
}  # fmt: skip
"""Which of two numbers beside each weight an optimizer keeps, in Keras' order."""


class Step(NamedTuple):
    """What is the same for all weights. time: from 1. product: what nadam keeps, of this step."""

    rate: Any
    time: Any
    product: Any


def step_of(reach: Reach, numbers: Numbers, iterations: Any, product: Any) -> Step:
    """iterations: steps done. product: nadam's, as it was."""
    time = (iterations + 1).astype(jnp.float32)
    product = product * numbers.beta_1 * (1.0 - 0.5 * jnp.power(jnp.float32(_NADAM_DECAY), time))
    return Step(rate_of(reach, numbers, iterations), time, product)


def rate_of(reach: Reach, numbers: Numbers, iterations: Any) -> Any:
    """The learning rate after so many steps."""
    steps = iterations.astype(jnp.float32)
    done = jnp.minimum(steps, numbers.decay_steps) / numbers.decay_steps
    rates = {
        "constant": numbers.rate,
        "exponential": numbers.rate * jnp.power(numbers.decay_rate, steps / numbers.decay_steps),
        "cosine": numbers.rate * (0.5 * (1.0 + jnp.cos(jnp.float32(jnp.pi) * done))),
    }
    return choose(numbers.schedule, [rates[name] for name in reach.schedules])


def updated(reach: Reach, numbers: Numbers, step: Step, weight: Any, gradient: Any, kept: Any) -> tuple[Any, Any]:
    """A weight and what is kept of it, after the step. kept: two, of which None is kept by no member's optimizer."""
    if "adamw" in reach.optimizers:
        weight = weight - weight * numbers.decay * step.rate
    made = [_RULES[name](numbers, step, gradient, *kept) for name in reach.optimizers]
    change = choose(numbers.optimizer, [each[0] for each in made])
    first, second = (
        None
        if kept[i] is None
        else choose(numbers.optimizer, [kept[i] if each[i + 1] is None else each[i + 1] for each in made])
        for i in range(2)
    )
    return weight + change, (first, second)


_Made = tuple[Any, Any, Any]
"""The change of a weight, and what is kept anew; None for what stays."""


def _sgd(n: Numbers, s: Step, g: Any, m: Any, v: Any) -> _Made:
    return -(g * s.rate), None, None


def _momentum(n: Numbers, s: Step, g: Any, m: Any, v: Any) -> _Made:
    m = m * n.momentum - g * s.rate
    return m, m, None


def _nesterov(n: Numbers, s: Step, g: Any, m: Any, v: Any) -> _Made:
    m = m * n.momentum - g * s.rate
    return m * n.momentum - g * s.rate, m, None


def _adagrad(n: Numbers, s: Step, g: Any, m: Any, v: Any) -> _Made:
    v = v + jnp.square(g)
    return -(s.rate * g / jnp.sqrt(v + _EPSILON)), None, v


def _rmsprop(n: Numbers, s: Step, g: Any, m: Any, v: Any) -> _Made:
    v = n.beta_2 * v + n.rest_2 * jnp.square(g)
    return -(s.rate * g / jnp.sqrt(v + _EPSILON)), None, v


def _adam(n: Numbers, s: Step, g: Any, m: Any, v: Any) -> _Made:
    alpha = s.rate * jnp.sqrt(1 - jnp.power(n.beta_2, s.time)) / (1 - jnp.power(n.beta_1, s.time))
    m = m + (g - m) * n.rest_1
    v = v + (jnp.square(g) - v) * n.rest_2
    return -(m * alpha / (jnp.sqrt(v) + _EPSILON)), m, v


def _nadam(n: Numbers, s: Step, g: Any, m: Any, v: Any) -> _Made:
    now, after = (n.beta_1 * (1.0 - 0.5 * jnp.power(jnp.float32(_NADAM_DECAY), s.time + i)) for i in range(2))
    m = m + (g - m) * n.rest_1
    v = v + (jnp.square(g) - v) * n.rest_2
    mean = after * m / (1 - s.product * after) + (1 - now) * g / (1 - s.product)
    square = v / (1 - jnp.power(n.beta_2, s.time))
    return -(mean * s.rate / (jnp.sqrt(square) + _EPSILON)), m, v


def _adadelta(n: Numbers, s: Step, g: Any, m: Any, v: Any) -> _Made:
    m = n.beta_2 * m + n.rest_2 * jnp.square(g)
    change = -(jnp.sqrt(v + _EPSILON) * g / jnp.sqrt(m + _EPSILON))
    v = n.beta_2 * v + n.rest_2 * jnp.square(change)
    return s.rate * change, m, v


_RULES: Mapping[str, Callable[[Numbers, Step, Any, Any, Any], _Made]] = {
    "sgd": _sgd, "momentum": _momentum, "nesterov": _nesterov, "adagrad": _adagrad, "rmsprop": _rmsprop,
    "adam": _adam, "adamw": _adam, "nadam": _nadam, "adadelta": _adadelta,
}  # fmt: skip
