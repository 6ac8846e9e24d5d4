"""Servers that answer over HTTP, and at which address: a row a server, there as long as it gives signs of life.

Owns: that nobody is sent to a wrong place. An address that is good on one machine alone is given there alone, where it
is sure that it is the same; a server whose process is gone, or that was silent for a while, is not given at all.
Leaves to others: where this process is (machine), what stands at the address (web).
"""

import os
from typing import Any

import sqlalchemy as sa

from tuner.database import machine
from tuner.database.connection import Database, utc_now
from tuner.database.patience import patient
from tuner.database.service_tables import ServerRow

SILENT_S = 20.0
"""After so long without a sign of life a server counts as gone."""


@patient
def enter(db: Database, server_id: str, address: str, everywhere: bool) -> None:
    """A server answers. everywhere: its address is good on other machines, too. Rows of servers long gone go."""
    place = machine.here()
    with db.session() as session, session.begin():
        session.execute(sa.delete(ServerRow).where(sa.or_(ServerRow.server_id == server_id, ~_seen(60 * SILENT_S))))
        session.execute(
            sa.insert(ServerRow).values(
                server_id=server_id,
                address=address,
                everywhere=everywhere,
                started_at=utc_now(),
                seen_at=utc_now(),
                pid=os.getpid(),
                pid_started_at=machine.began(os.getpid()) if place.space else 0.0,
                machine=place.machine,
                boot=place.boot,
                pid_space=place.space,
            )
        )


@patient
def beat(db: Database, server_id: str) -> bool:
    """A sign of life; tells whether the server's row is there."""
    mine = sa.update(ServerRow).where(ServerRow.server_id == server_id).values(seen_at=utc_now())
    with db.session() as session, session.begin():
        found: Any = session.execute(mine)
    return bool(found.rowcount)


@patient
def leave(db: Database, server_id: str) -> None:
    """It answers no more."""
    with db.session() as session, session.begin():
        session.execute(sa.delete(ServerRow).where(ServerRow.server_id == server_id))


@patient
def any_lives(db: Database) -> bool:
    """Whether a server answers, wherever it is."""
    return bool(_living(db))


@patient
def address_from_here(db: Database) -> str | None:
    """Where a server answers that this machine reaches: the latest, one of this machine first; None where none does."""
    space = machine.here().space
    own = [row for row in _living(db) if space and row.pid_space == space]
    others = [row for row in _living(db) if row.everywhere]
    return next((row.address for row in (*own, *others)), None)


@patient
def address_for_all(db: Database) -> str | None:
    """Where a server answers that everybody reaches: for words that are read elsewhere."""
    return next((row.address for row in _living(db) if row.everywhere), None)


def _living(db: Database) -> list[ServerRow]:
    """The latest first."""
    space = machine.here().space
    with db.session() as session:
        rows = session.scalars(sa.select(ServerRow).where(_seen(SILENT_S)).order_by(ServerRow.started_at.desc())).all()
    return [row for row in rows if row.pid_space != space or not space or machine.lives(row.pid, row.pid_started_at)]


def _seen(within_s: float) -> sa.ColumnElement[bool]:
    # Either way: a clock that went back makes nobody live longer.
    return sa.func.abs(utc_now() - ServerRow.seen_at) < within_s
