"""The engine, the schema and the clock of a study database.

Owns: how SQLite and PostgreSQL are opened, words for failures.
Leaves to others: our tables (migrations), the statements (studies, runs, workers, blobs), how long a database may take
(connecting), what an error means (error_kinds), waiting (patience).
"""

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from tuner.database.connecting import WORKERS_CONNECTIONS, ask_of_idle, engine_options, how_to_connect
from tuner.database.error_kinds import cannot_open, is_race, judge
from tuner.database.migrations import bring_up_to_date
from tuner.database.patience import OUTAGE_S as OUTAGE_S
from tuner.database.patience import first_words, patient, patiently, pause
from tuner.database.patience import is_outage as is_outage
from tuner.errors import DiskFull, InputError, NotFound, ServiceDown, TunerError
from tuner.private_files import make_file
from tuner.redaction import redacted, shown_url

if TYPE_CHECKING:
    from optuna.storages import BaseStorage, RDBStorage

_POSTGRES_PORT = 5432
_SCHEMA_TRIES = 10
_SCHEMA_PAUSE_S = 0.2


class utc_now(FunctionElement[float]):
    """The database's clock, in seconds since 1970: workers on many machines share it."""

    type = sa.Double()
    inherit_cache = True


@compiles(utc_now)
def _utc_now(element: Any, compiler: Any, **kwargs: Any) -> str:
    return "extract(epoch from clock_timestamp())::float8"


@compiles(utc_now, "sqlite")
def _utc_now_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(utc_now, "mysql")
def _utc_now_mysql(element: Any, compiler: Any, **kwargs: Any) -> str:
    return "unix_timestamp(now(6))"


def _close_all(engine: sa.Engine, process: int) -> None:
    # In a fork, the connections are the parent's: they are let go of, and stay open.
    engine.dispose(close=os.getpid() == process)


class _Optuna:
    """Optuna's storage on an engine of ours, opened when something is asked of it.

    It is what all databases on one engine share: with the last of them, the engine's connections are closed.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        weakref.finalize(self, _close_all, engine, os.getpid()).atexit = False

    @cached_property
    def rdb(self) -> "RDBStorage":
        from tuner.database.optuna_storage import open_storage

        return open_storage(self._engine, how_to_connect(self._engine.url))

    @cached_property
    def cached(self) -> "BaseStorage":
        from optuna.storages import get_storage

        return get_storage(self.rdb)


class Database:
    """One study database.

    url: as given, for messages without its password. engine: the connections of this process; the last database on
    them closes them when no one holds it any more. wait_s: how long each statement, and each call on Optuna's storage,
    waits while the database is away or a disk is full; 0: it fails at once, with the error as it is.
    """

    def __init__(self, url: str, engine: sa.Engine, wait_s: float, optuna: "_Optuna | None" = None) -> None:
        self.url = url
        self.engine = engine
        self.wait_s = wait_s
        self._optuna = optuna or _Optuna(engine)

    @property
    def storage(self) -> "BaseStorage":
        """Optuna's, one a process: what it has read of finished trials it does not read again."""
        from tuner.database.patient_storage import PatientStorage

        return PatientStorage(self._theirs(), self.wait_s)

    @patient
    def _theirs(self) -> "BaseStorage":
        return self._optuna.cached

    def waiting(self, wait_s: float) -> "Database":
        """The same database, its connections and what was read of it, whose statements wait so long."""
        return Database(self.url, self.engine, wait_s, self._optuna)

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port of a server that is reached over a network; None of a file, and of a socket."""
        url = self.engine.url
        return (url.host, url.port or _POSTGRES_PORT) if url.host and url.get_backend_name() != "sqlite" else None

    @property
    def sqlite_file(self) -> str | None:
        """The file of a SQLite database; None for a server's."""
        return self.engine.url.database if self.engine.dialect.name == "sqlite" else None

    def session(self) -> Session:
        """A short unit of work; use as a context manager with `begin`."""
        return Session(self.engine, expire_on_commit=False)

    def reading(self) -> Session:
        """For statements that only read, each as of its own moment: a server is not asked to begin and end anything."""
        return Session(self._reading, expire_on_commit=False)

    @cached_property
    def _reading(self) -> sa.Engine:
        # SQLite's driver begins nothing for a SELECT as it is.
        return self.engine if self.sqlite_file else self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A unit of work that reads: whatever it reads is as of one moment."""
        with self.session() as session:
            if self.sqlite_file is None:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            else:
                session.connection().exec_driver_sql("BEGIN")  # the driver begins none for a SELECT
            yield session

    def optuna_within(self, session: Session) -> "BaseStorage":
        """Optuna's storage for the length of a session, in its transaction: what it writes is committed with ours."""
        from tuner.database.optuna_storage import within

        return within(self._optuna.rdb, session)

    @patient
    def now(self) -> float:
        """The database's clock, in seconds since 1970."""
        with self.reading() as session:
            return float(session.execute(sa.select(utc_now())).scalar_one())


def open_database(
    url: str, create: bool = True, wait_s: float = 0.0, connections: int = WORKERS_CONNECTIONS
) -> Database:
    """Open, and where need be create, a study database.

    url: SQLAlchemy's. create: False refuses a SQLite file that is not there, instead of making one.
    wait_s: how long to wait for a server that does not answer, now and at each statement.
    connections: the most that this process has to a server at once.
    Raises InputError for a bad URL or an unwritable file, ServiceDown for a server that does not answer.
    """
    made = _parse(url)
    shown = shown_url(made.render_as_string(hide_password=True))
    if made.get_backend_name() == "sqlite" and made.database not in (None, "", ":memory:"):
        if not create:
            _must_exist(str(made.database), shown)
        elif Path(str(made.database)).is_dir() or not Path(str(made.database)).parent.is_dir():
            raise _unopened(shown)
        elif Path(str(made.database)).exists() and not os.access(str(made.database), os.W_OK):
            # Asked of the file: a database that has its tables is opened without a write, and fails at the first one.
            raise _unwritable(shown)
        elif not str(made.database).startswith("file:"):
            # SQLite gives its log the modes of its file, and says itself where it cannot be made.
            with suppress(OSError):
                make_file(Path(str(made.database)))
    try:
        return patiently(lambda: _open(made, shown, create, wait_s, connections), wait_s)
    except ServiceDown as error:
        raise _in_words(error.__cause__ or error, shown) from error
    except sa.exc.SQLAlchemyError as error:
        raise _in_words(error, shown) from error
    except (RuntimeError, ImportError, ValueError) as error:
        raise InputError(f"{shown}: {redacted(str(error)).splitlines()[0]}") from error


def _open(url: sa.URL, shown: str, create: bool, wait_s: float, connections: int) -> Database:
    for _ in range(_SCHEMA_TRIES - 1):
        try:
            return _open_once(url, shown, create, wait_s, connections)
        except sa.exc.SQLAlchemyError as error:
            # Several workers may create the tables at once; whoever comes second tries again and finds them.
            if not is_race(error):
                raise
            pause(_SCHEMA_PAUSE_S)
    return _open_once(url, shown, create, wait_s, connections)


def _open_once(url: sa.URL, shown: str, create: bool, wait_s: float, connections: int) -> Database:
    engine = sa.create_engine(url, **engine_options(url, connections))
    opened = Database(shown, engine, wait_s)
    try:
        if url.get_backend_name() == "sqlite":
            _tune_sqlite(engine)
        else:
            ask_of_idle(engine)
        if create:
            # Before any transaction of ours, in which its tables could not be made.
            _ = opened.storage
        bring_up_to_date(engine, shown)
    except Exception:
        engine.dispose()
        raise
    return opened


def _parse(url: str) -> sa.URL:
    try:
        made = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # Without its cause, which repeats what was given.
        raise InputError(
            f"{shown_url(url)!r} is not a database URL. Give one such as sqlite:///tuner.db; in a password, write "
            "@ as %40, : as %3A and / as %2F."
        ) from None
    if made.get_backend_name() != "sqlite" and "@" in f"{made.host}{made.database}":
        raise InputError(f"{shown_url(url)!r}: a password with an @ in it is ambiguous. Write it as %40.")
    # A plain postgresql:// would ask for psycopg2; the driver installed with this project is psycopg 3.
    if made.drivername in ("postgresql", "postgres"):
        made = made.set(drivername="postgresql+psycopg")
    return made


def _must_exist(path: str, url: str) -> None:
    if not Path(path).exists():
        raise NotFound(f"there is no study database at {url}. Start a study here, or name another with --storage.")


def _tune_sqlite(engine: sa.Engine) -> None:
    """Write-ahead logging lets readers read while a worker writes."""

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    engine.dispose()  # connections made before the listener


def _unopened(shown: str) -> InputError:
    return InputError(f"{shown}: cannot be opened. Does its folder exist, and may you write there?")


def _unwritable(shown: str) -> InputError:
    return InputError(f"{shown}: cannot be written. Change its permissions, or name another with --storage.")


def _in_words(error: BaseException, shown: str) -> TunerError:
    words = first_words(error)
    verdict = judge(error)
    if verdict == "refused":
        return InputError(f"{shown}: refuses ({words}). Check the user, the password and the database's name.")
    if cannot_open(error):
        return _unopened(shown)
    if verdict == "unwritable":
        return _unwritable(shown)
    if verdict == "damaged":
        return InputError(f"{shown}: is not a database, or is damaged. Name another with --storage.")
    if verdict == "full":
        return DiskFull(f"{shown}: the disk is full. Free some space, then try again.")
    return ServiceDown(f"{shown}: does not answer ({words}). Is the server up, and is the URL right?")
