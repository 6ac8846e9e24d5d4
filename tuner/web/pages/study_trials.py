"""The trials of a study as a table: filtered, ordered, grouped, a page at a time; some of them side by side.

Owns: what an address asks of the table, and which columns are shown.
Leaves to others: what conditions and orders mean (service.trial_lists), the rest of the page (study).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, get_args
from urllib.parse import urlencode

from fastapi import Query

from tuner.analysis import chart
from tuner.database.runs import RunView
from tuner.errors import InputError
from tuner.formatting import duration, figure_in_words, value_in_words
from tuner.service.trial_columns import Column, Columns, columns_of
from tuner.service.trial_groups import GroupsRequest, TrialGroup, group_trials
from tuner.service.trial_lists import TrialsRequest, TrialState, list_trials, read_order
from tuner.spec.study_spec import StudySpec
from tuner.studies.status import StudyStatus
from tuner.studies.stored_study import spec_of
from tuner.web import cursors

_ON_A_PAGE = 25
_PARAMETERS = 6
"""That are shown unless others are asked for."""

_MOSTLY = 0.7
_LOOKED_AT = 200

_MOST_CHOSEN = 12
_ALWAYS = ("number", "state", "value")
_ALSO = ("epochs", "best_epoch", "seconds", "started_at", "finished_at", "worker", "baseline")
_LABELS = {"number": "Trial", "state": "State", "best_epoch": "best epoch", "started_at": "started",
           "finished_at": "ended", "seconds": "time"}  # fmt: skip

Texts = Annotated[list[Annotated[str, Query(max_length=500)]], Query(default_factory=list, max_length=40)]
Text = Annotated[str, Query(max_length=500)]


@dataclass(frozen=True)
class Asked:
    """What an address says of the table; empty is as it comes. typed: a condition that is not one of `where` yet."""

    state: TrialState | Literal[""] = ""
    verdict: str = ""
    words: str = ""
    typed: str = ""
    where: tuple[str, ...] = ()
    order: str = ""
    by: str = ""
    column: tuple[str, ...] = ()
    cursor: str = ""
    chosen: tuple[int, ...] = ()

    def address(self, **changed: object) -> str:
        """The same with something else, from the first page on unless it names one."""
        pairs = {**self.__dict__, "cursor": "", **changed}
        return f"?{urlencode([(name, each) for name, value in pairs.items() for each in _each(value)])}"

    def without(self, condition: str) -> str:
        return self.address(where=tuple(each for each in self.where if each != condition))


def asked(
    *,
    state: TrialState | Literal[""] = "",
    verdict: Text = "",
    words: Annotated[str, Query(max_length=200)] = "",
    typed: Text = "",
    where: Texts,
    order: Text = "",
    by: Text = "",
    column: Texts,
    cursor: Annotated[str, Query(max_length=1000)] = "",
    chosen: Annotated[
        list[Annotated[int, Query(ge=0, le=2**31 - 1)]], Query(default_factory=list, max_length=_MOST_CHOSEN)
    ],
) -> Asked:
    return Asked(state, verdict, words, typed, tuple(where), order, by, tuple(column), cursor, tuple(chosen))


@dataclass(frozen=True)
class Head:
    """Of a column. order: what a click asks for. sorted: as screen readers are told, or empty."""

    name: str
    label: str
    right: bool
    order: str
    sorted: str


@dataclass(frozen=True)
class Row:
    """cells: as the heads after the trial's own and its state's."""

    trial: RunView
    cells: Sequence[str]
    moments: Sequence[float | None]


@dataclass(frozen=True)
class Table:
    """problem: what of the address cannot be; it is then left out. columns: that may be shown, by their names."""

    heads: Sequence[Head]
    rows: Sequence[Row]
    total: int
    all: int
    next: str | None
    groups: Sequence[TrialGroup]
    problem: str
    states: Sequence[str]
    kinds: Sequence[str]
    columns: Mapping[str, bool]
    order: str
    by: str


def plain(status: StudyStatus, asked: Asked) -> Asked:
    """Without columns where they are those that are shown anyhow: a form names every one that is ticked."""
    usual = _shown(status, replace(asked, column=()), columns_of(spec_of(status.study), status.trials))
    same = [*_ALWAYS, *asked.column] == usual
    return replace(asked, column=()) if same else asked


def table(status: StudyStatus, asked: Asked) -> Table:
    """Of a study that was read with its epochs."""
    try:
        return _table(status, asked, "")
    except InputError as error:
        none = replace(asked, typed="", where=(), order="", by="", column=(), cursor="", state="", verdict="")
        return _table(status, none, str(error).removeprefix("where: "))


def _table(status: StudyStatus, asked: Asked, problem: str) -> Table:
    spec = spec_of(status.study)
    columns = columns_of(spec, status.trials)
    order = asked.order or ("best" if status.study.finished_at is not None else "latest")
    chosen = TrialsRequest(
        states=(asked.state,) if asked.state else (),
        verdicts=(asked.verdict,) if asked.verdict else (),
        where=(*asked.where, asked.typed) if asked.typed else asked.where,
        words=asked.words or None,
        order=order,
        limit=_ON_A_PAGE,
        after=cursors.trial_place(asked.cursor or None),
    )
    page = list_trials(status, chosen)
    shown = [columns.find(each, "column") for each in _shown(status, asked, columns)]
    same = ("states", "verdicts", "where", "words")
    groups = (
        group_trials(status, GroupsRequest(by=asked.by, **{name: getattr(chosen, name) for name in same})).groups
        if asked.by
        else ()
    )
    return Table(
        heads=[_head(each, order, columns, spec) for each in shown],
        rows=[_row(each, shown) for each in page.trials],
        total=page.total,
        all=len(status.trials),
        next=cursors.written(page.next),
        groups=groups,
        problem=problem,
        states=get_args(TrialState),
        kinds=sorted({each.kind for trial in status.trials for each in trial.facts.verdicts if each.kind}),
        columns={name: name in {each.name for each in shown} for name in _choosable(columns)},
        order=order,
        by=columns.find(asked.by, "by").name if asked.by else "",
    )


def _shown(status: StudyStatus, asked: Asked, columns: Columns) -> list[str]:
    if asked.column:
        return [*_ALWAYS, *(each for each in asked.column if each not in _ALWAYS)]
    some = status.trials[:_LOOKED_AT]
    # What only some trials use, such as a third layer's units, is rarely what one looks for first.
    searched = [each for each in chart.searched(status, some) if _share(each.name, some) > _MOSTLY]
    further = [f"metrics.{each}" for each in spec_of(status.study).further_figures]
    known = [each for each in further if columns.named(each) is not None]
    return [*_ALWAYS, *known, "epochs", "seconds", *(f"params.{each.name}" for each in searched[:_PARAMETERS])]


def _share(name: str, trials: Sequence[RunView]) -> float:
    return sum(name in each.params for each in trials) / max(1, len(trials))


def _choosable(columns: Columns) -> list[str]:
    return [
        *_ALSO, *(f"params.{each}" for each in columns.parameters), *(f"metrics.{each}" for each in columns.metrics)
    ]  # fmt: skip


def _head(column: Column, order: str, columns: Columns, spec: StudySpec) -> Head:
    now = read_order(order, columns, spec)
    mine = now.column.name == column.name
    up_first = column.name not in ("value", "number") or (
        column.name == "value" and spec.objective.direction == "minimize"
    )
    downwards = not now.downwards if mine else not up_first
    sorted_as = ("descending" if now.downwards else "ascending") if mine else ""
    label = spec.objective.metric if column.name == "value" else _LABELS.get(column.name, _bare(column.name))
    return Head(column.name, label, column.name not in ("number", "state"), ("-" if downwards else "") + column.name,
                sorted_as)  # fmt: skip


def _bare(name: str) -> str:
    return name.removeprefix("params.").removeprefix("metrics.")


def _row(trial: RunView, shown: Sequence[Column]) -> Row:
    cells, moments = [], []
    for column in shown[2:]:
        value = next(iter(column.values(trial)), None)
        at = isinstance(value, float) and column.name in ("started_at", "finished_at")
        moments.append(float(value) if at and value is not None else None)
        cells.append(_written(column, value))
    return Row(trial, cells, moments)


def _written(column: Column, value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float) and (column.name == "value" or column.name.startswith("metrics.")):
        return figure_in_words(_bare(column.name), value)
    if column.name == "seconds" and isinstance(value, float):
        return duration(value) if value >= 60 else f"{value:.1f} s"
    return value_in_words(value)


@dataclass(frozen=True)
class Beside:
    """A line of several trials side by side. differs: they do not all have the same."""

    name: str
    values: Sequence[str]
    differs: bool


@dataclass(frozen=True)
class SideBySide:
    trials: Sequence[RunView]
    lines: Sequence[Beside]


def side_by_side(status: StudyStatus, numbers: Sequence[int]) -> SideBySide:
    """In the order in which they were chosen; those that are not there are left out. What differs comes first."""
    by_number = {each.trial_number: each for each in status.trials}
    trials = [by_number[each] for each in dict.fromkeys(numbers) if each in by_number]
    columns = columns_of(spec_of(status.study), trials)
    facts = ("value", "state", "verdict", "epochs", "best_epoch", "seconds", "worker")
    lines = [_line(columns.find(each, "column"), trials, spec_of(status.study)) for each in facts]
    parameters = [_line(columns.find(f"params.{each}", "column"), trials, None) for each in columns.parameters]
    parameters = [each for each in parameters if any(value != "-" for value in each.values)]
    return SideBySide(trials, [*lines, *sorted(parameters, key=lambda each: not each.differs)])


def _line(column: Column, trials: Sequence[RunView], spec: StudySpec | None) -> Beside:
    values = [", ".join(_written(column, each) for each in column.values(trial)) or "-" for trial in trials]
    label = spec.objective.metric if spec is not None and column.name == "value" else _bare(column.name)
    return Beside(label.replace("_", " ") if spec is not None and column.name != "value" else label, values,
                  spec is None and len(set(values)) > 1)  # fmt: skip


def _each(value: object) -> Sequence[object]:
    if isinstance(value, tuple):
        return value
    return () if value in ("", None) else (value,)
