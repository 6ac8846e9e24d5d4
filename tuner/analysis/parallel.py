"""Parallel coordinates: a line a trial, through its parameters to its value.

Plotly's own needs WebGL, which a printed page and some phones have not, and drops what a trial did not use.
"""

import math
from collections.abc import Mapping, Sequence

from tuner.analysis import summary
from tuner.analysis.chart import (
    NAMES,
    Axis,
    Chart,
    Series,
    Style,
    best_tenth,
    by_style,
    different,
    drawn,
    focus,
    measured,
    searched,
    shortened,
)
from tuner.database.runs import RunView
from tuner.formatting import value_in_words
from tuner.spec.space import Choice, FloatRange, IntRange, Parameter
from tuner.studies.status import StudyStatus

_MOST_AXES = 9
_FOOT = -0.14
"""Where a line passes that has no value on an axis."""


def parallel(status: StudyStatus, importance: Mapping[str, float]) -> Chart | None:
    """A line a trial through its parameters to its value; a parameter that it did not use is at the axis' foot.

    importance: the most important ones are shown, the most important last, beside the value.
    """
    shown = [trial for trial in status.trials if measured(trial) and trial.params]
    values = [trial.value for trial in shown if trial.value is not None]
    parameters = [each for each in searched(status, shown) if len(different(shown, each.name)) > 1]
    parameters.sort(key=lambda each: importance.get(each.name, 0.0))
    parameters = parameters[-_MOST_AXES:]
    if len(shown) < 2 or not parameters:
        return None
    low, high = focus(values, summary.sign(status))[0] or (min(values), max(values))
    scales = [_Scale(each, shown) for each in parameters]
    texts = [(float(at), place, text) for at, scale in enumerate(scales) for place, text in scale.ticks()]
    last = float(len(scales))
    texts += [(last, share, f"{low + share * (high - low):.3f}") for share in (0.0, 0.5, 1.0)]

    good = best_tenth(status)
    groups = dict(by_style(status, drawn(status, shown)))
    among = {trial.ordinal for trial in good}
    complete = groups.get("complete", [])
    groups["complete"] = [trial for trial in complete if trial.ordinal not in among]
    groups["good"] = [trial for trial in complete if trial.ordinal in among]
    series = [_axis_line(float(at)) for at in range(len(scales) + 1)]
    for style in NAMES:
        if groups.get(style):
            series.append(_lines(style, groups[style], scales, low, high))
    ticks = [*((float(at), shortened(scale.name)) for at, scale in enumerate(scales)), (last, summary.metric(status))]
    told = "One line a trial. "
    told += "The most important parameters are at the right. " if importance else ""
    told += "A dash at an axis' foot: the trial did not use that parameter. Click the legend to hide or show lines."
    told += " Drag along an axis to mark a range, click it to take it away."
    return Chart(
        "parallel", "Parallel coordinates", series, Axis(ticks=ticks, range=(-0.3, last + 0.35), grid=False),
        Axis(range=(-0.2, 1.1), grid=False, shown=False), told, labels=texts, height=440,
        least_width=96 * (len(scales) + 1),
    )  # fmt: skip


def _lines(style: Style, same: Sequence[RunView], scales: "Sequence[_Scale]", low: float, high: float) -> Series:
    x: list[float | None] = []
    y: list[float | None] = []
    trials: list[int | None] = []
    for trial in same:
        # Lines through one category would be one line.
        shift = (((trial.ordinal * 0.618034) % 1) - 0.5) * 0.03
        reached = (min(max(trial.value or 0.0, low), high) - low) / ((high - low) or 1.0)
        x += [*map(float, range(len(scales) + 1)), None]
        y += [*(scale.place(trial.params.get(scale.name)) + shift for scale in scales), reached, None]
        trials += [trial.trial_number] * (len(scales) + 1) + [None]
    words = [f"trial {number}" if number is not None else "" for number in trials]
    return Series(NAMES[style], style, "line", x, y, trials, words)


def _axis_line(at: float) -> Series:
    return Series("", "rule", "line", [at, at], [0.0, 1.0])


class _Scale:
    """Where a parameter's values lie on its axis of the parallel coordinates, 0 to 1."""

    def __init__(self, parameter: Parameter, shown: Sequence[RunView]) -> None:
        self.name = parameter.name
        self._domain = parameter.domain
        self._unused = any(parameter.name not in trial.params for trial in shown)

    def place(self, value: object) -> float:
        if value is None:
            return _FOOT
        domain = self._domain
        if isinstance(domain, Choice):
            values: Sequence[object] = domain.values
            return (values.index(value) + 0.5) / len(values) if value in values else _FOOT
        assert isinstance(value, int | float)
        low, high = float(domain.low), float(domain.high)
        if high <= low:
            return 0.5
        if domain.log:
            return (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))
        return (value - low) / (high - low)

    def ticks(self) -> list[tuple[float, str]]:
        domain = self._domain
        foot = [(_FOOT, "\u2013")] if self._unused else []
        if isinstance(domain, Choice):
            return [*foot, *((self.place(value), shortened(value_in_words(value), 13)) for value in domain.values)]
        return [*foot, *((self.place(value), _number(domain, value)) for value in (domain.low, domain.high))]


def _number(domain: IntRange | FloatRange, value: float) -> str:
    return f"{value:g}" if isinstance(domain, FloatRange) else str(value)
