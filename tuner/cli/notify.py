"""`tune notify`: who is told of what becomes of studies.

Leaves to others: who is (service.receivers), what they are told (notifying).
"""

from typing import TYPE_CHECKING

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
from tuner.formatting import duration, plural
from tuner.hints import command

if TYPE_CHECKING:
    from tuner.database.connection import Database
    from tuner.service.receivers import Receiver

_EVENTS = ("ended", "failed", "stuck", "best")


@click.group()
def notify() -> None:
    """Have a webhook or an address of e-mail told when a study ends, fails, is stuck or has a new best."""


@notify.command("add")
@click.option("--url", metavar="URL", help="Of a webhook: it gets signed JSON.")
@click.option("--mail", metavar="ADDRESS", help="Of e-mail, by the server of TUNER_SMTP_HOST.")
@click.option("--study", "study_name", metavar="NAME", help="Of this study.")
@click.option("--owner", metavar="NAME", help="Of all studies of this person [me].")
@click.option("--on", "on", metavar="EVENTS", default="ended,failed,stuck", show_default=True,
              help="Of ended, failed, stuck and best, with commas between.")  # fmt: skip
@storage_option
def add(
    url: str | None, mail: str | None, study_name: str | None, owner: str | None, on: str, storage: str | None
) -> None:
    """Have somebody told; a webhook's secret is on stdout, and not to be had again.

    Example: tune notify add --mail ada@example.com --on ended,failed,stuck,best
    """
    from tuner.errors import InputError
    from tuner.service.receivers import ReceiverRequest, add_receiver
    from tuner.settings import read_mail_settings

    events = tuple(filter(None, (each.strip() for each in on.split(","))))
    if wrong := [each for each in events if each not in _EVENTS]:
        raise InputError(f"--on {wrong[0]}: is none of {', '.join(_EVENTS)}.")
    asked = {"url": url, "mail": mail, "study_name": study_name, "owner": owner, "events": events}
    request = ReceiverRequest.model_validate(asked)
    made = add_receiver(open_studies(settings_of(storage)), request)
    echo(f"tune: {_in_words(made.view)}", err=True)
    if made.secret:
        # `echo` shows no secret.
        echo_whole(made.secret)
        echo("tune: that is the secret by which messages are signed", err=True)
    elif read_mail_settings() is None:
        echo("tune: TUNER_SMTP_HOST is not set here: e-mail is sent by a server or a worker where it is", err=True)


@notify.command("list")
@common_options
def list_(storage: str | None, as_json: bool) -> None:
    """List who is told of what, and whether they could be.

    Example: tune notify list
    """
    from tuner.service.receivers import all_receivers

    found = all_receivers(studies_at(storage))
    if as_json:
        print_json(found)
        return
    for each in found.receivers:
        echo(_in_words(each))
        if each.trouble:
            again = f"; again in {duration(each.retry_seconds)}" if each.waiting else ""
            echo(f"  {each.trouble}{again}")


@notify.command("remove")
@click.argument("receiver_id")
@storage_option
def remove(receiver_id: str, storage: str | None) -> None:
    """Tell somebody no more.

    Example: tune notify remove 1f0c9a2e
    """
    from tuner.service.receivers import remove_receiver

    gone = remove_receiver(studies_at(storage), receiver_id)
    echo(f"{gone.target} is told nothing more", err=True)


@notify.command("test")
@click.argument("receiver_id")
@common_options
def test(receiver_id: str, storage: str | None, as_json: bool) -> None:
    """Send a message now, and say what came back.

    Example: tune notify test 1f0c9a2e
    """
    from tuner.errors import NotDelivered
    from tuner.service.receivers import try_receiver

    came = try_receiver(studies_at(storage), receiver_id)
    if as_json:
        print_json(came)
    if not came.delivered:
        raise NotDelivered(f"it was not delivered: {came.words}.")
    if not as_json:
        echo(f"delivered: {came.words}")


def print_troubles(db: "Database", study_name: str) -> None:
    """Who should have been told of a study and was not, on stderr."""
    from tuner.service.receivers import troubles

    for each in troubles(db, study_name):
        waits = f"is not told yet ({each.trouble}); it is tried again"
        so_far = waits if each.waiting else f"was not told: {each.trouble}"
        echo(f"tune: {each.target} {so_far}. See: {command('tune notify list')}", err=True)


def _in_words(view: "Receiver") -> str:
    whose = f"study {view.study_name}" if view.study_name is not None else f"studies of {view.owner}"
    kinds = {"delivered": view.delivered, "waiting": view.waiting, "given up": view.given_up}
    counted = ", ".join(f"{count} {word}" for word, count in kinds.items() if count)
    came = f": {plural(sum(kinds.values()), 'message')}, {counted}" if counted else ""
    return f"{view.receiver_id} {view.target} is told of {', '.join(view.events)} of {whose}{came}"
