"""One of several ways to compute, by a member's number: under `vmap` all are computed, and one is taken.

What is not taken must not spoil the gradient of what is: 0 times infinity is no number. So each way is given values at
which it is harmless wherever it is not the one.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp


def choose(which: Any, results: Sequence[Any]) -> Any:
    """The result at a number; results of ways that have no gradient, or are given harmless values."""
    chosen = results[0]
    for i, each in enumerate(results[1:], start=1):
        chosen = jnp.where(which == i, each, chosen)
    return chosen


def choose_way(which: Any, ways: Sequence[Callable[[Any], Any]], x: Any, harmless: float) -> Any:
    """What the way at a number makes of x. harmless: a value with which none of them goes wrong."""
    if len(ways) == 1:
        return ways[0](x)
    return choose(which, [way(jnp.where(which == i, x, harmless)) for i, way in enumerate(ways)])
