"""Trials that are trained once more: a row each, written by whoever trains it and taken over by nobody.

Leaves to others: what a run has in common with others (runs), the training and what is compared (runs room).
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import runs
from tuner.database.connection import Database, utc_now
from tuner.database.error_kinds import judge
from tuner.database.leases import LEASE_S, LeaseLost
from tuner.database.patience import first_words, patient
from tuner.database.runs import Job, RunView
from tuner.database.sequence import stamp_run
from tuner.database.tables import RunRow, StudyRow
from tuner.errors import DiskFull, NotFound, ServiceDown


@patient
def begin(db: Database, trial: RunView, seed: int, planned_epochs: int, worker_id: str) -> Job:
    """A row for training a trial again. worker_id: of this one training, so that it is begun once. Raises NotFound."""
    with db.session() as session, session.begin():
        # The study first: it is still there then, and two who begin are given two places.
        locked = session.execute(
            sa.update(StudyRow).where(StudyRow.study_name == trial.study_name).values(round=StudyRow.round)
        )
        if locked.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFound(f"there is no study {trial.study_name!r} any more.")
        ordinal = session.scalar(sa.select(RunRow.ordinal).where(*_of(trial.study_name), RunRow.worker_id == worker_id))
        if ordinal is None:
            ordinal = _insert(session, trial, seed, planned_epochs, worker_id)
    return Job(
        study_name=trial.study_name,
        role="reproduction",
        round=0,
        ordinal=ordinal,
        attempt=1,
        worker_id=worker_id,
        trial_ordinal=trial.ordinal,
        trial_number=trial.trial_number,
        seed_number=None,
        seed=seed,
        planned_epochs=planned_epochs,
    )


def _insert(session: Session, trial: RunView, seed: int, planned_epochs: int, worker_id: str) -> int:
    last = session.scalar(sa.select(sa.func.max(RunRow.ordinal)).where(*_of(trial.study_name)))
    ordinal = 0 if last is None else last + 1
    session.execute(
        sa.insert(RunRow).values(
            study_name=trial.study_name,
            role="reproduction",
            round=0,
            ordinal=ordinal,
            trial_ordinal=trial.ordinal,
            trial_number=trial.trial_number,
            # Its seed is the trial's; and there may be many of one trial.
            seed_number=None,
            seed=seed,
            planned_epochs=planned_epochs,
            state="running",
            attempt=1,
            worker_id=worker_id,
            started_at=utc_now(),
            lease_until=utc_now() + LEASE_S,
        )
    )
    stamp_run(session, (trial.study_name, "reproduction", 0, ordinal))
    return ordinal


@patient
def view_reproductions(db: Database, study_name: str, epochs: bool = False) -> list[RunView]:
    """In the order in which they were begun."""
    with db.session() as session:
        return runs.views_within(session, *_of(study_name), with_epochs=epochs)


def why_not_stored(error: Exception) -> str | None:
    """Why a training goes on without its row, in words; None for an error that is a mistake of ours."""
    if isinstance(error, LeaseLost | NotFound):
        return "the study was deleted meanwhile"
    if isinstance(error, ServiceDown | DiskFull):
        return str(error).rstrip(".")
    words = {
        "unwritable": "the database can only be read",
        "refused": "the database refuses",
        "away": "the database does not answer",
        "full": "the disk is full",
    }
    said = words.get(judge(error))
    return None if said is None else f"{said} ({first_words(error)})"


def _of(study_name: str) -> tuple[sa.ColumnElement[bool], ...]:
    return RunRow.study_name == study_name, RunRow.role == "reproduction"
