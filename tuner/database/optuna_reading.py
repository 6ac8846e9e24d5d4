"""Trials read from Optuna's tables, many at once.

Owns: that they are those that Optuna's own storage would give. It makes objects of every row on the way, and reads a
distribution from its text for every parameter, which of ten thousand trials takes many seconds.
Leaves to others: the columns (optuna_tables), what is done with them (optuna_picture).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.orm import Session

from tuner.database import optuna_tables as tables
from tuner.database.connection import Database
from tuner.database.patience import patient

_NAMED = 500


@patient
def read_trials(db: Database, study_id: int, after: int, also: Collection[int]) -> list[FrozenTrial]:
    """The trials of a study whose key is greater, and those of these keys, in the order of their numbers."""
    trials = tables.TRIALS
    new = sa.and_(trials.c.study_id == study_id, trials.c.trial_id > after)
    with db.snapshot() as session:
        found = _within(session, new)
        keys = sorted(also)
        for start in range(0, len(keys), _NAMED):
            found += _within(session, trials.c.trial_id.in_(keys[start : start + _NAMED]))
    return sorted(found, key=lambda each: each.number)


def _within(session: Session, which: sa.ColumnElement[bool]) -> list[FrozenTrial]:
    trials = tables.TRIALS
    rows = session.execute(sa.select(trials).where(which)).all()
    if not rows:
        return []
    params: dict[int, dict[str, Any]] = defaultdict(dict)
    distributions: dict[int, dict[str, Any]] = defaultdict(dict)
    for trial_id, name, value, words in _of(
        session, tables.PARAMS, which, "param_name", "param_value", "distribution_json"
    ):
        distribution = tables.distribution_of(words)
        params[trial_id][name] = distribution.to_external_repr(value)
        distributions[trial_id][name] = distribution
    values: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for trial_id, objective, value, kind in _of(session, tables.VALUES, which, "objective", "value", "value_type"):
        values[trial_id].append((objective, tables.read(value, kind)))
    steps: dict[int, dict[int, float]] = defaultdict(dict)
    columns = ("step", "intermediate_value", "intermediate_value_type")
    for trial_id, step, value, kind in _of(session, tables.STEPS, which, *columns):
        steps[trial_id][step] = tables.read(value, kind)
    attributes: dict[str, dict[int, dict[str, Any]]] = {kind: defaultdict(dict) for kind in tables.ATTRIBUTES}
    for kind_of, table in tables.ATTRIBUTES.items():
        for trial_id, key, words in _of(session, table, which, "key", "value_json"):
            attributes[kind_of][trial_id][key] = json.loads(words)
    return [
        FrozenTrial(
            number=row.number,
            state=TrialState[row.state],
            value=None,
            values=[value for _, value in sorted(values[row.trial_id])] or None,
            datetime_start=tables.read_time(row.datetime_start),
            datetime_complete=tables.read_time(row.datetime_complete),
            params=params[row.trial_id],
            distributions=distributions[row.trial_id],
            user_attrs=attributes["user"][row.trial_id],
            system_attrs=attributes["system"][row.trial_id],
            intermediate_values=steps[row.trial_id],
            trial_id=row.trial_id,
        )
        for row in rows
    ]


def _of(session: Session, table: sa.Table, which: sa.ColumnElement[bool], *names: str) -> Iterator[Any]:
    """Rows of a table beside the trials in question, in the order in which they were made."""
    trials = tables.TRIALS
    key = next(iter(table.primary_key))
    columns = (table.c.trial_id, *(table.c[name] for name in names))
    read = sa.select(*columns).join(trials, trials.c.trial_id == table.c.trial_id).where(which).order_by(key)
    return iter(session.execute(read).all())
