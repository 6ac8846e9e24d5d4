"""Studies and trials a page at a time: filtered and in an order, going on from the last row of the page before.

Owns: that a page costs what is on it, however many there are, and that rows which are added meanwhile shift nothing.
Leaves to others: what may be asked, and how the place of the last row travels (service).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from tuner.database import runs, studies
from tuner.database.connection import Database
from tuner.database.patience import patient
from tuner.database.runs import FAILED, RunView
from tuner.database.studies import StudyView
from tuner.database.tables import RunRow, StudyRow
from tuner.spec.metrics import Direction

TrialOrder = Literal["number", "value", "started_at"]


@dataclass(frozen=True)
class StudyPlace:
    """Of a study in the order of the list: the latest first."""

    created_at: float
    study_name: str


@dataclass(frozen=True)
class TrialPlace:
    """Of a trial in an order. key: what it is ordered by; None where the trial has none, as those at the end."""

    key: float | None
    ordinal: int


@patient
def study_page(
    db: Database,
    after: StudyPlace | None,
    limit: int,
    space: str | None = None,
    words: str | None = None,
    owner: str | None = None,
) -> list[StudyView]:
    """The latest first. space, owner: of this name. words: are in the study's name."""
    where: list[sa.ColumnElement[bool]] = []
    if space is not None:
        where.append(StudyRow.space_name == space)
    if owner is not None:
        where.append(StudyRow.owner == owner)
    if words:
        where.append(StudyRow.study_name.contains(words, autoescape=True))
    if after is not None:
        same = sa.and_(StudyRow.created_at == after.created_at, StudyRow.study_name > after.study_name)
        where.append(sa.or_(StudyRow.created_at < after.created_at, same))
    with db.session() as session:
        chosen = sa.select(StudyRow.study_name).where(*where)
        names = session.scalars(chosen.order_by(StudyRow.created_at.desc(), StudyRow.study_name).limit(limit)).all()
        views = {each.study_name: each for each in studies.views_within(session, StudyRow.study_name.in_(names))}
    return [views[name] for name in names if name in views]


@patient
def trial_page(
    db: Database,
    study_name: str,
    order: TrialOrder,
    direction: Direction,
    after: TrialPlace | None,
    limit: int,
    states: Sequence[str] = (),
) -> list[RunView]:
    """Trials of the search with their epochs. direction: which end of the order comes first: the largest with
    "maximize". Trials without what they are ordered by come last. states: of these alone; empty is all."""
    key = _KEYS[order]
    where: list[sa.ColumnElement[bool]] = [RunRow.study_name == study_name, RunRow.role == "search"]
    if states:
        where.append(RunRow.state.in_(states))
    if after is not None:
        where.append(_after(key, direction, after))
    ordered = key.desc() if direction == "maximize" else key.asc()
    with db.session() as session:
        chosen = sa.select(RunRow.ordinal).where(*where)
        ordinals = session.scalars(chosen.order_by(key.is_(None), ordered, RunRow.ordinal).limit(limit)).all()
        which = (RunRow.study_name == study_name, RunRow.role == "search", RunRow.ordinal.in_(ordinals))
        views = {each.ordinal: each for each in runs.views_within(session, *which, with_epochs=True)}
    return [views[ordinal] for ordinal in ordinals if ordinal in views]


@patient
def find_trial(db: Database, study_name: str, trial_number: int) -> RunView | None:
    """With its epochs."""
    which = (RunRow.study_name == study_name, RunRow.role == "search", RunRow.trial_number == trial_number)
    with db.session() as session:
        return next(iter(runs.views_within(session, *which, with_epochs=True)), None)


_KEYS: dict[TrialOrder, sa.ColumnElement[Any]] = {
    "number": sa.type_coerce(RunRow.ordinal, sa.Integer),
    # Up to schema 2 a failed trial was stored with the value that Optuna was told of it.
    "value": sa.case((RunRow.state.in_(FAILED), sa.null()), else_=RunRow.value),
    "started_at": sa.type_coerce(RunRow.started_at, sa.Double),
}


def _after(key: sa.ColumnElement[Any], direction: Direction, place: TrialPlace) -> sa.ColumnElement[bool]:
    later = RunRow.ordinal > place.ordinal
    if place.key is None:
        return sa.and_(key.is_(None), later)
    further = key < place.key if direction == "maximize" else key > place.key
    return sa.or_(key.is_(None), further, sa.and_(key == place.key, later))
