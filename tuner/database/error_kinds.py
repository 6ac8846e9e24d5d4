"""What an error of a database means, by the codes that its server or library gives, never by its words.

Owns: which errors pass if one waits, which say that a disk is full, and which will be the same for ever. PostgreSQL's
words are in the language of its server; its SQLSTATE is not.
Leaves to others: waiting (patience), words for people (connection).
"""

import errno
import os
from collections.abc import Iterator
from typing import Any, Literal

import sqlalchemy as sa

Verdict = Literal["away", "full", "refused", "unwritable", "damaged", "other"]
"""away: it passes; wait. full: no space is left. refused: another user, password or database is needed. unwritable: it
may only be read. damaged: it is no database. other: a mistake, ours or a person's."""

_STATES: dict[str, Verdict] = {
    "53100": "full",
    "53400": "other",  # a limit of its configuration
    "57P04": "refused",  # the database was dropped
    "57014": "away",  # a statement took longer than the server allows
    "25006": "unwritable",
    "25P03": "away",
    "3D000": "refused",
    "42501": "refused",
    "55P03": "away",
    "55000": "refused",  # of a connection: the database accepts none
    "40002": "other",  # a constraint, at the end of a transaction
}
_CLASSES: dict[str, Verdict] = {
    "08": "away",  # the connection
    "28": "refused",  # user and password
    "40": "away",  # serialization, deadlock
    "53": "away",  # too many connections, too little memory
    "57": "away",  # starting up, shutting down, crashed
    "58": "away",  # its system
}
_RACES = ("42P07", "42701", "42710", "42P06", "23505", "XX000")
"""A table, a column, a type, a schema, a row that is there already; a row of a catalogue that another just made."""

_FULL_SHARED_MEMORY = 10 | 19 << 8  # SQLITE_IOERR_SHMSIZE: the file beside a WAL cannot grow
_SQLITE: dict[int, Verdict] = {
    3: "unwritable",  # PERM
    5: "away",  # BUSY
    6: "away",  # LOCKED
    7: "away",  # NOMEM
    8: "unwritable",  # READONLY
    10: "away",  # IOERR: a file system, such as one over a network, that does not answer
    11: "damaged",  # CORRUPT
    13: "full",  # FULL
    14: "away",  # CANTOPEN: where its folder is there
    15: "away",  # PROTOCOL: too many want the lock
    26: "damaged",  # NOTADB
}
_MYSQL: dict[int, Verdict] = {
    **dict.fromkeys((1040, 1053, 1158, 1159, 1160, 1161, 1205, 1213, 2002, 2003, 2006, 2013, 2055), "away"),
    **dict.fromkeys((1021, 1114), "full"),
    **dict.fromkeys((1044, 1045, 1049, 1142, 1698), "refused"),
    **dict.fromkeys((1290, 1836), "unwritable"),
}


def judge(error: BaseException) -> Verdict:
    """What an error of ours, of Optuna's or of the file system means."""
    if _no_space(error):
        return "full"
    if _of_optuna(error):
        error = error.__cause__ or error
    if isinstance(error, sa.exc.TimeoutError):
        return "away"
    if not isinstance(error, sa.exc.DBAPIError):
        return "other"
    told = _of_driver(error.orig)
    if told is not None:
        return told
    if error.connection_invalidated:
        return "away"
    return "away" if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError) else "other"


def may_pass(error: BaseException) -> bool:
    """Whether it is of the kinds that `judge` knows: of SQLAlchemy, of Optuna's storage, of the system."""
    return isinstance(error, sa.exc.SQLAlchemyError | OSError) or _of_optuna(error)


def _of_optuna(error: BaseException) -> bool:
    """A StorageInternalError, by its name: Optuna is not imported by those that only read our tables."""
    return (type(error).__module__, type(error).__name__) == ("optuna.exceptions", "StorageInternalError")


def cannot_open(error: BaseException) -> bool:
    """Whether SQLite could not open its file at all."""
    return any((_sqlite_code(getattr(each, "orig", None)) or 0) & 0xFF == 14 for each in _chain(error))


def is_race(error: BaseException) -> bool:
    """Whether another process has just made what this one was about to make, or holds it."""
    if isinstance(error, sa.exc.IntegrityError):
        return True
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    code = _sqlite_code(error.orig)
    if code is not None:
        # SQLite has one code for all that is wrong with a statement; its words are English everywhere.
        return code & 0xFF in (5, 6) or any(each in str(error.orig) for each in ("already exists", "no such table"))
    state = getattr(error.orig, "sqlstate", None)
    return state in _RACES or judge(error) == "away" if state else _mysql_code(error.orig) in (1050, 1060, 1062)


def is_full(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, says that no space is left."""
    return any(judge(each) == "full" or _sqlite_code(each) == 13 for each in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _of_driver(orig: Any) -> Verdict | None:
    """By the codes of psycopg, sqlite3 or a driver of MySQL; None where it gives none."""
    code = _sqlite_code(orig)
    if code is not None:
        return "full" if code == _FULL_SHARED_MEMORY else _SQLITE.get(code & 0xFF, "other")
    if hasattr(orig, "sqlstate"):
        # With psycopg, which those do not wait for whose database is a file.
        from tuner.database.server_answer import sqlstate_of_refusal

        state = orig.sqlstate or sqlstate_of_refusal(orig)
        return None if state is None else _STATES.get(state) or _CLASSES.get(state[:2], "other")
    code = _mysql_code(orig)
    return None if code is None else _MYSQL.get(code)


def _sqlite_code(orig: Any) -> int | None:
    code = getattr(orig, "sqlite_errorcode", None)
    return code if isinstance(code, int) else None


def _mysql_code(orig: Any) -> int | None:
    first = next(iter(getattr(orig, "args", ())), None)
    return first if isinstance(first, int) else None


def _no_space(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    # HDF5 tells the system's number only in its words, which are those of this system.
    return isinstance(error, OSError | RuntimeError) and os.strerror(errno.ENOSPC) in str(error)
