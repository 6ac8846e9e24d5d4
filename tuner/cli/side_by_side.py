"""How a comparison of studies looks in a terminal."""

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from tuner.cli.console import Console
from tuner.formatting import one_line, value_in_words

if TYPE_CHECKING:
    from tuner.analysis.comparison import Comparison


def print_comparison(found: "Comparison") -> None:
    """A table with a column a study, then what the differences come to."""
    console = Console()
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column("")
    for name in found.studies:
        table.add_column(one_line(name), overflow="fold")
    for name, cells in found.rows.items():
        table.add_row(one_line(name), *map(one_line, cells))
    if found.parameters:
        table.add_row()
        table.add_row(Text("the best differ by", "bold"))
    for name, values in found.parameters.items():
        table.add_row(one_line(name), *("-" if each is None else one_line(value_in_words(each)) for each in values))
    console.print(table)
    if found.sentences:
        console.print()
    for line in found.sentences:
        console.print(line)
