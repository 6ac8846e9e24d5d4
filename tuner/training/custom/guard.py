"""A person's code at work: what it changes in Keras is its own, and what it raises is its configuration's failure.

Owns: the words for its errors, ours that pass through it on their way, and Keras as one network's code left it.
Leaves to others: calling it (python_network), what Keras keeps (keras_state), what it finds here (person_module).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import keras_tuner
import optuna

from tuner.data.dataset import DataInfo
from tuner.data.person_module import as_a_program_of_its_own, words_of
from tuner.errors import SpecError, TrialFailed
from tuner.spec.code import Code
from tuner.training import keras_state
from tuner.training.custom.loading import state_of

P = ParamSpec("P")
R = TypeVar("R")


class Declined(TrialFailed):
    """The code itself says that this configuration is not to be trained: nothing is wrong with it."""


class Guard:
    """For all calls of one network's code, once the code is loaded."""

    def __init__(self, code: Code, info: DataInfo) -> None:
        self._code = code
        self._info = info
        self._state = state_of(code)
        self._ours: Exception | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Call it in here. Raises TrialFailed in a line, whatever it raised; SpecError where it ends the search."""
        with as_a_program_of_its_own(self._code), keras_state.kept():
            keras_state.write(self._state)
            try:
                with self._told():
                    yield
            finally:
                self._state = keras_state.read()

    def passes(self, function: Callable[P, R]) -> Callable[P, R]:
        """The same function of ours for that code to call; what it raises is not that code's error."""

        def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except Exception as error:
                self._ours = error
                raise

        return wrapped

    @contextmanager
    def _told(self) -> Iterator[None]:
        place = self._code.place
        try:
            yield
        except TrialFailed:
            raise
        except keras_tuner.errors.FatalError as error:
            raise SpecError(f"{place}: {words_of(error, self._code)}") from error
        except SpecError as error:
            raise TrialFailed(f"{place}: {error}") from error
        except keras_tuner.errors.FailedTrialError as error:
            raise Declined(str(error) or "the code says that this configuration failed") from error
        except optuna.TrialPruned as error:
            raise Declined(str(error) or "the code prunes this configuration", state="pruned") from error
        except (Exception, SystemExit) as error:
            if self._ours is not None:
                raise self._ours from None
            raise TrialFailed(f"{place}: {words_of(error, self._code)}{self._hint(error)}") from error

    def _hint(self, error: BaseException) -> str:
        shape = self._info.input_shape
        # Keras speaks so of labels too, which no Reshape of the rows mends.
        if "ndim" not in str(error) or "target.ndim" in str(error):
            return ""
        words = f". A row of {self._info.name} has the shape {shape}"
        return f"{words}: begin with keras.layers.Reshape({shape[:-1]})" if shape[-1] == 1 < len(shape) else words
