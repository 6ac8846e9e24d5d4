"""What works on this machine and what does not: `tune doctor`.

Owns: the checks, each a finding in words with its mend. Nothing is changed, and nothing is downloaded.
Leaves to others: how findings look (cli), what this machine computes with (device_checks).
"""

import importlib.metadata
import os
import platform
import shutil
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
from packaging.requirements import Requirement

from tuner.data import cache, idx
from tuner.database.connection import open_database
from tuner.database.studies import view_studies
from tuner.errors import DataError, TunerError
from tuner.formatting import plural
from tuner.hints import again, command
from tuner.redaction import shown_url
from tuner.settings import Settings
from tuner.workers.device_checks import check_devices
from tuner.workers.finding import Finding, State

_SERVER_S = 3.0
_LITTLE_DISK_GIB, _NO_DISK_GIB = 5.0, 0.5
_CLOCK_S = 5.0
_NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smbfs", "fuse.sshfs", "9p", "lustre")


def check_all(settings: Settings, deep: bool = False) -> Iterator[Finding]:
    """Every check, one after another. deep: also start the framework, and read the data sets in the cache whole."""
    checks: list[Callable[[], Iterator[Finding]]] = [
        _versions,
        lambda: check_devices(deep),
        lambda: _studies(settings.storage),
        lambda: _mlflow(settings.tracking_uri),
        lambda: _artifacts(settings.artifacts),
        _disk,
        lambda: _data_sets(deep),
    ]
    for check in checks:
        yield from check()


def _versions() -> Iterator[Finding]:
    python = platform.python_version()
    try:
        wanted = [Requirement(each) for each in importlib.metadata.requires("tuner") or ()]
        ours = importlib.metadata.version("tuner")
    except importlib.metadata.PackageNotFoundError:
        yield Finding("tuner", "bad", "is not installed, only run from its folder", f"Install it: {again()}.")
        return
    yield Finding("tuner", "ok", f"{ours}, Python {python}")
    good, wrong = [], []
    for each in wanted:
        if each.marker is not None and not each.marker.evaluate({"extra": ""}):
            continue
        try:
            there = importlib.metadata.version(each.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{each.name} is missing")
            continue
        if each.specifier.contains(there, prereleases=True):
            good.append((each.name, there))
        else:
            wrong.append(f"{each.name} is {there}, wanted is {each.specifier}")
    shown = ", ".join(f"{name} {there}" for name, there in good if name in _SHOWN)
    yield (
        Finding("packages", "ok", shown)
        if not wrong
        else Finding("packages", "bad", "; ".join(wrong), f"Install what is wanted: {again()}.")
    )


_SHOWN = ("keras", "tensorflow", "optuna", "mlflow", "keras-tuner", "sqlalchemy")


def _studies(url: str) -> Iterator[Finding]:
    file = _sqlite_file(url)
    if file is not None and not file.exists():
        yield _will_be_made("studies", file)
        return
    try:
        db = open_database(url, create=False)
        count = len(view_studies(db))
        skew = abs(db.now() - time.time())
    except TunerError as error:
        mend = "Name a database with --storage or TUNER_STORAGE, and see that its server is up."
        yield Finding("studies", "bad", str(error), mend)
        return
    words = f"{db.url}: {plural(count, 'study', 'studies')}"
    if file is not None:
        yield _sqlite("studies", file, words)
    elif skew > _CLOCK_S:
        mend = "Set this machine's clock (NTP); the database's counts for leases, this one for pictures."
        yield Finding("studies", "warn", f"{words}; its clock differs by {skew:.0f} s", mend)
    else:
        yield Finding("studies", "ok", words)
    db.engine.dispose()


def _mlflow(uri: str) -> Iterator[Finding]:
    file = _sqlite_file(uri)
    if file is not None:
        yield _sqlite("mlflow", file, shown_url(uri)) if file.exists() else _will_be_made("mlflow", file)
        return
    if not uri.startswith(("http://", "https://")):
        yield Finding("mlflow", "ok", f"{shown_url(uri)}; asked when a study starts")
        return
    shown = shown_url(uri)
    mend = "Start the server, or name another in MLFLOW_TRACKING_URI. Studies run on and deliver later."
    try:
        with urllib.request.urlopen(f"{uri.rstrip('/')}/version", timeout=_SERVER_S) as answer:
            theirs = answer.read(100).decode(errors="replace").strip()
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            mend = "Give MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or allow this host on the server."
        yield Finding("mlflow", "bad", f"{shown} answers {error.code} {error.reason}", mend)
        return
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        yield Finding("mlflow", "bad", f"{shown} does not answer ({getattr(reason, 'strerror', None) or reason})", mend)
        return
    ours = importlib.metadata.version("mlflow")
    if theirs.split(".")[0] != ours.split(".")[0]:
        words = f"{shown} is version {theirs}, here is {ours}"
        yield Finding("mlflow", "warn", words, "Bring both to one major version.")
    else:
        yield Finding("mlflow", "ok", f"{shown}, version {theirs}")


def _artifacts(folder: Path | None) -> Iterator[Finding]:
    if folder is None:
        yield Finding("artifacts", "ok", "models and checkpoints are kept beside the studies (TUNER_ARTIFACTS not set)")
    elif not folder.is_dir():
        yield Finding("artifacts", "bad", f"{folder}: no such folder", "Make it, or set TUNER_ARTIFACTS to another.")
    elif not os.access(folder, os.W_OK):
        yield Finding("artifacts", "bad", f"{folder}: cannot be written", "Give yourself the right to write there.")
    else:
        yield Finding("artifacts", "ok", f"{folder}")


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    words = f"{free:.1f} GiB free in {Path.cwd()}"
    if free < _LITTLE_DISK_GIB:
        state: State = "bad" if free < _NO_DISK_GIB else "warn"
        yield Finding("disk", state, words, "Make some space, or work in another folder; a study keeps its models.")
    else:
        yield Finding("disk", "ok", words)


def _data_sets(deep: bool) -> Iterator[Finding]:
    for name in cache.NAMES:
        kept = cache.look(name)
        if kept.place is None:
            mend = f"Without a network, put {cache.files_of(name)}."
            yield Finding(name, "ok", "not in the cache; it is downloaded when it is used", mend)
        elif kept.missing:
            yield Finding(name, "warn", f"{kept.place} is half filled", f"Put {', '.join(kept.missing)} there.")
        elif deep and kept.place.is_dir() and idx.find(kept.place):
            try:
                train, test = idx.read_folder(kept.place)
            except DataError as error:
                # The error says itself what to do.
                yield Finding(name, "bad", str(error), "See the line before.")
            else:
                yield Finding(name, "ok", f"{kept.place}: {len(train[0])} + {len(test[0])} rows, whole")
        else:
            yield Finding(name, "ok", str(kept.place))


def _sqlite_file(url: str) -> Path | None:
    if not url.startswith("sqlite:///"):
        return None
    name = url.removeprefix("sqlite:///").partition("?")[0]
    return Path(name).absolute() if name not in ("", ":memory:") else None


def _sqlite(name: str, file: Path, words: str) -> Finding:
    """A SQLite file that is there: whether it is one and can be written."""
    try:
        with closing(sqlite3.connect(file, timeout=_SERVER_S)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            connection.rollback()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            return Finding(name, "warn", f"{words}; another process is writing", "That is no harm, if it ends.")
        return Finding(name, "bad", f"{words}: {error}", f"Give yourself the right to write {file} and its folder.")
    except sqlite3.Error as error:
        return Finding(name, "bad", f"{words}: {error}", "Move the file away, or take it from a backup.")
    system = _file_system(file)
    if system in _NETWORK_FILE_SYSTEMS:
        mend = "SQLite does not lock reliably there; use PostgreSQL for workers on several machines."
        return Finding(name, "warn", f"{words}; on {system}", mend)
    return Finding(name, "ok", f"{words}, {file.stat().st_size / 2**20:.1f} MiB, can be written")


def _will_be_made(name: str, file: Path) -> Finding:
    folder = file.parent
    if not folder.is_dir():
        return Finding(name, "bad", f"{file}: its folder is not there", f"Make it: {command('mkdir -p', folder)}")
    if not os.access(folder, os.W_OK):
        return Finding(name, "bad", f"{file} cannot be made: no right to write there", "Work in a folder of yours.")
    return Finding(name, "ok", f"{file} is made when the first study starts")


def _file_system(path: Path) -> str:
    """The kind of file system that a path is on."""
    homes = [each for each in psutil.disk_partitions(all=True) if path.is_relative_to(each.mountpoint)]
    return str(max(homes, key=lambda each: len(each.mountpoint)).fstype) if homes else ""
