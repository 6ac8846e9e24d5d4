"""The picture of two objectives: every trial, and the front that none of them passes.

Leaves to others: which trials are on the front (studies), drawing (pictures, plotly_page).
"""

from collections.abc import Sequence

from tuner.analysis.chart import Axis, Chart, Series, by_style, measured, points
from tuner.database.runs import RunView
from tuner.studies.pareto import front, values_of
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of


def pareto(status: StudyStatus) -> Chart | None:
    """The first two objectives of a study; None where it has one, or no trial with both."""
    spec = spec_of(status.study)
    shown = [trial for trial in status.trials if measured(trial) and values_of(spec, trial) is not None]
    best = front(spec, status.trials)
    if not spec.further_objectives or not best:
        return None
    series = []
    if len(spec.objectives) == 2:
        # With a third, trials are on the front that look beaten in this plane.
        line = sorted(best, key=lambda trial: _at(status, trial, 1))
        series.append(Series("the front", "rule", "line", _all(status, line, 1), _all(status, line, 0), steps=True))
    for style, same in by_style(status, shown):
        series.append(points(status, style, same, _all(status, same, 1), _all(status, same, 0)))
    first, second = spec.objectives[:2]
    costs = _all(status, shown, 1)
    # Sizes and times differ by factors, not by sums.
    log = min(costs) > 0 and max(costs) / min(costs) > 20
    more = f" Of {len(spec.objectives)} objectives, the first two are shown." if len(spec.objectives) > 2 else ""
    return Chart(
        "pareto", f"{first.metric} against {second.metric}", series, Axis(second.metric, log=log), Axis(first.metric),
        f"On the front are {len(best)} trials: none is at least as good in every objective.{more}",
    )  # fmt: skip


def _all(status: StudyStatus, trials: Sequence[RunView], place: int) -> list[float]:
    return [_at(status, trial, place) for trial in trials]


def _at(status: StudyStatus, trial: RunView, place: int) -> float:
    values = values_of(spec_of(status.study), trial)
    assert values is not None
    return values[place]
