"""The moving view of a study: reads SQL only, so it works from any terminal that reaches the database.

Owns: the picture on a terminal, and plain lines where stderr is none.
Leaves to others: the closing summary (outcome), the tables (show).
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Group, RenderableType
from rich.live import Live
from rich.logging import RichHandler
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tuner.cli import outcome, show
from tuner.cli.common import echo
from tuner.cli.console import Console
from tuner.database.connection import OUTAGE_S, Database
from tuner.database.runs import CANCELLED, FAILED, INFEASIBLE, RunView
from tuner.formatting import duration, one_line, params_in_words, plural, visible
from tuner.redaction import Formatter
from tuner.studies import in_words
from tuner.studies.follower import StudyFollower
from tuner.studies.status import STARTING, StudyStatus

_TERMINAL_S = 0.5
_PLAIN_S = 1.0
_SILENT_S = 15.0
_WIDE = 110
"""Columns of a terminal in which everything has room."""


@contextmanager
def progress(db: Database, study_name: str) -> Iterator[Callable[[], None]]:
    """Show a study's progress on stderr; the callable brings it up to date, at most twice a second."""
    follower = StudyFollower(db, study_name)
    with _shown() as (update, pause_s):

        def look() -> None:
            update(follower.look())

        yield _seldom(look, pause_s)
        look()


def follow(db: Database, study_name: str) -> None:
    """`tune status --watch`: until the study has ended or nobody works on it any more."""
    follower = StudyFollower(db.waiting(OUTAGE_S), study_name)
    with _shown() as (update, pause_s):
        while True:
            status = follower.look()
            update(status)
            if status.state in ("finished", "stopped", "cancelled"):
                break
            time.sleep(pause_s)
    outcome.print_outcome(status)


@contextmanager
def _shown() -> Iterator[tuple[Callable[[StudyStatus], None], float]]:
    """What shows a study on stderr, and for how many seconds it is good."""
    console = Console(stderr=True)
    if console.is_terminal:
        with Live(console=console, refresh_per_second=4, transient=True) as live, _log_above(console):
            yield lambda status: live.update(picture(status, console.width)), _TERMINAL_S
    else:
        logging.basicConfig(level=logging.WARNING, handlers=[_plain_handler()])
        yield Lines().show, _PLAIN_S


@contextmanager
def _log_above(console: Console) -> Iterator[None]:
    """Warnings appear above the moving picture instead of tearing it."""
    handler = RichHandler(console=console, show_path=False, show_time=False, show_level=False, markup=False)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(Formatter("tune: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


def _seldom(call: Callable[[], None], seconds: float) -> Callable[[], None]:
    last = 0.0

    def maybe() -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            call()
            last = time.monotonic()

    return maybe


def picture(status: StudyStatus, width: int = _WIDE) -> RenderableType:
    """The whole view: the study, the running trials, the best so far. width: of the terminal, in columns."""
    study = status.study
    ended = sum(trial.finalized for trial in status.trials)
    head = Table.grid(padding=(0, 2))
    # The bar takes what the words leave.
    for no_wrap in (False, True, True, True, True):
        head.add_column(no_wrap=no_wrap, overflow="fold")
    left = f"about {duration(status.left_s)} left" if status.left_s is not None else "time left not known yet"
    if ended == study.trials:
        left = "all trials have ended"
    head.add_row(
        Text(study.study_name, style="bold"),
        ProgressBar(total=study.trials, completed=ended, width=30 if width >= _WIDE else 12),
        f"{ended}/{plural(study.trials, 'trial')}",
        duration(status.elapsed_s) + " gone",
        left if status.state != "stopping" else "stopping",
    )
    parts: list[RenderableType] = [head, _counts(status), Text("")]
    for line in show.passed_over_lines(status):
        parts += [line, Text("")]
    running = [trial for trial in status.trials if trial.state == "running"]
    if status.stage:
        parts += [Text(status.stage, style="bold"), _finalists(status), Text("")]
    if running:
        parts += [_running(status, running, width), Text("")]
    elif (starting := sum(worker.stage == STARTING for worker in status.workers)) and not status.stage:
        are = plural(starting, "worker is", "workers are")
        parts += [Text(f"{are} starting (importing TensorFlow takes some seconds)"), Text("")]
    if status.workers:
        parts += [_workers(status), Text("")]
    if status.best is not None:
        parts += [_best(status, status.best), Text("")]
    return Group(*parts)


def _counts(status: StudyStatus) -> Text:
    counts = status.counts
    failed = sum(counts.get(state, 0) for state in FAILED)
    text = Text()
    for words, count, style in (
        ("complete", counts.get("complete", 0), "green"),
        ("pruned", counts.get("pruned", 0), "yellow"),
        ("failed", failed, "red"),
        *([("infeasible", broken, "magenta")] if (broken := counts.get(INFEASIBLE, 0)) else ()),
        *([("cancelled", cancelled, "yellow")] if (cancelled := counts.get(CANCELLED, 0)) else ()),
        ("running", counts.get("running", 0), "cyan"),
        ("to go", counts.get("waiting", 0), ""),
    ):
        text.append(f"{count} {words}   ", style=style if count else "dim")
    return text


def _running(status: StudyStatus, running: list[RunView], width: int) -> Table:
    metric = in_words.objective(status)
    devices = {each.worker_id: each for each in status.workers}
    lost = any(trial.worker_id not in devices for trial in running)
    # In a narrow terminal the workers' own table says who trains what.
    columns = ("trial", "epoch", metric, "best", "seconds", *(("worker",) if lost or width >= _WIDE else ()))
    table = Table(box=None, pad_edge=False, header_style="dim", expand=True)
    for column in columns:
        table.add_column(column, no_wrap=True, min_width=max(5, len(column)))
    # What is left of the line is the configuration's; the figures are never cut.
    table.add_column("configuration", no_wrap=True, overflow="ellipsis", ratio=1)
    for trial in running:
        planned = trial.params.get("epochs", "?")
        last = trial.epochs[-1].metrics.get(metric) if trial.epochs else None
        worker = devices.get(trial.worker_id or "")
        where = f"{worker.host}:{worker.pid} {worker.device}" if worker else "lost; will be adopted"
        table.add_row(
            show.label(trial),
            f"{len(trial.epochs)}/{planned}",
            show.number(last),
            show.number(trial.value),
            f"{trial.seconds:.0f}",
            *([where] if "worker" in columns else []),
            params_in_words(in_words.searched_params(status, trial)),
        )
    return table


def _finalists(status: StudyStatus) -> Table:
    """Every configuration and its seeds: the objective of those that are done, the epoch of those that run."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("trial", "kind", "seeds"):
        table.add_column(column, no_wrap=True)
    numbers = {trial.ordinal: show.label(trial) for trial in status.trials}
    for key in dict.fromkeys((each.role, each.trial_ordinal) for each in status.finalists):
        mine = [each for each in status.finalists if (each.role, each.trial_ordinal) == key]
        table.add_row(
            numbers.get(key[1], "?"),
            "on all rows" if key[0] == "final" else "compared",
            Text("  ").join([*map(_seed, mine), *([Text(mine[0].dropped, "yellow")] if mine[0].dropped else [])]),
        )
    return table


def _seed(finalist: RunView) -> Text:
    if finalist.state == "running":
        return Text(f"epoch {len(finalist.epochs)}", "cyan")
    if finalist.state == "complete":
        return Text(show.number(finalist.value) if finalist.role == "compare" else "done", "green")
    return Text("-") if finalist.state == "waiting" else Text(finalist.state, "yellow")


def _workers(status: StudyStatus) -> Table:
    """Every worker, wherever it runs; one that has been silent for some time may be gone."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("worker", "device", "does", "trial", "epoch", "sign of life"):
        # What does not fit is cut from what a worker does, and not from a figure.
        table.add_column(column, no_wrap=column != "does", overflow="fold")
    held = {trial.worker_id: trial for trial in status.trials if trial.state == "running"}
    for worker in status.workers:
        trial = held.get(worker.worker_id)
        table.add_row(
            f"{worker.host}:{worker.pid}",
            worker.device,
            worker.stage,
            show.label(trial) if trial else "",
            f"{len(trial.epochs)}/{trial.params.get('epochs', '?')}" if trial else "",
            f"{worker.seen_s:.0f} s ago",
            style="yellow" if worker.seen_s > _SILENT_S else "",
        )
    return table


def _best(status: StudyStatus, best: RunView) -> RenderableType:
    named = f" ({best.baseline})" if best.baseline else ""
    text = Text.assemble(
        ("best  ", "bold"),
        (f"{in_words.objective(status)} {show.number(best.value)}", "bold green"),
        f"  trial {best.trial_number}{named}, epoch {best.best_epoch}\n",
        params_in_words(in_words.searched_params(status, best)),
    )
    for trial in status.trials:
        if trial.baseline and trial.ordinal != best.ordinal and trial.value is not None:
            text.append(f"\nbaseline {trial.baseline}: {show.number(trial.value)}", style="dim")
    return text


class Lines:
    """One line a trial that ended, for logs and pipes."""

    def __init__(self) -> None:
        self._ended: set[int] = set()
        self._begun = False
        self._stage = ""
        self._passed_over: set[str] = set()

    def show(self, status: StudyStatus) -> None:
        if not self._begun:
            self._begun = True
            self._ended = {trial.ordinal for trial in status.trials if trial.finalized}
            _say(f"study {status.study.study_name}: {in_words.counts_in_words(status)}")
        for trial in status.trials:
            if trial.finalized and trial.ordinal not in self._ended:
                self._ended.add(trial.ordinal)
                _say(self._line(status, trial))
        for each in status.passed_over:
            if each.words not in self._passed_over:
                self._passed_over.add(each.words)
                _say(f"{each.words}. {each.mend}")
        if status.stage and status.stage != self._stage:
            self._stage = status.stage
            _say(status.stage)

    def _line(self, status: StudyStatus, trial: RunView) -> str:
        named = f" (baseline {trial.baseline})" if trial.baseline else ""
        metric = in_words.objective(status)
        sure = f" +- {trial.facts.folds.half:.4f}" if trial.facts.folds is not None else ""
        figures = f"{metric} {show.number(trial.value)}{sure} at epoch {trial.best_epoch}, {trial.seconds:.1f} s"
        if trial.state in (*FAILED, INFEASIBLE):
            figures = one_line(trial.reason)
        elif trial.value is None:
            figures = "before its first epoch had ended"
        # Its best epoch is not where it ended.
        after = f" after {plural(len(trial.epochs), 'epoch')}" if trial.value is not None else ""
        best = show.number(status.best.value) if status.best else "-"
        left = f", about {duration(status.left_s)} left" if status.left_s else ""
        place = f"[{len(self._ended)}/{status.study.trials}, best {best}{left}]"
        return f"{trial.trial_in_words}{named} {trial.state}{after}: {figures}  {place}"


def _say(line: str) -> None:
    echo(line, err=True)


def _plain_handler() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Visible("tune: %(message)s"))
    return handler


class _Visible(Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))
