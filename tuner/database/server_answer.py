"""With which SQLSTATE a PostgreSQL server refused a connection.

libpq keeps it to itself: until a connection stands it gives words alone, in the language of the server. Its trace of
the protocol has the answer as the server sent it, so the connection is tried once more, and the trace is read.
"""

import re
import select
import tempfile
import time
from typing import Any

from psycopg import NotSupportedError, conninfo, pq

_TRY_S = 5.0
_NO_ENTRY = "28000"
_ANSWER = re.compile(rb'\tErrorResponse\t S "[^"]*"(?: V "[^"]*")? C "([0-9A-Z]{5})"')


def sqlstate_of_refusal(error: Any) -> str | None:
    """The code, of an error of psycopg's `connect`; None where no server answered, or where it lets us in by now."""
    failed = getattr(error, "pgconn", None)
    if failed is None or not hasattr(failed, "info"):
        return None
    given = {each.keyword.decode(): each.val.decode() for each in failed.info if each.val}
    try:
        return _asked(conninfo.make_conninfo(**given).encode())
    except (OSError, ValueError):
        return None


def _asked(how: bytes) -> str | None:
    ping = pq.Ping(pq.PGconn.ping(how))
    if ping == pq.Ping.REJECT:
        return "57P03"
    if ping != pq.Ping.OK:
        return None
    connection = pq.PGconn.connect_start(how)
    try:
        with tempfile.TemporaryFile() as trace:
            try:
                connection.trace(trace.fileno())
            except (NotImplementedError, NotSupportedError):
                # Only Linux has it. A server that asked for a password, and then had enough of us, refused it.
                _finish(connection)
                return _NO_ENTRY if connection.used_password or connection.needs_password else None
            _finish(connection)
            # It asked for a password, and libpq had none to give.
            needed = connection.needs_password
            connection.untrace()
            trace.seek(0)
            found = _ANSWER.search(trace.read())
    finally:
        connection.finish()
    return found[1].decode() if found else _NO_ENTRY if needed else None


def _finish(connection: "pq.abc.PGconn") -> None:
    """Go on with a connection until it stands or has failed, or time is up."""
    until = time.monotonic() + _TRY_S
    while (left_s := until - time.monotonic()) > 0:
        polled = connection.connect_poll()
        if polled in (pq.PollingStatus.OK, pq.PollingStatus.FAILED):
            return
        reading = polled == pq.PollingStatus.READING
        wanted = [connection.socket]
        select.select(wanted if reading else [], [] if reading else wanted, [], left_s)
