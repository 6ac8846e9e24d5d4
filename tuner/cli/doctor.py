"""The command that says what works here: doctor.

Leaves to others: the checks (workers).
"""

import sys

import click

from tuner.cli.common import common_options, print_json, settings_of

_STYLES = {"ok": "green", "warn": "yellow", "bad": "red"}


@click.command()
@click.option("--deep", is_flag=True, help="Also start TensorFlow or JAX, and read cached data sets whole.")
@common_options
def doctor(deep: bool, storage: str | None, as_json: bool) -> None:
    """Say what works here and what does not, each with its mend; exit code 1 if something is bad.

    Example: tune doctor --deep
    """
    from rich.table import Column, Table
    from rich.text import Text

    from tuner.cli.console import Console
    from tuner.cli.stages import stages
    from tuner.workers.checks import check_all
    from tuner.workers.finding import Findings

    findings = []
    # Where nobody looks, a line stays a line.
    console = Console(width=None if sys.stdout.isatty() else 2**16)
    with stages("checking") as say:
        for each in check_all(settings_of(storage), deep):
            findings.append(each)
            if not as_json:
                table = Table.grid(Column(width=5), Column(width=13), Column(overflow="fold"), padding=(0, 1, 0, 0))
                table.add_row(Text(each.state, _STYLES[each.state]), each.name, each.words)
                if each.mend:
                    table.add_row("", "", Text(each.mend, "dim"))
                console.print(table)
            say("the next check takes a while")
    bad = sum(each.state == "bad" for each in findings)
    if as_json:
        print_json(Findings(good=not bad, findings=tuple(findings)))
    elif not bad:
        console.print("\nNothing stands in the way of a study.")
    else:
        console.print(f"\n{bad} of these {'has' if bad == 1 else 'have'} to be mended first.")
    if bad:
        sys.exit(1)
