"""Fields of views that are decoded when they are first looked at: of ten thousand trials most never are.

Owns: a field that holds the JSON of a column until then.
Leaves to others: what is made of the JSON (column_types, trial_facts).
"""

import functools
import json
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa

C = TypeVar("C")

_UNREAD = "unread "
"""Before the name of a field, where an object holds its JSON."""


class _Late:
    """A field of a dataclass that was given as JSON, out of which it is made once and then kept.

    It is asked only until then: an object's own attribute comes before this.
    """

    def __init__(self, name: str, make: Callable[[Any], Any]) -> None:
        self._name, self._make = name, make

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        own = instance.__dict__
        made = own[self._name] = self._make(json.loads(own.pop(_UNREAD + self._name)))
        return made


def late(**fields: Callable[[Any], Any]) -> Callable[[type[C]], type[C]]:
    """Of a dataclass, these fields may also be given as `as_text` reads them. fields: what each makes of the JSON."""

    def decorate(cls: type[C]) -> type[C]:
        begin = cls.__init__

        @functools.wraps(begin)
        def begin_unread(self: C, *arguments: Any, **named: Any) -> None:
            begin(self, *arguments, **named)
            own = self.__dict__
            for name in fields:
                if type(own[name]) is str:
                    own[_UNREAD + name] = own.pop(name)

        for name, make in fields.items():
            setattr(cls, name, _Late(name, make))
        cls.__init__ = begin_unread  # type: ignore[assignment]
        return cls

    return decorate


def as_text(column: Any) -> "sa.Label[str]":
    """A column of JSON as it is stored; the word of JSON for nothing where there is nothing."""
    return sa.func.coalesce(sa.cast(column, sa.Text), "null").label(column.key)
