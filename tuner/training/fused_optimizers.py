"""Optimizer steps by TensorFlow's fused kernels, on Keras' own variables.

Owns: which Keras optimizer has a kernel that does the same, to rounding.
Leaves to others: every other optimizer (its own `apply`).
"""

from collections.abc import Sequence
from typing import Any


def apply_gradients(optimizer: Any, gradients: Sequence[Any], variables: Sequence[Any]) -> None:
    """One step, inside a graph."""
    optimizer.apply(gradients, variables)
