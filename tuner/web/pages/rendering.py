"""From a template and typed values to a page.

Owns: what every template may use, the policy by which nothing is loaded from elsewhere, and that no secret is shown.
Leaves to others: what a page shows (a module each), its words (templates).
"""

import time
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from tuner import formatting
from tuner.hints import command
from tuner.redaction import redacted
from tuner.service.people import Person, may_change
from tuner.web.api import PREFIX
from tuner.web.pages import drawing, static

_TEMPLATES = Path(__file__).parent.parent / "templates"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

# Under the policy of the API, "no-referrer", a form would be sent with the Origin "null".
HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """values: what the template names."""
    person: Person | None = getattr(request.state, "person", None)
    text = _environment().get_template(template).render(
        here=request.url.path,
        # With what was asked: for a part that asks for itself again.
        address=f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path,
        person=person,
        # Whoever is at this machine, where nobody has a token, has nothing to sign out of.
        signed_in=person is not None and bool(person.token_id),
        **values,
    )  # fmt: skip
    return HTMLResponse(redacted(text), status, HEADERS)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        duration=formatting.duration,
        number=formatting.number,
        plural=formatting.plural,
        value=formatting.value_in_words,
        visible=formatting.visible,
        when=when,
        segment=segment,
    )
    made.globals.update(
        static=static.address,
        command=command,
        version=version("tuner"),
        may_change=may_change,
        study_path=study_path,
        api_path=api_path,
        sparkline=drawing.sparkline,
        progress=drawing.progress,
    )
    return made


def segment(name: str) -> str:
    """A name as a part of a path: also its slashes are escaped."""
    return quote(name, safe="")


def study_path(study_name: str, *further: object) -> str:
    """Of a study's page, or one below it."""
    return "/".join(("/studies", segment(study_name), *(segment(str(each)) for each in further)))


def api_path(study_name: str, *further: object) -> str:
    """Of a study in the API, or of what is below it."""
    return PREFIX + study_path(study_name, *further)


def when(at: float | None) -> Markup:
    """A moment, in seconds since 1970. The script writes it in the reader's own zone."""
    if not at:
        return Markup("-")
    moment = datetime.fromtimestamp(at, UTC)
    shown = moment.strftime("%Y-%m-%d %H:%M" if time.time() - at > 1 else "%H:%M:%S")
    return Markup('<time datetime="{}">{} UTC</time>').format(moment.isoformat(timespec="seconds"), shown)
