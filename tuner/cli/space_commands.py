"""Commands on search spaces: `tune spaces list`, `show` and `check`."""

import sys
from typing import Any

import click

from tuner.cli.common import echo, echo_whole, json_option, print_json
from tuner.cli.python_options import given_of, python_options


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
    from tuner.spec.finding import find_space

    if as_json:
        print_json(rooms.space_object(find_space(space)))
    else:
        rooms.print_space(find_space(space))


@spaces.command("check")
@click.argument("space")
@click.option("--quick", is_flag=True, help="Only read the file and the data; train nothing.")
@python_options
@json_option
def spaces_check(space: str, quick: bool, as_json: bool, **python: Any) -> None:
    """Check a search space before anything runs: the file, its data, its smallest and largest network.

    Of a space in Python: what it asks, with its defaults and in every conditional scope.

    Example: tune spaces check my_space.yaml
    """
    from tuner.cli import data_read, outlook, python_spaces
    from tuner.cli import spaces as rooms
    from tuner.search.compatibility import check_algorithms
    from tuner.spec.code import find_code
    from tuner.studies.row_order import order_in_words
    from tuner.studies.rows_check import load_as_workers_will
    from tuner.workers.cores import cpu_cores
    from tuner.workers.devices import slots
    from tuner.workers.gpus import find_gpus

    given = given_of(python)
    spec, code = python_spaces.read_space(space, given, run=False)
    check_algorithms(spec, space)
    codes = [find_code(each) for each in given.code]
    spec, dataset = load_as_workers_will(spec, codes)
    asked = None if code is None or quick else python_spaces.try_code(spec, code, dataset, codes)
    report = None
    if spec.code is None:
        report = outlook.check(spec, dataset.info, slots("auto", None, find_gpus(), cpu_cores()), quick, codes)
    if as_json:
        found = {**rooms.space_object(spec), **data_read.reading_object(dataset.reading), **(asked or {})}
        print_json({**found, **(outlook.report_object(report) if report else {})})
    else:
        echo(f"{space}: good. {rooms.in_words(spec)}")
        echo("\n".join(data_read.printed(dataset.reading)))
        if report:
            outlook.print_report(report)
        if words := order_in_words(spec):
            echo(f"  note: {words}")
        if asked:
            python_spaces.print_asked(asked)
        elif spec.code is not None:
            echo(f"Its network is made by {spec.code}, which was not run. If you trust it: --code {spec.code.place}")
    if report and report.problems:
        sys.exit(1)


@spaces.command("schema")
@click.option("--markdown", is_flag=True, help="The whole language as a page, instead of a JSON schema.")
def spaces_schema(markdown: bool) -> None:
    """Print the JSON schema of search-space files, for editors.

    Example: tune spaces schema > space.schema.json
    """
    import json

    from tuner.cli.language_page import page
    from tuner.cli.schema import schema

    echo_whole(page() if markdown else json.dumps(schema(), indent=1), nl=not markdown)
