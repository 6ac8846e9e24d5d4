"""A request of words: a command's options and a call's arguments, by their names.

Owns: that a word is the name of a field of the request, or of a request in it.
Leaves to others: the fields (requests), how a person gives them (cli, python).
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from tuner.service.requests import LimitsRequest, Request

R = TypeVar("R", bound=Request)

_OTHERWISE: Mapping[tuple[type[Request], str], str] = {(LimitsRequest, "epochs"): "epoch_budget"}


def request_of(kind: type[R], words: Mapping[str, Any]) -> R:
    """The request that these words make; those that it has no field for are somebody else's. Raises InputError."""
    values: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Request):
            values[name] = request_of(field.annotation, words)
        elif (word := _OTHERWISE.get((kind, name), name)) in words:
            values[name] = words[word]
    return kind(**values)


def words_of(kind: type[Request]) -> tuple[str, ...]:
    """Every word that makes a request of this kind."""
    found: list[str] = []
    for name, field in kind.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Request):
            found += words_of(field.annotation)
        else:
            found.append(_OTHERWISE.get((kind, name), name))
    return tuple(found)
