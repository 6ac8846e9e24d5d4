"""Hyperparameter tuning for Keras.

`start` starts a study, `open` finds one that is there; both give a `Study`. `Client` asks a server of `tune serve` for
the same. `errors` has what they raise: every one is a `TunerError`, with a message of one line. For a person's own
code: `Training`, what a function ``space(trial)`` may return; `OptunaOracle`, for scripts that use KerasTuner's tuners.
All but the errors are loaded when they are first asked for: `import tuner` costs nothing.
"""

from typing import TYPE_CHECKING, Any

from tuner import errors as errors
from tuner.errors import DataError as DataError
from tuner.errors import InputError as InputError
from tuner.errors import NotFound as NotFound
from tuner.errors import ServiceDown as ServiceDown
from tuner.errors import SpecError as SpecError
from tuner.errors import StudyConflict as StudyConflict
from tuner.errors import TunerError as TunerError

if TYPE_CHECKING:
    from tuner.client.client import Client as Client
    from tuner.oracle import OptunaOracle as OptunaOracle
    from tuner.python.best import Best as Best
    from tuner.python.opening import open_study as open
    from tuner.python.starting import start as start
    from tuner.python.study import Study as Study
    from tuner.training.plan import Training as Training

__all__ = [
    "Best",
    "Client",
    "DataError",
    "InputError",
    "NotFound",
    "OptunaOracle",
    "ServiceDown",
    "SpecError",
    "Study",
    "StudyConflict",
    "Training",
    "TunerError",
    "errors",
    "open",
    "start",
]

_LAZY = {
    "Best": ("tuner.python.best", "Best"),
    "Client": ("tuner.client.client", "Client"),
    "OptunaOracle": ("tuner.oracle", "OptunaOracle"),
    "Study": ("tuner.python.study", "Study"),
    "Training": ("tuner.training.plan", "Training"),
    "open": ("tuner.python.opening", "open_study"),
    "start": ("tuner.python.starting", "start"),
}
"""By name: the module, and what it is called there."""


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module, called = _LAZY[name]
    return getattr(importlib.import_module(module), called)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
