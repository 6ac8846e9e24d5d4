"""Where a page of a list ended, as a text that a client hands back; what is in it is nobody's to read.

Leaves to others: what the places are (service.pages, service.trial_lists).
"""

import base64
import json
from dataclasses import astuple
from typing import TypeVar

from pydantic import TypeAdapter

from tuner.database.pages import StudyPlace
from tuner.errors import InputError
from tuner.service.trial_lists import TrialPlace
from tuner.spec.space import Value

Place = TypeVar("Place")

_STUDIES: TypeAdapter[tuple[float, str]] = TypeAdapter(tuple[float, str])
_TRIALS: TypeAdapter[tuple[Value | None, int]] = TypeAdapter(tuple[Value | None, int])
_LARGEST = 2**31 - 1


def written(place: StudyPlace | TrialPlace | None) -> str | None:
    if place is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(astuple(place)).encode()).decode().rstrip("=")


def study_place(cursor: str | None) -> StudyPlace | None:
    """Raises InputError."""
    if cursor is None:
        return None
    return StudyPlace(*_read(cursor, _STUDIES))


def trial_place(cursor: str | None) -> TrialPlace | None:
    """Raises InputError."""
    if cursor is None:
        return None
    key, ordinal = _read(cursor, _TRIALS)
    if not 0 <= ordinal <= _LARGEST:
        raise _not_ours()
    return TrialPlace(key, ordinal)


def _read(cursor: str, adapter: TypeAdapter[Place]) -> Place:
    try:
        return adapter.validate_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:  # pydantic's and binascii's are of it
        raise _not_ours() from error


def _not_ours() -> InputError:
    return InputError("cursor: is not one that a list of this server gave as `next`.")
