"""What works on this machine and what does not: `tune doctor`.

Owns: the checks, each a finding in words with its mend. Nothing is changed, and nothing is downloaded.
Leaves to others: how findings look (cli); what the framework itself can do (training, in a process of its own).
"""

import importlib.metadata
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil
from packaging.requirements import Requirement

from tuner.data import cache, idx
from tuner.database.connection import open_database
from tuner.database.studies import view_studies
from tuner.errors import DataError, TunerError
from tuner.formatting import command, plural
from tuner.redaction import shown_url
from tuner.settings import Settings
from tuner.workers.cores import cpu_cores
from tuner.workers.gpus import ask_driver, visible

State = Literal["ok", "warn", "bad"]

_SERVER_S = 3.0
_FRAMEWORK_S = 120.0
_LITTLE_DISK_GIB, _NO_DISK_GIB = 5.0, 0.5
_LITTLE_MEMORY_GIB = 2.0
_CLOCK_S = 5.0
_NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smbfs", "fuse.sshfs", "9p", "lustre")

# What the framework sees and can do, told in one line of JSON.
_TRY_FRAMEWORK = """
import json, time
began = time.monotonic()
import keras
import numpy as np
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
model.compile(optimizer="adam", loss="mse")
model.fit(np.ones((8, 4), "float32"), np.ones((8, 2), "float32"), verbose=0)
gpus = 0
if keras.backend.backend() == "tensorflow":
    import tensorflow
    gpus = len(tensorflow.config.list_physical_devices("GPU"))
elif keras.backend.backend() == "jax":
    import jax
    gpus = sum(each.platform == "gpu" for each in jax.devices())
print(json.dumps({"backend": keras.backend.backend(), "gpus": gpus, "seconds": time.monotonic() - began}))
"""


@dataclass(frozen=True)
class Finding:
    """One line. mend: what to do about it, where it is not ok."""

    name: str
    state: State
    words: str
    mend: str = ""


def check_all(settings: Settings, deep: bool = False) -> Iterator[Finding]:
    """Every check, one after another. deep: also start the framework, and read the data sets in the cache whole."""
    checks: list[Callable[[], Iterator[Finding]]] = [
        _versions,
        _processor,
        lambda: _gpus(deep),
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
        yield Finding("tuner", "bad", "is not installed, only run from its folder", "Install it: uv sync.")
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
        else Finding(
            "packages", "bad", "; ".join(wrong), "Install what is wanted: uv sync, or pip install --upgrade tuner."
        )
    )


_SHOWN = ("keras", "tensorflow", "optuna", "mlflow", "keras-tuner", "sqlalchemy")


def _processor() -> Iterator[Finding]:
    cores, load = cpu_cores(), psutil.getloadavg()[0]
    words = f"{cores} cores, load {load:.1f}"
    if load > 1.5 * cores:
        mend = "Others compute here too; trials will be slow, and times tell little."
        yield Finding("processor", "warn", words, mend)
    else:
        yield Finding("processor", "ok", words)
    memory = psutil.virtual_memory()
    free, whole = memory.available / 2**30, memory.total / 2**30
    words = f"{free:.1f} of {whole:.1f} GiB free; a worker takes about 1 GiB beside its data"
    if free < _LITTLE_MEMORY_GIB:
        yield Finding("memory", "warn", words, "Start fewer workers: --workers 1.")
    else:
        yield Finding("memory", "ok", words)


def _gpus(deep: bool) -> Iterator[Finding]:
    driver = ask_driver()
    try:
        gpus = visible(driver.gpus, os.environ)
    except TunerError as error:
        yield Finding("gpus", "bad", str(error), "Until then no trial begins on a GPU.")
        return
    if gpus:
        yield Finding("gpus", "ok", ", ".join(f"{each.index}: {each.memory_mib / 1024:.0f} GiB" for each in gpus))
    elif driver.gpus:
        words = f"the driver names {plural(len(driver.gpus), 'GPU')}, the environment hides each from this process"
        yield Finding("gpus", "warn", words, "Unset CUDA_VISIBLE_DEVICES (and NVIDIA_VISIBLE_DEVICES) to train there.")
    elif not driver.problems:
        yield Finding("gpus", "ok", "none, and no NVIDIA driver (NVML); trials run on the CPU")
    if driver.problems:
        words = f"the NVIDIA driver is there: {'; '.join(driver.problems)}"
        mend = "Run nvidia-smi and put right what it says; after an update of the driver, restart the machine."
        yield Finding("gpu driver", "warn" if driver.gpus else "bad", words, mend)
    if not deep:
        return
    told = _framework()
    if isinstance(told, str):
        yield Finding("framework", "bad", told, "Mend the installation: uv sync. On a GPU, check driver and CUDA.")
    elif gpus and not told["gpus"]:
        extra = "tensorflow[and-cuda]" if told["backend"] == "tensorflow" else "jax[cuda12]"
        words = f"{told['backend']} sees no GPU, the driver sees {len(gpus)}"
        yield Finding("framework", "bad", words, f"Install its CUDA libraries: pip install '{extra}'.")
    else:
        words = f"{told['backend']} trains; {told['gpus']} GPUs; {told['seconds']:.0f} s to start"
        yield Finding("framework", "ok", words)


def _framework() -> dict[str, float | str] | str:
    """What a process of its own says, or what went wrong there."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _TRY_FRAMEWORK],
            capture_output=True,
            text=True,
            timeout=_FRAMEWORK_S,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
    except subprocess.TimeoutExpired:
        return f"the framework did not train one step in {_FRAMEWORK_S:.0f} s"
    if done.returncode != 0 or not done.stdout.strip():
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return f"the framework does not train: {last[:200]}"
    told: dict[str, float | str] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


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
