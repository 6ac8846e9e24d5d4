"""Reach MLflow: open its database or server, and say in one line where it does not answer.

Owns: the making of a new MLflow database, the translation of MLflow's errors.
Leaves to others: what is asked of it.
"""

import os
import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import mlflow.store.db.utils as mlflow_database
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from tuner.errors import ServiceDown

# A database that cannot be opened is asked for 0.1 s more; MLflow's own ten tries wait for 100 s.
mlflow_database.MAX_RETRY_COUNT = 2

# MLflow's words for a service that does not answer, is not one, or does not let us in.
_OUTAGES = frozenset(
    {
        "TEMPORARILY_UNAVAILABLE",
        "DEADLINE_EXCEEDED",
        "REQUEST_LIMIT_EXCEEDED",
        "PERMISSION_DENIED",
        "UNAUTHENTICATED",
        "CUSTOMER_UNAUTHORIZED",
        "ENDPOINT_NOT_FOUND",
    }
)
# As long as MLflow's own sessions wait.
_LOCK_TIMEOUT_S = 20.0


def is_http(uri: str) -> bool:
    """Whether a tracking URI is that of a server."""
    return uri.startswith(("http://", "https://"))


def database_file(uri: str) -> Path | None:
    """The file of a SQLite tracking URI, absolute; None for any other."""
    if not uri.startswith("sqlite:///"):
        return None
    name = uri.removeprefix("sqlite:///").partition("?")[0]
    return None if name in ("", ":memory:") else Path(name).absolute()


def connect(uri: str) -> MlflowClient:
    """Open a tracking URI; a SQLite database that is not there yet is made.

    Raises ServiceDown for a database that cannot be opened. A server is not contacted.
    """
    path = database_file(uri)
    try:
        if path is not None:
            _open_file(path)
        return MlflowClient(uri)
    except MlflowException as error:
        raise ServiceDown(f"MLflow's database {_shown(uri)} cannot be used: {_line(error.message)}.") from error
    except (OSError, sqlite3.Error) as error:
        raise ServiceDown(
            f"MLflow's database {path or _shown(uri)} cannot be used: {_short(error)}. "
            "Put it right, or name another place in MLFLOW_TRACKING_URI."
        ) from error
    except Exception as error:
        # SQLAlchemy's and the driver's own, for a database server; this line runs none of our code.
        if is_http(uri) or path is not None:
            raise
        raise ServiceDown(f"MLflow's database {_shown(uri)} does not answer: {_short(error)}.") from error


@contextmanager
def answers(uri: str) -> Iterator[None]:
    """Turn the errors of an MLflow that does not answer into ServiceDown; all others pass."""
    try:
        yield
    except (MlflowException, OSError) as error:
        if not is_outage(error, uri):
            raise
        raise ServiceDown(f"MLflow at {_shown(uri)} does not answer: {_short(error)}.") from error


def is_outage(error: BaseException, uri: str) -> bool:
    """Whether an error of MLflow means that it is away, and not that it was asked something wrong."""
    if not isinstance(error, MlflowException):
        return isinstance(error, OSError)  # requests' errors, and artifacts that cannot be written
    if error.error_code in _OUTAGES:
        return True
    if is_http(uri):
        return int(error.get_http_status_code()) >= 500
    # A damaged file reads as a bad request there.
    root = _root(error)
    return isinstance(root, OSError) or type(root) in (sqlite3.DatabaseError, sqlite3.OperationalError)


def _open_file(path: Path) -> None:
    """Make sure that a SQLite file is there, is a database, and can be written."""
    if not path.exists():
        _make_file(path)
    with closing(sqlite3.connect(path, timeout=_LOCK_TIMEOUT_S)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("PRAGMA schema_version").fetchone()
        connection.rollback()


def _make_file(path: Path) -> None:
    """Make MLflow's tables beside their place and put them there whole.

    Several processes may do it at once, and any may be killed: the first that is ready wins, and nobody ever sees half
    a schema. (MLflow itself takes no lock in a client: two of them creating one file fail on each other's tables.)
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        engine = mlflow_database.create_sqlalchemy_engine(f"sqlite:///{made}")
        try:
            mlflow_database._initialize_tables(engine)
        finally:
            engine.dispose()
        with closing(sqlite3.connect(made)) as connection:
            # Workers that write do not wait for a UI that reads. The file remembers it.
            connection.execute("PRAGMA journal_mode=WAL")
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        except OSError:
            # A file system without hard links.
            if not path.exists():
                os.rename(made, path)
    finally:
        for rest in ("", "-journal", "-wal", "-shm"):
            made.with_name(made.name + rest).unlink(missing_ok=True)


def _root(error: BaseException) -> BaseException:
    """Where an error came from: MLflow wraps requests, which wraps urllib3, which wraps the socket's own words."""
    seen = {id(error)}
    while True:
        inner = error.__cause__ or error.__context__ or getattr(error, "orig", None)
        if inner is None or id(inner) in seen:
            return error
        seen.add(id(inner))
        error = inner


def _short(error: BaseException) -> str:
    root = _root(error)
    text = str(root) or type(root).__name__
    if isinstance(root, OSError) and root.strerror:
        text = f"{root.strerror} ({root.filename})" if root.filename else root.strerror
    return _line(text)


def _line(text: str) -> str:
    return text.strip().splitlines()[0][:300].rstrip(". ")


def _shown(uri: str) -> str:
    """A tracking URI without its password."""
    return re.sub(r"//[^/@]*@", "//", uri)
