"""Search spaces on the command line: listed, shown.

Owns: how a space looks in a terminal.
Leaves to others: where a name is looked for (spec), what a file may say (study_spec).
"""

from typing import Any

from rich.table import Table
from rich.text import Text

from tuner.cli.console import Console, styled
from tuner.formatting import params_in_words, plural
from tuner.search.cells import budget
from tuner.settings import shipped_spaces
from tuner.spec.finding import shipped_names
from tuner.spec.study_spec import StudySpec, read_spec


def shipped() -> list[StudySpec]:
    """Every space that comes with the package."""
    return [read_spec(shipped_spaces() / f"{name}.yaml") for name in shipped_names()]


def in_words(spec: StudySpec) -> str:
    """A space in a line."""
    searched = sum(_is_searched(each.domain) for each in spec.space)
    names = ", ".join(baseline.name for baseline in spec.baselines) or "none"
    what = f"{plural(searched, 'parameter')} searched" if spec.code is None else f"what {spec.code} asks is searched"
    trained = "trained by programs that ask" if spec.external else f"data {spec.data_name}, model {spec.model}"
    return (
        f"{trained}; {what}; {plural(budget(spec, None), 'trial')} "
        f"({spec.search.sampler.name}, {spec.search.pruner.name}); baselines: {names}"
    )


def _is_searched(domain: Any) -> bool:
    return len(getattr(domain, "values", (0, 0))) > 1


def print_spaces() -> None:
    """The shipped spaces as a table."""
    table = Table("space", "data", "model", "trials", "baselines", box=None, pad_edge=False, header_style="bold")
    for spec in shipped():
        table.add_row(
            spec.name, spec.data_name, spec.model, str(budget(spec, None)), ", ".join(b.name for b in spec.baselines)
        )
    Console().print(table)


def print_space(spec: StudySpec) -> None:
    """One space: parameters, baselines, search."""
    console = Console()
    console.print(styled(spec.name, "bold") + f": {in_words(spec)}")
    table = Table("parameter", box=None, pad_edge=False, header_style="bold")
    # As wide as the longest of its names, which are not to be broken.
    longest = max((len(word) for each in spec.space for word in str(each.domain).split()), default=0)
    table.add_column("values", min_width=min(longest, 40), overflow="fold")
    table.add_column("only when")
    for parameter in spec.space:
        when = "; ".join(f"{parent} is {' or '.join(map(str, values))}" for parent, values in parameter.when.items())
        table.add_row(parameter.name, str(parameter.domain), when)
    console.print(table)
    for baseline in spec.baselines:
        # In the order of the table.
        shown = {each.name: baseline.params[each.name] for each in spec.space if each.name in baseline.params}
        console.print(Text("baseline ") + styled(baseline.name, "bold") + f": {params_in_words(shown)}")
