"""Hyperparameter tuning for Keras.

For a person's own code: `Training`, what a function ``space(trial)`` may return. It is loaded when first asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuner.training.plan import Training as Training

__all__ = ["Training"]


def __getattr__(name: str) -> Any:
    if name == "Training":
        from tuner.training.plan import Training

        return Training
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
