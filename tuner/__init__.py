"""Hyperparameter tuning for Keras.

For a person's own code: `Training`, what a function ``space(trial)`` may return; `OptunaOracle`, for scripts that use
KerasTuner's tuners. Both are loaded when they are first asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuner.oracle import OptunaOracle as OptunaOracle
    from tuner.training.plan import Training as Training

__all__ = ["OptunaOracle", "Training"]


def __getattr__(name: str) -> Any:
    if name == "Training":
        from tuner.training.plan import Training

        return Training
    if name == "OptunaOracle":
        from tuner.oracle import OptunaOracle

        return OptunaOracle
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
