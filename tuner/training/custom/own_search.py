"""A script that would search by itself when its file is loaded.

Owns: refusing KerasTuner's and Optuna's searches meanwhile, with words for what to do.
Leaves to others: loading the file (loading), where in it that was (person_module).
"""

import contextlib
from collections.abc import Iterator
from typing import Any, NoReturn

import keras_tuner
import optuna


@contextlib.contextmanager
def no_search_of_its_own() -> Iterator[None]:
    """It would be made in each worker, before the file is asked for a network."""
    tunes = keras_tuner.engine.base_tuner.BaseTuner
    search, optimize = tunes.search, optuna.Study.optimize
    tunes.search = optuna.Study.optimize = _refuse  # type: ignore[method-assign]  # lent, and put back below
    try:
        yield
    finally:
        tunes.search = search
        optuna.Study.optimize = optimize  # type: ignore[method-assign]


def _refuse(*_args: Any, **_options: Any) -> NoReturn:
    raise RuntimeError(
        "it searches when it is loaded, and here the study searches: put that, and what follows, under if __name__ == "
        '"__main__":'
    )
