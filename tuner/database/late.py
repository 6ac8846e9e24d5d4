"""Fields of views that are decoded when they are first looked at: of ten thousand trials most never are.

Owns: a field that holds the JSON of a column until then.
Leaves to others: what is made of the JSON (column_types, trial_facts).
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa

C = TypeVar("C")


class _Late:
    """A field of a dataclass that was given as what it is, or as JSON, out of which it is made once and then kept."""

    def __init__(self, name: str, make: Callable[[Any], Any]) -> None:
        self._name, self._make = name, make

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        kept = instance.__dict__[self._name]
        if type(kept) is str:
            kept = instance.__dict__[self._name] = self._make(json.loads(kept))
        return kept

    def __set__(self, instance: Any, value: Any) -> None:
        # Only a dataclass sets it, when it is made: it is frozen.
        instance.__dict__[self._name] = value


def late(**fields: Callable[[Any], Any]) -> Callable[[type[C]], type[C]]:
    """Of a dataclass, these fields may also be given as `as_text` reads them. fields: what each makes of the JSON."""

    def decorate(cls: type[C]) -> type[C]:
        for name, make in fields.items():
            setattr(cls, name, _Late(name, make))
        return cls

    return decorate


def as_text(column: Any) -> "sa.Label[str]":
    """A column of JSON as it is stored; the word of JSON for nothing where there is nothing."""
    return sa.func.coalesce(sa.cast(column, sa.Text), "null").label(column.key)
