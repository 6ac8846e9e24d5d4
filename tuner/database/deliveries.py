"""What MLflow shows of each row, what it refused of them, and who delivers which.

Owns: which rows are to be delivered. One that was refused is set aside until it changes, or until somebody asks for it
again; its delivery is claimed in one statement, for as long as a lease.
Leaves to others: that a claim lives as long as its worker (leases), the delivery itself (studies).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tuner.database.connection import Database, utc_now
from tuner.database.leases import LEASE_S, run_out
from tuner.database.patience import patient
from tuner.database.runs import trial_in_words
from tuner.database.sequence import stamp
from tuner.database.tables import FINALISTS, UNSTAMPED, Base, Key, Recorded, RunKey, RunRow, StudyRow, keyed
from tuner.redaction import redacted

_RECORDED: tuple[type[Recorded], ...] = (StudyRow, RunRow)
_LONGEST = 1000
_LONG_S = 60.0
"""A training that takes longer is shown before it has ended, also where there are many."""


@dataclass(frozen=True)
class Refusal:
    """One record that MLflow refused. record: which, in words."""

    record: str
    reason: str


@dataclass(frozen=True)
class Undelivered:
    """Records that MLflow does not show as they are, and has not refused so. study: its own."""

    study: bool
    trials: int
    finalists: int


@patient
def undelivered(db: Database, study_name: str) -> Undelivered:
    """Whoever holds them, or delivers them just now."""
    with db.reading() as session:
        study = session.scalar(
            sa.select(StudyRow.study_name).where(StudyRow.study_name == study_name, *_left(StudyRow))
        )
        counted = sa.select(RunRow.role, sa.func.count()).where(
            RunRow.study_name == study_name, *_left(RunRow), _shown()
        )
        count = {role: int(rows) for role, rows in session.execute(counted.group_by(RunRow.role)).all()}
    return Undelivered(study is not None, count.get("search", 0), sum(count.get(role, 0) for role in FINALISTS))


@patient
def runs_to_deliver(db: Database, study_name: str, worker_id: str, most_training: int | None = None) -> list[RunKey]:
    """The keys of runs that MLflow does not show in full and that no other worker is training or delivering.

    Trials first, in the order of the budget: a finalist names the trial whose configuration it has. most_training: of
    those that this worker is training just now, so many at most, those first of which the least was delivered; where it
    trains more, only those that take long: most of them will have ended by the next time, and are delivered once.
    """
    of_search = RunRow.role == "search"
    training = sa.and_(RunRow.worker_id == worker_id, ~RunRow.finalized, ~run_out(RunRow.lease_until))
    key = (RunRow.study_name, RunRow.role, RunRow.round, RunRow.ordinal)
    age_s = utc_now() - RunRow.started_at
    chosen = sa.select(*key, RunRow.recorded, age_s.label("age_s"), training.label("trains"))
    order = (sa.case((of_search, 0), else_=1), RunRow.round, RunRow.ordinal)
    with db.reading() as session:
        found = session.execute(
            chosen.where(RunRow.study_name == study_name, _free(worker_id)).where(_shown()).order_by(*order)
        ).all()
    keys: list[RunKey] = [(row.study_name, row.role, row.round, row.ordinal) for row in found]
    trained = {each: row for row, each in zip(found, keys, strict=True) if row.trains}
    if most_training is None or len(trained) <= most_training:
        return keys
    long = sorted((row.recorded, each) for each, row in trained.items() if row.age_s > _LONG_S)
    late = trained.keys() - {each for _, each in long[:most_training]}
    return [each for each in keys if each not in late]


@patient
def claim_many(db: Database, keys: Sequence[RunKey], worker_id: str) -> frozenset[RunKey]:
    """Take the delivery of several runs of one study, for as long as a lease; gives those that it was given."""
    if not keys:
        return frozenset()
    wanted = _of_keys(keys)
    with db.session() as session, session.begin():
        session.execute(
            sa.update(RunRow)
            .where(wanted, _unclaimed(RunRow, worker_id))
            .values(recorder=worker_id, recording_until=utc_now() + LEASE_S)
        )
        mine = sa.select(RunRow.study_name, RunRow.role, RunRow.round, RunRow.ordinal)
        taken = session.execute(mine.where(wanted, RunRow.recorder == worker_id)).all()
    return frozenset((key.study_name, key.role, key.round, key.ordinal) for key in taken)


@patient
def unclaim_many(db: Database, keys: Sequence[RunKey], worker_id: str) -> None:
    """Leave their delivery to whoever comes next."""
    if keys:
        with db.session() as session, session.begin():
            mine = sa.update(RunRow).where(_of_keys(keys), RunRow.recorder == worker_id)
            session.execute(mine.values(recorder=None, recording_until=0.0))


@patient
def recorded_many(db: Database, shown: Sequence[tuple[RunKey, int, str]]) -> None:
    """MLflow shows several runs of one study as they were after so many changes, in the runs of these ids."""
    if not shown:
        return
    rows, columns = Base.metadata.tables[RunRow.__tablename__], ("study_name", "role", "round", "ordinal")
    written = (
        sa.update(rows)
        .where(*(rows.c[name] == sa.bindparam(f"of_{name}") for name in columns))
        .values(mlflow_run_id=sa.bindparam("to_run"), recorded=sa.bindparam("to_changes"))
        .values(refused=0, refusal="", recorder=None, recording_until=0.0, sequence=UNSTAMPED)
    )
    given = [
        {
            **{f"of_{name}": part for name, part in zip(columns, key, strict=True)},
            "to_changes": changes,
            "to_run": run_id,
        }
        for key, changes, run_id in sorted(shown)
    ]
    with db.session() as session, session.begin():
        session.connection().execute(written, given)
        stamp(session, shown[0][0][0])


def _of_keys(keys: Sequence[RunKey]) -> sa.ColumnElement[bool]:
    """Of one study. Few roles and rounds, and many places."""
    places: dict[tuple[str, str, int], list[int]] = {}
    for study_name, role, round, ordinal in keys:
        places.setdefault((study_name, role, round), []).append(ordinal)
    return sa.or_(*(sa.and_(*keyed(RunRow, key), RunRow.ordinal.in_(ordinals)) for key, ordinals in places.items()))


@patient
def claim(db: Database, row: type[Recorded], key: Key, worker_id: str) -> bool:
    """Take the delivery of one row to MLflow, for as long as a lease."""
    with db.session() as session, session.begin():
        claimed: Any = session.execute(
            sa.update(row)
            .where(*keyed(row, key), _unclaimed(row, worker_id))
            .values(recorder=worker_id, recording_until=utc_now() + LEASE_S)
        )
    return bool(claimed.rowcount == 1)


@patient
def unclaim(db: Database, row: type[Recorded], key: Key, worker_id: str) -> None:
    """Leave its delivery to whoever comes next."""
    with db.session() as session, session.begin():
        mine = sa.update(row).where(row.recorder == worker_id, *keyed(row, key))
        session.execute(mine.values(recorder=None, recording_until=0.0))


@patient
def recorded(db: Database, row: type[Recorded], key: Key, changes: int, run_id: str) -> None:
    """MLflow shows the row as it was after so many changes; what was written since is still to be delivered."""
    shown = {"mlflow_run_id": run_id, "recorded": changes, "refused": 0, "refusal": ""}
    _write(db, row, key, **shown, recorder=None, recording_until=0.0)


@patient
def refused(db: Database, row: type[Recorded], key: Key, changes: int, reason: str, run_id: str | None) -> bool:
    """MLflow does not take the row as it was after so many changes; tells whether that is news.

    run_id: of its run, where it has one: all else of the row is there.
    """
    # No database holds all that a message may have in it.
    words = "".join(each if each.isprintable() else " " for each in redacted(reason))[:_LONGEST]
    with db.reading() as session:
        before = session.scalar(sa.select(row.refusal).where(*keyed(row, key)))
    told: dict[str, Any] = {"refused": changes, "refusal": words, "recorder": None, "recording_until": 0.0}
    _write(db, row, key, **told, **({} if run_id is None else {"mlflow_run_id": run_id}))
    return before != words


@patient
def retry(db: Database, study_name: str) -> None:
    """What was refused is to be delivered once more."""
    for row in _RECORDED:
        _write(db, row, (study_name,), refused=0)


@patient
def deliver_anew(db: Database, study_name: str, lost: Collection[str] | None = None) -> None:
    """What MLflow lost is to be delivered again: the rows of these runs, or all of the study."""
    for row in _RECORDED:
        if lost is None:
            _write(db, row, (study_name,), recorded=0, refused=0)
            continue
        with db.reading() as session:
            keys = [each.key for each in session.scalars(_rows(row, study_name)) if each.mlflow_run_id in lost]
        for key in keys:
            _write(db, row, key, mlflow_run_id=None, recorded=0, refused=0)


@patient
def run_ids(db: Database, study_name: str) -> list[str]:
    """The runs that the study's trials and finalists have."""
    of_study = sa.select(RunRow.mlflow_run_id).where(RunRow.study_name == study_name)
    with db.reading() as session:
        return [each for each in session.scalars(of_study.where(RunRow.mlflow_run_id.is_not(None))) if each is not None]


@patient
def refusals(db: Database, study_name: str) -> list[Refusal]:
    """What MLflow refused of a study, and why."""
    with db.reading() as session:
        return [
            Refusal(_words(each), each.refusal)
            for row in _RECORDED
            for each in session.scalars(_rows(row, study_name).where(row.refusal != ""))
        ]


def _words(row: Recorded) -> str:
    if isinstance(row, StudyRow):
        return f"study {row.study_name}"
    if row.role != "search":
        return f"finalist {row.trial_number}, seed {row.seed}"
    return trial_in_words(row.trial_number, row.ordinal)


def _rows(row: type[Recorded], study_name: str) -> sa.Select[Any]:
    return sa.select(row).where(row.study_name == study_name).order_by(*row.__table__.primary_key)


def _free(worker_id: str) -> sa.ColumnElement[bool]:
    whose = sa.or_(RunRow.worker_id == worker_id, RunRow.finalized, run_out(RunRow.lease_until))
    return sa.and_(*_left(RunRow), whose, _unclaimed(RunRow, worker_id))


def _left(row: type[Recorded]) -> tuple[sa.ColumnElement[bool], ...]:
    return row.changes > row.recorded, row.changes > row.refused


def _shown() -> sa.ColumnElement[bool]:
    """A trial is shown once it is known what it trains; a finalist, from when it is begun; a reproduction never."""
    begun = sa.and_(RunRow.trial_number.is_not(None), sa.or_(RunRow.params.is_not(None), RunRow.finalized))
    return sa.or_(sa.and_(RunRow.role == "search", begun), RunRow.role.in_(FINALISTS))


def _unclaimed(row: type[Recorded], worker_id: str) -> sa.ColumnElement[bool]:
    return sa.or_(row.recorder == worker_id, run_out(row.recording_until))


def _write(db: Database, row: type[Recorded], key: Key, **values: Any) -> None:
    """key: of one row, or of a study, for all of its rows."""
    with db.session() as session, session.begin():
        session.execute(sa.update(row).where(*keyed(row, key)).values(**values, sequence=UNSTAMPED))
        stamp(session, str(key[0]))
