"""Which epoch was best, and whether to wait for a better one. Pure.

Owns: comparing epochs in the objective's direction; a value that is not finite is never best.
Leaves to others: the weights of the best epoch (trainer).
"""

import math
from collections.abc import Sequence

from tuner.spec.metrics import beats
from tuner.training.plan import Direction


def is_better(value: float, best: float | None, direction: Direction) -> bool:
    """A finite value beats nothing, and a tie beats no earlier one."""
    if not math.isfinite(value):
        return False
    if best is None:
        return True
    return beats(value, best, direction)


def best_epoch(values: Sequence[float], direction: Direction) -> int:
    """The first of the best, from 1; 0 where no value is finite."""
    best, at = None, 0
    for epoch, value in enumerate(values, start=1):
        if is_better(value, best, direction):
            best, at = value, epoch
    return at


def out_of_patience(values: Sequence[float], direction: Direction, patience: int | None) -> bool:
    """As many epochs as patience, one after another, brought nothing better. None waits for ever."""
    return patience is not None and len(values) - best_epoch(values, direction) >= patience
