"""Python code that gives a study its network: where it is, which name in it, and the digest by which it is known again.

Owns: how code is written down (``my_model.py:build_model``, ``package.module:name``), finding it, its digest.
Leaves to others: running it (training). Nothing is run here: files are read, and imports in them looked up by name.

Code is only ever taken from a file or module that the person who starts a process names. What a specification or a
database says is compared with it, and never itself opened.
"""

import ast
import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Literal

from tuner.errors import NotFound, SpecError

Style = Literal["keras_tuner", "python"]
STYLES: tuple[Style, ...] = ("keras_tuner", "python")

_FILE = re.compile(r"(?P<place>.+\.py)(:(?P<name>[^:/\\]*))?")
_MODULE = re.compile(r"(?P<place>[A-Za-z_]\w*(\.[A-Za-z_]\w*)*):(?P<name>.*)")
_USUAL_NAMES = ("build_model", "space", "build", "hypermodel")


@dataclass(frozen=True)
class CodeName:
    """What a specification says of its code.

    style: "keras_tuner" is built with `hp`, "python" with an Optuna-like `trial`. place: a file or a dotted module.
    name: of a function, or of a HyperModel, in it.
    """

    style: Style
    place: str
    name: str

    @property
    def is_file(self) -> bool:
        return self.place.endswith(".py")

    def __str__(self) -> str:
        return f"{self.place}:{self.name}"


@dataclass(frozen=True)
class Code:
    """Code that a person named, and that is there.

    file: its file. root: the folder from which its own imports start. module: its dotted name there.
    name: the only name in it that may be used; None is any. files: it and what it imports from its own folder or
    package. digest: sha256 (hex) over them.
    """

    place: str
    file: Path
    root: Path
    module: str
    name: str | None
    files: tuple[Path, ...]
    digest: str

    @property
    def named(self) -> str:
        """How another process is told of it."""
        place = str(self.file) if self.place.endswith(".py") else self.place
        return place if self.name is None else f"{place}:{self.name}"


def looks_like_code(text: str) -> bool:
    """``my_model.py``, ``my_model.py:build_model`` or ``package.module:name``."""
    return _FILE.fullmatch(text) is not None or _MODULE.fullmatch(text) is not None


def read_name(style: Style, text: str, at: str) -> CodeName:
    """What a specification writes. Raises SpecError."""
    place, name = _split(text)
    if place is None or not name:
        raise SpecError(f"{at}: {text!r} names no code. Write FILE.py:NAME or package.module:NAME.")
    return CodeName(style, place, name)


def find_code(text: str) -> Code:
    """Find what a person named: FILE.py, package.module, either with :NAME. Raises NotFound, SpecError."""
    place, name = _split(text)
    if place is None:
        place, name = text, None
    if place.endswith(".py"):
        file = Path(place).expanduser().resolve()
        if not file.is_file():
            raise NotFound(f"there is no file {place}. Name a Python file that is there.")
        root, module, package = file.parent, file.stem, None
    else:
        file, root = _find_module(place)
        module, package = place, place.partition(".")[0]
    files = tuple(sorted(_reached(file, root, package)))
    return Code(place, file, root, module, name, files, _digest(files, root))


def name_in(code: Code) -> CodeName:
    """The network in it, where its file says which: by name, or the only one that can be one. Raises SpecError."""
    found = _candidates(code.file)
    if code.name is not None:
        # A name that is assigned, or imported, may be anything; KerasTuner's kind of object is the usual one.
        return CodeName(found.get(code.name, "keras_tuner"), code.place, code.name)
    usual = [name for name in _USUAL_NAMES if name in found]
    names = usual[:1] or list(found)
    if len(names) != 1:
        words = f"has several: {', '.join(names)}" if names else "has no build_model(hp), space(trial) or HyperModel"
        raise SpecError(f"{code.place} {words}. Say which name to use: {code.place}:NAME.")
    return CodeName(found[names[0]], code.place, names[0])


def _split(text: str) -> tuple[str | None, str | None]:
    match = _FILE.fullmatch(text) or _MODULE.fullmatch(text)
    if match is None:
        return None, None
    name = match["name"]
    if name is not None and not name.isidentifier():
        raise SpecError(f"{text}: {name!r} is no name of Python. Write {match['place']}:NAME.")
    return match["place"], name


def _find_module(dotted: str) -> tuple[Path, Path]:
    """A module's file, and the folder that its top-level package is in; no package is run for it."""
    path: list[str] | None = [str(Path.cwd()), *sys.path]
    whole = ""
    for part in dotted.split("."):
        whole = f"{whole}.{part}" if whole else part
        spec = PathFinder.find_spec(whole, path)
        if spec is None:
            raise NotFound(f"there is no Python module {dotted!r} ({whole} is not found). Is it installed?")
        path = None if spec.submodule_search_locations is None else list(spec.submodule_search_locations)
    assert spec is not None
    if spec.origin is None or not spec.origin.endswith(".py"):
        raise NotFound(f"module {dotted!r} has no Python file. Name the module that has the network.")
    file = Path(spec.origin).resolve()
    up = dotted.count(".") + (file.name == "__init__.py")
    return file, file.parents[up]


def _tree(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_bytes(), str(file))
    except (SyntaxError, ValueError) as error:
        line = f"line {error.lineno}: " if isinstance(error, SyntaxError) and error.lineno else ""
        raise SpecError(f"{file}: {line}not Python ({getattr(error, 'msg', error)}).") from error


def _candidates(file: Path) -> dict[str, Style]:
    """Names in a file that give a network: functions of `hp` or `trial`, classes that end in a HyperModel."""
    found: dict[str, Style] = {}
    for node in _tree(file).body:
        if isinstance(node, ast.FunctionDef) and node.args.args:
            first = node.args.args[0].arg
            if first in ("hp", "trial"):
                found[node.name] = "keras_tuner" if first == "hp" else "python"
        elif isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("HyperModel") for base in node.bases):
            found[node.name] = "keras_tuner"
    return found


def _reached(file: Path, root: Path, package: str | None) -> set[Path]:
    """The file, and what it imports from its own folder (package: only from there), all the way."""
    seen: set[Path] = set()
    to_read = [file]
    while to_read:
        at = to_read.pop()
        if at in seen:
            continue
        seen.add(at)
        for folder, dotted in _imports(_tree(at), at, root):
            if package is None or folder != root or dotted.partition(".")[0] == package:
                to_read += _files(folder, dotted)
    return seen


def _imports(tree: ast.Module, file: Path, root: Path) -> Iterator[tuple[Path, str]]:
    """Each imported module as the folder from which it is looked up, and its dotted name there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield root, alias.name
        elif isinstance(node, ast.ImportFrom):
            folder = file.parents[node.level - 1] if node.level else root
            base = f"{node.module}." if node.module else ""
            for alias in node.names:
                yield folder, f"{base}{alias.name}"


def _files(folder: Path, dotted: str) -> Iterator[Path]:
    """Files under a folder that importing a dotted name runs; its last parts may be names in a module."""
    at = folder
    for part in dotted.split("."):
        at = at / part
        for file in (at.with_name(f"{part}.py"), at / "__init__.py"):
            if file.is_file():
                yield file


def _digest(files: tuple[Path, ...], root: Path) -> str:
    total = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        total.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()
