"""Bytes by name - checkpoints, models: in a folder that all workers share, otherwise in the database.

Owns: the store port and its two adapters. A name is ``study/trial/what``; writing is atomic in both.
Leaves to others: what the bytes mean (training).
"""

import os
import re
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from tuner.database.connection import Database
from tuner.database.patience import patient, patiently
from tuner.database.tables import BlobRow, Role
from tuner.formatting import path_part
from tuner.private_files import make_folder, opener

_OF_A_RUN = re.compile(r"\d{5,}|(finalist|reproduction)-\d+-\d+|study")
"""The second part of a name."""


def run_blob_name(study_name: str, role: Role, round: int, ordinal: int, what: str) -> str:
    """Where a run's bytes are kept: what is ``model.keras``, or the row's `checkpoint`."""
    if role == "search":
        return blob_name(study_name, ordinal, what)
    kind = "reproduction" if role == "reproduction" else "finalist"
    return f"{study_name}/{kind}-{round}-{ordinal:05d}/{what}"


def blob_name(study_name: str, ordinal: int, what: str) -> str:
    """Where a trial's bytes are kept."""
    return f"{study_name}/{ordinal:05d}/{what}"


def study_blob_name(study_name: str, what: str) -> str:
    """Where a study's bytes are kept: what is the path of a file of its report."""
    return f"{study_name}/study/{what}"


class BlobStore(Protocol):
    """Bytes by name."""

    def put(self, name: str, data: bytes) -> None:
        """Store, replacing what was there."""
        ...

    def get(self, name: str) -> bytes | None:
        """The bytes, or None."""
        ...

    def has(self, name: str) -> bool:
        """Whether there are such bytes; none of them is read."""
        ...

    def of_study(self, study_name: str) -> str:
        """The folder with bytes of a study of that name, whichever database it is of; empty where there is none."""
        ...

    def drop(self, name: str) -> None:
        """Forget; no error where there is nothing."""
        ...

    def drop_all(self, begins: str) -> None:
        """Forget every name that begins so."""
        ...


class FolderStore:
    """A file a name. private: what is made here is for its owner alone; else as the umask has it, as a team needs."""

    def __init__(self, folder: Path, private: bool = False) -> None:
        self._folder = folder
        self._private = private

    def _path(self, name: str) -> Path:
        return self._folder.joinpath(*map(path_part, name.split("/")))

    def put(self, name: str, data: bytes) -> None:
        path = self._path(name)
        if self._private:
            make_folder(path.parent)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{os.getpid()}.part")

        def write() -> None:
            try:
                with open(beside, "wb", opener=opener if self._private else None) as file:
                    file.write(data)
                beside.replace(path)
            except BaseException:  # also where whoever waits is told to leave
                beside.unlink(missing_ok=True)
                raise

        # Waits where the disk is full.
        patiently(write)

    def get(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        return self._path(name).is_file()

    def of_study(self, study_name: str) -> str:
        folder = self._path(study_name)
        # Of a name with a slash in it, the folders are within that of the name before the slash.
        own = [each for each in folder.iterdir() if _OF_A_RUN.fullmatch(each.name)] if folder.is_dir() else []
        return str(folder) if any(file.is_file() for each in own for file in each.rglob("*")) else ""

    def drop(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def drop_all(self, begins: str) -> None:
        first = self._path(begins)
        for path in first.parent.iterdir() if first.parent.is_dir() else ():
            if path.name.startswith(first.name):
                path.unlink(missing_ok=True)


class DatabaseStore:
    """A row a name. wait_s: how long each call waits while the database is away."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @property
    def wait_s(self) -> float:
        return self._db.wait_s

    @patient
    def put(self, name: str, data: bytes) -> None:
        with self._db.session() as session, session.begin():
            session.merge(BlobRow(name=name, data=data))

    @patient
    def get(self, name: str) -> bytes | None:
        with self._db.reading() as session:
            return session.scalar(sa.select(BlobRow.data).where(BlobRow.name == name))

    @patient
    def has(self, name: str) -> bool:
        with self._db.reading() as session:
            return session.scalar(sa.select(BlobRow.name).where(BlobRow.name == name)) is not None

    def of_study(self, study_name: str) -> str:
        # What is in the database comes and goes with its study.
        return ""

    def drop(self, name: str) -> None:
        self._forget(BlobRow.name == name)

    def drop_all(self, begins: str) -> None:
        self._forget(BlobRow.name.startswith(begins, autoescape=True))

    @patient
    def _forget(self, which: sa.ColumnElement[bool]) -> None:
        with self._db.session() as session, session.begin():
            session.execute(sa.delete(BlobRow).where(which))


def blob_store(db: Database, folder: Path | None) -> BlobStore:
    """The folder given; else, for SQLite, one beside the database's file; else the database itself."""
    if folder is not None:
        return FolderStore(folder)
    if db.sqlite_file is not None:
        return FolderStore(Path(db.sqlite_file).resolve().parent / "tuner-artifacts", private=True)
    return DatabaseStore(db)
