"""A function, a HyperModel class or an instance that a person gives: the code by which other processes make it.

To give it here is to allow that it is run, as `--code FILE.py` is on the command line. What is in a module is named by
that module's file, and known again by its digest. What is in a notebook is written to a file first.

Owns: which of these it is, an instance written down as the call that makes it, where the files are.
Leaves to others: the text of what is in a notebook (cell_source), finding and digesting code (spec).
"""

import functools
import hashlib
import inspect
import sys
import sysconfig
from pathlib import Path
from typing import Any

from tuner.errors import InputError
from tuner.private_files import make_folder, opener
from tuner.python.cell_source import is_plain, source_of
from tuner.spec.code import Code, find_code

_HEAD = "# Written by tuner.start(): workers make the network by it. A study knows it by its digest.\n"
_INSTANCE = "hypermodel"


def is_code(given: Any) -> bool:
    """It makes a network, rather than naming or listing something."""
    return callable(given) or hasattr(given, "build")


def code_of(given: Any, folder: Path) -> tuple[Code, str]:
    """The code, with the one name in it that is used, and what to call its space.

    given: a function of `hp` or of a `trial`, a HyperModel class, or an instance. folder: for files
    that are written. Raises InputError, SpecError.
    """
    if isinstance(given, functools.partial):
        raise InputError("a functools.partial has no source. Write a function that calls it: def build_model(hp): ...")
    if inspect.ismethod(given):
        raise InputError(f"{given.__qualname__}: is a method. Give its object, if it is a HyperModel, or a function.")
    if isinstance(given, type) or inspect.isfunction(given):
        where = given.__module__
        text = source_of(given) if where == "__main__" else None
        name = given.__name__
    else:
        kind = type(given)
        call = _call_of(given)
        name, where = _INSTANCE, "__main__"
        if kind.__module__ == "__main__":
            text = source_of(kind, f"{_INSTANCE} = {call}")
        else:
            text = f"from {kind.__module__} import {kind.__name__}\n\n{_INSTANCE} = {call}\n"
            text = _digest_of(kind.__module__) + text
    called = name if name != _INSTANCE else type(given).__name__
    if text is not None:
        return find_code(f"{_written(_HEAD + text, called, folder)}:{name}"), called
    return find_code(f"{_place_of(given, where)}:{name}"), called


def named_code(given: Any, folder: Path) -> str:
    """What other processes are told of it. given: as of `code_of`, or a text: a file or a module."""
    return str(given) if isinstance(given, str | Path) else code_of(given, folder / "code")[0].named


def _place_of(given: Any, where: str) -> str:
    """A module that stands alone by its file: workers may have another search path. One of a package by its name."""
    module = sys.modules.get(where)
    if getattr(module, given.__qualname__, None) is not given:
        raise InputError(
            f"{given.__qualname__}: is not to be had from its module {where} by that name, as workers take it. Write "
            "it at the left edge of a file."
        )
    file = getattr(module, "__file__", None)
    return str(file) if file and "." not in where else where


def _call_of(instance: Any) -> str:
    """An instance as the call that makes one alike, from attributes that are named as the constructor's arguments.

    Raises InputError where it holds more than these say, or something else than plain values.
    """
    kind = type(instance)
    name, given = kind.__name__, {}
    function = f"Give the class, or write `hypermodel = {name}(...)` to a file and give 'my_model.py:hypermodel'."
    for each in inspect.signature(kind).parameters.values():
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        value = getattr(instance, each.name, getattr(instance, f"_{each.name}", each.default))
        if value is each.empty:
            raise InputError(f"{name}: its argument {each.name} is not kept in it as self.{each.name}. {function}")
        value = value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value
        if not is_plain(value):
            raise InputError(
                f"{name}: its argument {each.name} is a {type(value).__name__}, and workers, which are other "
                f"processes, do not have it. {function}"
            )
        given[each.name] = value
    if not _alike(kind(**given), instance):
        raise InputError(f"{name}: holds more than the arguments that it was made with. {function}")
    return f"{name}({', '.join(f'{each}={value!r}' for each, value in given.items())})"


def _alike(made: Any, instance: Any) -> bool:
    one, other = vars(made), vars(instance)
    return one.keys() == other.keys() and all(
        type(one[each]) is type(other[each]) and (not is_plain(one[each]) or one[each] == other[each]) for each in one
    )


def _digest_of(module: str) -> str:
    """A comment that changes with a module of the person's own, so that the digest of what imports it does."""
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None or str(file).startswith((sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"))):
        return ""
    return f"# {module}: sha256 {hashlib.sha256(Path(file).read_bytes()).hexdigest()}\n"


def _written(text: str, name: str, folder: Path) -> Path:
    """The file with that text; its name has the text's digest, so that the same text is the same file."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    file = make_folder(folder) / f"{name}_{digest}.py"
    if not file.exists():
        part = file.with_suffix(".part")
        with open(part, "w", encoding="utf-8", opener=opener) as out:
            out.write(text)
        part.replace(file)
    return file
