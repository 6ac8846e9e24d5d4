"""`tune owner`: how many studies a person may have running at once.

Leaves to others: what a limit does (service.owners).
"""

from typing import TYPE_CHECKING

import click

from tuner.cli.common import common_options, echo, open_studies, print_json, settings_of, storage_option, studies_at

if TYPE_CHECKING:
    from tuner.service.owners import OwnerLimit


@click.group()
def owner() -> None:
    """How many studies a person may have running at once: say it, list it."""


@owner.command("limit")
@click.argument("person")
@click.argument("most", metavar="N|none")
@storage_option
def limit(person: str, most: str, storage: str | None) -> None:
    """Let a person have N running studies at most; further ones wait. `everybody` is whoever has no own limit.

    Studies that run go on. With 0 none begins; `none` takes the limit away.

    Example: tune owner limit ada 2
    """
    from tuner.service.owners import OwnerLimitRequest, limit_owner, most_in_words

    if most != "none" and not most.isdecimal():
        raise click.BadParameter(f"{most!r} is neither a number nor none.", param_hint="N")
    request = OwnerLimitRequest(person=person, most_studies=None if most == "none" else int(most))
    limit_owner(open_studies(settings_of(storage)), request)
    echo(f"{person} may have {most_in_words(request.most_studies)}", err=True)


@owner.command("list")
@common_options
def list_(storage: str | None, as_json: bool) -> None:
    """List the limits, and what runs and waits of these persons.

    Example: tune owner list
    """
    from tuner.service.owners import owner_limits

    found = owner_limits(studies_at(storage))
    if as_json:
        print_json(found)
        return
    for each in found.owners:
        echo(_in_words(each))


def _in_words(each: "OwnerLimit") -> str:
    from tuner.service.owners import most_in_words

    runs = f"; running: {', '.join(each.running)}" if each.running else ""
    waits = f"; waiting: {', '.join(each.waiting)}" if each.waiting else ""
    return f"{each.person}: {most_in_words(each.most_studies)}{runs}{waits}"
