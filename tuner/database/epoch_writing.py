"""An epoch that a worker finished: its row, what it makes of its run, the lease renewed, all or nothing.

Owns: that it costs as little as it can, being the write that is made most often. PostgreSQL does all of it in one
statement: one trip to the server, in which the study's counter, that all of its writers wait for, is locked last and
only until that statement is stored. Elsewhere it is a transaction of three.
Leaves to others: whether it may be written (leases), the number (sequence).
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuner.database import epochs, leases
from tuner.database.connection import Database, utc_now
from tuner.database.epochs import EpochView
from tuner.database.leases import Lease
from tuner.database.patience import patient
from tuner.database.sequence import draw, stamp_run
from tuner.database.tables import FINALISTS, Base, CounterRow, EpochRow, RunRow

_RUNS, _COUNTERS, _EPOCHS = (Base.metadata.tables[row.__tablename__] for row in (RunRow, CounterRow, EpochRow))


@patient
def finish_epoch(
    db: Database, lease: Lease, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str
) -> str:
    """Store an epoch, once, with the name of its checkpoint, and renew the lease. Raises LeaseLost.

    Gives why the configuration of its run is out by now, or nothing.
    """
    if db.engine.dialect.name == "postgresql":
        dropped, stored = _in_one_statement(db, lease, epoch, value, best_epoch, checkpoint)
        if dropped is None:
            raise leases.lost(lease)
        if stored:
            return dropped
    # Also where the epoch was there already: then its run is numbered by itself.
    return in_steps(db, lease, epoch, value, best_epoch, checkpoint)


def in_steps(
    db: Database,
    lease: Lease,
    epoch: EpochView,
    value: float | None,
    best_epoch: int,
    checkpoint: str,
    number: Callable[[Session, str], int] = draw,
) -> str:
    """The same in several statements, as every database knows them. number: draws the study's next."""
    known = {"value": value, "best_epoch": best_epoch, "checkpoint": checkpoint}
    with db.session() as session, session.begin():
        leases.fenced(session, lease, **known, **_renewed(RunRow.changes))
        if not epochs.store(session, lease.key, epoch, lease.worker_id, number(session, str(lease.key[0]))):
            stamp_run(session, lease.key)
        if lease.key[1] not in FINALISTS:
            return ""
        return session.scalar(sa.select(RunRow.dropped).where(*leases.holding(lease))) or ""


def _in_one_statement(
    db: Database, lease: Lease, epoch: EpochView, value: float | None, best_epoch: int, checkpoint: str
) -> tuple[str | None, bool]:
    """Why the configuration is out, None where the run is another's; whether the epoch is new."""
    study_name, role, round, ordinal = lease.key
    given = {
        "of_study": study_name, "of_role": role, "of_round": round, "of_ordinal": ordinal,
        "of_worker": lease.worker_id, "of_attempt": lease.attempt, "to_value": value, "to_best": best_epoch,
        "to_checkpoint": checkpoint, "the_epoch": epoch.epoch, "the_metrics": dict(epoch.metrics),
        "the_seconds": epoch.seconds, "the_end": epoch.measured_at,
    }  # fmt: skip
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        dropped, stored = connection.execute(_statement(), given).one()
    return dropped, bool(stored)


def _renewed(changes: Any) -> dict[str, Any]:
    return {"strikes": 0, "changes": changes + 1, "lease_until": utc_now() + leases.LEASE_S}


@cache
def _statement() -> sa.Select[Any]:
    """Each step reads from the one before, which is what puts them, and the locks that they take, in their order."""
    # Here: it takes as long as an eighth of `tune list`, which writes no epoch.
    from sqlalchemy.dialects import postgresql

    def given(name: str, column: sa.Column[Any]) -> sa.BindParameter[Any]:
        return sa.bindparam(name, type_=column.type)

    key = [given(f"of_{name}", _RUNS.c[column]) for name, column in _KEY]
    worker = given("of_worker", _RUNS.c.worker_id)
    held = (
        sa.update(_RUNS)
        .where(*(_RUNS.c[column] == each for (_, column), each in zip(_KEY, key, strict=True)))
        .where(_RUNS.c.worker_id == worker, _RUNS.c.attempt == given("of_attempt", _RUNS.c.attempt))
        .values(
            value=given("to_value", _RUNS.c.value),
            best_epoch=given("to_best", _RUNS.c.best_epoch),
            checkpoint=given("to_checkpoint", _RUNS.c.checkpoint),
            **_renewed(_RUNS.c.changes),
        )
        .returning(_RUNS.c.dropped)
        .cte("held")
    )
    drawn = (
        sa.update(_COUNTERS)
        .where(_COUNTERS.c.study_name == key[0], sa.exists().select_from(held))
        .values(number=_COUNTERS.c.number + 1)
        .returning(_COUNTERS.c.number)
        .cte("drawn")
    )
    row = {
        **{column: each for (_, column), each in zip(_KEY, key, strict=True)},
        "epoch": given("the_epoch", _EPOCHS.c.epoch),
        "metrics": given("the_metrics", _EPOCHS.c.metrics),
        "seconds": given("the_seconds", _EPOCHS.c.seconds),
        "measured_at": given("the_end", _EPOCHS.c.measured_at),
        "worker_id": worker,
        "sequence": drawn.c.number,
    }
    stored = (
        postgresql.insert(_EPOCHS)
        .from_select(list(row), sa.select(*row.values()).select_from(drawn))
        .on_conflict_do_nothing()
        .returning(_EPOCHS.c.epoch)
        .cte("stored")
    )
    return sa.select(sa.select(held.c.dropped).scalar_subquery(), sa.exists().select_from(stored))


_KEY = (("study", "study_name"), ("role", "role"), ("round", "round"), ("ordinal", "ordinal"))
