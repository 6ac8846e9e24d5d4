"""A person's Python code as a module, after it was allowed.

Owns: how its file is run, under a name that the caller chooses, with its own imports from its folder.
Leaves to others: whether it may be run and which name in it counts (own_code, training.loading), words for its errors.
"""

import importlib.util
import sys
from types import ModuleType

from tuner.code import Code


def let_it_import(code: Code) -> None:
    """Its own imports start from its folder, also those that its functions make later."""
    folder = str(code.root)
    if folder not in sys.path:
        sys.path.insert(0, folder)


def run_file(code: Code, module_name: str) -> ModuleType:
    """Run its file as a module of this name. Whatever it raises comes through, and no half of it stays."""
    spec = importlib.util.spec_from_file_location(module_name, code.file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[module_name]
        raise
    return module
