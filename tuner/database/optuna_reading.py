"""Trials read from Optuna's tables, many at once.

Owns: that they are those that Optuna's own storage would give. It makes objects of every row on the way, and reads a
distribution from its text for every parameter, which of ten thousand trials takes many seconds.
Leaves to others: the columns (optuna_tables), what is done with them (optuna_picture).

What belongs to trials is asked for by their keys, in one statement: beside the table of trials PostgreSQL would read
all of a large study for the few that are new.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial, TrialState

from tuner.database import optuna_tables as tables
from tuner.database.connection import Database
from tuner.database.patience import patient

_NAMED = 500

_Part = Literal["param", "value", "step", "user", "system"]


@dataclass(frozen=True)
class _Parts:
    """What belongs to one trial."""

    params: dict[str, Any] = field(default_factory=dict)
    distributions: dict[str, BaseDistribution] = field(default_factory=dict)
    values: dict[int, float] = field(default_factory=dict)
    steps: dict[int, float] = field(default_factory=dict)
    user: dict[str, Any] = field(default_factory=dict)
    system: dict[str, Any] = field(default_factory=dict)

    def add(self, part: _Part, place: int, key: str, number: float | None, words: str) -> None:
        match part:
            case "param":
                distribution = self.distributions[key] = tables.distribution_of(words)
                self.params[key] = distribution.to_external_repr(number)  # type: ignore[arg-type]  # never NULL
            case "value":
                self.values[place] = tables.read(number, words)
            case "step":
                self.steps[place] = tables.read(number, words)
            case "user":
                self.user[key] = json.loads(words)
            case "system":
                self.system[key] = json.loads(words)


@patient
def read_trials(db: Database, study_id: int, after: int, also: Collection[int]) -> list[FrozenTrial]:
    """The trials of a study whose key is greater, and those of these keys, in the order of their numbers."""
    trials = tables.TRIALS
    with db.snapshot() as session:
        rows = list(session.execute(sa.select(trials).where(trials.c.study_id == study_id, trials.c.trial_id > after)))
        for keys in _some(sorted(also)):
            rows += session.execute(sa.select(trials).where(trials.c.trial_id.in_(keys)))
        parts: dict[int, _Parts] = {row.trial_id: _Parts() for row in rows}
        for keys in _some(sorted(parts)):
            # In the order in which they were made, which is Optuna's, too.
            for _, part, trial_id, *rest in sorted(session.execute(_BELONGING, {"keys": keys})):
                parts[trial_id].add(part, *rest)
    return sorted((_trial(row, parts[row.trial_id]) for row in rows), key=lambda each: each.number)


def _some(keys: Sequence[int]) -> list[Sequence[int]]:
    return [keys[start : start + _NAMED] for start in range(0, len(keys), _NAMED)]


def _trial(row: Any, parts: _Parts) -> FrozenTrial:
    return FrozenTrial(
        number=row.number,
        state=TrialState[row.state],
        value=None,
        values=[value for _, value in sorted(parts.values.items())] or None,
        datetime_start=tables.read_time(row.datetime_start),
        datetime_complete=tables.read_time(row.datetime_complete),
        params=parts.params,
        distributions=parts.distributions,
        user_attrs=parts.user,
        system_attrs=parts.system,
        intermediate_values=parts.steps,
        trial_id=row.trial_id,
    )


def _belonging() -> sa.CompoundSelect[Any]:
    """Whatever belongs to trials of these keys: its own key, what it is, whose, its place or name, its value."""

    def rows(
        part: _Part,
        table: sa.Table,
        words: str,
        place: str | None = None,
        key: str | None = None,
        number: str | None = None,
    ) -> sa.Select[Any]:
        none: sa.ColumnElement[Any] = sa.null()
        return sa.select(
            next(iter(table.primary_key)),
            sa.literal_column(f"'{part}'", sa.Text),
            table.c.trial_id,
            sa.literal_column("0", sa.Integer) if place is None else table.c[place],
            sa.literal_column("''", sa.Text) if key is None else sa.cast(table.c[key], sa.Text),
            sa.cast(none, sa.Float(53)) if number is None else table.c[number],
            sa.cast(table.c[words], sa.Text),
        ).where(table.c.trial_id.in_(sa.bindparam("keys", expanding=True)))

    return sa.union_all(
        rows("param", tables.PARAMS, "distribution_json", key="param_name", number="param_value"),
        rows("value", tables.VALUES, "value_type", place="objective", number="value"),
        rows("step", tables.STEPS, "intermediate_value_type", place="step", number="intermediate_value"),
        *(rows(kind, table, "value_json", key="key") for kind, table in tables.ATTRIBUTES.items()),
    )


_BELONGING = _belonging()
