"""What became of several runs at once, written in one transaction: their epochs, their ends, what Optuna is told.

Owns: that it is all or nothing, but for runs that this worker has lost, of which nothing is written; that a trial's end
and what Optuna knows of it cannot be torn apart.
Leaves to others: the same of one run (epoch_writing, runs), the fences (many_leases), Optuna's rows (optuna_writing).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import leases, many_leases, many_rows, optuna_writing
from tuner.database.connection import Database, utc_now
from tuner.database.epochs import EpochView
from tuner.database.optuna_picture import OptunaPicture
from tuner.database.optuna_writing import Writes
from tuner.database.patience import patient
from tuner.database.runs import Job
from tuner.database.sequence import draw, stamp_runs
from tuner.database.tables import UNSTAMPED, Base, EpochRow, Key, RunKey, RunRow
from tuner.database.trial_facts import TrialFacts
from tuner.spec.space import Params

_EPOCHS = Base.metadata.tables[EpochRow.__tablename__]


@dataclass(frozen=True)
class Started:
    """What is about to be trained, where and how. params: of a search's. repeats: stored epochs trained again."""

    job: Job
    facts: TrialFacts
    params: Params | None = None
    repeats: int = 0


@dataclass(frozen=True)
class EpochDone:
    """An epoch of a run. value, best_epoch: of the best so far. checkpoint: its name, None where none was made."""

    job: Job
    epoch: EpochView
    value: float | None
    best_epoch: int
    checkpoint: str | None = None


@dataclass(frozen=True)
class RunEnded:
    """How a run ended; of a search's, the picture has been told, too. test: on the test rows, where it was scored."""

    job: Job
    state: str
    reason: str
    facts: TrialFacts
    value: float | None = None
    best_epoch: int = 0
    test: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Turned:
    """lost: the runs that are another worker's by now; nothing was written of them. dropped: of the others, why the
    configuration is out by now, where it is."""

    lost: frozenset[RunKey] = frozenset()
    dropped: Mapping[RunKey, str] = field(default_factory=dict)


def write_turn(
    db: Database,
    study_name: str,
    picture: OptunaPicture | None = None,
    started: Sequence[Started] = (),
    epochs: Sequence[EpochDone] = (),
    ended: Sequence[RunEnded] = (),
) -> Turned:
    """Write what became of this worker's runs of a study since its last turn, in one transaction; renews their leases.

    picture: what is pending there is written with it, of trials whose run is named here; of a lost one it is let go. An
    epoch that is stored already stays as it is. Made twice, the second time changes nothing.
    """
    every: list[Job] = [each.job for part in (started, epochs, ended) for each in part]
    jobs = {each.lease.key: each for each in every}
    pending: dict[Key, int] = {}
    if picture is not None:
        numbered = {key: job.trial_number for key, job in jobs.items() if job.role == "search"}
        pending = {key: picture.id_of(number) for key, number in numbered.items() if number is not None}
    held = _write(db, study_name, picture.pending if picture is not None else Writes(), pending, started, epochs, ended)
    lost = jobs.keys() - held.keys()
    if picture is not None:
        picture.let_go([number for key in lost if (number := jobs[key].trial_number) is not None and key in pending])
        picture.written([trial_id for key, trial_id in pending.items() if key in held])
    dropped = {_run_key(key): words for key, words in held.items() if words}
    return Turned(frozenset(map(_run_key, lost)), dropped)


@patient
def _write(
    db: Database,
    study_name: str,
    writes: Writes,
    trial_ids: Mapping[Key, int],
    started: Sequence[Started],
    epochs: Sequence[EpochDone],
    ended: Sequence[RunEnded],
) -> dict[Key, str]:
    """Gives the runs that are this worker's, and why the configuration of each is out."""
    held: dict[Key, str] = {}
    with db.session() as session, session.begin():
        known = [_as_started(each) for each in started]
        held |= _fenced(session, started, known, sequence=UNSTAMPED)
        for repeats in sorted({each.repeats for each in started if each.repeats}):
            again = [each.job.lease for each in started if each.repeats == repeats]
            many_leases.write(session, again, [{}] * len(again), repeated=RunRow.repeated + repeats)
        held |= _fenced(session, epochs, [_as_epoch(each) for each in epochs], strikes=0)
        over = {"finished_at": utc_now(), "finalized": True, "sequence": UNSTAMPED}
        held |= _fenced(session, ended, [_as_ended(each) for each in ended], **over)
        optuna_writing.write(session, writes.of([trial_id for key, trial_id in trial_ids.items() if key in held]))
        stored = _stored(session, study_name, epochs)
        old = [each.job.lease for each in epochs if _key(each) in stored and each.job.lease.key in held]
        new = [each for each in epochs if _key(each) not in stored and each.job.lease.key in held]
        if old:
            # Then its run is numbered by itself.
            many_leases.write(session, old, [{}] * len(old), sequence=UNSTAMPED)
        number = draw(session, study_name)
        if new:
            _store(session, new, number)
        if started or ended or old:
            stamp_runs(session, study_name, number)
    return held


def _fenced(
    session: Session,
    parts: Sequence[Started] | Sequence[EpochDone] | Sequence[RunEnded],
    values: Sequence[Any],
    **same: Any,
) -> dict[Key, str]:
    """Write to the rows of those that this worker holds; gives why the configuration of each is out."""
    if not parts:
        return {}
    renewed = {"changes": RunRow.changes + 1, "lease_until": utc_now() + leases.LEASE_S}
    found = many_leases.write(session, [each.job.lease for each in parts], values, **renewed, **same)
    return {key: row.dropped for key, row in found.items()}


def _as_started(each: Started) -> dict[str, Any]:
    params = None if each.params is None else dict(each.params)
    return {"facts": each.facts, "params": params}


def _as_epoch(each: EpochDone) -> dict[str, Any]:
    return {"value": each.value, "best_epoch": each.best_epoch, "checkpoint": each.checkpoint}


def _as_ended(each: RunEnded) -> dict[str, Any]:
    test = None if each.test is None else dict(each.test)
    return {
        "state": each.state,
        "reason": each.reason,
        "facts": each.facts,
        "value": each.value,
        "best_epoch": each.best_epoch,
        "test": test,
    }


def _stored(session: Session, study_name: str, epochs: Sequence[EpochDone]) -> set[Key]:
    """Those that are there: an answer was lost, or a worker that died had stored it."""
    if not epochs:
        return set()
    columns = _EPOCHS.c
    parts: dict[str, Collection[Any]] = {
        "role": {each.job.role for each in epochs},
        "round": {each.job.round for each in epochs},
        "ordinal": {each.job.ordinal for each in epochs},
        "epoch": {each.epoch.epoch for each in epochs},
    }
    read = sa.select(columns.study_name, *(columns[name] for name in parts)).where(
        columns.study_name == study_name, *(columns[name].in_(each) for name, each in parts.items())
    )
    return {tuple(row) for row in session.connection().execute(read)}


def _store(session: Session, epochs: Sequence[EpochDone], sequence: int) -> None:
    rows = [
        {
            "study_name": each.job.study_name,
            "role": each.job.role,
            "round": each.job.round,
            "ordinal": each.job.ordinal,
            "epoch": each.epoch.epoch,
            "metrics": dict(each.epoch.metrics),
            "seconds": each.epoch.seconds,
            "measured_at": each.epoch.measured_at,
            "worker_id": each.job.worker_id,
            "sequence": sequence,
        }
        for each in epochs
    ]
    many_rows.insert(session, _EPOCHS, rows)


def _key(each: EpochDone) -> Key:
    return (*each.job.lease.key, each.epoch.epoch)


def _run_key(key: Key) -> RunKey:
    study_name, role, round, ordinal = key
    return study_name, role, round, ordinal  # type: ignore[return-value]  # the key of a run, as its lease has it
