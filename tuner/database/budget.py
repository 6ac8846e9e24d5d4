"""The budget of a study and the trials that spend it.

Owns: exactness. A place of the budget is a row whose primary key is its ordinal, so two workers cannot take one place;
a place and its Optuna trial are made in one transaction.
Leaves to others: what a trial has in common with other runs (runs), what an Optuna trial begins with (search).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import admission, adoption, leases, many_leases
from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.rules import lock_to_begin, may_begin
from tuner.database.runs import Job
from tuner.database.sequence import draw, stamp_runs
from tuner.database.tables import UNSTAMPED, Base, RunRow, StudyRow

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

_RUNS = Base.metadata.tables[RunRow.__tablename__]
_FEW = 16


@patient
def take(db: Database, study_name: str, worker_id: str, begun_only: bool = False) -> Job | None:
    """Take one trial: one whose worker is gone, else the next place of the budget; None where there is neither.

    begun_only: nothing new; what a dead worker left has to be ended.
    """
    adopted = adoption.adopt(db, study_name, ["search"], 0, worker_id)
    if adopted is not None or begun_only:
        return adopted
    return next(iter(_reserve(db, study_name, worker_id, 1)), None)


@patient
def take_many(
    db: Database, study_name: str, worker_id: str, most: int, held: Collection[int] = (), begun_only: bool = False
) -> list[Job]:
    """Take so many trials at most: those whose worker is gone first, then the next places of the budget.

    held: the places that this worker knows it has. One that carries its name and is not among them was given to it by a
    call whose answer was lost. begun_only: as of `take`. A suspect is given alone, and only to a worker that holds
    nothing.
    """
    adopted = adoption.adopt_many(db, study_name, ["search"], 0, worker_id, most, held)
    alone = any(each.suspect for each in adopted)
    left = 0 if begun_only or alone else most - len(adopted)
    return adopted if left <= 0 else [*adopted, *_reserve(db, study_name, worker_id, left)]


@patient
def take_own(db: Database, study_name: str, worker_id: str) -> Job | None:
    """The trial that this worker has already, as after a call whose answer was lost; None where it has none."""
    return adoption.adopt(db, study_name, ["search"], 0, worker_id, RunRow.worker_id == worker_id)


@patient
def take_untold(db: Database, study_name: str, worker_id: str) -> Job | None:
    """One that a person ended, and of which Optuna has still to be told."""
    return adoption.adopt(db, study_name, ["search"], 0, worker_id, RunRow.state != "running")


def _reserve(db: Database, study_name: str, worker_id: str, most: int) -> list[Job]:
    """The next places of the budget, so many at most."""
    with db.reading() as session:
        chosen = sa.select(StudyRow.trials, StudyRow.admitted_at).where(StudyRow.study_name == study_name)
        budget, admitted_at = session.execute(chosen).one_or_none() or (0, None)
        if _taken(session, study_name) >= budget:
            return []
    if admitted_at is None and not admission.ask(db, study_name):
        return []
    with db.session() as session, session.begin():
        # It is asked again, now that the study is locked: others take places, and a person may have asked for fewer.
        study = lock_to_begin(session, study_name)
        first = _taken(session, study_name)
        most = 0 if study is None else may_begin(session, study, first, worker_id, most)
        places = range(first, first + most)
        jobs = [Job(study_name, "search", 0, place, 1, worker_id, place) for place in places]
        if jobs:
            # Numbered before it is written, which nobody else can be at: one call less while the study is locked.
            number = draw(session, study_name)
            # By the database's clock, which is not asked first for the same reason.
            times = {"started_at": utc_now(), "lease_until": utc_now() + leases.LEASE_S}
            session.connection().execute(sa.insert(_RUNS).values(**times), [_begun(job, number) for job in jobs])
            if session.get_bind().dialect.name == "postgresql" and _doubles(places):
                # Until somebody counts, PostgreSQL takes any index that begins with the study for as good as the key's,
                # and reads all of its runs for each that is written.
                session.execute(sa.text(f"ANALYZE {RunRow.__tablename__}"))
    return jobs


def _doubles(places: range) -> bool:
    """Whether there are twice as many, from a few on, as when it was true last."""
    return any(place >= _FEW and place & (place - 1) == 0 for place in places)


def _begun(job: Job, number: int) -> dict[str, Any]:
    return {
        "study_name": job.study_name,
        "role": job.role,
        "round": job.round,
        "ordinal": job.ordinal,
        "trial_ordinal": job.trial_ordinal,
        "state": job.state,
        "attempt": job.attempt,
        "worker_id": job.worker_id,
        "epoch_limit": 1,
        "changes": 1,
        "sequence": number,
    }


def _taken(session: Session, study_name: str) -> int:
    """Places are taken one after the other: the last one says how many, at once, where counting takes ever longer."""
    places = sa.select(RunRow.ordinal).where(*_search(study_name), RunRow.round == 0)
    last = session.scalar(places.order_by(RunRow.ordinal.desc()).limit(1))
    return 0 if last is None else last + 1


@patient
def fill(db: Database, job: Job, template: "FrozenTrial", baseline: str) -> int:
    """Make the Optuna trial of this place and bind it to it, in one transaction; gives its number. Raises LeaseLost.

    A place has one trial, and no trial is without a place, wherever the worker stalls or dies. Done twice, the second
    time changes nothing.
    """
    number = _fill(db, [Filled(job, template, baseline)])[0]
    if number is None:
        raise leases.lost(job.lease)
    return number


@dataclass(frozen=True)
class Filled:
    """The trial of a place: as it begins - running, with the parameters and attributes that are known - and the name of
    the configuration of a person that it tries, if it is one."""

    job: Job
    template: "FrozenTrial"
    baseline: str = ""


@patient
def fill_many(db: Database, places: Sequence[Filled]) -> list[int | None]:
    """Make the Optuna trials of several places of one study, in one transaction; gives their numbers.

    None of a place that this worker holds no more: nothing was made for it. Done twice, the second time changes
    nothing.
    """
    return _fill(db, places)


def _fill(db: Database, places: Sequence[Filled]) -> list[int | None]:
    # With Optuna, for which those do not wait who only read our tables.
    from tuner.database import optuna_writing

    keys = [each.job.lease.key for each in places]
    with db.session() as session, session.begin():
        held = many_leases.lock(session, [each.job.lease for each in places])
        known = {key: row.trial_number for key, row in held.items()}
        new = [each for each in places if each.job.lease.key in held and known[each.job.lease.key] is None]
        if new:
            study_name = new[0].job.study_name
            made = optuna_writing.create(session, study_name, [each.template for each in new])
            bound = [
                {"trial_number": number, "baseline": each.baseline} for each, number in zip(new, made, strict=True)
            ]
            many_leases.write_locked(session, [each.job.lease for each in new], bound, sequence=UNSTAMPED)
            stamp_runs(session, study_name)
            known |= {each.job.lease.key: number for each, number in zip(new, made, strict=True)}
    return [known.get(key) for key in keys]


@patient
def open_places(db: Database, study_name: str) -> int:
    """Trials of the budget that are not yet final and told: 0 when the search is over."""
    with db.reading() as session:
        budget = session.scalar(sa.select(StudyRow.trials).where(StudyRow.study_name == study_name)) or 0
    return int(budget - finalized(db, study_name))


@patient
def finalized(db: Database, study_name: str) -> int:
    """Trials that are final and told."""
    with db.reading() as session:
        count = session.scalar(sa.select(sa.func.count()).where(*_search(study_name), RunRow.finalized))
    return int(count or 0)


@patient
def running(db: Database, study_name: str) -> int:
    """Trials that were begun and are not final and told."""
    with db.reading() as session:
        count = session.scalar(sa.select(sa.func.count()).where(*_search(study_name), ~RunRow.finalized))
    return int(count or 0)


@patient
def has_begun(db: Database, study_name: str) -> bool:
    """Whether a trial was taken."""
    with db.reading() as session:
        return session.scalar(sa.select(RunRow.ordinal).where(*_search(study_name)).limit(1)) is not None


def _search(study_name: str) -> tuple[sa.ColumnElement[bool], ...]:
    return RunRow.study_name == study_name, RunRow.role == "search"
