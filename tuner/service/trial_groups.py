"""The trials of a study by what they have in a column: how many, the best, the median.

Owns: which groups there are: one a value, as it is written; of a number that has many, ranges of it.
Leaves to others: which trials are meant (trial_lists), columns (trial_columns).
"""

import math
import statistics
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from tuner.database.runs import RunView
from tuner.service.trial_columns import Column, columns_of
from tuner.service.trial_filters import equals, written
from tuner.service.trial_lists import TrialsChosen, choose
from tuner.spec.space import Choice, Value
from tuner.spec.study_spec import StudySpec
from tuner.studies.status import StudyStatus, best_trial
from tuner.studies.stored_study import spec_of
from tuner.studies.views import View

_MOST_VALUES = 12
"""Of a number: where it has more, it is shown in ranges."""

_RANGES = 8
_WIDE = 100.0
"""Times the smallest: then ranges of positive numbers grow by a factor."""


class GroupsRequest(TrialsChosen):
    """by: a column."""

    by: Annotated[str, Field(max_length=200)]


class TrialGroup(View):
    """Trials that have one value in a column, or one in a range from low, included, to high, which only the last has.

    value: None of a range, and of those that have none (`where` then is `NAME:`). where: the conditions that choose
    them. complete: of them. best, median: of the objective, of those that are complete.
    """

    value: Value | None
    low: float | None
    high: float | None
    where: tuple[str, ...]
    trials: int
    complete: int
    best: float | None
    best_trial: int | None
    median: float | None


class TrialGroups(View):
    """by: the column's name. trials without a value in it are the last group."""

    study_name: str
    by: str
    groups: tuple[TrialGroup, ...]


def group_trials(status: StudyStatus, request: GroupsRequest) -> TrialGroups:
    """Of a study that was read with its epochs. Raises InputError."""
    spec, columns = spec_of(status.study), columns_of(spec_of(status.study), status.trials)
    column = columns.find(request.by, "by")
    found = choose(request, columns, status.trials)
    return TrialGroups(
        study_name=status.study.study_name,
        by=column.name,
        groups=tuple(_groups(spec, column, found)),
    )


def _groups(spec: StudySpec, column: Column, found: Sequence[RunView]) -> Iterator[TrialGroup]:
    valued = [(each, column.values(each)) for each in found]
    values = {written(value): value for _, own in valued for value in own}
    numbers = [value for value in values.values() if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) > _MOST_VALUES and len(numbers) == len(values):
        whole = all(isinstance(each, int) for each in numbers)
        edges = _edges(min(numbers), max(numbers), whole, _by_factor(spec, column, numbers))
        for low, high in pairwise(edges):
            last = high == edges[-1]
            within = [each for each, own in valued if own and _in(own[0], low, high, last)]
            where = (f"{column.name}:>={low!r}", f"{column.name}:{'<=' if last else '<'}{high!r}")
            yield _group(spec, within, where, low=low, high=high)
    else:
        for value in sorted(values.values(), key=_place):
            text = written(value)
            having = [each for each, own in valued if any(written(one) == text for one in own)]
            yield _group(spec, having, (equals(column.name, value),), value=value)
    if without := [each for each, own in valued if not own]:
        yield _group(spec, without, (f"{column.name}:",))


def _group(
    spec: StudySpec,
    trials: Sequence[RunView],
    where: tuple[str, ...],
    value: Value | None = None,
    low: float | None = None,
    high: float | None = None,
) -> TrialGroup:
    complete = [each for each in trials if each.state == "complete" and each.value is not None]
    best = best_trial(tuple(complete), spec.objective.direction)
    return TrialGroup(
        value=value,
        low=low,
        high=high,
        where=where,
        trials=len(trials),
        complete=len(complete),
        best=best.value if best else None,
        best_trial=best.trial_number if best else None,
        median=statistics.median(each.value or 0.0 for each in complete) if complete else None,
    )


def _by_factor(spec: StudySpec, column: Column, numbers: Sequence[float]) -> bool:
    name = column.parameter
    domain = spec.space[name].domain if name is not None and name in spec.space else None
    if domain is not None and not isinstance(domain, Choice):
        return domain.log and min(numbers) > 0
    return min(numbers) > 0 and max(numbers) / min(numbers) > _WIDE


def _edges(low: float, high: float, whole: bool, by_factor: bool) -> list[float]:
    """From the smallest to the largest, each once."""
    if by_factor:
        inner = [low * (high / low) ** (part / _RANGES) for part in range(1, _RANGES)]
    else:
        inner = [low + (high - low) * part / _RANGES for part in range(1, _RANGES)]
    inner = [math.ceil(each) if whole else float(f"{each:.3g}") for each in inner]
    return [low, *sorted({each for each in inner if low < each < high}), high]


def _in(value: Value, low: float, high: float, last: bool) -> bool:
    return not isinstance(value, str) and (low <= value < high or (last and value == high))


def _place(value: Value) -> tuple[bool, float, str]:
    return (True, 0.0, value) if isinstance(value, str) else (False, float(value), "")
