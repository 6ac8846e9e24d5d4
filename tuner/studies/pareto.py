"""Studies with several objectives: each trial's values, and the trials that no other beats in all of them.

Owns: which of a trial's figures are its objectives, and the Pareto front.
Leaves to others: measuring them (runs), how a front looks (cli, analysis).
"""

from collections.abc import Sequence

from tuner.database.runs import RunView
from tuner.spec.metrics import sign
from tuner.spec.study_spec import StudySpec


def values_of(spec: StudySpec, trial: RunView) -> tuple[float, ...] | None:
    """A trial's objectives in the order of the file; None where one was not measured."""
    found = [trial.value, *(_figure(trial, each.metric) for each in spec.objectives[1:])]
    return None if None in found else tuple(float(each) for each in found if each is not None)


def front(spec: StudySpec, trials: Sequence[RunView]) -> list[RunView]:
    """The complete trials that no other complete trial beats in one objective and equals in the rest; best first.

    Of trials with the same values, the earliest.
    """
    signs = [sign(each.direction) for each in spec.objectives]
    known = [
        (trial, tuple(one * value for one, value in zip(signs, values, strict=True)))
        for trial in trials
        if trial.state == "complete" and (values := values_of(spec, trial)) is not None
    ]
    kept = [
        (trial, own)
        for place, (trial, own) in enumerate(known)
        if not any(_beats(other, own) or (other == own and at < place) for at, (_, other) in enumerate(known))
    ]
    return [trial for trial, _ in sorted(kept, key=lambda each: tuple(-value for value in each[1]))]


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))


def _figure(trial: RunView, metric: str) -> float | None:
    return trial.facts.figure(metric)
