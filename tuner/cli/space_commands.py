"""Commands on search spaces: `tune spaces list`, `show` and `check`."""

import click

from tuner.cli.common import json_option, print_json


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
        print_json({"spaces": [rooms.space_object(each) for each in rooms.shipped()]})
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

    if as_json:
        print_json(rooms.space_object(rooms.find_space(space)))
    else:
        rooms.print_space(rooms.find_space(space))


@spaces.command("check")
@click.argument("space")
@json_option
def spaces_check(space: str, as_json: bool) -> None:
    """Check a search-space file before anything runs.

    Example: tune spaces check my_space.yaml
    """
    from tuner.cli import spaces as rooms
    from tuner.search.possible import check_algorithms

    spec = rooms.find_space(space)
    check_algorithms(spec, space)
    if as_json:
        print_json(rooms.space_object(spec))
    else:
        click.echo(f"{space}: good. {rooms.in_words(spec)}")


@spaces.command("schema")
@click.option("--markdown", is_flag=True, help="The whole language as a page, instead of a JSON schema.")
def spaces_schema(markdown: bool) -> None:
    """Print the JSON schema of search-space files, for editors.

    Example: tune spaces schema > space.schema.json
    """
    import json

    from tuner.cli.language_page import page
    from tuner.cli.schema import schema

    click.echo(page() if markdown else json.dumps(schema(), indent=1), nl=not markdown)
