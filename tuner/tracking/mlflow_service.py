"""Reach MLflow: open its database or server, and say in one line where it does not answer.

Owns: the making of a new MLflow database, the translation of MLflow's errors.
Leaves to others: what is asked of it.
"""

import errno
import os
import sqlite3
import uuid
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import mlflow.store.db.utils as mlflow_database
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.utils import rest_utils
from urllib3.exceptions import ResponseError

from tuner.errors import ServiceDown
from tuner.private_files import make_file, make_folder
from tuner.redaction import redacted, shown_url
from tuner.settings import public_uri
from tuner.tracking import mlflow_internals

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

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
# What a record is answered with for its own sake; a proxy's 413 has no code of MLflow's.
_ENTITYS = frozenset({"INVALID_PARAMETER_VALUE", "BAD_REQUEST", "RESOURCE_ALREADY_EXISTS"})
_TOO_LARGE = 413
_AWAY = frozenset({401, 403, 404, 408, 425, 429})
_BAD_PATHS = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ})
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


class OpenedFile:
    """A SQLite file as it was opened, to be told from another one that is put in its place.

    A file is known by its number, which the system gives to another once nobody has the file: so it is held here. By
    its path alone, where there is such a thing: to close a file that could be read would end this process' locks on
    it, which are SQLite's.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = _number_of(path)
        if self._known is not None and hasattr(os, "O_PATH"):
            with suppress(OSError):
                weakref.finalize(self, os.close, os.open(path, os.O_PATH))

    def is_there(self) -> bool:
        """Whether this file is the one at its place."""
        return self._known is not None and self._known == _number_of(self._path)


def _number_of(path: Path) -> tuple[float, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, getattr(found, "st_birthtime", 0.0)


def disconnect(client: MlflowClient) -> None:
    """Let go of a database's connections; the next question opens new ones."""
    for store in mlflow_internals.stores(client):
        engine = getattr(store, "engine", None)
        if engine is not None:
            engine.dispose()


def connect(uri: str) -> MlflowClient:
    """Open a tracking URI; a SQLite database that is not there yet is made.

    Raises ServiceDown for a database that cannot be opened. A server is not contacted.
    """
    path = database_file(uri)
    try:
        if path is None:
            return MlflowClient(uri)
        # MLflow's two stores make tables that are not there, without a lock; so they are opened here, where they are.
        make_folder(path.parent)
        with _one_at_a_time(path.parent):
            _open_file(path)
            client = MlflowClient(uri)
            mlflow_internals.registry(client)
        return client
    except MlflowException as error:
        raise ServiceDown(
            f"MLflow's database {shown_url(public_uri(uri))} cannot be used: {_line(error.message)}."
        ) from error
    except (OSError, sqlite3.Error) as error:
        raise ServiceDown(
            f"MLflow's database {path or shown_url(public_uri(uri))} cannot be used: {_short(error)}. "
            "Put it right, or name another place in MLFLOW_TRACKING_URI."
        ) from error
    except Exception as error:
        # SQLAlchemy's, alembic's and the driver's own.
        if is_http(uri):
            raise
        raise ServiceDown(
            f"MLflow's database {shown_url(public_uri(uri))} does not answer: {_short(error)}."
        ) from error


_STATUS = "http_status"
_verify = rest_utils.verify_rest_response


def _verify_and_note(response: Any, *args: Any, **kwargs: Any) -> Any:
    """MLflow's own, whose error forgets every status that has no code of MLflow's, a proxy's 413 among them."""
    try:
        return _verify(response, *args, **kwargs)
    except MlflowException as error:
        setattr(error, _STATUS, response.status_code)
        raise


rest_utils.verify_rest_response = _verify_and_note


@contextmanager
def answers(uri: str) -> Iterator[None]:
    """Turn the errors of an MLflow that does not answer into ServiceDown; all others pass."""
    try:
        yield
    except (MlflowException, OSError) as error:
        if not is_outage(error, uri):
            raise
        raise ServiceDown(f"MLflow at {shown_url(public_uri(uri))} does not answer: {_short(error)}.") from error


def is_outage(error: BaseException, uri: str) -> bool:
    """Whether an error of MLflow means that it is away, and not that it was asked something wrong."""
    status = status_of(error)
    if not isinstance(error, MlflowException):
        # requests' errors, and artifacts that cannot be written.
        if status is not None:
            return status >= 500 or status in _AWAY
        return isinstance(error, OSError) and error.errno not in _BAD_PATHS
    if error.error_code in _OUTAGES:
        return True
    if is_http(uri):
        return int(status or error.get_http_status_code()) >= 500
    # A damaged file reads as a bad request there.
    root = _root(error)
    return isinstance(root, OSError) or type(root) in (sqlite3.DatabaseError, sqlite3.OperationalError)


def is_entitys_fault(error: MlflowException) -> bool:
    """Whether a request was refused for what is in it, so that a part of it may be taken."""
    return error.error_code in _ENTITYS or status_of(error) == _TOO_LARGE


def status_of(error: BaseException) -> int | None:
    """The HTTP status that a server answered with; None where it did not answer, or is none."""
    # requests' HTTPError, of an artifact that was sent; else as noted here.
    status = getattr(getattr(error, "response", None), "status_code", None) or getattr(error, _STATUS, None)
    return None if status is None else int(status)


def was_answered(error: BaseException) -> bool:
    """Whether a server said it, however often it was asked; and not that there was none."""
    return status_of(error) is not None or isinstance(_root(error), ResponseError)


def in_a_line(error: BaseException) -> str:
    """What MLflow says, as it is."""
    return _line(error.message) if isinstance(error, MlflowException) else _short(error)


def _open_file(path: Path) -> None:
    """Make sure that a SQLite file is there, is a database, and can be written."""
    # SQLite makes an empty file of one that was deleted under a program that has it open.
    if not path.exists() or path.stat().st_size == 0:
        _make_file(path)
    with closing(sqlite3.connect(path, timeout=_LOCK_TIMEOUT_S)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("PRAGMA schema_version").fetchone()
        connection.rollback()


def _make_file(path: Path) -> None:
    """Make MLflow's tables beside their place and put them there whole, while no other process does.

    Whoever is killed at it leaves nothing behind that is half a schema. (MLflow itself takes no lock in a client: two
    of them creating one file fail on each other's tables.) They are made in memory, and written at once: MLflow goes
    through all its schemas, and a disk would be waited for at each.
    """
    made = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        make_file(made)
        with closing(sqlite3.connect(made)) as connection:
            mlflow_internals.copy_new_database(connection)
            # Workers that write do not wait for a UI that reads. The file remembers it.
            connection.execute("PRAGMA journal_mode=WAL")
        # A log that was left of an earlier file would be read as this one's.
        for rest in ("-journal", "-wal", "-shm"):
            path.with_name(path.name + rest).unlink(missing_ok=True)
        os.replace(made, path)
    finally:
        for rest in ("", "-journal", "-wal", "-shm"):
            made.with_name(made.name + rest).unlink(missing_ok=True)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """One process of this machine at a time; the system lets go for one that dies."""
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system that has no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


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
    return redacted(text).strip().splitlines()[0][:300].rstrip(". ")
