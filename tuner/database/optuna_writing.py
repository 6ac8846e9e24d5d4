"""What is written to Optuna's tables of many trials at once, in the transaction of whoever writes it.

Owns: that the rows are those that Optuna's own storage would write, and that writing them twice changes nothing.
Leaves to others: the columns (optuna_tables), what is to be written (optuna_picture), who may (leases).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial
from sqlalchemy.orm import Session

from tuner.database import many_rows
from tuner.database import optuna_tables as tables
from tuner.database.optuna_tables import Attributes

_GOING_ON = ("RUNNING", "WAITING")


@dataclass(frozen=True)
class Ended:
    """How a trial ended. state: by Optuna's name of it."""

    state: str
    values: Sequence[float] | None
    at: datetime


@dataclass(frozen=True)
class Writes:
    """What is to be written of trials that are there. By trial, each: parameters by name, in the order in which they
    were asked, as Optuna keeps numbers; values by epoch; attributes by kind and key; how it ended."""

    params: dict[int, dict[str, tuple[float, BaseDistribution]]] = field(default_factory=dict)
    steps: dict[int, dict[int, float]] = field(default_factory=dict)
    attributes: dict[int, dict[tuple[Attributes, str], Any]] = field(default_factory=dict)
    ends: dict[int, Ended] = field(default_factory=dict)

    def of(self, trial_ids: Sequence[int]) -> "Writes":
        """Those of these trials."""
        wanted = set(trial_ids)
        return Writes(*({key: each for key, each in part.items() if key in wanted} for part in self._parts()))

    def forget(self, trial_ids: Sequence[int]) -> None:
        """They were written, or are not to be."""
        for part in self._parts():
            for trial_id in trial_ids:
                part.pop(trial_id, None)

    @property
    def trial_ids(self) -> list[int]:
        return sorted({trial_id for part in self._parts() for trial_id in part})

    def _parts(self) -> tuple[dict[int, Any], ...]:
        return self.params, self.steps, self.attributes, self.ends


def create(session: Session, study_name: str, templates: Sequence[FrozenTrial]) -> list[int]:
    """Make trials that run, each as its template is; gives their numbers. Raises KeyError without the study.

    The study is locked: numbers follow each other, and are given once.
    """
    study_id = session.scalar(
        sa.select(tables.STUDIES.c.study_id).where(tables.STUDIES.c.study_name == study_name).with_for_update()
    )
    if study_id is None:
        raise KeyError(study_name)
    trials = tables.TRIALS
    counted = sa.select(sa.func.count()).select_from(trials).where(trials.c.study_id == study_id)
    first = session.scalar(counted) or 0
    rows = [
        {
            "number": number,
            "study_id": study_id,
            "state": template.state.name,
            "datetime_start": tables.stored_time(template.datetime_start),
            "datetime_complete": tables.stored_time(template.datetime_complete),
        }
        for number, template in enumerate(templates, start=first)
    ]
    made = sa.insert(trials).returning(trials.c.trial_id, sort_by_parameter_order=True)
    trial_ids = session.connection().execute(made, rows).scalars().all()
    _put_all(session, _of_templates(trial_ids, templates))
    return [row["number"] for row in rows]


def _of_templates(trial_ids: Sequence[int], templates: Sequence[FrozenTrial]) -> Writes:
    written = Writes()
    for trial_id, template in zip(trial_ids, templates, strict=True):
        written.params[trial_id] = {
            name: (template.distributions[name].to_internal_repr(value), template.distributions[name])
            for name, value in template.params.items()
        }
        written.steps[trial_id] = template.intermediate_values
        kinds: Mapping[Attributes, Mapping[str, Any]] = {"user": template.user_attrs, "system": template.system_attrs}
        written.attributes[trial_id] = {
            (kind, key): value for kind, every in kinds.items() for key, value in every.items()
        }
    return written


def write(session: Session, writes: Writes) -> None:
    """Write all of it, in the order of the trials; those that have ended by now stay as they are."""
    trials = tables.TRIALS
    if not writes.trial_ids:
        return
    going = sa.select(trials.c.trial_id).where(trials.c.trial_id.in_(writes.trial_ids), trials.c.state.in_(_GOING_ON))
    written = writes.of(session.scalars(going.order_by(trials.c.trial_id).with_for_update()).all())
    _put_all(session, written)
    _end(session, written.ends)


def _put_all(session: Session, written: Writes) -> None:
    """All but how they ended."""
    params = [
        {"trial_id": trial_id, "param_name": name, "param_value": value, "distribution_json": words}
        for trial_id, every in written.params.items()
        for name, (value, distribution) in every.items()
        for words in (tables.distribution_in_words(distribution),)
    ]
    many_rows.insert(session, tables.PARAMS, params, ("trial_id", "param_name"))
    steps = []
    for trial_id, curve in written.steps.items():
        for step, value in curve.items():
            number, kind = tables.stored(value)
            steps.append(
                {
                    "trial_id": trial_id,
                    "step": step,
                    "intermediate_value": number,
                    "intermediate_value_type": kind,
                }
            )
    many_rows.insert(session, tables.STEPS, steps, ("trial_id", "step"))
    for kind_of, table in tables.ATTRIBUTES.items():
        attributes = [
            {"trial_id": trial_id, "key": key, "value_json": tables.attribute(value)}
            for trial_id, every in written.attributes.items()
            for (kind, key), value in every.items()
            if kind == kind_of
        ]
        many_rows.insert(session, table, attributes, ("trial_id", "key"))


def _end(session: Session, ends: Mapping[int, Ended]) -> None:
    values = []
    for trial_id, end in ends.items():
        for objective, value in enumerate(end.values or ()):
            number, kind = tables.stored(value)
            values.append({"trial_id": trial_id, "objective": objective, "value": number, "value_type": kind})
    many_rows.insert(session, tables.VALUES, values, ("trial_id", "objective"))
    if ends:
        trials = tables.TRIALS
        over = (
            sa.update(trials)
            .where(trials.c.trial_id == sa.bindparam("of"))
            .values(state=sa.bindparam("to", type_=trials.c.state.type), datetime_complete=sa.bindparam("at"))
        )
        rows = [{"of": trial_id, "to": each.state, "at": each.at} for trial_id, each in sorted(ends.items())]
        session.connection().execute(over, rows)
