"""Who asks: a person with a token, or a browser that signed in with one; or, where nobody was ever given one, whoever
is at this machine.

Owns: when a server is open - it listens on this machine alone, no token was ever made, and no proxy hands on what
others ask - and that a browser's cookie changes nothing unless the browser says which page sends it.
Leaves to others: tokens (service.tokens), sessions (service.sessions), what a person may do (service.people), which
pages may send changes (guard).
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from tuner.database.tokens import any_token
from tuner.errors import NotAllowed, NotSignedIn
from tuner.hints import command
from tuner.service.people import HERE, Person
from tuner.service.sessions import whose_session
from tuner.service.tokens import sign_in
from tuner.web.served import served_of

COOKIE = "tune_session"
_READS = ("GET", "HEAD", "OPTIONS")
_PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")

_bearer = HTTPBearer(auto_error=False, description="What `tune token create NAME` gives.")


def whoever(request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Person:
    """Raises NotSignedIn. A page that tells of a problem finds it as the request's `person`."""
    person = _whoever(request, shown)
    request.state.person = person
    return person


def _whoever(request: Request, shown: HTTPAuthorizationCredentials | None) -> Person:
    served = served_of(request)
    if shown is not None:
        return sign_in(served.db, shown.credentials)
    kept = request.cookies.get(COOKIE)
    if kept is not None and (person := whose_session(served.db, kept)) is not None:
        if request.method not in _READS and not {"origin", "sec-fetch-site"} & set(request.headers):
            raise NotAllowed("a change that goes by a cookie has to say which page sends it (Origin). Send a token.")
        return person
    if not served.loopback or any_token(served.db):
        raise NotSignedIn(
            "a token is needed: send `Authorization: Bearer TOKEN`. One is made by: "
            + command("tune token create NAME")
        )
    if not _is_direct(request):
        raise NotSignedIn(
            "this comes through a proxy, so that others may be behind it. Make a token: "
            + command("tune token create NAME")
        )
    return HERE


def _is_direct(request: Request) -> bool:
    return not any(name in request.headers for name in _PROXIED)


Somebody = Annotated[Person, Depends(whoever)]
