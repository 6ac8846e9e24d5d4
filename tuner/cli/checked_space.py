"""What was found out about a space beforehand, on the command line: `tune spaces check`, and a line at `tune start`.

Leaves to others: finding it out (service.checking).
"""

from rich.table import Table

from tuner.cli import data_read, spaces
from tuner.cli.common import echo, echo_prose
from tuner.cli.console import Console
from tuner.formatting import duration, plural
from tuner.search.cells import budget
from tuner.service.checking import CheckedSpace, Networks, TriedCode
from tuner.spec.study_spec import StudySpec
from tuner.studies.preflight import Outlook


def say_outlook(outlook: Outlook) -> None:
    """A line on stderr, and one for each warning."""
    low, high = outlook.smallest.size.parameters, outlook.largest.size.parameters
    words = f"{low:,} to {high:,}" if low < high else f"{low:,}"
    echo_prose(f"tune: networks of {words} parameters; about {outlook.worker_mib / 1024:.1f} GiB a worker")
    for each in outlook.warnings:
        echo_prose(f"tune: {each}")


def print_checked(space: str, checked: CheckedSpace) -> None:
    """space: as it was typed."""
    spec = checked.spec
    echo(f"{space}: good. {spaces.in_words(spec)}")
    if checked.reading is not None:
        echo("\n".join(data_read.printed(checked.reading)))
    if checked.networks:
        _print_networks(spec, checked.networks)
    for note in checked.notes:
        echo(f"  note: {note}")
    if checked.asked:
        _print_asked(checked.asked)
    elif spec.code is not None:
        echo(f"Its network is made by {spec.code}, which was not run. If you trust it: --code {spec.code.place}")


def _print_asked(asked: TriedCode) -> None:
    table = Table("parameter", "values", "default", box=None, pad_edge=False, header_style="bold")
    for each in asked.parameters:
        table.add_row(each.name, each.values, str(each.default))
    console = Console()
    console.print(table)
    console.print("With its defaults and in every conditional scope; a trial may ask for more.", style="dim")
    for note in asked.notes:
        echo(f"  note: {note}")


def _print_networks(spec: StudySpec, report: Networks) -> None:
    """Sizes, memory, time and warnings, a line each."""
    outlook = report.outlook
    ends = (("smallest network", outlook.smallest), ("largest network", outlook.largest))
    for i, (name, network) in enumerate(ends):
        words = f"{network.size.parameters:,} parameters"
        if report.tried:
            tried = report.tried[i]
            trains = "diverges with the learning rate tried" if tried.diverged else "trains"
            speed = f"{trains}, {1000 * tried.step_s:.2f} ms a step of {tried.batch_size} rows"
            words += f"; {tried.problem or speed}"
        echo(f"  {name:<17} {words}")
    echo(
        f"  {'memory':<17} about {outlook.worker_mib / 1024:.1f} GiB a worker, of {report.memory_mib / 1024:.1f} GiB "
        "that it may take"
    )
    if report.seconds is not None:
        trials = plural(budget(spec, None), "trial")
        workers = plural(report.workers, "worker")
        echo(f"  {trials:<17} about {duration(report.seconds)} on {workers}; less where they are pruned or end early")
    for each in outlook.warnings:
        echo(f"  warning: {each}")
