"""Rules that end a search before its trials are up: an epoch budget, a target, a plateau.

Owns: that they are exact however many workers there are. Every decision is made while the study's row is locked: an
epoch is granted before it is trained, and no trial begins once a rule has ended the search.
Leaves to others: what a plateau is (studies), what is trained (runs).

A study's limits are in its options (`facts.Limits`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database.connection import Database
from tuner.database.facts import StudyOptions
from tuner.database.leases import run_out
from tuner.database.patience import patient
from tuner.database.sequence import stamp
from tuner.database.sharing import has_room
from tuner.database.tables import UNSTAMPED, RunRow, StudyRow

Rule = Literal["epochs", "target", "plateau"]


@dataclass(frozen=True)
class Locked:
    """A study that nobody else begins a trial of meanwhile. over: it is ended, or being ended."""

    study_name: str
    options: StudyOptions
    ended: str
    trials: int
    desired_state: str
    admitted_at: float | None
    most_workers: int | None
    over: bool


def lock_to_begin(session: Session, study_name: str) -> Locked | None:
    """For the rest of the transaction: nobody else begins a trial of it. None where there is no such study."""
    row = StudyRow
    locked = sa.update(row).where(row.study_name == study_name).values(round=row.round)
    read = (row.study_name, row.options, row.ended, row.trials, row.desired_state, row.admitted_at, row.most_workers)
    # Put together here: of `finished_at IS NOT NULL` SQLite returns true after an update, whatever the row has.
    found = session.execute(locked.returning(*read, row.finished_at, run_out(row.closing_until))).one_or_none()
    if found is None:
        return None
    *_, most_workers, finished_at, nobody_closes = found
    return Locked(
        study_name=found.study_name,
        options=found.options,
        ended=found.ended,
        trials=found.trials,
        desired_state=found.desired_state,
        admitted_at=found.admitted_at,
        most_workers=most_workers,
        over=finished_at is not None or not nobody_closes,
    )


def may_begin(session: Session, study: Locked, ordinal: int, worker_id: str, most: int) -> int:
    """How many trials this worker may begin from that place of the budget on, with one epoch each, so many at most;
    within the transaction that has locked the study and makes their rows.

    None where the study has no such place, is ended or being ended, was asked to rest, waits for one of its owner's
    places (`admission`), or has as many workers as it may (`sharing`).
    """
    if study.over or study.desired_state != "running" or ordinal >= study.trials or study.admitted_at is None:
        return 0
    if study.ended or not has_room(session, study.study_name, worker_id, study.most_workers):
        return 0
    most = min(most, study.trials - ordinal)
    budget = study.options.limits.epochs
    if budget is not None:
        most = min(most, budget - _granted(session, study.study_name))
        if most <= 0:
            _end(session, study.study_name, "epochs")
    return max(0, most)


@patient
def grant(db: Database, study_name: str, ordinal: int, attempt: int, epochs: int) -> bool:
    """Let a trial train so many epochs altogether, if the study's budget allows it. Asked twice, it is counted once."""
    with db.session() as session, session.begin():
        lock(session, study_name)
        options = session.scalars(sa.select(StudyRow.options).where(StudyRow.study_name == study_name)).one()
        budget = options.limits.epochs
        which = (*_search(study_name), RunRow.ordinal == ordinal, RunRow.attempt == attempt)
        has = session.scalar(sa.select(RunRow.epoch_limit).where(*which)) or 0
        if budget is None or has >= epochs:
            return True
        if _granted(session, study_name) + epochs - has > budget:
            _end(session, study_name, "epochs")
            return False
        session.execute(sa.update(RunRow).where(*which).values(epoch_limit=epochs))
        return True


@patient
def grant_many(db: Database, study_name: str, asked: Mapping[int, tuple[int, int]]) -> frozenset[int]:
    """The same of several trials, in one transaction. asked: by place, the attempt and the epochs altogether.

    Gives the places that may; the earlier ones come first where not all may. One that another worker has by now may:
    that it is lost, its next write says.
    """
    spent: set[int] = set()
    with db.session() as session, session.begin():
        lock(session, study_name)
        options = session.scalars(sa.select(StudyRow.options).where(StudyRow.study_name == study_name)).one()
        if (budget := options.limits.epochs) is None:
            return frozenset(asked)
        left = budget - _granted(session, study_name)
        rows = sa.select(RunRow).where(*_search(study_name), RunRow.ordinal.in_(asked)).order_by(RunRow.ordinal)
        for row in session.scalars(rows.with_for_update()):
            attempt, epochs = asked[row.ordinal]
            more = max(0, epochs - row.epoch_limit) if row.attempt == attempt else 0
            if more > left:
                spent.add(row.ordinal)
                continue
            left -= more
            row.epoch_limit += more
        session.flush()
        if spent:
            _end(session, study_name, "epochs")
    return frozenset(asked) - spent


@patient
def end(db: Database, study_name: str, rule: Rule) -> None:
    """A rule ends the search; the first one that does is the reason."""
    with db.session() as session, session.begin():
        _end(session, study_name, rule)


def lock(session: Session, study_name: str) -> None:
    """For the rest of the transaction: nobody else begins a trial of it, or is granted an epoch."""
    session.execute(sa.update(StudyRow).where(StudyRow.study_name == study_name).values(round=StudyRow.round))


def _granted(session: Session, study_name: str) -> int:
    return int(session.scalar(sa.select(sa.func.sum(RunRow.epoch_limit)).where(*_search(study_name))) or 0)


def _search(study_name: str) -> tuple[sa.ColumnElement[bool], ...]:
    return RunRow.study_name == study_name, RunRow.role == "search"


def _end(session: Session, study_name: str, rule: Rule) -> None:
    """The end of a transaction: what it wrote is numbered, too."""
    session.execute(
        sa.update(StudyRow)
        .where(StudyRow.study_name == study_name, StudyRow.ended == "")
        .values(ended=rule, changes=StudyRow.changes + 1, sequence=UNSTAMPED)
    )
    stamp(session, study_name)
