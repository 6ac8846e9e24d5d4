"""Fields of views that are decoded when they are first looked at: of ten thousand trials most never are.

Owns: a field that holds the JSON of a column until then.
Leaves to others: what is made of the JSON (column_types, trial_facts).
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import sqlalchemy as sa

C = TypeVar("C")
_STORED = "stored "


class _Late:
    """A field of a dataclass that was given as JSON: what it is, is made of it once, and then kept as if it had been
    given."""

    def __init__(self, name: str, make: Callable[[Any], Any]) -> None:
        self._name, self._make = name, make

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        kept = instance.__dict__
        kept[self._name] = made = self._make(json.loads(kept[_STORED + self._name]))
        del kept[_STORED + self._name]
        return made


def late(**fields: Callable[[Any], Any]) -> Callable[[type[C]], type[C]]:
    """Of a dataclass, these fields may also be given as `as_text` reads them. fields: what each makes of the JSON."""

    def decorate(cls: type[C]) -> type[C]:
        made: Any = cls.__init__

        @wraps(made)
        def init(self: Any, *arguments: Any, **options: Any) -> None:
            made(self, *arguments, **options)
            kept = self.__dict__
            for name in fields:
                # What an instance has, is read without asking its class; what it has not yet, `_Late` gives.
                if type(kept[name]) is str:
                    kept[_STORED + name] = kept.pop(name)

        cls.__init__ = init  # type: ignore[method-assign]
        for name, make in fields.items():
            setattr(cls, name, _Late(name, make))
        return cls

    return decorate


def as_text(column: Any) -> "sa.Label[str]":
    """A column of JSON as it is stored; the word of JSON for nothing where there is nothing."""
    return sa.func.coalesce(sa.cast(column, sa.Text), "null").label(column.key)
