"""A request that creates is carried out once, however often it is sent with the same key.

Leaves to others: the keys themselves (database.request_keys).
"""

import hashlib
import json
import re
from collections.abc import Callable

from pydantic import BaseModel

from tuner.database import request_keys
from tuner.database.connection import Database
from tuner.errors import InputError, StudyConflict
from tuner.service.people import Person

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def in_text(request: BaseModel) -> str:
    """All of a request, also of characters that no UTF-8 has."""
    return json.dumps(request.model_dump(), default=str)


def once(db: Database, by: Person, key: str | None, request: str, create: Callable[[], str]) -> str:
    """The name of the study that `create` makes, or has made for the same key before.

    request: all of it, as a text. Raises InputError for a key of another request, StudyConflict while the first is at
    work, and as `create`; then the key is free again.
    """
    if key is None:
        return create()
    if not _KEY.fullmatch(key):
        raise InputError("Idempotency-Key: is 1 to 200 characters of ASCII, without spaces.")
    digest = hashlib.sha256(request.encode()).hexdigest()
    claim = request_keys.claim(db, by.name, key, digest)
    if not claim.new:
        if claim.digest != digest:
            raise InputError("Idempotency-Key: was given to another request. Take a new one for a new request.")
        if not claim.study_name:
            raise StudyConflict("the first request with this Idempotency-Key is still at work. Send it again later.")
        return claim.study_name
    try:
        name = create()
    except BaseException:
        request_keys.free(db, by.name, key)
        raise
    request_keys.settle(db, by.name, key, name)
    return name
