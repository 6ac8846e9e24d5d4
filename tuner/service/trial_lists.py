"""The trials of a study as lists: those that are meant, in an order, a page at a time.

Owns: what may be asked of such a list, the order of values of any kind, and where a page ends.
Leaves to others: columns (trial_columns), conditions (trial_filters), reading the study (studies).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Literal

from pydantic import Field

from tuner.database.runs import RunView
from tuner.service.pages import Limit
from tuner.service.requests import Request
from tuner.service.trial_columns import Column, Columns, columns_of
from tuner.service.trial_filters import has_words, kinds_of, read_condition
from tuner.spec.space import Value
from tuner.spec.study_spec import StudySpec
from tuner.studies.status import StudyStatus, ranked
from tuner.studies.stored_study import spec_of

TrialState = Literal[
    "waiting", "running", "complete", "pruned", "infeasible", "diverged", "out_of_memory", "failed", "given_up",
    "cancelled", "skipped",
]  # fmt: skip
Where = Annotated[tuple[Annotated[str, Field(max_length=500)], ...], Field(max_length=20)]
Words = Annotated[str, Field(max_length=200)]


@dataclass(frozen=True)
class TrialPlace:
    """Of a trial in an order. key: what it is ordered by; None where the trial has none, as those at the end."""

    key: Value | None
    ordinal: int


class TrialsChosen(Request):
    """Which trials of a study are meant: those of which all of this is true; empty says nothing.

    states, verdicts: one of these; a verdict is the kind of an illness. where: conditions on columns (`trial_filters`).
    words: a text in what is known of a trial.
    """

    states: tuple[TrialState, ...] = ()
    verdicts: tuple[str, ...] = ()
    where: Where = ()
    words: Words | None = None


class TrialsRequest(TrialsChosen):
    """A page of them. order: a column, upwards, with a minus before it downwards; or ``best``, ``worst``, by the
    objective, or ``latest``. Trials without what they are ordered by come last. after: where the page before ended."""

    order: Annotated[str, Field(max_length=200)] = "number"
    limit: Limit = 50
    after: TrialPlace | None = None


@dataclass(frozen=True)
class TrialList:
    """A page. total: of all pages. next: to go on after; None where this is the last page."""

    trials: tuple[RunView, ...]
    total: int
    next: TrialPlace | None


@dataclass(frozen=True)
class Order:
    """By a column, from its smallest value on, or from its largest."""

    column: Column
    downwards: bool


def list_trials(status: StudyStatus, request: TrialsRequest) -> TrialList:
    """Of a study that was read with its epochs. Raises InputError."""
    spec, columns = spec_of(status.study), columns_of(spec_of(status.study), status.trials)
    order = read_order(request.order, columns, spec)
    found = choose(request, columns, status.trials)
    placed = _placed(found, order)
    start = 0 if request.after is None else _start(placed, request.after, order)
    shown = placed[start : start + request.limit]
    last = TrialPlace(shown[-1][0], shown[-1][1].ordinal) if start + request.limit < len(placed) else None
    return TrialList(tuple(trial for _, trial in shown), len(placed), last)


def listed_trials(status: StudyStatus, request: TrialsChosen, order: str | None) -> list[RunView]:
    """All that are meant, of a study that was read with its epochs. order: None is the best first, and what is not
    complete after that. Raises InputError."""
    spec = spec_of(status.study)
    # Looking for the columns decodes all of every trial.
    columns = columns_of(spec, status.trials) if request.where or order is not None else Columns((), ())
    found = choose(request, columns, status.trials)
    if order is None:
        return ranked(tuple(found), spec.objective.direction)
    return [trial for _, trial in _placed(found, read_order(order, columns, spec))]


def choose(request: TrialsChosen, columns: Columns, trials: Sequence[RunView]) -> list[RunView]:
    """In the order in which they are given. Raises InputError."""
    conditions = [read_condition(each, columns) for each in request.where]
    found = list(trials)
    if request.states:
        found = [each for each in found if each.state in request.states]
    if request.verdicts:
        found = [each for each in found if any(kind in request.verdicts for kind in kinds_of(each))]
    for condition in conditions:
        found = [each for each in found if condition.holds(each)]
    return [each for each in found if has_words(each, request.words)] if request.words else found


def read_order(text: str, columns: Columns, spec: StudySpec) -> Order:
    """Raises InputError."""
    up = spec.objective.direction == "minimize"
    words = {"best": ("value", not up), "worst": ("value", up), "latest": ("number", True)}
    if text in words:
        name, downwards = words[text]
        return Order(columns.find(name, "order"), downwards)
    # A parameter of a person's code may begin with a minus.
    downwards = text.startswith("-") and columns.named(text) is None
    return Order(columns.find(text[1:] if downwards else text, "order"), downwards)


def _placed(found: Sequence[RunView], order: Order) -> list[tuple[Value | None, RunView]]:
    """In their order, each with what it is ordered by; of equals the earlier one first."""
    values = order.column.values
    with_key: list[tuple[Value | None, RunView]] = []
    without: list[tuple[Value | None, RunView]] = []
    for trial in sorted(found, key=attrgetter("ordinal")):
        if own := values(trial):
            with_key.append((own[0], trial))
        else:
            without.append((None, trial))
    with_key.sort(key=lambda each: _rank(each[0]), reverse=order.downwards)
    return [*with_key, *without]


def _start(placed: Sequence[tuple[Value | None, RunView]], after: TrialPlace, order: Order) -> int:
    """The place of the first that comes after such a one, whether that is still there or not."""
    for place, (key, trial) in enumerate(placed):
        if _is_after(key, trial.ordinal, after, order):
            return place
    return len(placed)


def _is_after(key: Value | None, ordinal: int, after: TrialPlace, order: Order) -> bool:
    if key is None or after.key is None:
        return key is None and (after.key is not None or ordinal > after.ordinal)
    own, its = _rank(key), _rank(after.key)
    if own == its:
        return ordinal > after.ordinal
    return own < its if order.downwards else own > its


def _rank(value: Value | None) -> tuple[bool, float | str]:
    """Numbers come before words: a column may have both, such as a batch size."""
    return (True, value) if isinstance(value, str) else (False, value or 0)
