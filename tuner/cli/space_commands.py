"""Commands on search spaces: `tune spaces list`, `show` and `check`."""

import sys
from typing import Any

import click

from tuner.cli.common import echo_whole, json_option, print_json
from tuner.cli.python_options import python_options
from tuner.cli.request_options import space_request
from tuner.cli.stages import stages


@click.group()
def spaces() -> None:
    """Search spaces: list the shipped ones, show one, check a file."""


@spaces.command("list")
@json_option
def spaces_list(as_json: bool) -> None:
    """List the search spaces that come with tuner.

    Example: tune spaces list
    """
    from tuner.cli import spaces as rooms

    if as_json:
        from tuner.service.space_views import SearchSpaces, search_space

        print_json(SearchSpaces(spaces=tuple(map(search_space, rooms.shipped()))))
    else:
        rooms.print_spaces()


@spaces.command("show")
@click.argument("space")
@json_option
def spaces_show(space: str, as_json: bool) -> None:
    """Show what a search space tries: its parameters, baselines and search.

    Example: tune spaces show fashion_mnist
    """
    from tuner.cli import spaces as rooms
    from tuner.spec.finding import find_space

    if as_json:
        from tuner.service.space_views import search_space

        print_json(search_space(find_space(space)))
    else:
        rooms.print_space(find_space(space))


@spaces.command("check")
@click.argument("space")
@click.option("--quick", is_flag=True, help="Only read the file and the data; train nothing.")
@python_options
@json_option
def spaces_check(quick: bool, as_json: bool, **options: Any) -> None:
    """Check a search space before anything runs: the file, its data, its smallest and largest network.

    Of a space in Python: what it asks, with its defaults and in every conditional scope.

    Example: tune spaces check my_space.yaml
    """
    from tuner.cli import checked_space
    from tuner.service.checking import check_space
    from tuner.service.space_views import checked_search_space

    with stages() as say:
        checked = check_space(space_request(options), quick, say)
    if as_json:
        print_json(checked_search_space(checked))
    else:
        checked_space.print_checked(options["space"], checked)
    if checked.networks and checked.networks.problems:
        sys.exit(1)


@spaces.command("schema")
@click.option("--markdown", is_flag=True, help="The whole language as a page, instead of a JSON schema.")
def spaces_schema(markdown: bool) -> None:
    """Print the JSON schema of search-space files, for editors.

    Example: tune spaces schema > space.schema.json
    """
    import json

    from tuner.cli.language_page import page
    from tuner.service.space_schema import schema

    echo_whole(page() if markdown else json.dumps(schema(), indent=1), nl=not markdown)
