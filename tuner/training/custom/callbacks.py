"""Keras callbacks by name, as a specification lists them.

Owns: which callbacks can be named, and their options' check.
Leaves to others: callbacks that a person's code makes itself.
"""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from tuner.errors import SpecError
from tuner.formatting import nearest
from tuner.spec.families import CALLBACKS

_KINDS = {
    "early_stopping": keras.callbacks.EarlyStopping,
    "reduce_lr_on_plateau": keras.callbacks.ReduceLROnPlateau,
    "swap_ema_weights": keras.callbacks.SwapEMAWeights,
    "terminate_on_nan": keras.callbacks.TerminateOnNaN,
}
assert set(_KINDS) == set(CALLBACKS)


def make(listed: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Fresh callbacks. listed: each a name with its options. Raises SpecError for an option that there is not."""
    made = []
    for each in listed:
        for name, options in each.items():
            known = [option for option in inspect.signature(_KINDS[name]).parameters if option != "kwargs"]
            for option in options:
                if option not in known:
                    raise SpecError(f"callbacks.{name}: there is no option {option!r}{nearest(option, known)}")
            try:
                made.append(_KINDS[name](**options))
            except (TypeError, ValueError) as error:
                raise SpecError(f"callbacks.{name}: {' '.join(str(error).split())}") from error
    return made
