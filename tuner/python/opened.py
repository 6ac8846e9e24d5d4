"""Where a study lives, as a Python program has it open: its database and the settings of the moment it was opened.

Leaves to others: the environment (settings), the database itself (database).
"""

import warnings
from dataclasses import dataclass, replace
from pathlib import Path

from tuner.database.blobs import BlobStore, blob_store
from tuner.database.connection import Database, open_database
from tuner.redaction import keep_secrets_of
from tuner.settings import Settings, read_settings
from tuner.studies.stored_study import resolve_old_studies

_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Opened:
    """settings: read once; the paths in them are absolute, so that a later `os.chdir` changes nothing."""

    settings: Settings
    db: Database

    @property
    def store(self) -> BlobStore:
        """Checkpoints and models."""
        return blob_store(self.db, self.settings.artifacts)

    @property
    def folder(self) -> Path:
        """Beside the database's file; where the studies are on a server, the working folder."""
        file = self.db.sqlite_file
        return Path(file).resolve().parent if file else Path.cwd()


def open_storage(storage: str | None, create: bool) -> Opened:
    """Open the studies' database.

    storage: SQLAlchemy's URL; None takes TUNER_STORAGE, else `tuner.db` in the working folder. create: False refuses a
    SQLite file that is not there. Raises InputError, NotFound, ServiceDown.
    """
    import optuna

    # Its INFO lines repeat what is shown here; its warnings name internals.
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    settings = read_settings()
    if storage is not None:
        keep_secrets_of(storage)
        settings = replace(settings, storage=storage)
    settings = replace(settings, storage=_absolute(settings.storage))
    with warnings.catch_warnings():
        # MLflow's and SQLAlchemy's own, about each other.
        warnings.simplefilter("ignore", DeprecationWarning)
        db = open_database(settings.storage, create)
    resolve_old_studies(db)
    return Opened(settings, db)


def _absolute(url: str) -> str:
    path = url.removeprefix(_SQLITE)
    relative = path != url and path and not path.startswith((":memory:", "file:", "?")) and not Path(path).is_absolute()
    return f"{_SQLITE}{Path(path).absolute()}" if relative else url
