"""Studies and trials in words and tables for people.

Owns: how results look on stdout.
Leaves to others: how a study came out (outcome), the moving view (live), --json and what is known (studies).
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tuner.cli.common import echo
from tuner.cli.console import Console, styled
from tuner.cli.long_table import LongTable
from tuner.cli.several import further_figure, further_figures, further_objectives
from tuner.database.runs import CANCELLED, FAILED, INFEASIBLE, RunView
from tuner.database.studies import note_of
from tuner.formatting import duration, one_line, params_in_words
from tuner.formatting import number as number
from tuner.hints import command
from tuner.studies.feasibility import warning
from tuner.studies.in_words import (
    constraints_in_words,
    counts_in_words,
    headline,
    objective,
    searched_of,
    searched_params,
)
from tuner.studies.pareto import front
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of

_WIDE = 120
"""Columns of a terminal in which a configuration has room beside its figures."""

STYLES = {
    "complete": "green",
    "pruned": "yellow",
    "running": "cyan",
    **dict.fromkeys(FAILED, "red"),
    INFEASIBLE: "magenta",
    CANCELLED: "dim",
}


def label(trial: RunView) -> str:
    """A trial's number, and the name of its baseline if it is one."""
    return one_line(f"{'-' if trial.trial_number is None else trial.trial_number} {trial.baseline}".strip())


def print_studies(found: Sequence[StudyStatus], unreadable: Mapping[str, str]) -> None:
    """`tune list`. unreadable: studies that this version cannot read, and why."""
    table = plain_table("study", "space", "state", "trials", "best", "test", "time")
    for each in found:
        ended = sum(trial.finalized for trial in each.trials)
        table.add_row(
            one_line(each.study.study_name),
            one_line(each.study.space_name),
            each.state,
            f"{ended}/{each.study.trials}",
            number(each.best.value if each.best else None),
            number(_test_figure(each)),
            duration(each.elapsed_s),
        )
    console = Console()
    console.print(table)
    for each in found:
        for line in passed_over_lines(each):
            console.print(Text(f"{each.study.study_name}: ") + line, soft_wrap=True)
    for why in unreadable.values():
        console.print(styled(one_line(why), "yellow"), soft_wrap=True)


def passed_over_lines(status: StudyStatus) -> list[Text]:
    """Why workers do not work on it, and what to do."""
    return [styled(one_line(each.words), "yellow") + f"\n  {one_line(each.mend)}" for each in status.passed_over]


def print_status(status: StudyStatus) -> None:
    """`tune status`."""
    console = Console()
    study = status.study
    console.print(bold(study.study_name), Text(f"({study.space_name}): {status.state}"))
    if note := note_of(study):
        console.print(Text(note), soft_wrap=True)
    console.print(counts_in_words(status))
    if constraints := constraints_in_words(status):
        console.print(constraints, soft_wrap=True)
    if status.stage:
        console.print(status.stage)
    for line in passed_over_lines(status):
        console.print(line, soft_wrap=True)
    if words := warning(spec_of(study), study.study_name, status.trials):
        console.print(styled(words, "yellow"), soft_wrap=True)
    if status.best is not None:
        console.print(f"best: trial {status.best.trial_number}, {objective(status)} {number(status.best.value)}")
        console.print(Padding(params_in_words(searched_params(status, status.best)), (0, 0, 0, 6), expand=False))
    # What a worker does is worth a word where it is not what one expects, such as "no epoch for 2:10".
    does = {each.worker_id: f": {each.stage}" for each in status.workers if each.stage != "training"}
    for trial in status.trials:
        if trial.state == "running":
            where = f"{trial.worker_id or 'handed back'}{does.get(trial.worker_id or '', '')}"
            console.print(f"running: {trial.trial_in_words}, epoch {len(trial.epochs)}, {where}")
    for again in status.reproductions:
        console.print(reproduction_in_words(again), soft_wrap=True)
    if status.state == "running" and status.left_s is not None:
        console.print(f"time left: about {duration(status.left_s)}")
    if status.state == "waiting" and spec_of(study).external:
        console.print(f"programs ask for its trials, of: {command('tune serve')}")
    if status.state in ("stopped", "interrupted", "cancelled"):
        console.print(f"go on with: {command('tune resume', study.study_name)}", soft_wrap=True)


def reproduction_in_words(again: RunView) -> str:
    """How a trial that was trained once more came out, or how far it is."""
    took = f"{duration(again.seconds)} on {again.facts.device or '?'}"
    if again.state != "running":
        # What was compared says itself of which trial; an error does not.
        what = again.reason if again.facts.came_out else f"{again.trial_in_words} {again.state}: {again.reason}"
        return f"trained again: {one_line(what)} ({took})"
    far = f"epoch {len(again.epochs)} of {again.planned_epochs}"
    return f"training again: {again.trial_in_words}, {far}{'' if again.held else ', silent for a minute or more'}"


def print_trials(status: StudyStatus, listed: Sequence[RunView]) -> None:
    """`tune trials`. listed: in this order."""
    further, several = further_figures(status), bool(further_objectives(status))
    folds = any(trial.facts.folds is not None for trial in listed)
    columns = ["trial", "state", objective(status), *(["+- 95%"] if folds else []), *further]
    table = LongTable(
        [*columns, "best epoch", "epochs", "seconds"],
        [False, False, *(_is_figure(each, further) for each in columns[2:]), True, True, True],
        "verdict, configuration",
    )
    on_front = {trial.ordinal for trial in front(spec_of(status.study), status.trials)} if several else set()
    searched = searched_of(status)
    for trial in listed:
        words = params_in_words(searched(trial))
        if trial.reason and trial.state in (*FAILED, INFEASIBLE):
            words = f"{one_line(trial.reason)}: {words}"
        row = [
            (label(trial) + (" *" if trial.ordinal in on_front else ""), ""),
            (trial.state, STYLES.get(trial.state, "")),
            (number(trial.value), ""),
            *([(number(trial.facts.folds.half if trial.facts.folds else None), "")] if folds else []),
            *((further_figure(trial, name), "") for name in further),
            (str(trial.best_epoch or "-"), ""),
            (str(len(trial.epochs)), ""),
            (f"{trial.seconds:.1f}", ""),
        ]
        table.add(row, [*((line, "yellow") for line in trial.facts.verdict.splitlines()), (words, "")])
    console = Console()
    table.print(console, beside=console.width >= _WIDE)
    if on_front:
        echo("* no other trial is at least as good in every objective", err=True)


def _test_figure(status: StudyStatus) -> float | None:
    test = (status.study.outcome.test if status.study.outcome else None) or {}
    return test.get(headline(test))


def bold(words: str) -> Text:
    """Words in bold type, in a line."""
    return styled(one_line(words), "bold")


def plain_table(*columns: str, right: Sequence[str] = ()) -> Table:
    """A table without lines. right: columns of figures, beside those that are known as such."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        justify: Literal["left", "right"] = "right" if _is_figure(column, right) else "left"
        table.add_column(column, justify=justify, overflow="fold")
    return table


def _is_figure(column: str, right: Sequence[str]) -> bool:
    figures = ("best", "test", "seconds", "time", "epochs", "best epoch", "trials", *right)
    return column in figures or column.startswith("val_")
