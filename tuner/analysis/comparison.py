"""Studies side by side: what each found, at which cost, and which differences are more than noise.

Owns: what is compared with what, the words about it, the two pictures.
Leaves to others: one study's story (summary), the page's frame (plotly_page), the terminal (cli).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from tuner.analysis import summary
from tuner.analysis.chart import Axis, Chart, Series, shortened
from tuner.formatting import duration, value_in_words
from tuner.spec.space import Value
from tuner.studies.status import StudyState, StudyStatus
from tuner.studies.stored_study import is_external, spec_of
from tuner.studies.views import View

# Okabe and Ito's colours, which most eyes tell apart.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f")


@dataclass(frozen=True)
class Comparison:
    """rows: of figures, each with a cell a study. parameters: those by which the best trials differ, a value a study.

    sentences: what the differences between the winners come to.
    """

    studies: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, tuple[Value | None, ...]]
    sentences: tuple[str, ...]


class ComparedStudy(View):
    """One of them. trials: that were begun. value, test, params: of its best trial."""

    study_name: str
    space: str
    state: StudyState
    metric: str
    value: float | None
    best_trial: int | None
    test: Mapping[str, float] | None
    trials: int
    counts: Mapping[str, int]
    epochs: int
    seconds: float
    params: Mapping[str, Value]


class ComparedStudies(View):
    """different_params: by which the best trials differ, a value a study. sentences: what the differences come to."""

    studies: tuple[ComparedStudy, ...]
    different_params: Mapping[str, tuple[Value | None, ...]]
    sentences: tuple[str, ...]


def compare(statuses: Sequence[StudyStatus]) -> Comparison:
    """Compare studies, in the order given; they were read with their epochs."""
    return Comparison(
        tuple(status.study.study_name for status in statuses),
        _rows(statuses),
        _parameters(statuses),
        tuple(_sentences(statuses)),
    )


def comparison_view(statuses: Sequence[StudyStatus]) -> ComparedStudies:
    """The comparison for programs."""
    found = compare(statuses)
    return ComparedStudies(
        studies=tuple(map(_compared, statuses)), different_params=found.parameters, sentences=found.sentences
    )


def _compared(status: StudyStatus) -> ComparedStudy:
    best = status.best
    return ComparedStudy(
        study_name=status.study.study_name,
        space=status.study.space_name,
        state=status.state,
        metric=summary.metric(status),
        value=best.value if best else None,
        best_trial=best.trial_number if best else None,
        test=status.study.outcome.test if status.study.outcome else None,
        trials=len(status.trials),
        counts=status.counts,
        epochs=_epochs(status),
        seconds=round(status.elapsed_s, 3),
        params=best.params if best else {},
    )


def comparison_page(statuses: Sequence[StudyStatus]) -> str:
    """The comparison as one HTML file that opens without a network."""
    # Pages and their pictures are for those alone who want one.
    from tuner.analysis.plotly_page import figure, render

    found = compare(statuses)
    charts = [chart for chart in (_tests(statuses), _race(statuses)) if chart is not None]
    return render(
        "compare.html",
        {
            "title": " / ".join(found.studies),
            "spaces": list(dict.fromkeys(status.study.space_name for status in statuses)),
            "comparison": found,
            "parameters": {
                name: ["-" if value is None else value_in_words(value) for value in values]
                for name, values in found.parameters.items()
            },
            "charts": {chart.name: chart for chart in charts},
            "figures": {chart.name: figure(chart) for chart in charts},
            "made_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        },
    )


def _epochs(status: StudyStatus) -> int:
    return sum(len(trial.epochs) for trial in status.trials)


def _value(status: StudyStatus) -> str:
    best = status.best
    return "-" if best is None or best.value is None else f"{best.value:.4f} ({summary.metric(status)})"


def _test(status: StudyStatus) -> str:
    test = summary.test_of(status)
    return "-" if test is None else f"{test.value:.4f} ({test.metric})"


def _interval(status: StudyStatus) -> str:
    test = summary.test_of(status)
    return "-" if test is None or test.low is None else f"{test.low:.4f} to {test.high:.4f}"


def _over_baseline(status: StudyStatus) -> str:
    named = [trial for trial in summary.baselines(status) if trial.state == "complete" and trial.value is not None]
    if status.best is None or status.best.value is None or not named:
        return "-"
    gain = summary.sign(status) * (status.best.value - (named[0].value or 0.0))
    noise = summary.validation_noise(status, status.best.value, named[0].value or 0.0)
    within = " (noise)" if noise is not None and abs(gain) <= noise else ""
    return f"{gain:+.4f}{within} over {named[0].baseline}"


_OF_DATA = ("data", "test", "95% interval", "seeds")

_ROWS: Mapping[str, Callable[[StudyStatus], str]] = {
    "space": lambda status: status.study.space_name,
    "data": lambda status: spec_of(status.study).data_name,
    "state": lambda status: status.state,
    "test": _test,
    "95% interval": _interval,
    "seeds": lambda status: str(test.seeds) if (test := summary.test_of(status)) else "-",
    "validation": _value,
    "best trial": lambda status: str(status.best.trial_number) if status.best else "-",
    "baseline": _over_baseline,
    "trials": lambda status: f"{len(status.trials)}: {summary.counts(status)}",
    "epochs": lambda status: f"{_epochs(status):,}",
    "time": lambda status: duration(status.elapsed_s),
    "sampler, pruner": lambda s: f"{spec_of(s.study).search.sampler.name}, {spec_of(s.study).search.pruner.name}",
    "seed": lambda status: str(status.study.seed),
}


def _rows(statuses: Sequence[StudyStatus]) -> dict[str, tuple[str, ...]]:
    """Of studies that programs train alone, data and test rows are not spoken of."""
    left_out = _OF_DATA if all(is_external(status.study) for status in statuses) else ()
    return {name: tuple(cell(status) for status in statuses) for name, cell in _ROWS.items() if name not in left_out}


def _parameters(statuses: Sequence[StudyStatus]) -> dict[str, tuple[Value | None, ...]]:
    """By which the best trials differ, of what one of the studies searched; None where a trial has no use for it."""
    params = [status.best.params if status.best else {} for status in statuses]
    names = dict.fromkeys(
        name for status, each in zip(statuses, params, strict=True) for name in summary.searched(status, each)
    )
    found = {name: tuple(each.get(name) for each in params) for name in names}
    return {name: values for name, values in found.items() if any(a != b for a, b in pairwise(values))}


def _why_none(status: StudyStatus) -> str:
    why = status.study.outcome.not_scored if status.study.outcome else None
    return f", since {why}" if why else f" yet: it is {status.state}"


def _sentences(statuses: Sequence[StudyStatus]) -> list[str]:
    lines = [
        f"{status.study.study_name} has no test figure{_why_none(status)}."
        for status in statuses
        if summary.test_of(status) is None and not is_external(status.study)
    ]
    groups: dict[tuple[str, str], list[tuple[StudyStatus, summary.Test]]] = {}
    for status in statuses:
        test = summary.test_of(status)
        if test is not None:
            groups.setdefault((_data(status), test.metric), []).append((status, test))
    if len(groups) > 1:
        lines.append("Not all were tested on the same rows by the same metric; only those that were are compared.")
    for (_, metric), group in groups.items():
        less_is_better = metric != "test accuracy"
        group.sort(key=lambda pair: pair[1].value if less_is_better else -pair[1].value)
        (first, best), *others = group
        for other, test in others:
            lines.append(_difference(metric, first.study.study_name, best, other.study.study_name, test))
    return lines


def _difference(metric: str, name: str, best: summary.Test, other: str, test: summary.Test) -> str:
    gap, noise = abs(best.value - test.value), summary.test_noise(best, test)
    if gap == 0:
        return f"{name} and {other} have the same {metric}, {best.value:.4f}."
    words = f"{name} has the better {metric} than {other} by {gap:.4f}"
    if noise is None:
        return f"{words}; how much of that is noise is not known."
    if gap <= noise:
        return f"{words}, which is within the noise (\u00b1{noise:.4f}): these test rows do not tell them apart."
    return f"{words}, more than the noise (\u00b1{noise:.4f})."


def _data(status: StudyStatus) -> str:
    """Which test rows: the same for every seed of the split."""
    digests = {trial.facts.test_digest for trial in status.trials} - {""}
    return f"{spec_of(status.study).data_name} {' '.join(sorted(digests))}"


def _tests(statuses: Sequence[StudyStatus]) -> Chart | None:
    """The test figures with their intervals, where all have one of the same metric."""
    tests = [summary.test_of(status) for status in statuses]
    found = [test for test in tests if test is not None]
    if len(found) < len(tests) or len({test.metric for test in found}) != 1:
        return None
    series, ticks = [], []
    for order, (status, test) in enumerate(zip(statuses, found, strict=True)):
        place, colour = float(len(found) - 1 - order), _COLOURS[order % len(_COLOURS)]
        ticks.append((place, shortened(status.study.study_name, 24)))
        if test.low is not None:
            series.append(Series("95%", "complete", "line", [test.low, test.high], [place, place], colour=colour))
        words = [f"{status.study.study_name}: {test.value:.4f}"]
        series.append(Series("test", "complete", "points", [test.value], [place], words=words, colour=colour))
    ends = [x for each in series for x in each.x if x is not None]
    margin = 0.08 * (max(ends) - min(ends)) or 0.01
    return Chart(
        "tests", "Test figures", series,
        Axis(found[0].metric, range=(min(ends) - margin, max(ends) + margin)),
        Axis(ticks=ticks, range=(-0.6, len(found) - 0.4), grid=False), height=110 + 40 * len(found), legend=False,
        words="Lines: 95% intervals.",
    )  # fmt: skip


def _race(statuses: Sequence[StudyStatus]) -> Chart | None:
    """The best validation figure against time, where all have the same objective."""
    if len({summary.metric(status) for status in statuses}) != 1 or not all(status.trials for status in statuses):
        return None
    series = []
    for order, status in enumerate(statuses):
        began = min(trial.started_at for trial in status.trials)
        ended = [trial for trial in status.trials if trial.state == "complete" and trial.finished_at is not None]
        x: list[float | None] = []
        y: list[float | None] = []
        best: float | None = None
        for trial in sorted(ended, key=lambda trial: trial.finished_at or 0.0):
            if trial.value is not None and (best is None or summary.sign(status) * (trial.value - best) > 0):
                best = trial.value
                x.append(((trial.finished_at or 0.0) - began) / 60)
                y.append(best)
        if best is None:
            continue
        x.append(status.elapsed_s / 60)
        y.append(best)
        values = [value for value in y if value is not None]
        name = shortened(status.study.study_name, 24)
        words = [f"{name}: {value:.4f}" for value in values]
        colour = _COLOURS[order % len(_COLOURS)]
        series.append(Series(name, "complete", "line", x, y, words=words, steps=True, colour=colour))
    return Chart(
        "race", "The best so far against time", series, Axis("minutes since the first trial began", grid=False),
        Axis(summary.metric(statuses[0])),
    )  # fmt: skip
