"""Numbers of a network that are arguments of its compiled program, so that trials that differ in them share one.

Owns: which numbers of Keras' optimizers, schedules and dropout layers they are, and how Keras reads them meanwhile.
Leaves to others: penalties (penalties), the programs (epoch_jax).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import ops

from tuner.training.keras_internals import rate_or_schedule

Pair = tuple[Any, Any]
"""A number and 1 less it, both float32: Keras computes the latter in float64, and so much is lost otherwise."""

_OPTIMIZERS = (
    keras.optimizers.SGD, keras.optimizers.Adam, keras.optimizers.AdamW, keras.optimizers.Nadam,
    keras.optimizers.RMSprop, keras.optimizers.Adagrad, keras.optimizers.Adadelta,
)  # fmt: skip
_OF_OPTIMIZERS = ("momentum", "beta_1", "beta_2", "rho", "epsilon", "weight_decay")
_OF_SCHEDULES: Mapping[type, Sequence[str]] = {
    keras.optimizers.schedules.ExponentialDecay: ("initial_learning_rate", "decay_steps", "decay_rate"),
    keras.optimizers.schedules.CosineDecay: ("initial_learning_rate", "decay_steps"),
}


class TracedScalar:
    """Stands where Keras looks for a Python number that is not 0. What it is, only the run knows."""

    dtype = "float32"
    shape = ()

    def __init__(self, pair: Pair) -> None:
        self._value, self._rest = pair

    def __jax_array__(self) -> Any:
        return self._value

    def __mul__(self, other: Any) -> Any:
        return ops.multiply(self._value, other)

    __rmul__ = __mul__

    def __rsub__(self, other: Any) -> Any:
        if not isinstance(other, int | float) or other != 1:
            raise TypeError(f"{other} - a number that is an argument")
        return self._rest

    def __gt__(self, other: float) -> bool:
        return self._is_more_than(other)

    def __ne__(self, other: object) -> bool:
        return other is None or self._is_more_than(other)

    def __eq__(self, other: object) -> bool:
        # Dropout asks for 1, at which there is nothing to compute; such a rate is no argument.
        return False if other == 1 else not self.__ne__(other)

    __hash__ = None  # type: ignore[assignment]  # it is equal to nothing

    def _is_more_than(self, other: object) -> bool:
        if other != 0:
            raise TypeError(f"a number that is an argument, compared with {other}")
        return True


class TracedScalars:
    """pairs: by name, what a program takes. places: where Keras has them, by its object's id and attribute."""

    def __init__(self, optimizer: Any, dropouts: Sequence[Any]) -> None:
        """dropouts: the layers that a step calls."""
        places: dict[str, tuple[Any, str]] = {}
        if type(optimizer) in _OPTIMIZERS:
            places |= {name: (optimizer, name) for name in _OF_OPTIMIZERS if getattr(optimizer, name, None)}
            rate = rate_or_schedule(optimizer)
            of_schedule = _OF_SCHEDULES.get(type(rate), ())
            if getattr(rate, "warmup_target", None) is None:
                places |= {name: (rate, name) for name in of_schedule if getattr(rate, name)}
        for i, layer in enumerate(dropouts):
            if 0 < layer.rate < 1:
                places[f"dropout_{i}"] = (layer, "rate")
        self._places = places
        self.places = [(id(owner), attribute) for owner, attribute in places.values()]
        self.pairs: dict[str, Pair] = {}
        for name, (owner, attribute) in places.items():
            value = float(getattr(owner, attribute))
            self.pairs[name] = (np.float32(value), np.float32(1 - value))

    @contextmanager
    def read_as(self, pairs: Mapping[str, Pair]) -> Iterator[None]:
        """While something is traced, Keras reads these."""
        own = {name: getattr(owner, attribute) for name, (owner, attribute) in self._places.items()}
        try:
            for name, (owner, attribute) in self._places.items():
                setattr(owner, attribute, TracedScalar(pairs[name]))
            yield
        finally:
            for name, (owner, attribute) in self._places.items():
                setattr(owner, attribute, own[name])
