"""What a person changes of a study while it runs: its budget, its time, its limits, how many workers it is to have.

Owns: exactness. All of it is one transaction in which the study is locked, so that no trial begins between the count of
those that have begun and the smaller budget.
Leaves to others: what may be asked (service), what workers make of it (workers).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tuner.database import audit, finalists
from tuner.database.audit import AuditEntry
from tuner.database.connection import Database, utc_now
from tuner.database.facts import FormerSpace, Limits
from tuner.database.patience import patient
from tuner.database.sequence import stamp
from tuner.database.tables import UNSTAMPED, RunRow, StudyRow
from tuner.errors import StudyConflict

ANEW: Mapping[str, Any] = {
    "ended": "",
    "round": StudyRow.round + 1,
    "outcome": None,
    "closer": None,
    "closing_until": 0.0,
    "closing_attempt": StudyRow.closing_attempt + 1,
}
"""What becomes of a study whose search goes on after it had ended."""


@dataclass(frozen=True)
class NewSpace:
    """What a study is to search instead. resolved, text, digest: as of a study. before: what it searched, and how many
    changes there were when that was read."""

    resolved: Mapping[str, Any]
    text: str
    digest: str
    before: FormerSpace
    changes: int


@patient
def change_study(
    db: Database,
    study_name: str,
    trials: int | None,
    timeout_s: float | None,
    limits: Limits,
    workers: int | None,
    anew: bool,
    priority: int | None = None,
    most_workers: int | None = None,
    space: NewSpace | None = None,
    *,
    entry: AuditEntry | None = None,
) -> int | None:
    """None leaves a thing as it is. Gives how many trials have begun where that is more than was asked for: then
    nothing is changed.

    limits: all of them. anew: the search goes on after it had ended, so that its finalists are run again. A time limit
    runs from when the one before it did. most_workers: 0 is without a limit.
    """
    which = StudyRow.study_name == study_name
    with db.session() as session, session.begin():
        # The write comes first: it locks the study.
        session.execute(sa.update(StudyRow).where(which).values(round=StudyRow.round))
        trained = sa.select(sa.func.count()).where(RunRow.study_name == study_name, RunRow.role == "search")
        begun = session.scalar(trained) or 0
        if trials is not None and trials < begun:
            return int(begun)
        options = session.scalars(sa.select(StudyRow.options).where(which)).one().with_(limits=limits)
        values: dict[str, Any] = {"options": options if workers is None else options.with_(workers=workers)}
        values["changes"] = StudyRow.changes + 1
        if priority is not None:
            values["priority"] = priority
        if most_workers is not None:
            values["most_workers"] = most_workers or None
        if trials is not None:
            values["trials"] = trials
        if timeout_s is not None:
            values["timeout_s"] = timeout_s
            # Where its clock has not begun, a worker starts it.
            values["deadline_at"] = StudyRow.deadline_at - StudyRow.timeout_s + timeout_s
        if space is not None:
            if len(options.spaces) != space.changes:
                raise StudyConflict(f"somebody else changed the space of study {study_name!r} just now. Look again.")
            until = float(session.execute(sa.select(utc_now())).scalar_one())
            former = (*options.spaces, space.before.model_copy(update={"until": until}))
            values |= {"resolved": dict(space.resolved), "spec_text": space.text, "spec_digest": space.digest}
            values["options"] = values["options"].with_(spaces=former)
        if anew:
            values |= ANEW
        session.execute(sa.update(StudyRow).where(which).values(**values, sequence=UNSTAMPED))
        if anew:
            finalists.abandon(session, study_name)
        audit.write(session, entry)
        stamp(session, study_name)
    return None
