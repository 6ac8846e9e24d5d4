"""YAML from anywhere, read safely: the one door for space files, files of baselines, stored text and options.

Owns: which files are read and how much of them, and the line that an error names.
Leaves to others: which YAML is taken (yaml_tree), what the keys mean (space_file, baselines).

ruamel.yaml is imported where something is read or written: commands that only show studies do not wait for it.
"""

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tuner.errors import SpecError

LARGEST_BYTES = 256 * 1024


_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""The first is not there on Windows, which has no such pipes among its files; the second is there alone."""


def read_text(path: Path, where: str | None = None) -> str:
    """The text of a file that a person named, if it is one and not too large. Raises SpecError.

    where: what errors call it.
    """
    where = where or str(path)
    try:
        # Neither a pipe that nobody writes to nor a device without an end may be waited for.
        opened = os.open(path, os.O_RDONLY | _FLAGS)
        try:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise SpecError(f"{where}: is not a file. Give a YAML file.")
            with os.fdopen(opened, "rb", closefd=False) as file:
                data = file.read(LARGEST_BYTES + 1)
        finally:
            os.close(opened)
    except (OSError, ValueError) as error:
        raise SpecError(f"{where}: cannot be read ({getattr(error, 'strerror', None) or error}).") from error
    _check_size(len(data), where)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SpecError(f"{where}: line {line}: is not text in UTF-8. Save it as UTF-8.") from error


def load(text: str, where: str, old_booleans: bool = False) -> Any:
    """What a YAML text says. Raises SpecError, which names the line where there is one.

    where: what errors call it. old_booleans: yes, no, on and off are booleans, in text of a release that took them so.
    """
    from tuner.spec.yaml_tree import Refused, YAMLError, compose, value_of

    _check_size(len(text), where)
    try:
        return value_of(compose(text), old_booleans)
    except Refused as error:
        raise SpecError(f"{where}: line {error.line}: {error}") from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        problem = " ".join(str(getattr(error, "problem", None) or str(error).partition("\n")[0]).split())
        raise SpecError(f"{where}: {line}not YAML ({problem[:150]}).") from error
    except (ValueError, OverflowError) as error:
        # Of ruamel's scanner: an escape for a character that there is not, a version of 6,000 digits.
        raise SpecError(f"{where}: not YAML ({str(error)[:100]}).") from error


@contextlib.contextmanager
def naming_lines(text: str, where: str) -> Iterator[None]:
    """Errors about what a text says name its line, where they begin with `where` and the path of a key."""
    try:
        yield
    except SpecError as error:
        line = _line(text, str(error).removeprefix(f"{where}: ")) if str(error).startswith(f"{where}: ") else None
        if line is None:
            raise
        words = str(error).removeprefix(f"{where}: ")
        raise SpecError(f"{where}: line {line}: {words}") from error


def _line(text: str, words: str) -> int | None:
    from tuner.spec.yaml_tree import Refused, YAMLError, compose, line_of

    try:
        return line_of(compose(text), words)
    except (Refused, YAMLError, ValueError, OverflowError):
        return None


def dump(content: Any) -> str:
    """Plain values as YAML, keys in their order. Raises SpecError for others."""
    from tuner.spec.yaml_tree import NotWritable
    from tuner.spec.yaml_tree import dump as written

    try:
        return written(content)
    except NotWritable as error:
        raise SpecError(f"not a value that YAML has ({str(error)[:150]}). Give words, numbers, lists.") from error


def in_one_line(content: Mapping[str, Any]) -> str:
    """The same as a line that may be pasted behind a key: ``{csv: a.csv, target: y}``."""
    from tuner.spec.yaml_tree import dump as written

    return written(dict(content), in_one_line=True).strip()


def _check_size(size: int, where: str) -> None:
    if size > LARGEST_BYTES:
        raise SpecError(f"{where}: is larger than {LARGEST_BYTES // 1024} KiB. Such a file holds parameters, not data.")
