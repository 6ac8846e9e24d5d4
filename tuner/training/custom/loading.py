"""Run Python code that a person named, once a process, and take one name from it.

Owns: what its import leaves behind in Keras, lent to whoever works with that code, and to nobody else.
Leaves to others: which code, and its digest (code); running its file (person_module); what the object is
(python_network).
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from tuner.data import person_module
from tuner.data.person_module import words_of
from tuner.errors import SpecError
from tuner.formatting import nearest
from tuner.spec.code import Code
from tuner.training import keras_state
from tuner.training.custom.own_search import no_search_of_its_own
from tuner.training.keras_state import KerasState

_left_behind: dict[str, KerasState] = {}
"""By the code's digest."""


def load_object(code: Code, name: str) -> Any:
    """The object of that name. Raises SpecError where the code cannot be run, has changed, or lacks the name."""
    if code.digest not in _left_behind:
        with keras_state.kept():
            module = _import(code)
            _make_known(module)
            _left_behind[code.digest] = keras_state.read()
    module = person_module.load(code)
    if code.name is not None and name != code.name:
        raise SpecError(f"{code.place}: only {code.name} may be used of it, and {name} is asked for.")
    if not hasattr(module, name):
        public = [each for each in vars(module) if not each.startswith("_")]
        raise SpecError(f"{code.place}: there is no {name!r} in it{nearest(name, public)}")
    return getattr(module, name)


def state_of(code: Code) -> KerasState:
    """Keras as the code's import left it: its precision, its classes. Once the code was loaded."""
    return _left_behind[code.digest]


@contextlib.contextmanager
def keras_of(code: Code | None) -> Iterator[None]:
    """Keras as that code wants it, such as to load a model with classes of its own; None changes nothing."""
    with keras_state.kept():
        if code is not None:
            keras_state.write(state_of(code))
        yield


def _import(code: Code) -> Any:
    try:
        with no_search_of_its_own():
            return person_module.load(code)
    except SpecError:
        raise
    except (Exception, SystemExit) as error:
        raise SpecError(f"{code.place} cannot be loaded: {words_of(error, code)}") from error


def _make_known(module: Any) -> None:
    """Let Keras find the module's own classes when it loads a saved model."""
    known = keras.saving.get_custom_objects()
    for name, each in vars(module).items():
        if isinstance(each, type) and issubclass(each, keras.layers.Layer) and each.__module__ == module.__name__:
            known[name] = each
