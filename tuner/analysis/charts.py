"""The pictures of a study: which there are, and what each shows.

Owns: what is drawn against what, and the words beneath.
Leaves to others: what a picture is made of (chart), the parallel coordinates (parallel), drawing
(plotly_page, pictures).
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
    by_style,
    different,
    drawn,
    focus,
    measured,
    points,
    searched,
    shortened,
    style_of,
    trial_words,
)
from tuner.analysis.results import stretches
from tuner.database.runs import RunView
from tuner.formatting import plural, value_in_words
from tuner.spec.space import Choice, FloatRange, IntRange, Parameter
from tuner.studies.status import StudyStatus

_MOST_SLICES = 16
_LEAST_POINTS = 3
_MOST_EPOCHS = 20
_MOST_WHOLE_TICKS = 8
_LEAST_SHARE = 0.005
_JITTER = 0.36


def history(status: StudyStatus) -> Chart:
    """Each trial's value as trials ended, and the best so far."""
    ended = [trial for trial in status.trials if trial.finished_at is not None]
    order = sorted(ended, key=lambda trial: (trial.finished_at or 0.0, trial.ordinal))
    places = {trial.ordinal: float(place) for place, trial in enumerate(order, start=1)}
    shown = [trial for trial in order if measured(trial)]
    values = [trial.value for trial in shown if trial.value is not None]
    axis_range, hidden = focus(values, summary.sign(status))
    series = [
        points(status, style, same, [places[trial.ordinal] for trial in same], [trial.value for trial in same])
        for style, same in by_style(status, drawn(status, shown))
    ]
    best_x: list[float | None] = []
    best_y: list[float | None] = []
    for trial in order:
        if trial.state == "complete" and trial.value is not None:
            so_far = next((y for y in reversed(best_y) if y is not None), trial.value)
            best_x.append(places[trial.ordinal])
            best_y.append(max(so_far, trial.value) if summary.sign(status) > 0 else min(so_far, trial.value))
    if best_x:
        best_x.append(float(len(order)))
        best_y.append(best_y[-1])
    series.insert(0, Series("best so far", "rule", "line", best_x, best_y, steps=True))
    below = "below" if summary.sign(status) > 0 else "above"
    words = (
        f"{plural(hidden, 'trial lies', 'trials lie')} {below} what is shown; a double click shows all."
        if hidden
        else ""
    )
    return Chart(
        "history", "Optimization history", series, Axis("trials, as they ended", grid=False),
        Axis(summary.metric(status), range=axis_range), words,
    )  # fmt: skip


def against_baselines(status: StudyStatus) -> Chart | None:
    """The winner and each baseline, with what their rows leave open; None where there is nothing to compare."""
    named = [trial for trial in summary.baselines(status) if trial.state == "complete"]
    if status.best is None or not [trial for trial in named if trial.ordinal != status.best.ordinal]:
        return None
    shown = [*(trial for trial in reversed(named) if trial.ordinal != status.best.ordinal), status.best]
    series, ticks, ends = [], [], []
    for place, trial in enumerate(shown):
        assert trial.value is not None
        style: Style = "best" if trial is status.best else "baseline"
        name = f"trial {trial.trial_number}, the winner" if trial is status.best else trial.baseline
        ticks.append((float(place), name))
        noise = summary.validation_noise(status, trial.value, trial.value)
        half = 0.0 if noise is None else noise / math.sqrt(2)
        half = half if trial.facts.folds is None else trial.facts.folds.half
        ends += [trial.value - half, trial.value + half]
        if half:
            series.append(
                Series("95% of the validation rows", style, "line", [trial.value - half, trial.value + half],
                       [place, place])
            )  # fmt: skip
        words = [trial_words(status, trial)]
        series.append(Series(name, style, "points", [trial.value], [place], [trial.trial_number], words))
    lines = any(each.mark == "line" for each in series)
    margin = 0.08 * (max(ends) - min(ends)) or 0.01
    return Chart(
        "baselines", "Against the baselines", series,
        Axis(summary.metric(status), range=(min(ends) - margin, max(ends) + margin)),
        Axis(ticks=ticks, range=(-0.6, len(shown) - 0.4), grid=False), height=110 + 44 * len(shown), legend=False,
        words="Lines: what the validation rows leave open (95%)." if lines else "",
    )  # fmt: skip


def finalists(status: StudyStatus) -> Chart | None:
    """The configurations that were trained again: a point a seed and their mean; the winner on top."""
    found = summary.finalists(status)
    if not found:
        return None
    won = None if status.best is None else status.best.trial_number
    found.sort(key=lambda each: (each.trial_number == won, summary.sign(status) * sum(each.values) / len(each.values)))
    series, ticks = [], []
    for place, each in enumerate(found):
        style: Style = "best" if each.trial_number == won else "complete"
        ticks.append((float(place), f"trial {each.trial_number}"))
        mean = sum(each.values) / len(each.values)
        words = [f"trial {each.trial_number}: {value:.4f}" for value in each.values]
        numbers = [each.trial_number] * len(words)
        series.append(
            Series("seeds", "pruned", "points", list(each.values), [float(place)] * len(words), numbers, words)
        )
        told = [f"trial {each.trial_number}: mean {mean:.4f} {each.out}".strip()]
        series.append(Series("mean", style, "points", [mean], [float(place)], [each.trial_number], told))
    return Chart(
        "finalists", "The finalists", series, Axis(summary.metric(status)),
        Axis(ticks=ticks, range=(-0.6, len(found) - 0.4), grid=False), height=110 + 40 * len(found), legend=False,
        words="Circles: networks of seeds that the search had not used. Filled: their mean; a star, the winner's.",
    )  # fmt: skip


def importances(importance: Mapping[str, float], words: str) -> Chart | None:
    """Bars, the most important on top. words: by which method."""
    if not importance:
        return None
    ordered = sorted(importance.items(), key=lambda item: item[1])[-_MOST_SLICES:]
    ordered = [(name, share) for name, share in ordered if share >= _LEAST_SHARE]
    places = [float(place) for place in range(len(ordered))]
    told = [f"{name}: {share:.1%}" for name, share in ordered]
    series = [Series("importance", "complete", "bars", [share for _, share in ordered], places, words=told)]
    ticks = [(place, shortened(name, 22)) for place, (name, _) in zip(places, ordered, strict=True)]
    return Chart(
        "importance", "Importance", series, Axis("share"), Axis(ticks=ticks, grid=False), words,
        height=90 + 26 * len(ordered), legend=False,
    )  # fmt: skip


def slices(status: StudyStatus, importance: Mapping[str, float]) -> list[Chart]:
    """One small picture a parameter: value against parameter; the most important first."""
    shown = [trial for trial in status.trials if measured(trial)]
    axis_range, _ = focus([trial.value for trial in shown if trial.value is not None], summary.sign(status))
    parameters = [each for each in searched(status, shown) if len(different(shown, each.name)) > 1]
    parameters.sort(key=lambda each: -importance.get(each.name, 0.0))
    few = drawn(status, shown)
    used = {each.name: [trial for trial in few if each.name in trial.params] for each in parameters}
    return [
        _slice(status, used[each.name], each, axis_range)
        for each in parameters[:_MOST_SLICES]
        if sum(_within(trial.value, axis_range) for trial in used[each.name]) >= _LEAST_POINTS
    ]


def _within(value: float | None, axis_range: tuple[float, float] | None) -> bool:
    return value is not None and (axis_range is None or axis_range[0] <= value <= axis_range[1])


def _slice(
    status: StudyStatus, used: Sequence[RunView], parameter: Parameter, axis_range: tuple[float, float] | None
) -> Chart:
    name, domain = parameter.name, parameter.domain
    value_axis = Axis(range=axis_range)
    if isinstance(domain, Choice):
        ticks = [(float(place), shortened(value_in_words(value))) for place, value in enumerate(domain.values)]
        axis = Axis(ticks=ticks, range=(-0.6, len(ticks) - 0.4), grid=False)
    else:
        axis = Axis(log=domain.log, ticks=_ticks(domain), range=_whole(domain))
    series = []
    for style, same in by_style(status, used):
        values = [trial.value for trial in same]
        if isinstance(domain, Choice):
            # Names are read from the left, so a choice has its values on the other axis.
            places = [_place(domain, trial.params[name], trial.ordinal) for trial in same]
            series.append(points(status, style, same, values, places))
        else:
            series.append(points(status, style, same, [float(trial.params[name]) for trial in same], values))
    across, up = (value_axis, axis) if isinstance(domain, Choice) else (axis, value_axis)
    return Chart(f"slice-{name}", name, series, across, up, height=230, legend=False)


def _place(domain: Choice, value: object, ordinal: int) -> float | None:
    shift = (((ordinal * 0.618034) % 1) - 0.5) * _JITTER
    return next((place + shift for place, each in enumerate(domain.values) if each == value), None)


def _whole(domain: IntRange | FloatRange) -> tuple[float, float]:
    """All that could have been tried, with a margin: what was not tried shows as such."""
    low, high = float(domain.low), float(domain.high)
    if domain.log:
        low, high = math.log10(low), math.log10(high)
    margin = 0.06 * (high - low)
    return low - margin, high + margin


def _ticks(domain: IntRange | FloatRange) -> list[tuple[float, str]]:
    """Whole decades on a logarithmic axis, or for less than two of them also 2 and 5; a few whole numbers as such."""
    low, high = domain.low, domain.high
    if not domain.log:
        few = isinstance(domain, IntRange) and high - low < _MOST_WHOLE_TICKS
        return [(float(each), str(each)) for each in range(int(low), int(high) + 1)] if few else []
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1,) if high / low >= 100 else (1, 2, 5)
    ticks = [step * 10.0**decade for decade in decades for step in steps]
    return [(tick, f"{tick:.10g}") for tick in ticks if low * 0.999 <= tick <= high * 1.001]


def curves(status: StudyStatus) -> Chart:
    """The objective by epoch, a line a trial."""
    name = summary.metric(status)
    series = [_curves(style, same, name) for style, same in by_style(status, drawn(status, status.trials))]
    values = [value for each in series for value in each.y if value is not None]
    axis_range, hidden = focus(values, summary.sign(status))
    outside = (
        f"{plural(hidden, 'epoch lies', 'epochs lie')} outside what is shown; a double click shows all."
        if hidden
        else ""
    )
    return Chart("curves", "Learning curves", series, Axis("epoch", grid=False), Axis(name, range=axis_range), outside)


def _curves(style: Style, same: Sequence[RunView], metric: str) -> Series:
    x: list[float | None] = []
    y: list[float | None] = []
    trials: list[int | None] = []
    for trial in same:
        for epoch in trial.epochs:
            value = epoch.metrics.get(metric, math.nan)
            if math.isfinite(value):
                x.append(float(epoch.epoch))
                y.append(value)
                trials.append(trial.trial_number)
        x.append(None)
        y.append(None)
        trials.append(None)
    words = [f"trial {number}" if number is not None else "" for number in trials]
    return Series(NAMES[style], style, "line", x, y, trials, words)


def pruning(status: StudyStatus) -> Chart | None:
    """How many trials were pruned after how many epochs."""
    found: dict[int, int] = {}
    for trial in status.trials:
        if trial.state == "pruned":
            found[len(trial.epochs)] = found.get(len(trial.epochs), 0) + 1
    if not found:
        return None
    # None where it was pruned before its first one had ended.
    epochs = list(range(min(1, *found), max(found) + 1))
    counts = [found.get(epoch, 0) for epoch in epochs]
    words = [f"{count} pruned after epoch {epoch}" for epoch, count in zip(epochs, counts, strict=True)]
    series = [
        Series(
            "pruned", "pruned", "bars", [float(each) for each in epochs], [float(each) for each in counts], words=words
        )
    ]
    step = math.ceil(len(epochs) / _MOST_EPOCHS)
    ticks = [(float(each), str(each)) for each in epochs[::step]]
    return Chart(
        "pruning", "When trials were pruned", series,
        Axis("epochs trained", ticks=ticks, range=(epochs[0] - 0.6, epochs[-1] + 0.6), grid=False), Axis("trials"),
        height=240, legend=False,
    )  # fmt: skip


def timeline(status: StudyStatus) -> Chart | None:
    """Who trained what when: a lane a worker, in minutes since the first trial began."""
    found = stretches(status.trials)
    if not found:
        return None
    began = min(each.began_at for each in found)
    lanes = list(dict.fromkeys(each.worker_id for each in found))
    place = {worker: float(len(lanes) - 1 - lane) for lane, worker in enumerate(lanes)}
    series = []
    for style in NAMES:
        same = [each for each in found if style_of(status, each.trial) == style]
        if same:
            words = [
                f"{trial_words(status, each.trial)}, {plural(each.epochs, 'epoch')}, "
                f"{each.ended_at - each.began_at:.1f} s"
                for each in same
            ]
            series.append(
                Series(
                    NAMES[style], style, "spans",
                    x=[(each.ended_at - began) / 60 for each in same],
                    y=[place[each.worker_id] for each in same],
                    trials=[each.trial.trial_number for each in same],
                    words=words,
                    begins=[(each.began_at - began) / 60 for each in same],
                )
            )  # fmt: skip
    ticks = [(place[worker], f"worker {number}") for number, worker in enumerate(lanes, start=1)]
    return Chart(
        "timeline", "Timeline of the workers", series, Axis("minutes since the first trial began"),
        Axis(ticks=ticks, range=(-0.6, len(lanes) - 0.4), grid=False), height=120 + 30 * len(lanes),
    )  # fmt: skip
