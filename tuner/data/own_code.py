"""Rows that a function of a person's own gives: arrays, or a `tf.data.Dataset`.

Owns: running the function, only from code that the person named, and what it may return.
Leaves to others: naming and finding code (code), what arrays have to look like (arrays).
"""

import logging
import re
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from tuner.code import Code
from tuner.data.arrays import Part, found_of
from tuner.data.found import Found
from tuner.data.person_module import let_it_import, run_file
from tuner.errors import DataError, InputError
from tuner.sources import DataSpec, PythonData

logger = logging.getLogger(__name__)

_INFINITE = -1
# A generator does not say whether it ends. Joining its rows takes their memory once more.
_MEMORY_SHARE = 0.4
_LONG_S = 30.0
_EVERY_RETURN = "(x, y), ((x, y), (test_x, test_y)), or tf.data.Datasets in the place of (x, y)"


def read_python(data: DataSpec, codes: Sequence[Code]) -> Found:
    """Call the function and take its rows. codes: those that the person who started this process named.

    Raises InputError where the file is not among them, DataError for code that fails or gives something else.
    """
    spec = data.files
    assert isinstance(spec, PythonData)
    path, name = data.path(spec.place), spec.function
    code = _named(codes, path, name)
    if code is None:
        raise InputError(f"{path}: the data is made by {spec.python}. If you trust that code, add --code {path}")
    where = f"{code.file}: {name}"
    made = _call(code, name, where)
    # A tf.data.Dataset runs the person's code only now.
    with _told(code, where):
        train, test = _parts(made, where)
    return found_of(train, test, spec.task, where)


def _named(codes: Sequence[Code], path: Path, name: str) -> Code | None:
    """On another machine the same file may lie elsewhere; that the rows are the same is held by their digest."""
    fit = [each for each in codes if each.file.name == path.name and each.name in (None, name)]
    return next((each for each in fit if each.file == path), fit[0] if fit else None)


def _call(code: Code, name: str, where: str) -> Any:
    module_name = f"tuner_data_{code.digest[:12]}"
    let_it_import(code)
    with _told(code, where):
        module = sys.modules.get(module_name) or run_file(code, module_name)
        function = getattr(module, name, None)
        if not callable(function):
            raise DataError(f"{where} is no function in that file. Write dataset: {{python: FILE.py:FUNCTION}}.")
        return function()


@contextmanager
def _told(code: Code, where: str) -> Iterator[None]:
    """Whatever the person's code raises is theirs to mend, so it is told with its line."""
    try:
        yield
    except DataError:
        raise
    except (Exception, SystemExit) as error:
        lines = [each.lineno for each in traceback.extract_tb(error.__traceback__) if Path(each.filename) == code.file]
        text = f"{type(error).__name__}: {error}"
        within = re.findall(rf'"{re.escape(str(code.file))}", line (\d+)', text)
        if within:
            # TensorFlow's, whose message has that of a generator, behind the name of a node, and its traceback.
            lines, text = [int(each) for each in within], str(error).splitlines()[0].rpartition("}} ")[2]
        line = f", line {lines[-1]}" if lines else ""
        raise DataError(f"{where}{line}: {' '.join(text.split())[:300]}") from error


def _parts(made: Any, where: str) -> tuple[Part, Part | None]:
    if _is_dataset(made):
        return _from_dataset(made, where), None
    if not isinstance(made, tuple | list) or len(made) != 2:
        raise DataError(f"{where} returns {_kind(made)}. Return {_EVERY_RETURN}.")
    first, second = made
    if _is_dataset(first) and _is_dataset(second):
        return _from_dataset(first, f"{where}: training rows"), _from_dataset(second, f"{where}: test rows")
    if isinstance(first, tuple | list) and isinstance(second, tuple | list) and len(first) == len(second) == 2:
        return _arrays(first, where), _arrays(second, where)
    if isinstance(first, str | dict) or isinstance(second, str | dict):
        raise DataError(f"{where} returns {_kind(first)} and {_kind(second)}. Return {_EVERY_RETURN}.")
    return _arrays((first, second), where), None


def _arrays(pair: Sequence[Any], where: str) -> Part:
    """Raises DataError for lists whose rows differ in length."""
    try:
        return np.asarray(pair[0]), np.asarray(pair[1])
    except ValueError as error:
        raise DataError(f"{where}: the rows differ in shape ({error}).") from error


def _is_dataset(made: Any) -> bool:
    return hasattr(made, "as_numpy_iterator") and hasattr(made, "element_spec")


def _kind(made: Any) -> str:
    size = f" of {len(made)}" if isinstance(made, tuple | list) else ""
    return f"{type(made).__name__}{size}"


def _from_dataset(dataset: Any, where: str) -> Part:
    """Rows, or batches where a target has a dimension of its own: a target without one is a row's."""
    element = dataset.element_spec
    if not isinstance(element, tuple) or len(element) != 2 or not all(hasattr(each, "shape") for each in element):
        raise DataError(f"{where}: a tf.data.Dataset has to give pairs (x, y), not {element}.")
    if int(dataset.cardinality()) == _INFINITE:
        raise DataError(f"{where}: the tf.data.Dataset never ends. Leave out .repeat().")
    pairs = list(_bounded(dataset.as_numpy_iterator(), where))
    if not pairs:
        raise DataError(f"{where}: the tf.data.Dataset is empty.")
    join: Any = np.stack if element[1].shape.rank == 0 else np.concatenate
    try:
        return join([x for x, _ in pairs]), join([y for _, y in pairs])
    except ValueError as error:
        raise DataError(f"{where}: rows of the tf.data.Dataset differ in shape ({error}).") from error


def _bounded(elements: Iterator[Any], where: str) -> Iterator[Any]:
    """The same elements. Raises DataError where they take more memory than there is."""
    most = psutil.virtual_memory().available * _MEMORY_SHARE
    began, taken, warned = time.monotonic(), 0, False
    for count, pair in enumerate(elements, start=1):
        taken += sum(part.nbytes if hasattr(part, "nbytes") else 8 for part in pair)
        if taken > most:
            raise DataError(
                f"{where}: the tf.data.Dataset gave {taken / 2**30:.1f} GiB and goes on; the rows have to fit into "
                "memory. If it never ends, add .take(N)."
            )
        if not warned and time.monotonic() - began > _LONG_S:
            warned = True
            logger.warning(
                "%s: still reading the tf.data.Dataset, %d elements so far. If it never ends, add .take(N).",
                where,
                count,
            )
        yield pair
