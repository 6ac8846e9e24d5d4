"""The penalties on weights, with factors that are arguments of what is compiled and not constants in it.

Owns: `keras.regularizers.L1L2`, `L1` and `L2` by their factors as tensors.
Leaves to others: every other regularizer, which is compiled as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import keras
from keras import ops

OF_FACTORS = (keras.regularizers.L1L2, keras.regularizers.L1, keras.regularizers.L2)


class _Penalty:
    """What these compute; None for a factor that is 0."""

    def __init__(self, l1: Any | None, l2: Any | None) -> None:
        self._l1, self._l2 = l1, l2

    def __call__(self, weights: Any) -> Any:
        penalty = ops.zeros((), weights.dtype)
        if self._l1 is not None:
            penalty = penalty + ops.cast(self._l1, weights.dtype) * ops.sum(ops.abs(weights))
        if self._l2 is not None:
            penalty = penalty + ops.cast(self._l2, weights.dtype) * ops.sum(ops.square(weights))
        return penalty


def factors(regularizer: Any) -> dict[str, float]:
    """Of one of `OF_FACTORS`, l1 and l2; 0 for one that it has not."""
    return {name: float(getattr(regularizer, name, 0.0)) for name in ("l1", "l2")}


def penalties(variables: Sequence[Any]) -> dict[str, float]:
    """The factors of the penalties on these Keras variables, by a name that `penalized` knows again."""
    return {
        f"{name}_{i}": factor
        for i, variable in enumerate(variables)
        if type(variable.regularizer) in OF_FACTORS
        for name, factor in factors(variable.regularizer).items()
        if factor
    }


@contextmanager
def penalized(variables: Sequence[Any], numbers: Mapping[str, Any]) -> Iterator[None]:
    """While something is traced, the variables' penalties have these tensors as factors."""
    own = [variable.regularizer for variable in variables]
    try:
        for i, variable in enumerate(variables):
            if type(variable.regularizer) in OF_FACTORS:
                variable.regularizer = _Penalty(numbers.get(f"l1_{i}"), numbers.get(f"l2_{i}"))
        yield
    finally:
        for variable, regularizer in zip(variables, own, strict=True):
            variable.regularizer = regularizer
