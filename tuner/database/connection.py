"""The engine, the schema and the clock of a study database.

Owns: how SQLite and PostgreSQL are opened, our schema and its version, waiting out an outage, words for failures.
Leaves to others: the statements (studies, trials, workers, blobs).
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import optuna
import sqlalchemy as sa
from optuna.storages import BaseStorage, RDBStorage, get_storage
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from tuner.database.tables import SCHEMA_VERSION, Base, VersionRow
from tuner.errors import InputError, NotFound, ServiceDown, TunerError

logger = logging.getLogger(__name__)

_SQLITE_BUSY_S = 60.0
_OUTAGE_S = 300.0
_SCHEMA_TRIES = 5

T = TypeVar("T")


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


class Database:
    """One study database.

    url: as given, for messages without its password. storage: Optuna's, one a process: what it has read of finished
    trials it does not read again.
    """

    def __init__(self, url: str, storage: RDBStorage) -> None:
        self.url = url
        self.storage: BaseStorage = get_storage(storage)
        self.engine = storage.engine

    @property
    def sqlite_file(self) -> str | None:
        """The file of a SQLite database; None for a server's."""
        return self.engine.url.database if self.engine.dialect.name == "sqlite" else None

    def session(self) -> Session:
        """A short unit of work; use as a context manager with `begin`."""
        return Session(self.engine, expire_on_commit=False)

    def now(self) -> float:
        """The database's clock, in seconds since 1970."""
        with self.session() as session:
            return float(session.execute(sa.select(utc_now())).scalar_one())


def open_database(url: str, create: bool = True) -> Database:
    """Open, and where need be create, a study database.

    url: SQLAlchemy's. create: False refuses a SQLite file that is not there, instead of making one.
    Raises InputError for a bad URL or an unwritable file, ServiceDown for a server that does not answer.
    """
    made = _parse(url)
    if made.get_backend_name() == "sqlite" and not create and made.database not in (None, "", ":memory:"):
        _must_exist(str(made.database), url)
    shown = made.render_as_string(hide_password=True)
    for attempt in range(_SCHEMA_TRIES):
        try:
            storage = RDBStorage(made.render_as_string(hide_password=False), engine_kwargs=_engine_options(made))
            if made.get_backend_name() == "sqlite":
                _tune_sqlite(storage.engine)
            _create_schema(storage.engine, shown)
            return Database(shown, storage)
        except sa.exc.SQLAlchemyError as error:
            # Several workers may create the tables at once; whoever comes second tries again and finds them.
            if attempt + 1 < _SCHEMA_TRIES and _race(error):
                time.sleep(0.2 * (attempt + 1))
                continue
            raise _in_words(error, shown) from error
        except (RuntimeError, ImportError) as error:
            raise InputError(f"{shown}: {str(error).splitlines()[0]}") from error
    raise AssertionError("unreachable")


def patiently(call: Callable[[], T], wait_s: float = _OUTAGE_S) -> T:
    """Make a call on the database; while the database is away, wait and make it again.

    The call must be one that can be made twice. Raises ServiceDown after wait_s seconds.
    """
    deadline = time.monotonic() + wait_s
    pause_s = 0.2
    warned = False
    while True:
        try:
            return call()
        except (sa.exc.OperationalError, sa.exc.InterfaceError, optuna.exceptions.StorageInternalError) as error:
            cause = error.__cause__ if isinstance(error, optuna.exceptions.StorageInternalError) else error
            if _full(cause):
                raise TunerError("the disk is full; free some space, then `tune resume`.") from error
            if time.monotonic() > deadline:
                raise ServiceDown(f"the database has not answered for {wait_s:.0f} s ({_first(error)})") from error
            if not warned:
                logger.warning("the database does not answer (%s); waiting", _first(error))
                warned = True
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, 5.0)


def _parse(url: str) -> sa.URL:
    try:
        made = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise InputError(f"{url!r} is not a database URL. Give one such as sqlite:///tuner.db.") from error
    # A plain postgresql:// would ask for psycopg2; the driver installed with this project is psycopg 3.
    if made.drivername in ("postgresql", "postgres"):
        made = made.set(drivername="postgresql+psycopg")
    return made


def _must_exist(path: str, url: str) -> None:

    if not Path(path).exists():
        raise NotFound(f"there is no study database at {url}. Start a study here, or name another with --storage.")


def _engine_options(url: sa.URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": _SQLITE_BUSY_S}}
    # PostgreSQL allows 100 connections by default: one small pool a worker lets thirty workers in.
    options: dict[str, Any] = {"pool_size": 1, "max_overflow": 2, "pool_pre_ping": True, "pool_recycle": 1800}
    if url.get_backend_name() == "postgresql":
        options["connect_args"] = {"connect_timeout": 10}
    return options


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


def _create_schema(engine: sa.Engine, shown: str) -> None:
    inspector = sa.inspect(engine)
    if not inspector.has_table(VersionRow.__tablename__):
        Base.metadata.create_all(engine)
        with Session(engine) as session, session.begin():
            if session.get(VersionRow, SCHEMA_VERSION) is None:
                session.add(VersionRow(version=SCHEMA_VERSION))
    with Session(engine) as session:
        version = session.scalar(sa.select(sa.func.max(VersionRow.version))) or SCHEMA_VERSION
    if version > SCHEMA_VERSION:
        raise InputError(f"{shown} was made by a newer version of tuner (schema {version}). Upgrade tuner.")


def _race(error: Exception) -> bool:
    words = str(error).lower()
    return "already exists" in words or "unique" in words or "locked" in words or "duplicate" in words


def _full(error: BaseException | None) -> bool:
    words = str(error).lower()
    return "disk is full" in words or "no space left" in words or "disk i/o error" in words


def _first(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error.__cause__ or error
    return " ".join(str(cause).split())[:200]


def _in_words(error: Exception, shown: str) -> TunerError:
    words = _first(error)
    if "unable to open database file" in words:
        return InputError(f"{shown}: cannot be opened. Does its folder exist, and may you write there?")
    if "readonly database" in words or "read-only" in words:
        return InputError(f"{shown}: cannot be written. Change its permissions, or name another with --storage.")
    if "not a database" in words or "malformed" in words:
        return InputError(f"{shown}: is not a database, or is damaged. Name another with --storage.")
    if _full(error):
        return TunerError(f"{shown}: the disk is full. Free some space, then try again.")
    return ServiceDown(f"{shown}: does not answer ({words}). Is the server up, and is the URL right?")
