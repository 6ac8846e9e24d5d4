"""How connections are made: every limit on how long a database may take.

Owns: the limits that drivers and servers keep; where a driver keeps none, `silence` does.
Leaves to others: what is done when one is passed (error_kinds, patience).

A SQLite file that others hold is waited for. PostgreSQL: a server that does not let us in; one that vanished without a
word, which the system notices; a lock that a stopped process holds, which the server takes from it; and whatever else
keeps a server from answering.
"""

import math
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

_SQLITE_BUSY_S = 60.0
_CONNECT_S = 10
_LOCK_S = 60.0
"""How long a statement waits for a lock, and how long a transaction may do nothing. The longest of ours does so for
moments; what lasts longer is a process that was stopped in the middle of one."""
_TRUSTED_S = 1.0

WORKERS_CONNECTIONS = 3
"""PostgreSQL allows 100 by default: a small pool a worker lets thirty workers in."""


def engine_options(url: sa.URL, connections: int) -> dict[str, Any]:
    """For SQLAlchemy's engine of a study database. connections: the most to a server at once; one is kept open."""
    options = how_to_connect(url)
    if url.get_backend_name() != "sqlite":
        options |= {"pool_size": 1, "max_overflow": connections - 1, "pool_recycle": 1800}
    return options


def ask_of_idle(engine: sa.Engine) -> None:
    """Have a connection that nobody used for a while answer before it is used: its server may have gone meanwhile.

    SQLAlchemy asks it each time, which a turn of a cohort does ten times.
    """
    used = "tuner_used_at"

    @sa.event.listens_for(engine, "checkin")
    def note(connection: Any, record: Any) -> None:
        record.info[used] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, proxy: Any) -> None:
        if time.monotonic() - record.info.get(used, math.inf) <= _TRUSTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.DisconnectionError from error  # SQLAlchemy makes another one


def how_to_connect(url: sa.URL) -> dict[str, Any]:
    """For any engine on a study database, Optuna's own too."""
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": _SQLITE_BUSY_S}}
    if url.drivername == "postgresql+psycopg":
        return {"creator": _creator(url)}
    return {}


def _creator(url: sa.URL) -> Callable[[], Any]:
    kind: Any = url.get_dialect()
    cargs, cparams = kind(dbapi=kind.import_dbapi()).create_connect_args(url)
    if (times := cparams.pop("prepare_threshold", None)) is not None:
        # The driver takes a number or None, and a URL has words.
        cparams["prepare_threshold"] = None if times == "none" else int(times)
    given = {
        "connect_timeout": _CONNECT_S,
        # A server that vanished without a word is noticed in half a minute; the system's own limit is two hours.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 25_000,
    }

    def connect() -> Any:
        # With psycopg, which those do not wait for whose database is a file.
        from tuner.database.silence import connect

        return connect(_LOCK_S, *cargs, **{**given, **cparams})

    return connect
