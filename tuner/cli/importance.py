"""The command that says which parameters mattered.

Leaves to others: the figures (analysis).
"""

from typing import TYPE_CHECKING

import click

from tuner.cli.common import chosen, common_options, echo, print_json, studies_at, study_argument
from tuner.cli.stages import stages
from tuner.formatting import one_line, plural

if TYPE_CHECKING:
    from tuner.analysis.importance import Importance

_BAR = 20


@click.command()
@study_argument
@common_options
def importance(study: str | None, storage: str | None, as_json: bool) -> None:
    """Show which parameters mattered in a study, and where its best trials lie.

    Example: tune importance fashion_mnist-1
    """
    from tuner.studies.status import study_status
    from tuner.studies.stored_study import spec_of

    db = studies_at(storage)
    with stages("weighing the parameters"):
        from tuner.analysis.importance import SURE_TRIALS, importance
        from tuner.analysis.importance_views import importance_view

        status = study_status(db, chosen(db, study))
        found = importance(spec_of(status.study), status.trials)
    if as_json:
        print_json(importance_view(status.study.study_name, found))
        return
    _print(found)
    counted = sum(each.state in ("complete", "pruned") and each.value is not None for each in status.trials)
    if counted < SURE_TRIALS:
        echo(f"from {plural(counted, 'trial')}: an indication, no more", err=True)


def _print(found: "tuple[Importance, ...]") -> None:
    from rich.text import Text

    from tuner.analysis.importance import OFTEN
    from tuner.cli.console import Console
    from tuner.cli.show import plain_table

    table = plain_table("parameter", "importance", "", "check", "the best fifth of the trials had")
    for each in found:
        bar = "\N{BOX DRAWINGS HEAVY HORIZONTAL}" * round(_BAR * each.ped_anova)
        check = "may be chance" if each.chance > OFTEN else f"{each.counted:.0%}"
        table.add_row(one_line(each.name), f"{each.ped_anova:.0%}", Text(bar, "cyan"), check, one_line(_good(each)))
    Console().print(table)
    echo("importance: how much the values of the best tenth differ from all that were tried (PED-ANOVA)", err=True)
    echo("check: the same by counting; chance: shuffled trials show as much one time in twenty or more", err=True)


def _good(each: "Importance") -> str:
    if each.low is not None and each.high is not None:
        return f"{each.low:.4g} to {each.high:.4g}"
    if not each.values:
        return "it in none of them"
    return ", ".join(f"{value} ({count} of {each.best_trials})" for value, count in each.values[:3])
