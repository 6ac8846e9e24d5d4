"""What a picture of a study is made of - points, lines and bars on two axes - and how trials become points.

Owns: the data of a picture, the styles of trials, which part of the values is shown at first.
Leaves to others: which pictures there are (charts, parallel), drawing (plotly_page, pictures).
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tuner.analysis import summary
from tuner.database.runs import CANCELLED, FAILED, INFEASIBLE, RunView
from tuner.spec.space import Choice, FloatRange, IntRange, Parameter, Params
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of

_WIDE = 50
"""Numbers that span so many times the least of them are shown on a logarithmic axis."""

MOST_DRAWN = 1000
"""Trials in a picture: more points than that are a cloud, and slow a browser down."""

Mark = Literal["points", "line", "bars", "spans"]
Style = Literal["best", "baseline", "good", "complete", "pruned", "infeasible", "failed", "running", "rule"]


@dataclass(frozen=True)
class Series:
    """One entry of a legend. None in x or y breaks a line.

    begins: of "spans", horizontal bars from there to x. trials: whose each point is. words: said of each point.
    colour: instead of the style's. steps: a line that stays until the next point.
    """

    name: str
    style: Style
    mark: Mark
    x: Sequence[float | None]
    y: Sequence[float | None]
    trials: Sequence[int | None] = ()
    words: Sequence[str] = ()
    begins: Sequence[float] = ()
    colour: str = ""
    steps: bool = False


@dataclass(frozen=True)
class Axis:
    """ticks: place and word of each, where they are not numbers. range: shown at first, in the axis' own units."""

    title: str = ""
    log: bool = False
    ticks: Sequence[tuple[float, str]] = ()
    range: tuple[float, float] | None = None
    grid: bool = True
    shown: bool = True


@dataclass(frozen=True)
class Chart:
    """One picture.

    words: beneath it. labels: words in it, at x and y. height: in pixels. least_width: where a page is narrower, it
    lets the picture be scrolled sideways.
    """

    name: str
    title: str
    series: Sequence[Series]
    x: Axis = field(default_factory=Axis)
    y: Axis = field(default_factory=Axis)
    words: str = ""
    labels: Sequence[tuple[float, float, str]] = ()
    height: int = 360
    least_width: int = 0
    legend: bool = True


def trial_words(status: StudyStatus, trial: RunView) -> str:
    """What is said of a trial where it is a point."""
    named = f" ({trial.baseline})" if trial.baseline else ""
    value = "" if trial.value is None else f" {trial.value:.4f}"
    return f"{trial.trial_in_words}{named}: {trial.state}{value}"


def style_of(status: StudyStatus, trial: RunView) -> Style:
    """The winner and baselines before their states."""
    if status.best is not None and trial.ordinal == status.best.ordinal:
        return "best"
    if trial.baseline and trial.state == "complete":
        return "baseline"
    if trial.state in (*FAILED, CANCELLED):
        return "failed"
    if trial.state == INFEASIBLE:
        return "infeasible"
    return trial.state  # type: ignore[return-value]  # complete, pruned, running


NAMES: Mapping[Style, str] = {
    "pruned": "pruned", "infeasible": "infeasible", "failed": "failed", "running": "running", "complete": "complete",
    "good": "best tenth", "baseline": "baseline", "best": "the winner",
}  # fmt: skip
"""In the order of drawing: what matters most lies on top."""


def points(
    status: StudyStatus, style: Style, same: Sequence[RunView], x: Sequence[float | None], y: Sequence[float | None]
) -> Series:
    """Trials as points."""
    words = [trial_words(status, trial) for trial in same]
    return Series(NAMES[style], style, "points", x, y, [trial.trial_number for trial in same], words)


def by_style(status: StudyStatus, found: Sequence[RunView]) -> list[tuple[Style, list[RunView]]]:
    """Trials by style, in the order of drawing; styles that none has are left out."""
    grouped: dict[Style, list[RunView]] = {style: [] for style in NAMES}
    for trial in found:
        # A state that is no style has nothing to draw.
        grouped.get(style_of(status, trial), []).append(trial)
    return [(style, same) for style, same in grouped.items() if same]


def best_tenth(status: StudyStatus) -> list[RunView]:
    """The best tenth of all trials, the winner and baselines apart."""
    complete = [trial for trial in status.trials if style_of(status, trial) == "complete" and trial.value is not None]
    complete.sort(key=lambda trial: -summary.sign(status) * (trial.value or 0.0))
    return complete[: max(1, len(status.trials) // 10)]


def searched(status: StudyStatus, shown: Sequence[RunView]) -> list[Parameter]:
    """The parameters that the search chose, a layer's share of one (units_2) as one of its own.

    Where a person's code asks, nobody has said what may be tried: a parameter is then as wide as what was.
    """
    space = spec_of(status.study).space
    used: Params = {}
    for trial in shown:
        used = {**used, **trial.params} if trial.params.keys() - used.keys() else used
    names = summary.searched(status, used)
    known = [space[name] for name in (each.name for each in space) if name in names]
    return known + [_as_seen(name, shown) for name in names if name not in space]


def _as_seen(name: str, shown: Sequence[RunView]) -> Parameter:
    values = list(dict.fromkeys(trial.params[name] for trial in shown if name in trial.params))
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        return Parameter(name, Choice(tuple(values)), values[0])
    low, high = min(numbers), max(numbers)
    log = low > 0 and high / low >= _WIDE
    if all(isinstance(value, int) for value in numbers):
        return Parameter(name, IntRange(int(low), int(high), log=log), values[0])
    return Parameter(name, FloatRange(float(low), float(high), log=log), values[0])


def different(shown: Sequence[RunView], name: str) -> set[object]:
    """The different values of a parameter; None among them where a trial did not use it."""
    return {trial.params.get(name) for trial in shown}


def measured(trial: RunView) -> bool:
    """It has a value."""
    return trial.value is not None and math.isfinite(trial.value)


def drawn(status: StudyStatus, shown: Sequence[RunView]) -> list[RunView]:
    """Those that a picture has a point or a line of: of very many the better half of `MOST_DRAWN`, the winner, the
    baselines, and of the others every so many-th, in the order given."""
    if len(shown) <= MOST_DRAWN:
        return list(shown)
    known = [trial for trial in shown if measured(trial)]
    known.sort(key=lambda trial: -summary.sign(status) * (trial.value or 0.0))
    kept = {trial.ordinal for trial in known[: MOST_DRAWN // 2]}
    kept |= {trial.ordinal for trial in shown if style_of(status, trial) in ("best", "baseline")}
    others = [trial.ordinal for trial in shown if trial.ordinal not in kept]
    kept |= set(others[:: math.ceil(2 * len(others) / MOST_DRAWN)])
    return [trial for trial in shown if trial.ordinal in kept]


def focus(values: Sequence[float], direction: float) -> tuple[tuple[float, float] | None, int]:
    """The range that shows the good part of the values, and how many lie outside.

    From the best to as far again below the median as the best is above it, and to the worst where that is near.
    """
    finite = sorted((value for value in values if math.isfinite(value)), key=lambda value: -direction * value)
    if len(finite) < 2 or finite[0] == finite[-1]:
        return None, 0
    best, worst = finite[0], finite[-1]
    reach = 2.5 * abs(best - statistics.median(finite))
    edge = best - direction * (reach or abs(best - worst))
    if abs(best - worst) <= 1.5 * abs(best - edge):
        edge = worst
    margin = 0.06 * abs(best - edge)
    low, high = sorted((best + direction * margin, edge - direction * margin))
    return (low, high), sum(not low <= value <= high for value in finite)


def shortened(text: str, most: int = 14) -> str:
    """A word for an axis, of so many letters at most."""
    return text if len(text) <= most else text[: most - 1] + "\u2026"
