"""A person's Python code as a module, after it was allowed.

Owns: running its file, once a process, with its own imports from its folder; and what that code finds here: no
arguments, nobody who answers a question, and a standard output that is not ours.
Leaves to others: whether it may be run and which name in it counts (own_code, training.loading).
"""

import contextlib
import importlib
import importlib.util
import io
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from tuner.errors import SpecError
from tuner.redaction import redacted
from tuner.spec.code import Code, find_code

_loaded: dict[str, ModuleType] = {}


def load(code: Code) -> ModuleType:
    """Its module; what the code raises comes through. Raises SpecError where the file has changed meanwhile."""
    module = _loaded.get(code.digest)
    if module is None:
        if find_code(str(code.file) if code.place.endswith(".py") else code.place).digest != code.digest:
            raise SpecError(f"{code.place} has changed while it was being loaded. Start again.")
        with as_a_program_of_its_own(code):
            module = _loaded[code.digest] = _run(code)
    return module


def is_being_run() -> bool:
    """This process runs a person's code now, such as a worker that imports it."""
    return _running > 0


_running = 0


@contextlib.contextmanager
def as_a_program_of_its_own(code: Code) -> Iterator[None]:
    """For all that is run of it, at import and later: it is called as `python FILE.py`, and not as this process was.

    `argparse` and the like see no argument. `input()` ends at once, here as in a worker, where nobody would answer.
    What is printed goes to stderr: stdout is for results.
    """
    global _running
    argv, stdin = sys.argv, sys.stdin
    sys.argv, sys.stdin = [str(code.file)], io.StringIO()
    _running += 1
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        _running -= 1
        sys.argv, sys.stdin = argv, stdin


def words_of(error: BaseException, code: Code) -> str:
    """An error of a person's code in a line: its kind, its message, the code's last line on the way, what to do."""
    files = {str(file) for file in code.files}
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    place = f" ({Path(lines[-1].filename).name}, line {lines[-1].lineno})" if lines else ""
    text = " ".join(redacted(_message(error)).split())
    return f"{type(error).__name__}: {text[:300]}{place}{way_out(error)}"


def _message(error: BaseException) -> str:
    """TensorFlow's errors of a graph tell their reason after a traceback of all that made the graph."""
    text = str(error)
    if not text.startswith("Graph execution error"):
        return text
    about = ("Graph execution error", "Detected at node", "File ", "<", "[[", "Stack trace for op")
    said = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith(about)]
    return said[-1] if said else text


def way_out(error: BaseException) -> str:
    """What to do about errors that come of being run here, and not in a terminal; else nothing."""
    if isinstance(error, SystemExit):
        return '. It is run without arguments: give each a default, or ask for them under if __name__ == "__main__"'
    if isinstance(error, EOFError):
        return '. Nobody answers input() here: ask under if __name__ == "__main__"'
    return ""


def _run(code: Code) -> ModuleType:
    folder = str(code.root)
    if folder not in sys.path:
        # Also for imports that its functions make later.
        sys.path.insert(0, folder)
    if not code.place.endswith(".py"):
        return importlib.import_module(code.module)
    # Under its own name, so that a saved model names a module which others can have too.
    free = sys.modules.get(code.module) is None and _origin(code.module) == code.file
    return _run_file(code, code.module if free else f"{code.module}_{code.digest[:8]}")


def _origin(module: str) -> Path | None:
    spec = importlib.util.find_spec(module)
    return Path(spec.origin).resolve() if spec is not None and spec.origin else None


def _run_file(code: Code, module_name: str) -> ModuleType:
    """No half of it stays, whatever it raises."""
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
