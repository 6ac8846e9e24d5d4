"""`tune token`: who is let in over HTTP.

Leaves to others: what a token is (service.tokens).
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from tuner.cli.common import (
    common_options,
    echo,
    echo_whole,
    open_studies,
    print_json,
    settings_of,
    storage_option,
    studies_at,
)

if TYPE_CHECKING:
    from tuner.database.tokens import TokenView
    from tuner.service.tokens import Token


@click.group()
def token() -> None:
    """Tokens for `tune serve`: make one, list them, revoke one."""


@token.command("create")
@click.argument("person")
@click.option(
    "--role", type=click.Choice(["viewer", "member", "admin"]), default="member", show_default=True,
    help="A viewer looks, a member starts studies and changes their own, an admin does everything.",
)  # fmt: skip
@click.option("--days", type=click.FloatRange(min=0), default=90.0, show_default=True, help="It lasts; 0 is for good.")
@storage_option
def create(person: str, role: Any, days: float, storage: str | None) -> None:
    """Make a token for a person; it is on stdout, and not to be had again.

    Example: tune token create ada --role member
    """
    from tuner.service.tokens import TokenRequest, create_token

    made = create_token(open_studies(settings_of(storage)), TokenRequest(person=person, role=role, days=days or None))
    # `echo` shows no secret.
    echo_whole(made.text)
    echo(f"tune: {_in_words(made.view)}. Send it as: Authorization: Bearer TOKEN", err=True)


@token.command("list")
@common_options
def list_(storage: str | None, as_json: bool) -> None:
    """List the tokens, without what is secret of them.

    Example: tune token list
    """
    from tuner.service.tokens import all_tokens

    found = all_tokens(studies_at(storage))
    if as_json:
        print_json(found)
        return
    for each in found.tokens:
        echo(_in_words(each))


@token.command("revoke")
@click.argument("token_id")
@storage_option
def revoke(token_id: str, storage: str | None) -> None:
    """Let a token count no more, from the next request on.

    Example: tune token revoke 1f0c9a2e
    """
    from tuner.service.tokens import revoke_token

    view = revoke_token(studies_at(storage), token_id)
    echo(f"token {view.token_id} of {view.person} counts no more", err=True)


def _in_words(view: "TokenView | Token") -> str:
    ends = "for good" if view.expires_at is None else f"until {_day(view.expires_at)}"
    if not view.counts:
        ends = "revoked" if view.revoked_at is not None else f"expired on {_day(view.expires_at or 0.0)}"
    used = "" if view.used_at is None else f", used {_day(view.used_at)}"
    return f"token {view.token_id} of {view.person}, {view.role}, {ends}{used}"


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
