"""Where a study lives, as a Python program has it open: its database and the settings of the moment it was opened.

Leaves to others: the environment (settings), the database itself (database).
"""

from dataclasses import dataclass, replace
from pathlib import Path

from tuner.database.blobs import BlobStore, blob_store
from tuner.database.connection import Database
from tuner.redaction import keep_secrets_of
from tuner.service.opening import open_studies
from tuner.settings import Settings, absolute_storage, read_settings

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
    def store_folder(self) -> Path:
        """Of files that this process writes for workers: arrays, code."""
        return artifacts_folder(self.settings)


def open_storage(storage: str | None) -> Opened:
    """Open the studies' database that is there.

    storage: SQLAlchemy's URL; None takes TUNER_STORAGE, else `tuner.db` in the working folder. Raises InputError,
    NotFound, ServiceDown.
    """
    settings = settings_of(storage)
    return Opened(settings, open_studies(settings, create=False))


def settings_of(storage: str | None) -> Settings:
    """The environment's, with another database if one is given."""
    settings = read_settings()
    if storage is not None:
        keep_secrets_of(storage)
        settings = replace(settings, storage=storage)
    return replace(settings, storage=absolute_storage(settings.storage))


def artifacts_folder(settings: Settings) -> Path:
    """Where artifacts are: beside a SQLite file; of a server's database, in the working folder."""
    if settings.artifacts is not None:
        return settings.artifacts
    file = settings.storage.removeprefix(_SQLITE)
    return (Path(file).parent if file != settings.storage and file else Path.cwd()).absolute() / "tuner-artifacts"
