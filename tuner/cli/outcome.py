"""How a study came out, in words for people: the best trial, what it is compared with, what to do next.

Leaves to others: tables of trials and studies (show), --json (studies.views), what is known (studies).
"""

from rich.padding import Padding
from rich.text import Text

from tuner.cli.console import Console
from tuner.cli.several import further_figure, further_objectives
from tuner.cli.show import bold, label, number, plain_table
from tuner.database.facts import Outcome
from tuner.database.runs import RunView
from tuner.formatting import duration, one_line, params_in_words, plural, value_in_words
from tuner.hints import command
from tuner.spec.metrics import sign
from tuner.studies.champion import standing
from tuner.studies.in_words import counts_in_words, headline, objective, searched_params
from tuner.studies.pareto import front
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import is_external, spec_of

_LONGEST_NAME = 30


def print_outcome(status: StudyStatus) -> None:
    """The closing summary of `tune start` and `tune resume`."""
    console = Console()
    study, best = status.study, status.best
    ended = "has ended" if status.state == "finished" else f"is {status.state}"
    console.print(Text("\n") + bold(study.study_name) + f" {ended} after {duration(status.elapsed_s)}")
    console.print(counts_in_words(status))
    if best is None:
        if status.state != "finished":
            console.print(f"go on with: {command('tune resume', study.study_name)}", soft_wrap=True)
        return
    console.print(f"\nBest: trial {best.trial_number}{_named(best)}")
    _print_result(console, status, best)
    for line in finalist_lines(status) or baseline_lines(status):
        # In a terminal words stay whole; in a file a line stays a line.
        console.print(f"  {line}", soft_wrap=not console.is_terminal)
    _print_champion(console, status)
    if further_objectives(status):
        print_front(status)
    console.print("\nNext:")
    name, finished = study.study_name, status.state == "finished"
    using = [
        (command("tune export", name), "the model, with a script that predicts"),
        (command("tune serve-model", name), "the model over HTTP"),
    ]
    steps = [
        (command("tune trials", name), "every trial, the best first"),
        (command("tune report", name), "the outcome in one HTML file"),
        (command("tune ui"), "compare the runs in MLflow"),
        *([] if is_external(study) else using),
        (command("tune resume", name, options=["--trials", 2 * study.trials] if finished else []), "search on"),
    ]
    width = max(len(typed) for typed, _ in steps)
    for typed, words in steps:
        console.print(f"  {typed:<{width}}  {words}", soft_wrap=True)


def print_left_off(status: StudyStatus, cluster: bool = False) -> None:
    """What there is of a study whose command was told to go, and the command that goes on: on stderr.

    cluster: its workers are on one, and have not ended with the command.
    """
    console = Console(stderr=True)
    name = status.study.study_name
    words = {"stopped": "is stopped", "stopping": "is stopping", "running": "goes on with other workers"}
    stands = words.get(status.state, "was interrupted")
    console.print(bold(name) + f" {stands} after {duration(status.elapsed_s)}", soft_wrap=True)
    console.print(counts_in_words(status), soft_wrap=True)
    if status.stage:
        console.print(status.stage, soft_wrap=True)
    left = sum(trial.state == "running" for trial in status.trials)
    if left and status.state != "running":
        goes = "it goes on after its" if left == 1 else "they go on after their"
        handed = plural(left, "running trial is", "running trials are")
        console.print(f"{handed} handed back; {goes} last whole epoch", soft_wrap=True)
    if status.best is not None:
        best = f"best so far: trial {status.best.trial_number}, {objective(status)} {number(status.best.value)}"
        console.print(best, soft_wrap=True)
        console.print(Padding(params_in_words(searched_params(status, status.best)), (0, 0, 0, 2), expand=False))
    if cluster and status.state == "running":
        watch, stop = command("tune status", name, options=["--watch"]), command("tune stop", name)
        console.print(f"its cluster goes on with it; look with: {watch}; end it with: {stop}", soft_wrap=True)
        return
    more = ["--engine", "ray", "--workers", "N"] if cluster else []
    console.print(f"go on with: {command('tune resume', name, options=more)}", soft_wrap=True)


def print_best(status: StudyStatus) -> None:
    """`tune best`: on stdout, without colours a script would stumble over."""
    console = Console()
    best = status.best
    if best is None:
        console.print(f"study {status.study.study_name} has no complete trial yet.")
        return
    console.print(bold(f"trial {best.trial_number}") + f"{_named(best)} of {status.study.study_name}")
    _print_result(console, status, best)
    _print_champion(console, status)
    if further_objectives(status):
        print_front(status)


def print_front(status: StudyStatus) -> None:
    """The trials of a study with several objectives that no other beats in all of them."""
    spec, further = spec_of(status.study), further_objectives(status)
    table = plain_table("trial", objective(status), *further, "configuration", right=further)
    for trial in front(spec, status.trials):
        words = params_in_words(searched_params(status, trial))
        table.add_row(label(trial), number(trial.value), *(further_figure(trial, each) for each in further), words)
    console = Console()
    names = ", ".join((objective(status), *further))
    console.print(f"\nThe Pareto front: no other trial is at least as good in {names}")
    console.print(table)


def _print_champion(console: Console, status: StudyStatus) -> None:
    if words := standing(status.study.study_name, status.study.outcome or Outcome()):
        console.print(f"  {words}", soft_wrap=True)


def _print_result(console: Console, status: StudyStatus, best: RunView) -> None:
    chosen = {one_line(name): value for name, value in searched_params(status, best).items()}
    # A longer name has its line for itself, and makes no other line longer.
    width = max(14, *(len(name) for name in chosen if len(name) <= _LONGEST_NAME), 0)
    epochs = f"epoch {best.best_epoch} of {len(best.epochs)}"
    figure = bold(number(best.value))
    console.print(Text(f"  {objective(status):<{width}} ") + figure + f"  ({epochs}, {best.seconds:.1f} s)")
    if best.facts.folds is not None:
        console.print(f"  {'':<{width}} {best.facts.folds.words}")
    if (test := test_in_words(status, width)) is not None:
        console.print(Text("  ") + test, soft_wrap=True)
    for name, value in chosen.items():
        console.print(f"  {name:<{width}} {one_line(value_in_words(value))}")
    if best.facts.verdict:
        console.print(f"  {'verdict':<{width}} {best.facts.verdict}", soft_wrap=True)
        console.print(f"  {'remedy':<{width}} {best.facts.remedy}", soft_wrap=True)


def test_in_words(status: StudyStatus, width: int) -> Text | None:
    """The winner's test result with its interval, or why there is none. width: of the names before the figures.

    None where programs train the trials: their test rows are their own affair.
    """
    if is_external(status.study):
        return None
    outcome = status.study.outcome or Outcome()
    test = outcome.test
    if outcome.not_scored:
        return Text(f"test rows: not scored, since {outcome.not_scored}")
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
    return Text(f"{'test ' + name:<{width}} ") + bold(number(test[name])) + "\n  ".join(lines)


def finalist_lines(status: StudyStatus) -> list[str]:
    """How the winner compares, where the best were trained again over seeds."""
    found = status.study.outcome.finalists if status.study.outcome else None
    if not found:
        return []
    rows = f"the model for use learnt from training and validation rows, {plural(found.epochs, 'epoch')}"
    if found.averaged > 1:
        rows += f"; its weights are the mean of the last {found.averaged}"
    return [*found.words, rows]


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
            gain = (best.value - trial.value) * sign(direction)
            lines.append(
                f"baseline {name}: {objective(status)} {number(trial.value)}; the best is {number(gain)} better"
            )
    return lines


def _named(trial: RunView) -> str:
    return f" ({one_line(trial.baseline)})" if trial.baseline else ""
