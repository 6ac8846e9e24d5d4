"""Writing to several runs at once that one worker holds: as many as there are members in what it trains.

Owns: that each is written while it is this worker's and no longer, and that one which was lost disturbs no other.
Leaves to others: the lease of one (leases), what is written (budget, turns).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database.connection import Database
from tuner.database.leases import Lease
from tuner.database.patience import patient
from tuner.database.sequence import stamp
from tuner.database.tables import UNSTAMPED, Base, Key, RunRow

_RUNS = Base.metadata.tables[RunRow.__tablename__]
_KEY = ("study_name", "role", "round", "ordinal")


@dataclass(frozen=True)
class Held:
    """What is known of a run that this worker holds, once it was written to. The fields are the row's."""

    trial_number: int | None
    dropped: str


def write(
    session: Session, leases: Sequence[Lease], values: Sequence[Mapping[str, Any]], **same: Any
) -> dict[Key, Held]:
    """Write to runs of one study, to each its own values and to all the same ones; gives those that are this worker's.

    To the others nothing was written. The writes come first, in the order of their keys, so that they lock the rows and
    no two who write to several wait for each other. values: those that are None are left as they are.

    Leaves to others: to number them (`sequence`), at the end of the transaction.
    """
    write_locked(session, leases, values, **same)
    return _held(session, leases)


def lock(session: Session, leases: Sequence[Lease]) -> dict[Key, Held]:
    """Keep runs of one study as they are until the transaction ends, but for what it writes; gives this worker's."""
    if leases and session.get_bind().dialect.name == "sqlite":
        # Whoever writes is alone with the whole database. The write comes first: a transaction that has read before it
        # is refused where another one has written meanwhile.
        first = [_RUNS.c[name] == part for name, part in zip(_KEY, leases[0].key, strict=True)]
        session.connection().execute(sa.update(_RUNS).where(*first).values(attempt=_RUNS.c.attempt))
    return _held(session, leases, locked=True)


def write_locked(session: Session, leases: Sequence[Lease], values: Sequence[Mapping[str, Any]], **same: Any) -> None:
    """`write` to runs that are known to be this worker's."""
    of_columns: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for lease, own in sorted(zip(leases, values, strict=True), key=lambda each: each[0].key):
        known = {f"to_{name}": value for name, value in own.items() if value is not None}
        key = {f"of_{name}": part for name, part in zip(_KEY, lease.key, strict=True)}
        held = {"of_worker": lease.worker_id, "of_attempt": lease.attempt}
        of_columns[frozenset(known)].append({**key, **held, **known})
    for columns, rows in of_columns.items():
        session.connection().execute(_update(columns, same), rows)


def _update(columns: frozenset[str], same: Mapping[str, Any]) -> sa.Update:
    mapped = sa.inspect(RunRow).columns
    own = {each.removeprefix("to_"): each for each in sorted(columns)}
    return (
        sa.update(_RUNS)
        .where(*(_RUNS.c[name] == sa.bindparam(f"of_{name}") for name in _KEY))
        .where(_RUNS.c.worker_id == sa.bindparam("of_worker"), _RUNS.c.attempt == sa.bindparam("of_attempt"))
        .values({mapped[name]: sa.bindparam(given, type_=mapped[name].type) for name, given in own.items()})
        .values({mapped[name]: value for name, value in same.items()})
    )


def _held(session: Session, leases: Sequence[Lease], locked: bool = False) -> dict[Key, Held]:
    """Those that are this worker's. A row that it does not hold now was not its own when it was written, either."""
    ordinals: dict[Key, list[str | int]] = defaultdict(list)
    for lease in leases:
        ordinals[lease.key[:3]].append(lease.key[3])
    columns = _RUNS.c
    found: dict[Key, tuple[tuple[str | None, int], Held]] = {}
    for (study_name, role, round), places in sorted(ordinals.items()):
        read = sa.select(*(columns[name] for name in (*_KEY, "worker_id", "attempt", "trial_number", "dropped"))).where(
            columns.study_name == study_name,
            columns.role == role,
            columns.round == round,
            columns.ordinal.in_(places),
        )
        if locked:
            # In their order, as everybody locks several.
            read = read.order_by(columns.ordinal).with_for_update()
        for *key, worker_id, attempt, trial_number, dropped in session.connection().execute(read):
            found[tuple(key)] = (worker_id, attempt), Held(trial_number, dropped)
    held = {}
    for lease in leases:
        whose, row = found.get(lease.key, (None, None))
        if row is not None and whose == (lease.worker_id, lease.attempt):
            held[lease.key] = row
    return held


@patient
def hand_back(db: Database, leases: Sequence[Lease]) -> None:
    """Leave them to whoever takes them next. Not an error where one was lost already, or has ended."""
    for study_name in {str(each.key[0]) for each in leases}:
        of_study = [each for each in leases if each.key[0] == study_name]
        with db.session() as session, session.begin():
            write(session, of_study, [{}] * len(of_study), **_FREE)
            stamp(session, study_name)


_ENDED = _RUNS.c.finalized
_FREE = {
    "worker_id": sa.case((_ENDED, _RUNS.c.worker_id), else_=sa.null()),
    "lease_until": sa.case((_ENDED, _RUNS.c.lease_until), else_=0.0),
    "sequence": UNSTAMPED,
}
