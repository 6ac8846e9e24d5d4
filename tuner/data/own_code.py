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
from tuner.data.flows import TooLarge, from_dataset, is_dataset
from tuner.data.person_module import as_a_program_of_its_own, load, way_out
from tuner.data.raw_dataset import Found
from tuner.data.row_keys import keys_of
from tuner.data.several import are_several
from tuner.data.streams import from_streams, has_streams
from tuner.errors import DataError, InputError
from tuner.hints import command
from tuner.redaction import redacted
from tuner.spec.code import Code
from tuner.spec.source_kinds import PythonData
from tuner.spec.sources import DataSpec

_EVERY_RETURN = (
    "(x, y) or (x, y, weights); or (training, test) or (training, validation, test), each such a tuple or a "
    "tf.data.Dataset; or a dict of train, validation and test. Several inputs or targets are a dict or tuple of arrays"
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
        if spec.stream or spec.steps or has_streams(made):
            return _streams(made, spec, key, where)
        try:
            parts = _parts(made, where, spec.task == "classification")
        except TooLarge:
            if not isinstance(made, Mapping) or key is not None:
                raise
            return _streams(made, spec, key, where)
    found = found_of(parts, spec.task, where, images=spec.rows == "images")
    if key is None:
        return found
    return replace(found, keys=keys_of(keys, data.rule, len(found.train), f"{where}: {key}"))


def _streams(made: Any, spec: PythonData, key: str | None, where: str) -> Found:
    if key is not None:
        raise DataError(f"{where}: a stream is not parted by {key!r}. Name its validation rows, and leave it out.")
    return from_streams(made, spec, where)


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
    if all(_is_part(each) for each in made) and not _is_one_part(made):
        names = ("train", "test") if len(made) == 2 else ("train", "validation", "test")
        return _named_parts(dict(zip(names, made, strict=True)), where, classes)
    if len(made) == 3 and not _may_be_weights(made[2]):
        raise DataError(f"{where} returns {_kind(made)}. Return {_EVERY_RETURN}.")
    if any(isinstance(each, str) or is_dataset(each) for each in made):
        raise DataError(f"{where} returns {_kind(made[0])} and {_kind(made[1])}. Return {_EVERY_RETURN}.")
    return Parts(Part(*made))


def _named_parts(made: Mapping[Any, Any], where: str, classes: bool) -> Parts:
    known = {"train": "train", "test": "test", **dict.fromkeys(VALIDATION_NAMES, "validation")}
    found: dict[str, Part] = {}
    for name, part in made.items():
        if known.get(name) is None or known[name] in found or not _is_part(part):
            raise DataError(f"{where} returns a dict with {name!r}: {_kind(part)}. Return {_EVERY_RETURN}.")
        at = f"{where}: {known[name] if name != 'train' else 'training'} rows"
        found[known[name]] = from_dataset(part, at, classes) if is_dataset(part) else Part(*part)
    if "train" not in found:
        raise DataError(f"{where} returns a dict without 'train'. Return {_EVERY_RETURN}.")
    return Parts(**found)


def _is_one_part(made: Sequence[Any]) -> bool:
    """Whether what looks like a part in each place is one part: (x, y), each of several arrays, or (x, y, weights).

    The rows of parts have one shape, which inputs and targets seldom have.
    """
    if any(is_dataset(each) for each in made) or not all(are_several(each) for each in made[:2]):
        return False
    if any(isinstance(each, Mapping) for each in made[:2]):
        return True
    (x, y), (other_x, other_y) = (tuple(map(np.shape, each[:2])) for each in made[:2])
    lengths = {np.shape(each)[0] for part in made[:2] for each in part}
    parts = x[:1] == y[:1] and other_x[:1] == other_y[:1] and x[1:] == other_x[1:] and y[1:] == other_y[1:]
    return len(lengths) == 1 and not parts


def _is_part(made: Any) -> bool:
    if is_dataset(made):
        return True
    return isinstance(made, tuple | list) and (len(made) == 2 or (len(made) == 3 and _may_be_weights(made[2])))


def _may_be_weights(made: Any) -> bool:
    """A number a row, and no rows."""
    if isinstance(made, Mapping):
        return True
    try:
        shape = np.shape(made)
    except ValueError:
        return False
    return len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)


def _kind(made: Any) -> str:
    size = f" of {len(made)}" if isinstance(made, tuple | list) else ""
    return f"{type(made).__name__}{size}"
