"""Who asks: a person with a token; or, where nobody was ever given one, whoever is at this machine.

Owns: when a server is open - it listens on this machine alone, no token was ever made, and no proxy hands on what
others ask.
Leaves to others: tokens (service.tokens), what a person may do (service.people).
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from tuner.database.tokens import any_token
from tuner.errors import NotSignedIn
from tuner.service.people import HERE, Person
from tuner.service.tokens import sign_in
from tuner.web.served import served_of

_PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")

_bearer = HTTPBearer(auto_error=False, description="What `tune token create NAME` gives.")


def whoever(request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Person:
    """Raises NotSignedIn."""
    served = served_of(request)
    if shown is not None:
        return sign_in(served.db, shown.credentials)
    if not served.loopback or any_token(served.db):
        raise NotSignedIn(
            "a token is needed: send `Authorization: Bearer TOKEN`. One is made by: tune token create NAME"
        )
    if any(name in request.headers for name in _PROXIED):
        raise NotSignedIn(
            "this comes through a proxy, so that others may be behind it. Make a token: tune token create NAME"
        )
    return HERE


Somebody = Annotated[Person, Depends(whoever)]
