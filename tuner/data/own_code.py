"""Rows that a function of a person's own gives: arrays, or a `tf.data.Dataset`.

Owns: running the function, only from code that the person named, and what it may return.
Leaves to others: naming and finding code (code), what arrays have to look like (arrays).
"""

import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuner.data.arrays import VALIDATION_NAMES, Part, Parts, found_of
from tuner.data.flows import from_dataset, is_dataset
from tuner.data.person_module import as_a_program_of_its_own, load, way_out
from tuner.data.raw_dataset import Found
from tuner.data.row_keys import keys_of
from tuner.errors import DataError, InputError
from tuner.formatting import command
from tuner.redaction import redacted
from tuner.spec.code import Code
from tuner.spec.sources import DataSpec, PythonData

_EVERY_RETURN = (
    "(x, y), (training, test) or (training, validation, test), each such a pair or a tf.data.Dataset, or a dict of "
    "train, validation and test"
)


def read_python(data: DataSpec, codes: Sequence[Code]) -> Found:
    """Call the function and take its rows. codes: those that the person who started this process named.

    Raises InputError where the file is not among them, DataError for code that fails or gives something else.
    """
    spec = data.files
    assert isinstance(spec, PythonData)
    path, name = data.path(spec.place), spec.function
    code = _named(codes, path, name)
    if code is None:
        raise InputError(
            f"{path}: the data is made by {spec.python}. If you trust that code, add {command('--code', path)}"
        )
    where = f"{code.file}: {name}"
    made = _call(code, name, where)
    key, keys = data.rule.key, None
    if key is not None:
        if not isinstance(made, Mapping) or key not in made:
            raise DataError(
                f"{where} returns {_kind(made)} without {key!r}, named under validation. Return a dict with it beside "
                "train, one value for each training row."
            )
        made, keys = {part: each for part, each in made.items() if part != key}, made[key]
    # A tf.data.Dataset runs the person's code only now.
    with _told(code, where):
        parts = _parts(made, where, spec.task == "classification")
    found = found_of(parts, spec.task, where, images=spec.rows == "images")
    if key is None:
        return found
    return replace(found, keys=keys_of(keys, data.rule, len(found.train), f"{where}: {key}"))


def _named(codes: Sequence[Code], path: Path, name: str) -> Code | None:
    """On another machine the same file may lie elsewhere; that the rows are the same is held by their digest."""
    fit = [each for each in codes if each.file.name == path.name and each.name in (None, name)]
    return next((each for each in fit if each.file == path), fit[0] if fit else None)


def _call(code: Code, name: str, where: str) -> Any:
    with _told(code, where):
        function = getattr(load(code), name, None)
        if not callable(function):
            raise DataError(f"{where} is no function in that file. Write dataset: {{python: FILE.py:FUNCTION}}.")
        return function()


@contextmanager
def _told(code: Code, where: str) -> Iterator[None]:
    """Whatever the person's code raises is theirs to mend, so it is told with its line."""
    try:
        with as_a_program_of_its_own(code):
            yield
    except InputError:
        raise
    except (Exception, SystemExit) as error:
        lines = [each.lineno for each in traceback.extract_tb(error.__traceback__) if Path(each.filename) == code.file]
        text = f"{type(error).__name__}: {error}"
        within = re.findall(rf'"{re.escape(str(code.file))}", line (\d+)', text)
        if within:
            # TensorFlow's, whose message has that of a generator, behind the name of a node, and its traceback.
            lines, text = [int(each) for each in within], str(error).splitlines()[0].rpartition("}} ")[2]
        line = f", line {lines[-1]}" if lines else ""
        raise DataError(f"{where}{line}: {' '.join(redacted(text).split())[:300]}{way_out(error)}") from error


def _parts(made: Any, where: str, classes: bool) -> Parts:
    if isinstance(made, Mapping):
        return _named_parts(made, where, classes)
    if is_dataset(made):
        return Parts(from_dataset(made, where, classes))
    if not isinstance(made, tuple | list) or len(made) not in (2, 3):
        raise DataError(f"{where} returns {_kind(made)}. Return {_EVERY_RETURN}.")
    if more := _more_than_rows_and_targets(made):
        raise DataError(f"{where} returns {more}")
    if all(_is_part(each) for each in made):
        names = ("train", "test") if len(made) == 2 else ("train", "validation", "test")
        return _named_parts(dict(zip(names, made, strict=True)), where, classes)
    if len(made) == 3:
        raise DataError(f"{where} returns {_kind(made)}. Return {_EVERY_RETURN}.")
    if any(isinstance(each, str | Mapping) or is_dataset(each) for each in made):
        raise DataError(f"{where} returns {_kind(made[0])} and {_kind(made[1])}. Return {_EVERY_RETURN}.")
    return Parts((made[0], made[1]))


def _named_parts(made: Mapping[Any, Any], where: str, classes: bool) -> Parts:
    known = {"train": "train", "test": "test", **dict.fromkeys(VALIDATION_NAMES, "validation")}
    found: dict[str, Part] = {}
    for name, part in made.items():
        if known.get(name) is None or known[name] in found or not _is_part(part):
            raise DataError(f"{where} returns a dict with {name!r}: {_kind(part)}. Return {_EVERY_RETURN}.")
        at = f"{where}: {known[name] if name != 'train' else 'training'} rows"
        found[known[name]] = from_dataset(part, at, classes) if is_dataset(part) else (part[0], part[1])
    if "train" not in found:
        raise DataError(f"{where} returns a dict without 'train'. Return {_EVERY_RETURN}.")
    return Parts(**found)


def _more_than_rows_and_targets(made: Sequence[Any]) -> str:
    """What a return has that a data set here has not, and what to do; nothing where it may be rows and targets."""
    one = "a row is one array. Join them, such as with np.concatenate(..., axis=1), and take them apart in the network."
    rows, targets = made[0], made[1]
    count = np.shape(targets)[:1] if isinstance(targets, np.ndarray) else ()
    if len(made) == 3 and isinstance(rows, np.ndarray) and count and np.shape(made[2]) == count:
        return "(x, y, weights): rows have no weights here. Leave them out, or weigh in a fit of the network's own."
    if isinstance(rows, Mapping) and count:
        return f"{len(rows)} inputs ({', '.join(map(str, rows))}), and {one}"
    several = isinstance(rows, tuple | list) and len(rows) > 1 and all(isinstance(each, np.ndarray) for each in rows)
    if several and count and len(rows) != count[0] and all(each.shape[:1] == count for each in rows):
        return f"{len(rows)} inputs, and {one}"
    pairs = len(made) == 2 and several and isinstance(targets, tuple | list)
    alike = pairs and all(np.shape(each)[:1] == rows[0].shape[:1] for each in (*rows, *targets))
    if alike and all(np.ndim(each) == 1 for each in targets) and all(each.ndim > 1 for each in rows):
        return f"{len(rows)} inputs and {len(targets)} targets, and {one} Several targets are those of a regression."
    return ""


def _is_part(made: Any) -> bool:
    return is_dataset(made) or (isinstance(made, tuple | list) and len(made) == 2)


def _kind(made: Any) -> str:
    size = f" of {len(made)}" if isinstance(made, tuple | list) else ""
    return f"{type(made).__name__}{size}"
