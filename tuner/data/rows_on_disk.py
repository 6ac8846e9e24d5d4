"""Rows of bytes that stay in a file, and are read when they are needed: more of them than memory holds.

Owns: the file, what it is known by, reading some of its rows; what an array of rows has to have to stand in for one.
Leaves to others: what the bytes are (images), when rows are held in memory instead (images), training on them
(training.compiled).

Rows are read and not mapped into memory, so that what a process takes stays what it holds; the system keeps what it
reads in memory that it can take back. Files are in the user's cache: they may be deleted at any time, and are made
anew.
"""

import hashlib
import json
import os
import shutil
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from tuner.data.files import check_memory
from tuner.errors import DataError
from tuner.settings import read_share

Array = NDArray[Any]

_PIECE_BYTES = 64 << 20
_UNUSED_DAYS = 30
_DIGEST_LETTERS = 64
_FREE_BYTES = 1 << 30
"""Of the disk, which others need too."""


@dataclass(frozen=True, eq=False)
class RowFile:
    """rows: how many. shape: of one. digest: of the bytes of all. low, high: of all values.

    about: what was said of them when they were written.
    """

    path: Path
    rows: int
    shape: tuple[int, ...]
    digest: str
    low: int
    high: int
    about: Mapping[str, Any]

    def remembered(self, what: str, make: Callable[[], str]) -> str:
        """A digest (sha256, hex) that it takes long to make of these rows: made once."""
        path = self.path.with_suffix(f".{hashlib.sha256(what.encode()).hexdigest()[:24]}")
        with suppress(OSError, UnicodeError):
            known = path.read_text(encoding="utf-8")
            if len(known) == _DIGEST_LETTERS:
                return known
        made = make()
        with suppress(OSError):
            _replace(path, made)
        return made


class RowsOnDisk:
    """Some rows of a file, in an order of their own.

    It has of an array what those need who take rows some at a time: its shape and type, `x[some]`, which are read, and
    `read`. through: what becomes of rows once they are read; with the shape of a row and the type that it gives.
    """

    def __init__(
        self,
        file: RowFile,
        index: NDArray[np.intp],
        through: Callable[[Array], Array] | None = None,
        handle: "_Handle | None" = None,
    ) -> None:
        self.file, self.index, self._through = file, index, through
        self._handle = handle or _Handle(file.path)
        made = np.zeros((1, *file.shape), np.uint8)
        one = made if through is None else through(made)
        self.dtype, self.shape = one.dtype, (len(index), *one.shape[1:])
        self.ndim = len(self.shape)
        self.size = int(np.prod(self.shape, dtype=np.int64))
        self.nbytes = self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, chosen: Any) -> Array:
        """One row, or an array of some: whatever an array takes for a first index."""
        places = self.index[chosen]
        if np.ndim(places) == 0:
            one: Array = self[np.asarray([chosen])][0]
            return one
        if len(places) * self.nbytes > len(self) * _PIECE_BYTES:
            check_memory(len(places) * self.nbytes / len(self), str(self.file.path))
        out = np.empty((len(places), *self.shape[1:]), self.dtype)
        self._into(places, out)
        return out

    def __iter__(self) -> Iterator[Array]:
        return (row for piece in self.pieces() for row in piece)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self[:], dtype or self.dtype)

    def read(self, rows: NDArray[np.intp], out: Array) -> None:
        """Rows into a contiguous array of their type."""
        self._into(self.index[rows], out)

    def some(self, chosen: Any) -> "RowsOnDisk":
        """Some of them, which are not read for that."""
        return RowsOnDisk(self.file, self.index[chosen], self._through, self._handle)

    def and_then(self, others: "RowsOnDisk") -> "RowsOnDisk":
        """These and then the others, of the same file."""
        assert others.file is self.file
        return RowsOnDisk(self.file, np.concatenate([self.index, others.index]), self._through, self._handle)

    def seen_through(self, function: Callable[[Array], Array]) -> "RowsOnDisk":
        """The same rows, with what a function of some rows makes of them."""
        before = self._through
        return RowsOnDisk(
            self.file, self.index, function if before is None else lambda x: function(before(x)), self._handle
        )

    def pieces(self) -> Iterator[Array]:
        """All of them in their order, a few at a time."""
        at_once = max(1, _PIECE_BYTES // max(1, self.nbytes // max(1, len(self))))
        return (self[start : start + at_once] for start in range(0, len(self), at_once))

    def min(self) -> int:
        """Of all rows of the file."""
        return self.file.low

    def max(self) -> int:
        """Of all rows of the file."""
        return self.file.high

    @property
    def known_by(self) -> str:
        """What tells these rows from others; empty for those that are seen through a function."""
        if self._through is not None:
            return ""
        index = hashlib.sha256(np.ascontiguousarray(self.index, np.int64).tobytes()).hexdigest()
        return f"{self.file.digest} {index}"

    def _into(self, places: NDArray[np.intp], out: Array) -> None:
        if self._through is None:
            self._handle.read(places, self.file, out)
        elif len(places):
            raw = np.empty((len(places), *self.file.shape), np.uint8)
            self._handle.read(places, self.file, raw)
            out[...] = self._through(raw).reshape(out.shape)


def on_disk(x: Any) -> TypeGuard[RowsOnDisk]:
    """Rows that are read when they are needed, and stand in for an array."""
    return isinstance(x, RowsOnDisk)


def pieces(x: Any) -> Iterator[Array]:
    """Rows a few at a time where they are on disk; else all at once."""
    return x.pieces() if on_disk(x) else iter((x,))


class _Handle:
    """A file that is open as long as somebody may read it: its name may be gone by then."""

    def __init__(self, path: Path) -> None:
        try:
            self._number = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise DataError(f"{path}: cannot be read ({error.strerror or error}). Start again.") from error
        weakref.finalize(self, os.close, self._number)

    def read(self, places: NDArray[np.intp], file: RowFile, out: Array) -> None:
        """Rows at these places, those that lie side by side at once."""
        size = int(np.prod(file.shape))
        into = out.reshape(-1).data.cast("B")
        starts = np.flatnonzero(np.diff(places, prepend=-2) != 1)
        for start, end in pairwise([*starts, len(places)]):
            self._fill(into[start * size : end * size], int(places[start]) * size, file.path)

    def _fill(self, into: memoryview, offset: int, path: Path) -> None:
        while len(into):
            count = os.preadv(self._number, [into], offset)
            if not count:
                raise DataError(f"{path}: is shorter than it was. Delete it, and start again.")
            into, offset = into[count:], offset + count


def kept(key: str) -> RowFile | None:
    """What was written under this key; None where it is not, or no longer, there."""
    path = _place(key)
    try:
        known = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        whole = path.stat().st_size == known["rows"] * int(np.prod(known["shape"]))
        # Who is used stays.
        os.utime(path)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return RowFile(path, **{**known, "shape": tuple(known["shape"])}) if whole else None


def write(key: str, rows: Iterator[Array], count: int, about: Callable[[], Mapping[str, Any]], where: str) -> RowFile:
    """Write rows of bytes to a file, and give it. about: asked when all are written.

    where: begins messages. Raises DataError where the disk has no room for them.
    """
    path = _place(key)
    first = next(rows)
    with _in_words(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        needed, free = count * first.size, shutil.disk_usage(path.parent).free
        if needed + _FREE_BYTES > free:
            raise DataError(
                f"{where}: its rows need {needed / 2**30:.1f} GiB in {path.parent}, and {free / 2**30:.1f} GiB are "
                "free there. Name another disk by TUNER_CACHE, or give fewer or smaller rows."
            )
        draft = path.with_suffix(f".{os.getpid()}.draft")
        digest, low, high = hashlib.sha256(), 255, 0
        try:
            with draft.open("wb") as file:
                for row in _with(first, rows):
                    whole = np.ascontiguousarray(row, np.uint8)
                    digest.update(whole.data)
                    low, high = min(low, int(whole.min())), max(high, int(whole.max()))
                    file.write(whole.data)
            made = RowFile(path, count, first.shape, digest.hexdigest(), low, high, about())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        known = {name: getattr(made, name) for name in ("rows", "shape", "digest", "low", "high", "about")}
        _replace(path.with_suffix(".json"), json.dumps(known))
    return made


def _with(first: Array, rows: Iterator[Array]) -> Iterator[Array]:
    yield first
    yield from rows


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be written ({error.strerror or error}). Mend that, or name another by TUNER_CACHE."
        ) from error


def _place(key: str) -> Path:
    return read_share().cache / "rows" / hashlib.sha256(key.encode()).hexdigest()[:32]


def _sweep(folder: Path) -> None:
    """Delete what nobody has used for long."""
    before = time.time() - _UNUSED_DAYS * 86400
    for path in folder.iterdir():
        with suppress(OSError):
            if not path.suffix and path.stat().st_mtime < before:
                for each in folder.glob(f"{path.name}*"):
                    each.unlink()


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
