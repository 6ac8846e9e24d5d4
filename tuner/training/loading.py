"""Run Python code that a person named, once a process, and take one name from it.

Owns: importing a file as a module, and the words for what goes wrong in it.
Leaves to others: which code, and its digest (code); what the object is (python_network).
"""

import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

import keras

from tuner.code import Code, find_code
from tuner.data.person_module import let_it_import, run_file
from tuner.errors import SpecError
from tuner.words import nearest

_loaded: dict[str, ModuleType] = {}


def load_object(code: Code, name: str) -> Any:
    """The object of that name. Raises SpecError where the code cannot be run, has changed, or lacks the name."""
    module = _loaded.get(code.digest)
    if module is None:
        if find_code(code.place if not code.place.endswith(".py") else str(code.file)).digest != code.digest:
            raise SpecError(f"{code.place} has changed while it was being loaded. Start again.")
        module = _loaded[code.digest] = _import(code)
        _make_known(module)
    if code.name is not None and name != code.name:
        raise SpecError(f"{code.place}: only {code.name} may be used of it, and {name} is asked for.")
    if not hasattr(module, name):
        public = [each for each in vars(module) if not each.startswith("_")]
        raise SpecError(f"{code.place}: there is no {name!r} in it{nearest(name, public)}")
    return getattr(module, name)


def _import(code: Code) -> ModuleType:
    let_it_import(code)
    try:
        if not code.place.endswith(".py"):
            return importlib.import_module(code.module)
        # Under its own name, so that a saved model names a module which others can have too.
        taken = sys.modules.get(code.module)
        free = taken is None and importlib.util.find_spec(code.module) is not None
        ours = free and _origin(code.module) == code.file
        module_name = code.module if ours else f"{code.module}_{code.digest[:8]}"
        return run_file(code, module_name)
    except Exception as error:
        raise SpecError(f"{code.place} cannot be loaded: {words_of(error, code)}") from error


def _make_known(module: ModuleType) -> None:
    """Let Keras find the module's own classes when it loads a saved model in this process."""
    known = keras.saving.get_custom_objects()
    for name, each in vars(module).items():
        if isinstance(each, type) and issubclass(each, keras.layers.Layer) and each.__module__ == module.__name__:
            known[name] = each


def _origin(module: str) -> Path | None:
    spec = importlib.util.find_spec(module)
    return Path(spec.origin).resolve() if spec is not None and spec.origin else None


def words_of(error: BaseException, code: Code) -> str:
    """An error of a person's code in a line: its kind, its message, and the last line of that code on the way."""
    files = {str(file) for file in code.files}
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    place = f" ({Path(lines[-1].filename).name}, line {lines[-1].lineno})" if lines else ""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}{place}"
