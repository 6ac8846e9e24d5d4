"""Studies and trials in words and tables for people.

Owns: how results look on stdout.
Leaves to others: the moving view (live), --json (objects), what is known (studies).
"""

import time
from collections.abc import Mapping, Sequence
from typing import Literal

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tuner.cli.common import echo
from tuner.cli.console import Console, styled
from tuner.cli.several import further_figure, further_objectives
from tuner.database.trials import FAILED, TrialView
from tuner.space import Choice, Params
from tuner.studies.champion import standing
from tuner.studies.pareto import front
from tuner.studies.service import NOT_SCORED, StudyStatus, ranked, spec_of
from tuner.words import command, duration, one_line, params_in_words, value_in_words

_WIDE = 120
"""Columns of a terminal in which a configuration has room beside its figures."""

STYLES = {
    "complete": "green",
    "pruned": "yellow",
    "running": "cyan",
    **dict.fromkeys(FAILED, "red"),
}


def searched_params(status: StudyStatus, trial: TrialView) -> Params:
    """The part of a trial's configuration that the search chose, in the order of the file."""
    spec = spec_of(status.study)
    space = spec.space
    fixed = {each.name for each in space if isinstance(each.domain, Choice) and len(each.domain.values) == 1}
    if spec.code is not None:
        return {name: value for name, value in trial.params.items() if name not in fixed}
    names = [each.name for each in space if each.name not in fixed]
    return {name: trial.params[name] for name in names if name in trial.params}


def spent_s(trial: TrialView) -> float:
    """Seconds from a trial's begin to its end, or until now."""
    return max(0.0, (trial.finished_at or time.time()) - trial.started_at)


def label(trial: TrialView) -> str:
    """A trial's number, and the name of its baseline if it is one."""
    return one_line(f"{'-' if trial.trial_number is None else trial.trial_number} {trial.baseline}".strip())


def number(value: float | None) -> str:
    """Four digits after the point, or a dash; six in all for what is large, such as a squared error."""
    if value is None:
        return "-"
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.6g}"


def counts_in_words(status: StudyStatus) -> str:
    """``12 of 40 trials: 8 complete, 3 pruned, 1 failed``."""
    counts = status.counts
    failed = sum(counts.get(state, 0) for state in FAILED)
    ended = counts.get("complete", 0) + counts.get("pruned", 0) + failed
    parts = [f"{counts.get('complete', 0)} complete", f"{counts.get('pruned', 0)} pruned", f"{failed} failed"]
    words = f"{ended} of {status.study.trials} trials: {', '.join(parts)}"
    if status.why_ended:
        words += f"; {counts.get('not_run', 0)} not run: {status.why_ended}"
    return words


def print_studies(found: Sequence[StudyStatus], unreadable: Mapping[str, str]) -> None:
    """`tune list`. unreadable: studies that this version cannot read, and why."""
    table = _table("study", "space", "state", "trials", "best", "test", "seconds")
    for each in found:
        ended = sum(trial.settled for trial in each.trials)
        table.add_row(
            one_line(each.study.study_name),
            one_line(each.study.space_name),
            each.state,
            f"{ended}/{each.study.trials}",
            number(each.best.value if each.best else None),
            number(_test_figure(each)),
            f"{study_s(each):.0f}",
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
    console.print(_bold(study.study_name), Text(f"({study.space_name}): {status.state}"))
    console.print(counts_in_words(status))
    if status.stage:
        console.print(status.stage)
    for line in passed_over_lines(status):
        console.print(line, soft_wrap=True)
    if status.best is not None:
        console.print(f"best: trial {status.best.trial_number}, {objective(status)} {number(status.best.value)}")
        console.print(f"      {params_in_words(searched_params(status, status.best))}")
    # What a worker does is worth a word where it is not what one expects, such as "no epoch for 2:10".
    does = {each.worker_id: f": {each.stage}" for each in status.workers if each.stage != "training"}
    for trial in status.trials:
        if trial.state == "running":
            where = f"{trial.worker_id}{does.get(trial.worker_id or '', '')}"
            console.print(f"running: trial {trial.trial_number}, epoch {len(trial.epochs)}, {where}")
    if status.state == "running" and status.left_s is not None:
        console.print(f"time left: about {duration(status.left_s)}")
    if status.state in ("stopped", "interrupted"):
        console.print(f"go on with: {command('tune resume', study.study_name)}", soft_wrap=True)


def print_trials(status: StudyStatus, top: int | None) -> None:
    """`tune trials`."""
    metric = objective(status)
    further = further_objectives(status)
    columns = ("trial", "state", metric, *further, "best epoch", "epochs", "seconds")
    rows: list[tuple[str | Text, ...]] = []
    words_of: list[Text] = []
    on_front = {trial.ordinal for trial in front(spec_of(status.study), status.trials)} if further else set()
    for trial in ranked(status.trials, spec_of(status.study).objective.direction)[:top]:
        words = params_in_words(searched_params(status, trial))
        if trial.reason and trial.state in FAILED:
            words = f"{one_line(trial.reason)}: {words}"
        verdict = styled(f"{trial.tags['verdict']}\n" if "verdict" in trial.tags else "", "yellow")
        rows.append(
            (
                label(trial) + (" *" if trial.ordinal in on_front else ""),
                Text(trial.state, style=STYLES.get(trial.state, "")),
                number(trial.value),
                *(further_figure(trial, name) for name in further),
                str(trial.best_epoch or "-"),
                str(len(trial.epochs)),
                f"{spent_s(trial):.1f}",
            )
        )
        words_of.append(verdict + words)
    console = Console()
    if console.width >= _WIDE:
        table = _table(*columns, "verdict, configuration", right=further)
        for row, beside in zip(rows, words_of, strict=True):
            table.add_row(*row, beside)
        console.print(table)
    else:
        _print_over_words(console, _table(*columns, right=further), rows, words_of)
    if on_front:
        echo("* no other trial is at least as good in every objective", err=True)


def print_front(status: StudyStatus) -> None:
    """The trials of a study with several objectives that no other beats in all of them."""
    spec, further = spec_of(status.study), further_objectives(status)
    table = _table("trial", objective(status), *further, "configuration", right=further)
    for trial in front(spec, status.trials):
        words = params_in_words(searched_params(status, trial))
        table.add_row(label(trial), number(trial.value), *(further_figure(trial, each) for each in further), words)
    console = Console()
    names = ", ".join((objective(status), *further))
    console.print(f"\nThe Pareto front: no other trial is at least as good in {names}")
    console.print(table)


def print_best(status: StudyStatus) -> None:
    """`tune best`: on stdout, without colours a script would stumble over."""
    console = Console()
    best = status.best
    if best is None:
        console.print(f"study {status.study.study_name} has no complete trial yet.")
        return
    console.print(_bold(f"trial {best.trial_number}") + f"{_named(best)} of {status.study.study_name}")
    _print_result(console, status, best)
    _print_champion(console, status)
    if further_objectives(status):
        print_front(status)


def _print_champion(console: Console, status: StudyStatus) -> None:
    if words := standing(status.study.study_name, status.study.outcome or {}):
        console.print(f"  {words}", soft_wrap=True)


def _print_result(console: Console, status: StudyStatus, best: TrialView) -> None:
    chosen = {one_line(name): value for name, value in searched_params(status, best).items()}
    width = max(14, *map(len, chosen), 0)
    epochs = f"epoch {best.best_epoch} of {len(best.epochs)}"
    figure = _bold(number(best.value))
    console.print(Text(f"  {objective(status):<{width}} ") + figure + f"  ({epochs}, {spent_s(best):.1f} s)")
    console.print(Text("  ") + test_in_words(status, width), soft_wrap=True)
    for name, value in chosen.items():
        console.print(f"  {name:<{width}} {one_line(value_in_words(value))}")
    if "verdict" in best.tags:
        console.print(f"  {'verdict':<{width}} {best.tags['verdict']}", soft_wrap=True)
        console.print(f"  {'remedy':<{width}} {best.tags.get('remedy', '')}", soft_wrap=True)


def test_in_words(status: StudyStatus, width: int) -> Text:
    """The winner's test result with its interval, or why there is none. width: of the names before the figures."""
    outcome = status.study.outcome or {}
    test = outcome.get("test")
    if outcome.get(NOT_SCORED):
        return Text(f"test rows: not scored, since {outcome[NOT_SCORED]}")
    if not test:
        return Text("test rows: not scored; that is done once, when the search has ended")
    name = headline(test)
    guess = "the most common class" if name == "accuracy" else "the mean"
    rows = "on rows" if test.get("seeds", 1) < 2 else f"mean of {test['seeds']:.0f} networks, on rows"
    lines = [
        f"  (95%: {number(test.get('low'))} to {number(test.get('high'))})",
        f"{'':<{width}} {rows} that no trial had seen",
    ]
    if "naive" in test:
        lines.append(f"{'':<{width}} always guessing {guess} would be {number(test['naive'])}")
    if "r2" in test:
        lines[-1] += f"; R2 {test['r2']:.4f}"
    return Text(f"{'test ' + name:<{width}} ") + _bold(number(test[name])) + "\n  ".join(lines)


def headline(test: Mapping[str, float]) -> str:
    """Which of the test figures the interval is of."""
    return next((name for name in ("accuracy", "mae") if name in test), "loss")


def print_outcome(status: StudyStatus) -> None:
    """The closing summary of `tune start` and `tune resume`."""
    console = Console()
    study, best = status.study, status.best
    ended = "has ended" if status.state == "finished" else f"is {status.state}"
    console.print(Text("\n") + _bold(study.study_name) + f" {ended} after {duration(study_s(status))}")
    console.print(counts_in_words(status))
    if best is None:
        return
    console.print(f"\nBest: trial {best.trial_number}{_named(best)}")
    _print_result(console, status, best)
    for line in finalist_lines(status) or baseline_lines(status):
        console.print(f"  {line}", soft_wrap=True)
    _print_champion(console, status)
    if further_objectives(status):
        print_front(status)
    console.print("\nNext:")
    name, finished = study.study_name, status.state == "finished"
    steps = [
        (command("tune trials", name), "every trial, the best first"),
        (command("tune report", name), "the outcome and its pictures, in one HTML file"),
        ("tune ui", "compare the runs in MLflow"),
        (command("tune resume", name, options=["--trials", 2 * study.trials] if finished else []), "search on"),
    ]
    width = max(len(typed) for typed, _ in steps)
    for typed, words in steps:
        console.print(f"  {typed:<{width}}  {words}", soft_wrap=True)


def finalist_lines(status: StudyStatus) -> list[str]:
    """How the winner compares, where the best were trained again over seeds."""
    found = (status.study.outcome or {}).get("finalists")
    if not found:
        return []
    rows = f"the model for use learnt from training and validation rows, {found['epochs']} epochs"
    if found.get("averaged", 1) > 1:
        rows += f"; its weights are the mean of the last {found['averaged']}"
    return [*found["words"], rows]


def baseline_lines(status: StudyStatus) -> list[str]:
    """How the best trial compares with each baseline, in words; validation metrics of one run each."""
    best, lines = status.best, []
    direction = spec_of(status.study).objective.direction
    for trial in status.trials:
        if not trial.baseline or best is None or best.value is None:
            continue
        name = one_line(trial.baseline)
        if trial.state != "complete" or trial.value is None:
            lines.append(f"baseline {name}: {trial.state} {one_line(trial.reason)}")
        elif trial.ordinal == best.ordinal:
            lines.append(f"baseline {name} is the best: no trial was better")
        else:
            gain = (best.value - trial.value) * (1 if direction == "maximize" else -1)
            lines.append(
                f"baseline {name}: {objective(status)} {number(trial.value)}; the best is {number(gain)} better"
            )
    return lines


def objective(status: StudyStatus) -> str:
    """The metric that the study optimizes."""
    return spec_of(status.study).objective.metric


def study_s(status: StudyStatus) -> float:
    """From the first trial's begin to the end of the last, finalists included, or until now."""
    if not status.trials:
        return 0.0
    now = time.time()
    until = [trial.finished_at or now for trial in status.trials]
    until += [finalist.finished_at or now for finalist in status.finalists if finalist.held or finalist.settled]
    return max(until) - min(trial.started_at for trial in status.trials)


def _test_figure(status: StudyStatus) -> float | None:
    test = (status.study.outcome or {}).get("test") or {}
    return test.get(headline(test))


def _print_over_words(
    console: Console, table: Table, rows: Sequence[Sequence[str | Text]], words_of: Sequence[Text]
) -> None:
    """Each row in a line, and under it its words: in a narrow terminal there is no room beside it."""
    for column in table.columns:
        column.no_wrap = True
    for row in rows:
        table.add_row(*row)
    with console.capture() as captured:
        console.print(table)
    head, *lines = (line.rstrip() for line in captured.get().splitlines())
    print(head)
    for line, words in zip(lines, words_of, strict=True):
        print(line)
        console.print(Padding(words, (0, 0, 0, 4)))


def _bold(words: str) -> Text:
    return styled(one_line(words), "bold")


def _named(trial: TrialView) -> str:
    return f" ({one_line(trial.baseline)})" if trial.baseline else ""


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        figures = ("best", "test", "seconds", "epochs", "best epoch", "trials", *right)
        justify: Literal["left", "right"] = "right" if column in figures or column.startswith("val_") else "left"
        table.add_column(column, justify=justify, overflow="fold")
    return table
