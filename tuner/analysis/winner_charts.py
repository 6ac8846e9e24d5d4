"""Pictures of one network, the winner's: its curves, and of a regression what it predicted.

Owns: what is drawn against what.
Leaves to others: what a picture is made of (chart), what was kept of the network (studies.trial_files), drawing.
"""

import math

from tuner.analysis import summary
from tuner.analysis.chart import Axis, Chart, Series
from tuner.data.answers import Answers
from tuner.database.runs import RunView
from tuner.studies.status import StudyStatus

CURVES = "winner-curve-"
"""Begins their names."""
_MOST = 2
_TRAINING, _VALIDATION = "#98a2b3", "#1c7ed6"


def winner_curves(status: StudyStatus) -> list[Chart]:
    """The loss and the objective by epoch, in training and in validation; none without a winner."""
    best = status.best
    if best is None or len(best.epochs) < 2:
        return []
    known = dict.fromkeys(name for each in best.epochs for name in each.metrics)
    objective = summary.metric(status).removeprefix("val_")
    both = [name for name in known if f"val_{name}" in known]
    names = dict.fromkeys(["loss", objective, *both])
    charts = [_curve(best, name) for name in names if name in known or f"val_{name}" in known]
    return charts[:_MOST]


def _curve(best: RunView, name: str) -> Chart:
    series, seen = [], []
    for metric, told, colour in ((name, "training", _TRAINING), (f"val_{name}", "validation", _VALIDATION)):
        found = [(each.epoch, each.metrics[metric]) for each in best.epochs if metric in each.metrics]
        found = [(epoch, value) for epoch, value in found if math.isfinite(value)]
        if found:
            x, y = [float(epoch) for epoch, _ in found], [value for _, value in found]
            words = [f"{told}, epoch {epoch}: {value:.4f}" for epoch, value in found]
            series.append(Series(told, "complete", "line", x, y, words=words, colour=colour))
            seen += y
    if best.best_epoch and seen:
        at = float(best.best_epoch)
        series.append(
            Series(f"best epoch, {best.best_epoch}", "rule", "line", [at, at], [min(seen), max(seen)], steps=True)
        )
    return Chart(f"{CURVES}{name}", f"The winner's {name}", series, Axis("epoch", grid=False), Axis(name), height=280)


def predicted(answers: Answers | None) -> Chart | None:
    """Of a regression: each validation row, what was predicted of it against what is true."""
    if answers is None or not len(answers.points):
        return None
    true, given = ([float(each) for each in column] for column in answers.points.T)
    ends = [float(answers.points.min()), float(answers.points.max())]
    words = [f"true {a:.4g}, predicted {b:.4g}" for a, b in zip(true, given, strict=True)]
    return Chart(
        "winner-predictions", "What it predicted", [
            Series("as it is", "rule", "line", ends, ends),
            Series("validation rows", "complete", "points", true, given, words=words),
        ], Axis("true"), Axis("predicted"), height=380, legend=False,
    )  # fmt: skip
