"""Connections to PostgreSQL whose server is not waited for, for ever, where it says nothing.

Owns: that silence ends a call in any thread, on every system: psycopg waits for an answer as long as a connection
stands, and the system sees that it does.
Leaves to others: how long that is (patience), the other limits (connecting).
"""

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg.rows import TupleRow

from tuner.database import patience

T = TypeVar("T")

_LEAVING_S = 2
"""How long whoever was told to leave waits for a connection: the shortest time that psycopg knows."""


class ServerSilent(psycopg.OperationalError):
    """Its connection was closed."""


class AnsweredConnection(psycopg.Connection[TupleRow]):
    """Every call of it passes through `wait`, which is told several times a second that nothing has come."""

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
        try:
            return super().wait(_heard(gen), *args, **kwargs)
        except ServerSilent:
            self.pgconn.finish()
            raise


def _heard(gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
    """The same steps, ended by silence. What is sent into it says whether there is anything to read or to write."""
    heard_at = time.monotonic()
    ready: Any = None
    while True:
        try:
            wanted = gen.send(ready)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        ready = yield wanted
        if ready:
            heard_at = time.monotonic()
        elif not patience.may_answer(heard_at):
            raise ServerSilent(f"the server has said nothing for {time.monotonic() - heard_at:.0f} s")


def connect(lock_s: float, *args: Any, **kwargs: Any) -> AnsweredConnection:
    """lock_s: how long a statement waits for a lock, and a transaction that does nothing holds its own."""
    if patience.is_told_to_leave():
        kwargs["connect_timeout"] = _LEAVING_S
    made = AnsweredConnection.connect(*args, **kwargs, autocommit=True)
    # Not as options of the connection, which a pooler before the server may refuse.
    limits = ("lock_timeout", "idle_in_transaction_session_timeout")
    made.execute("; ".join(f"SET {each} = {1000 * lock_s:.0f}" for each in limits))
    made.autocommit = False
    return made
