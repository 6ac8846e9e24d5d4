"""Why workers do not work on a study: a row a worker, there as long as the worker lives and the reason lasts.

A worker that was for this study alone ends of it; its reason stays for a day, or until another can work on it: whoever
started it over the network may look hours later.
"""

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.tables import PassedOverRow
from tuner.database.workers import view_workers
from tuner.redaction import redacted

_LEFT_S = 86_400.0


@dataclass(frozen=True)
class PassedOver:
    """reason: as the workers say it. kind: the class of the error. workers: how many; left: these are gone."""

    reason: str
    kind: str
    workers: int
    left: bool


@patient
def note(db: Database, study_name: str, worker_id: str, error: Exception, left: bool = False) -> None:
    """A worker does not work on the study. left: it was for this one alone, and ends."""
    values = {"reason": redacted(str(error))[:2000], "kind": type(error).__name__, "passed_at": utc_now(), "left": left}
    with db.session() as session, session.begin():
        session.execute(sa.delete(PassedOverRow).where(*_of(study_name, worker_id)))
        session.execute(sa.insert(PassedOverRow).values(study_name=study_name, worker_id=worker_id, **values))


@patient
def clear(db: Database, study_name: str, worker_id: str) -> None:
    """A worker works on it: what it said before is void, and what those said that have left."""
    mine = sa.or_(PassedOverRow.worker_id == worker_id, PassedOverRow.left)
    with db.session() as session, session.begin():
        session.execute(sa.delete(PassedOverRow).where(PassedOverRow.study_name == study_name, mine))


@patient
def view_passed_over(db: Database, study_name: str) -> list[PassedOver]:
    """The reasons that stand, those of most workers first."""
    recent = sa.func.abs(utc_now() - PassedOverRow.passed_at) < _LEFT_S
    with db.session() as session:
        rows = session.scalars(
            sa.select(PassedOverRow).where(PassedOverRow.study_name == study_name, sa.or_(~PassedOverRow.left, recent))
        ).all()
    living = {each.worker_id for each in view_workers(db)} if rows else set()
    said = Counter((row.reason, row.kind, row.left) for row in rows if row.left or row.worker_id in living)
    return [PassedOver(reason, kind, count, left) for (reason, kind, left), count in said.most_common()]


def _of(study_name: str, worker_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return PassedOverRow.study_name == study_name, PassedOverRow.worker_id == worker_id
