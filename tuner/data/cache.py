"""Keras' own data sets: in its cache where they are, by its loaders where they must be downloaded.

Owns: the cache's folders and file names, the download, and the words for a download that is impossible.
Leaves to others: the format of IDX files (idx), splits and digests (sources).

Files that are in the cache are read here: importing Keras takes ten seconds, and its loaders do not say which file is
damaged. For a download it is asked all the same, so that there is one cache, and it checks what it downloads.
"""

import contextlib
import os
import socket
import sys
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuner.data import idx
from tuner.errors import DataError

Arrays = tuple[NDArray[np.generic], NDArray[np.generic]]

_GOOGLE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_TORONTO = "https://www.cs.toronto.edu/~kriz/"
# Keras sets none, and a firewall that drops packets would hang a study for ever.
_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Published:
    """Where Keras gets a data set, and where it keeps it.

    origin: one address of it; shows whether a download is possible at all.
    archive: what Keras keeps, relative to its folder of data sets.
    files: what a person may put there instead of a download, in words, for a folder of data sets.
    """

    origin: str
    archive: str
    files: str


_IDX_NAMES = ", ".join(idx.PUBLISHED)
_PUBLISHED: Mapping[str, Published] = {
    "fashion_mnist": Published(
        f"{_GOOGLE}train-labels-idx1-ubyte.gz", "", f"{_IDX_NAMES} into {{datasets}}/fashion-mnist"
    ),
    "mnist": Published(
        f"{_GOOGLE}mnist.npz", "mnist.npz", f"{_IDX_NAMES} into {{datasets}}/mnist, or mnist.npz into {{datasets}}"
    ),
    "cifar10": Published(
        f"{_TORONTO}cifar-10-python.tar.gz",
        "cifar-10-batches-py-target_archive",
        f"{_TORONTO}cifar-10-python.tar.gz, renamed cifar-10-batches-py-target_archive, into {{datasets}}",
    ),
    "cifar100": Published(
        f"{_TORONTO}cifar-100-python.tar.gz",
        "cifar-100-python-target_archive",
        f"{_TORONTO}cifar-100-python.tar.gz, renamed cifar-100-python-target_archive, into {{datasets}}",
    ),
}
_IDX_FOLDERS = {"fashion_mnist": "fashion-mnist", "mnist": "mnist"}

NAMES = tuple(_PUBLISHED)


def keras_home() -> Path:
    """Keras' folder: ``KERAS_HOME``, else ``~/.keras``.

    Read here and not in settings, because it is Keras' variable: Keras itself must find the same folder.
    """
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser().absolute()


@dataclass(frozen=True)
class Kept:
    """What the cache has of a data set. place: file or folder, None where there is nothing. missing: files of it."""

    place: Path | None
    missing: tuple[str, ...] = ()


def look(name: str) -> Kept:
    """Whether a data set of Keras is in its cache. Nothing is read, and nothing downloaded."""
    home = keras_home()
    partly = Kept(None)
    if name in _IDX_FOLDERS:
        for folder in (home / "datasets" / _IDX_FOLDERS[name], home / _IDX_FOLDERS[name]):
            found = idx.find(folder)
            if len(found) == len(idx.FILES):
                return Kept(folder)
            if found and partly.place is None:
                partly = Kept(folder, tuple(f"{each}.gz" for each in idx.FILES if each not in found))
    archive = _PUBLISHED[name].archive
    if archive and (home / "datasets" / archive).exists():
        return Kept(home / "datasets" / archive)
    return partly


def files_of(name: str) -> str:
    """What a person may put into the cache instead of a download, in words."""
    return _PUBLISHED[name].files.format(datasets=keras_home() / "datasets")


def read(name: str, classes: int) -> tuple[Arrays, Arrays]:
    """Training and test rows of one of Keras' data sets, downloaded if they are not there.

    Images are uint8, (rows, height, width) or (rows, height, width, channels); labels are (rows,) or (rows, 1).
    Raises DataError for a damaged file, and where a download is impossible.
    """
    home = keras_home()
    missing = ""
    if name in _IDX_FOLDERS:
        for folder in (home / "datasets" / _IDX_FOLDERS[name], home / _IDX_FOLDERS[name]):
            found = idx.find(folder)
            if len(found) == len(idx.FILES):
                return idx.read_folder(folder, classes)
            if found:
                names = [f"{each}.gz" for each in idx.FILES if each not in found]
                missing = missing or f"{', '.join(names)} into {folder}"
    if name == "mnist" and (home / "datasets" / "mnist.npz").is_file():
        return _read_npz(home / "datasets" / "mnist.npz")
    return _ask_keras(name, home / "datasets", missing)


def _read_npz(path: Path) -> tuple[Arrays, Arrays]:
    try:
        # Opened here, because NumPy leaves a damaged file open.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])
    except (ValueError, KeyError, EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path}: damaged ({_one_line(error)}). Delete it and get it again.") from error


def _ask_keras(name: str, datasets: Path, missing: str) -> tuple[Arrays, Arrays]:
    published = _PUBLISHED[name]
    files = missing or published.files.format(datasets=datasets)
    if not (published.archive and (datasets / published.archive).exists()):
        # Keras takes ten seconds to import, before it can say that there is no network.
        with _words_for_failure(name, files):
            urllib.request.urlopen(published.origin, timeout=_TIMEOUT_S).close()

    import keras

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TIMEOUT_S)
    try:
        # Keras prints its progress, and standard output is for results.
        with _words_for_failure(name, files), contextlib.redirect_stdout(sys.stderr):
            train, test = getattr(keras.datasets, name).load_data()
    finally:
        socket.setdefaulttimeout(before)
    if keras.config.image_data_format() == "channels_first" and train[0].ndim == 4:
        return (np.moveaxis(train[0], 1, -1), train[1]), (np.moveaxis(test[0], 1, -1), test[1])
    return train, test


@contextlib.contextmanager
def _words_for_failure(name: str, files: str) -> Iterator[None]:
    try:
        yield
    # Keras raises a bare Exception where an address does not answer.
    except Exception as error:
        raise DataError(f"{name} cannot be downloaded ({_one_line(error)}). Put {files}.") from error


def _one_line(error: BaseException) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    words = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return " ".join(str(words).split())
