"""How a comparison of studies looks in a terminal."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tuner.words import value_in_words

if TYPE_CHECKING:
    from tuner.analysis.comparison import Comparison


def print_comparison(found: "Comparison") -> None:
    """A table with a column a study, then what the differences come to."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column("")
    for name in found.studies:
        table.add_column(escape(name), overflow="fold")
    for name, cells in found.rows.items():
        table.add_row(escape(name), *(escape(cell) for cell in cells))
    if found.parameters:
        table.add_row()
        table.add_row("[bold]the best differ by[/]")
    for name, values in found.parameters.items():
        table.add_row(escape(name), *("-" if each is None else escape(value_in_words(each)) for each in values))
    console.print(table)
    if found.sentences:
        console.print()
    for line in found.sentences:
        console.print(escape(line))
