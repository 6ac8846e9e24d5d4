"""Folders of images, one folder a class.

Owns: which files are images, which folders are parts, one size and one kind of colour for all.
Leaves to others: a picture's pixels (pictures), splits and digests (raw_dataset).
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tuner.data.arrays import VALIDATION_NAMES
from tuner.data.dataset import Rows
from tuner.data.files import check_memory
from tuner.data.pictures import Looked, Scale, look, pixels, scale_of, size_of
from tuner.data.raw_dataset import Found
from tuner.data.reading import Reading, stripped
from tuner.errors import DataError
from tuner.formatting import plural
from tuner.spec.source_kinds import ImageFolder
from tuner.spec.sources import DataSpec

_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
_PARTS = {"train", "test", *VALIDATION_NAMES}

Files = dict[str, list[Path]]


def read_images(data: DataSpec) -> Found:
    """Every image of every class, (rows, height, width, channels) uint8; files in the order of their names.

    Raises DataError for a folder without classes, a file that is no image or is damaged, and sizes that differ.
    """
    spec = data.files
    assert isinstance(spec, ImageFolder)
    folder = data.path(spec.images)
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder. It should hold one folder of images a class.")
    parts = _parts(folder)
    train = parts["train"]
    classes = tuple(train)
    every = [look(path) for files in parts.values() for kind in files for path in files[kind]]
    colors = spec.colors or ("grey" if all(each.grey for each in every) else "rgb")
    reader = _Reader(spec, colors, scale_of(every), {each.path: each for each in every})
    rows = {name: _rows(files, classes, reader) for name, files in parts.items()}

    def reading() -> Reading:
        return Reading("images", notes=tuple(_notes(every, reader, spec)), warnings=tuple(_doubts(every)))

    return Found(
        rows["train"], rows.get("test"), classes, validation=rows.get("validation"), reading=reading, images=True
    )


def picture_sizes(folder: Path) -> Counter[tuple[int, int]]:
    """(height, width) of every picture, as their files say. Raises DataError as `read_images` does."""
    files = [path for part in _parts(folder).values() for paths in part.values() for path in paths]
    return Counter(size_of(path) for path in files)


def _parts(folder: Path) -> dict[str, Files]:
    inside = {each.name for each in _visible(folder) if each.is_dir()}
    if not inside <= _PARTS or not inside & {"train", "test"}:
        return {"train": _files(folder)}
    if len(inside) == 1:
        (there,) = inside
        absent = "test" if there == "train" else "train"
        raise DataError(f"{folder}: has {there} and no {absent}. Add it, or name {folder / there} itself.")
    if "train" not in inside:
        raise DataError(f"{folder}: has {', '.join(sorted(inside))} and no train. Add it.")
    held = [name for name in VALIDATION_NAMES if name in inside]
    if len(held) > 1:
        raise DataError(f"{folder}: {held[0]} and {held[1]} are one part. Keep one.")
    found = {"train": _files(folder / "train")}
    for name, place in (("validation", held[0] if held else None), ("test", "test" if "test" in inside else None)):
        if place is not None:
            found[name] = _files(folder / place)
            strange = [kind for kind in found[name] if kind not in found["train"]]
            if strange:
                raise DataError(f"{folder / place / strange[0]}: there is no class {strange[0]!r} in train.")
    return found


def _visible(folder: Path) -> list[Path]:
    try:
        every = sorted(folder.iterdir())
    except OSError as error:
        raise DataError(f"{folder}: cannot be read ({error.strerror or error}). Mend that.") from error
    return [path for path in every if not path.name.startswith((".", "__")) and path.name != "Thumbs.db"]


def _files(folder: Path) -> Files:
    """Class -> its images."""
    found: Files = {}
    for kind in _visible(folder):
        if not kind.is_dir():
            raise DataError(f"{kind}: a file beside the folders of the classes. Put it into one of them, or elsewhere.")
        files = _visible(kind)
        for path in files:
            if path.is_dir():
                raise DataError(f"{path}: a folder in the folder of a class. Put its images into {kind} itself.")
            if path.suffix.lower() not in _ENDINGS:
                raise DataError(f"{path}: is no image ({', '.join(_ENDINGS)}). Take it out of there.")
        if not files:
            raise DataError(f"{kind}: has no images. Add some, or remove the folder.")
        twin = next((name for name in found if stripped(name) == stripped(kind.name)), None)
        if twin is not None:
            raise DataError(f"{kind}: the folders {twin!a} and {kind.name!a} differ by spaces alone. Make them one.")
        found[kind.name] = files
    if len(found) < 2:
        only = f"the only folder in it is {next(iter(found))}" if found else "there is no folder in it"
        raise DataError(f"{folder}: {only}. Every class needs a folder of its images, and there must be two at least.")
    return found


class _Reader:
    """Brings images to one size and one kind of colour. The size is that of the first image, where none is asked for.

    sizes: of the files, (height, width), and how many have it. turned: how many were.
    """

    def __init__(self, spec: ImageFolder, colors: str, scale: Scale, looked: dict[Path, Looked]) -> None:
        self.scale, self.sizes, self.turned = scale, Counter[tuple[int, int]](), 0
        self._asked, self._size = spec.size, spec.size
        self._mode = "L" if colors == "grey" else "RGB"
        self._background = spec.background
        self._looked = looked
        self._first: Path | None = None

    def read(self, path: Path) -> Any:
        from PIL import Image

        image, turned = pixels(self._looked[path], self.scale, self._mode, self._background)
        self.turned += turned
        self.sizes[image.height, image.width] += 1
        if self._asked is not None:
            image = image.resize((self._asked[1], self._asked[0]), Image.Resampling.BILINEAR)
        size = (image.height, image.width)
        if self._size is None:
            self._size = size
        if self._first is None:
            self._first = path
            check_memory(len(self._looked) * size[0] * size[1] * len(self._mode), str(path.parent.parent))
        if size != self._size:
            raise DataError(
                f"{path}: is {size[0]} x {size[1]} pixels, but {self._first} is {self._size[0]} x {self._size[1]}. "
                "Bring all to one size with size: [HEIGHT, WIDTH]."
            )
        array = np.asarray(image, np.uint8)
        return array[..., np.newaxis] if array.ndim == 2 else array


def _rows(files: Files, classes: Sequence[str], reader: _Reader) -> Rows:
    x = np.stack([reader.read(path) for kind in files for path in files[kind]])
    y = np.array([classes.index(kind) for kind in files for _ in files[kind]], np.int32)
    return Rows(x, y)


def _notes(every: Sequence[Looked], reader: _Reader, spec: ImageFolder) -> list[str]:
    """Formats and sizes, and what was done to how many."""
    endings = Counter(f"{each.path.suffix.lower().removeprefix('.')} {each.mode}" for each in every)
    notes = ["files: " + ", ".join(f"{count} {kind}" for kind, count in endings.most_common())]
    if spec.size is not None and set(reader.sizes) != {spec.size}:
        sizes = ", ".join(f"{count} of {height} x {width}" for (height, width), count in reader.sizes.most_common(3))
        more = f" and of {len(reader.sizes) - 3} more sizes" if len(reader.sizes) > 3 else ""
        notes.append(f"resized: {sizes}{more}")
    if count := sum(each.alpha and not each.deep for each in every):
        notes.append(f"laid upon {spec.background} where they are transparent: {count}")
    if whole := [each for each in every if each.deep and each.mode != "F"]:
        notes.append(f"brought from {reader.scale.bits} bits to 8: {len(whole)} ({_range(whole)})")
    if real := [each for each in every if each.mode == "F"]:
        notes.append(f"brought from 0 to {1 if reader.scale.unit else 255} to bytes: {len(real)} ({_range(real)})")
    if reader.turned:
        notes.append(f"turned as their camera says: {reader.turned}")
    return notes


def _range(deep: Sequence[Looked]) -> str:
    return f"their pixels go from {min(each.low for each in deep):g} to {max(each.high for each in deep):g}"


def _doubts(every: Sequence[Looked]) -> list[str]:
    several = [each for each in every if each.frames]
    if not several:
        return []
    return [
        f"{plural(len(several), 'file has', 'files have')} several frames, such as {several[0].path.name}: "
        "of each the first was taken"
    ]
