"""Read IDX files, the format in which MNIST is published: http://yann.lecun.com/exdb/mnist/.

Owns: which files belong to a folder, what is wrong with a damaged one.
Leaves to others: where folders are looked for (cache), splits and digests (sources).

A header of two zero bytes, one for the type and one for the number of dimensions, then each dimension as a big-endian
32-bit number, then the values.
"""

import gzip
import math
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from tuner.data.files import check_memory, regular
from tuner.errors import DataError

Bytes = NDArray[np.uint8]

FILES: Mapping[str, int] = {
    "train-images-idx3-ubyte": 3,
    "train-labels-idx1-ubyte": 1,
    "t10k-images-idx3-ubyte": 3,
    "t10k-labels-idx1-ubyte": 1,
}
"""The published names, and how many dimensions each holds."""

PUBLISHED = tuple(f"{name}.gz" for name in FILES)
"""The names as they are downloaded."""

_UNSIGNED_BYTE = 0x08


def find(folder: Path) -> dict[str, Path]:
    """The files of a folder by their published name: plain or gzip, also with a dot for the dash before ``idx``."""
    found = {}
    for name in FILES:
        dotted = name.replace("-idx", ".idx")
        for candidate in (name, f"{name}.gz", dotted, f"{dotted}.gz"):
            if (folder / candidate).is_file():
                found[name] = folder / candidate
                break
    return found


def read_folder(folder: Path, classes: int | None = None) -> tuple[tuple[Bytes, Bytes], tuple[Bytes, Bytes]]:
    """Read training and test rows: images (rows, height, width) and labels (rows,), all uint8.

    classes: labels must be below it, where it is known.
    Raises DataError for a missing or damaged file, and for images and labels that do not belong together.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder. It should hold {', '.join(PUBLISHED)}.")
    found = find(folder)
    missing = [f"{name}.gz" for name in FILES if name not in found]
    if missing:
        raise DataError(f"{folder}: {', '.join(missing)} not there. Put {'it' if len(missing) == 1 else 'them'} there.")
    train, test = (_read_pair(found, part, classes) for part in ("train", "t10k"))
    if train[0].shape[1:] != test[0].shape[1:]:
        sizes = " and ".join("x".join(map(str, images.shape[1:])) for images, _ in (train, test))
        raise DataError(f"{folder}: training and test images differ in size ({sizes}). Take both from one data set.")
    return train, test


def _read_pair(found: Mapping[str, Path], part: str, classes: int | None) -> tuple[Bytes, Bytes]:
    images_path, labels_path = found[f"{part}-images-idx3-ubyte"], found[f"{part}-labels-idx1-ubyte"]
    images, labels = read(images_path, 3), read(labels_path, 1)
    if len(images) != len(labels):
        raise DataError(
            f"{labels_path}: {len(labels)} labels, but {images_path.name} has {len(images)} images. "
            "Take both from one data set."
        )
    if not len(labels):
        raise DataError(f"{images_path}: no images. Get the file again.")
    if classes is not None and labels.max() >= classes:
        row = int(np.argmax(labels >= classes))
        raise DataError(
            f"{labels_path}: label {labels[row]} in row {row}, but there are {classes} classes (0 to {classes - 1}). "
            "Get the file again."
        )
    return images, labels


def read(path: Path, dimensions: int) -> Bytes:
    """Read one IDX file of unsigned bytes, plain or gzip.

    Raises DataError, naming the file, where it is cut short, is no IDX file, or holds something else.
    """
    regular(path)
    try:
        # By content, not by name: browsers unpack what they download and keep its name.
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            magic = file.read(4)
            if len(magic) < 4:
                raise EOFError
            shape = _shape(path, magic, file.read(4 * dimensions), dimensions)
            size = math.prod(shape)
            # One more than there should be: that shows surplus, and at the end gzip compares its checksum.
            content = _read_at_most(cast(BinaryIO, file), size + 1, path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path}: cut short or damaged. Delete it and get it again.") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}). Mend that or get it again.") from error
    if len(content) != size:
        amount = "more" if len(content) > size else f"only {len(content)}"
        raise DataError(
            f"{path}: the header promises {'x'.join(map(str, shape))} values, the file holds {amount}. "
            "Delete it and get it again."
        )
    return np.frombuffer(content, np.uint8).reshape(shape)


def _read_at_most(file: BinaryIO, size: int, path: Path) -> bytes:
    """In pieces, so that a damaged header, or a little file that unpacks without end, does not take all memory."""
    pieces: list[bytes] = []
    while size > 0 and (piece := file.read(min(size, 1 << 26))):
        pieces.append(piece)
        size -= len(piece)
        # Joining them takes as much once more.
        check_memory(sum(map(len, pieces)), str(path))
    return b"".join(pieces)


def _shape(path: Path, magic: bytes, rest: bytes, dimensions: int) -> tuple[int, ...]:
    expected = bytes([0, 0, _UNSIGNED_BYTE, dimensions])
    if magic != expected:
        kind = "images" if dimensions == 3 else "labels"
        raise DataError(
            f"{path}: not an IDX file of {kind}: it begins with {magic.hex(' ')} instead of {expected.hex(' ')}. "
            "Get it again."
        )
    if len(rest) < 4 * dimensions:
        raise EOFError
    return struct.unpack(f">{dimensions}I", rest)
