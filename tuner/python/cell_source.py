"""Functions and classes that were written in a notebook's cell, or in a script that is run: their source as a file.

Workers are other processes, which have no notebook. What they get is the text: of the function or class, of those in
the notebook that it uses, of the imports, and of the constants that it reads, as they are now. Nothing is pickled.

Owns: finding that text, and the line that says where it cannot be had - closures, lambdas, data of the notebook.
Leaves to others: where the file is put, and modules, which have a file already (own_code).
"""

import ast
import builtins
import importlib
import inspect
import linecache
import symtable
import sys
import textwrap
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tuner.errors import InputError

_LONGEST = 20_000
"""Characters of a constant; what is longer is data."""


def source_of(made: Any, expression: str = "") -> str:
    """A module's text that has a function or a class of this process' `__main__`, and all that it needs.

    expression: a further line, such as one that makes an instance. Raises InputError.
    """
    name = getattr(made, "__name__", type(made).__name__)
    gathered = _Gathered(vars(sys.modules[made.__module__]), name)
    gathered.define(made)
    parts = ["\n".join(sorted(set(gathered.imports))), *gathered.definitions, expression]
    return "\n\n\n".join(part for part in parts if part) + "\n"


class _Gathered:
    """What a definition needs, each before whoever needs it. what: the outermost name, for messages."""

    def __init__(self, namespace: Mapping[str, Any], what: str) -> None:
        self._namespace = namespace
        self._what = what
        self._seen: set[str] = set()
        self._stated = dict(_stated_imports(namespace))
        self.imports: list[str] = []
        self.definitions: list[str] = []

    def define(self, made: Any) -> None:
        """A function or a class of the notebook, after all that it needs."""
        if made.__name__ in self._seen:
            return
        self._seen.add(made.__name__)
        text = self._definition(made)
        for name in sorted(_free_names(text)):
            self._need(name)
        self.definitions.append(text)

    def _need(self, name: str) -> None:
        if name in self._seen or name not in self._namespace:
            # A builtin; or a name that is missing in the notebook too, of which running it will tell.
            return
        value = self._namespace[name]
        if (statement := self._import_of(name, value)) is not None:
            self._seen.add(name)
            self.imports.append(statement)
        elif isinstance(value, FunctionType | type):
            self.define(value)
            if value.__name__ != name:
                self._seen.add(name)
                self.definitions.append(f"{name} = {value.__name__}")
        elif is_plain(value) and len(repr(value)) <= _LONGEST:
            self._seen.add(name)
            self.definitions.append(f"{name} = {value!r}")
        else:
            raise InputError(
                f"{self._what}: uses {name}, a {type(value).__name__} of this notebook, which workers do not have: "
                f"they are other processes. Make it inside {self._what}, or write both to a file "
                f"(%%writefile my_model.py) and give 'my_model.py:{self._what}'."
            )

    def _import_of(self, name: str, value: Any) -> str | None:
        """The statement that binds the name: as a cell has it, else by where the value says that it comes from."""
        if name in self._stated:
            module, attribute, statement = self._stated[name]
            loaded = sys.modules.get(module)
            if loaded is not None and (loaded if attribute is None else getattr(loaded, attribute, None)) is value:
                return statement
        if isinstance(value, ModuleType):
            return f"import {value.__name__} as {name}" if value.__name__ in sys.modules else None
        origin, own = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
        if not isinstance(origin, str) or not isinstance(own, str) or origin == self._namespace.get("__name__"):
            return None
        return f"from {origin} import {own} as {name}" if getattr(_loaded(origin), own, None) is value else None

    def _definition(self, made: Any) -> str:
        name, code = made.__name__, _code_of(made)
        file = f"write it to a file (%%writefile my_model.py) and give 'my_model.py:{name}'"
        if name == "<lambda>":
            raise InputError("a lambda has no source of its own. Write a function, def build_model(hp): ...")
        if "<locals>" in made.__qualname__:
            raise InputError(
                f"{name}: was made inside a function, and what it keeps from there workers do not have: they are other "
                f"processes. Write it at the left edge of a cell, or {file}."
            )
        lines = linecache.getlines(code.co_filename) if code is not None else []
        if code is None or not lines:
            raise InputError(f"{name}: its source is not known here. To have it in other processes, {file}.")
        for node in ast.walk(ast.parse("".join(lines))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                if first <= code.co_firstlineno <= (node.end_lineno or 0):
                    return textwrap.dedent("".join(lines[first - 1 : node.end_lineno])).rstrip()
        raise InputError(f"{name}: its source is not known here. To have it in other processes, {file}.")


def is_plain(value: Any) -> bool:
    """A value that is the same when what is printed of it is read again: numbers, texts, and lists of them."""
    try:
        return type(value) in _PLAIN and bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError):
        return False


_PLAIN = (int, float, complex, str, bytes, bool, type(None), tuple, list, dict, set)


def _code_of(made: Any) -> CodeType | None:
    """A function's; of a class, that of the first function in it: Python itself keeps no place of a cell's class."""
    if isinstance(made, type):
        functions = (getattr(each, "__func__", each) for each in vars(made).values())
        return next((each.__code__ for each in functions if _is_own(each, made)), None)
    code = getattr(inspect.unwrap(made), "__code__", None)
    return code if isinstance(code, CodeType) else None


def _is_own(each: Any, made: type) -> bool:
    return isinstance(each, FunctionType) and each.__qualname__.startswith(f"{made.__qualname__}.")


def _free_names(text: str) -> set[str]:
    """Names that a definition takes from its module."""
    top = symtable.symtable(text, "<cell>", "exec")
    found: set[str] = set()
    tables = [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        found |= {each.get_name() for each in table.get_symbols() if each.is_referenced() and each.is_global()}
        if table is top:
            found |= {each.get_name() for each in table.get_symbols() if each.is_referenced()}
    return {each for each in found if not (hasattr(builtins, each) and each.startswith("__"))}


def _stated_imports(namespace: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str | None, str]]]:
    """Names bound by imports in the notebook's cells, or in the script: module, name in it, the statement."""
    for text in _texts(namespace):
        try:
            body = ast.parse(text).body
        except SyntaxError:
            # A cell with magics in it.
            continue
        for node in body:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    whole = alias.name if alias.asname else alias.name.partition(".")[0]
                    yield alias.asname or whole, (whole, None, ast.unparse(ast.Import([alias])))
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    one = ast.unparse(ast.ImportFrom(node.module, [alias], 0))
                    yield alias.asname or alias.name, (node.module or "", alias.name, one)


def _texts(namespace: Mapping[str, Any]) -> Iterator[str]:
    cells = namespace.get("In")
    if isinstance(cells, list):
        yield from (each for each in cells if isinstance(each, str))
    elif isinstance(file := namespace.get("__file__"), str):
        yield "".join(linecache.getlines(file))


def _loaded(module: str) -> ModuleType | None:
    try:
        return importlib.import_module(module) if module in sys.modules else None
    except ImportError:
        return None
