"""Which method of the client stands for which operation of the API.

Owns: that each says it, so that a test can hold the two together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_MARK = "__operation__"


@dataclass(frozen=True)
class Operation:
    """method, path: as in the server's description. otherwise: what is called otherwise here, or made of other
    arguments: a name there, and those here."""

    method: str
    path: str
    otherwise: tuple[tuple[str, tuple[str, ...]], ...]


def operation(method: str, path: str, **otherwise: str | tuple[str, ...]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """For a method that asks this of a server. otherwise: as of `Operation`; an empty tuple is filled in here."""
    renamed = tuple((name, (each,) if isinstance(each, str) else each) for name, each in otherwise.items())

    def marked(function: Callable[P, R]) -> Callable[P, R]:
        setattr(function, _MARK, (*operation_of(function), Operation(method, path, renamed)))
        return function

    return marked


def operation_of(function: object) -> tuple[Operation, ...]:
    """Those that a method stands for: mostly one."""
    found: tuple[Operation, ...] = getattr(function, _MARK, ())
    return found
