"""Folders of images, one folder a class, through Pillow.

Owns: which files are images, their size and colours, and the words for a file that is none.
Leaves to others: splits and digests (found).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tuner.data.dataset import Rows
from tuner.data.found import Found
from tuner.errors import DataError
from tuner.sources import DataSpec, ImageFolder

_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
_PARTS = {"train", "test"}
_GREY_MODES = ("1", "L", "LA", "I", "I;16", "F")


def read_images(data: DataSpec) -> Found:
    """Every image of every class, (rows, height, width, channels) uint8; files in the order of their names.

    Raises DataError for a folder without classes, a file that is no image or is damaged, and sizes that differ.
    """
    spec = data.files
    assert isinstance(spec, ImageFolder)
    folder = data.path(spec.images)
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder. It should hold one folder of images a class.")
    inside = {each.name for each in _visible(folder) if each.is_dir()}
    lone = inside & _PARTS if len(inside) == 1 else None
    if lone:
        (there,), (absent,) = lone, _PARTS - lone
        raise DataError(f"{folder}: has {there} and no {absent}. Add it, or name {folder / there} itself.")
    if inside == _PARTS:
        train, test = _files(folder / "train"), _files(folder / "test")
        strange = [name for name in test if name not in train]
        if strange:
            raise DataError(f"{folder / 'test' / strange[0]}: there is no class {strange[0]!r} in train.")
    else:
        train, test = _files(folder), {}
    classes = tuple(train)
    every = [path for files in (*train.values(), *test.values()) for path in files]
    colors = spec.colors or ("grey" if all(_is_grey(path) for path in every) else "rgb")
    reader = _Reader(spec.size, colors)
    rows = [_rows(files, classes, reader) for files in ([train, test] if test else [train])]
    return Found(rows[0], rows[1] if test else None, classes)


def _visible(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.iterdir() if not path.name.startswith((".", "__")) and path.name != "Thumbs.db"
    )


def _files(folder: Path) -> dict[str, list[Path]]:
    """Class -> its images."""
    found: dict[str, list[Path]] = {}
    for kind in _visible(folder):
        if not kind.is_dir():
            raise DataError(f"{kind}: a file beside the folders of the classes. Put it into one of them, or elsewhere.")
        files = _visible(kind)
        for path in files:
            if path.is_dir():
                raise DataError(f"{path}: a folder in the folder of a class. Put its images into {kind} itself.")
            if not path.exists():
                raise DataError(f"{path}: a link to a file that is not there. Mend it, or take it out of there.")
            if path.suffix.lower() not in _ENDINGS:
                raise DataError(f"{path}: is no image ({', '.join(_ENDINGS)}). Take it out of there.")
        if not files:
            raise DataError(f"{kind}: has no images. Add some, or remove the folder.")
        found[kind.name] = files
    if len(found) < 2:
        only = f"the only folder in it is {next(iter(found))}" if found else "there is no folder in it"
        raise DataError(f"{folder}: {only}. Every class needs a folder of its images, and there must be two at least.")
    return found


def _open(path: Path) -> Any:
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(path)
    except UnidentifiedImageError as error:
        raise DataError(f"{path}: is no image, whatever its name says. Take it out of there.") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path}: cannot be read ({' '.join(str(error).split())}). Get it again.") from error


def _is_grey(path: Path) -> bool:
    with _open(path) as image:
        return image.mode in _GREY_MODES


class _Reader:
    """Brings images to one size and one kind of colour. size: (height, width); None is that of the first image."""

    def __init__(self, size: tuple[int, int] | None, colors: str) -> None:
        self._asked = size
        self._mode = "L" if colors == "grey" else "RGB"
        self._size = size
        self._first: Path | None = None

    def read(self, path: Path) -> Any:
        from PIL import Image

        with _open(path) as image:
            try:
                pixels = _in_bytes(image).convert(self._mode)
            except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
                words = " ".join(str(error).split())
                raise DataError(f"{path}: damaged ({words}). Get it again, or take it out of there.") from error
        if self._asked is not None:
            pixels = pixels.resize((self._asked[1], self._asked[0]), Image.Resampling.BILINEAR)
        size = (pixels.height, pixels.width)
        if self._size is None:
            self._size, self._first = size, path
        if size != self._size:
            raise DataError(
                f"{path}: is {size[0]} x {size[1]} pixels, but {self._first} is {self._size[0]} x {self._size[1]}. "
                "Bring all to one size with size: [HEIGHT, WIDTH]."
            )
        array = np.asarray(pixels, np.uint8)
        return array[..., np.newaxis] if array.ndim == 2 else array


def _in_bytes(image: Any) -> Any:
    """Sixteen bits of grey brought to eight: Pillow would cut them off."""
    from PIL import Image

    if image.mode in ("I", "I;16"):
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8))
    return image


def _rows(files: dict[str, list[Path]], classes: Sequence[str], reader: _Reader) -> Rows:
    x = np.stack([reader.read(path) for kind in files for path in files[kind]])
    y = np.array([classes.index(kind) for kind in files for _ in files[kind]], np.int32)
    return Rows(x, y)
