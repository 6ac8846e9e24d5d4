"""Studies a page at a time: filtered and in an order, going on from the last row of the page before; one trial.

Owns: that a page costs what is on it, however many there are, and that rows which are added meanwhile shift nothing.
Leaves to others: what may be asked, and how the place of the last row travels (service).
"""

from dataclasses import dataclass

import sqlalchemy as sa

from tuner.database import runs, studies
from tuner.database.connection import Database
from tuner.database.patience import patient
from tuner.database.runs import RunView
from tuner.database.studies import StudyView
from tuner.database.tables import RunRow, StudyRow


@dataclass(frozen=True)
class StudyPlace:
    """Of a study in the order of the list: the latest first."""

    created_at: float
    study_name: str


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
def find_trial(db: Database, study_name: str, trial_number: int) -> RunView | None:
    """With its epochs."""
    which = (RunRow.study_name == study_name, RunRow.role == "search", RunRow.trial_number == trial_number)
    with db.session() as session:
        return next(iter(runs.views_within(session, *which, with_epochs=True)), None)
