"""Folders of images, one folder a class.

Owns: which files are images, which folders are parts, one size and one kind of colour for all; whether their pixels are
held in memory.
Leaves to others: a picture's pixels (pictures), pixels in a file (rows_on_disk), splits and digests (raw_dataset).
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import psutil

from tuner.data.arrays import VALIDATION_NAMES
from tuner.data.dataset import Array, Rows
from tuner.data.files import check_memory, regular
from tuner.data.pictures import Looked, Scale, look, pixels, scale_of, size_of
from tuner.data.raw_dataset import Found
from tuner.data.reading import Reading, stripped
from tuner.data.rows_on_disk import RowsOnDisk, kept, write
from tuner.errors import DataError
from tuner.formatting import plural
from tuner.spec.source_kinds import ImageFolder
from tuner.spec.sources import DataSpec

_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
_PARTS = {"train", "test", *VALIDATION_NAMES}

_VERSION = 1
"""Of what pixels are made of the same files."""
_BYTES_A_VALUE = 4
_MOST_OF_FREE = 0.5
_TOLD = ("notes", "warnings")

Files = dict[str, list[Path]]
About = Callable[[], tuple[Sequence[str], Sequence[str]]]
"""Notes and warnings, of what was read."""

logger = logging.getLogger(__name__)


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
    stream = spec.stream if spec.stream is not None else not data.reconstruct and _fill_memory(parts, spec)
    rows, about = (_from_disk if stream else _in_memory)(folder, parts, spec)

    def reading() -> Reading:
        notes, warnings = about()
        return Reading("images", notes=tuple(notes), warnings=tuple(warnings))

    return Found(
        rows["train"], rows.get("test"), tuple(parts["train"]), validation=rows.get("validation"), reading=reading,
        images=True,
    )  # fmt: skip


def _fill_memory(parts: Mapping[str, Files], spec: ImageFolder) -> bool:
    """Whether their pixels, as numbers, would take more than half of the memory that is free; by the first picture."""
    paths = _paths(parts)
    height, width = spec.size or size_of(paths[0])
    channels = 1 if (spec.colors == "grey" if spec.colors else look(paths[0]).grey) else 3
    return _BYTES_A_VALUE * len(paths) * height * width * channels > _MOST_OF_FREE * psutil.virtual_memory().available


def _in_memory(folder: Path, parts: Mapping[str, Files], spec: ImageFolder) -> tuple[dict[str, Rows], About]:
    reader = _Reader.of(_paths(parts), spec, str(folder))

    def rows(files: Files) -> Rows:
        return Rows(np.stack([reader.read(path) for path in _paths({"": files})]), _labels(files, parts))

    return {name: rows(files) for name, files in parts.items()}, reader.about


def _from_disk(folder: Path, parts: Mapping[str, Files], spec: ImageFolder) -> tuple[dict[str, Rows], About]:
    paths = _paths(parts)
    key = repr((_VERSION, spec.size, spec.colors, spec.background, [_known_by(path) for path in paths]))
    file = kept(key)
    if file is None:
        reader = _Reader.of(paths, spec)
        logger.info("writing the pixels of %d pictures to a file, once", len(paths))
        file = write(key, map(reader.read, paths), len(paths), lambda: dict(zip(_TOLD, reader.about(), strict=True)),
                     str(folder))  # fmt: skip
    rows: dict[str, Rows] = {}
    start = 0
    for name, files in parts.items():
        y = _labels(files, parts)
        index = np.arange(start, start + len(y))
        rows[name], start = Rows(cast(Array, RowsOnDisk(file, index)), y), start + len(y)
    said = f"a stream: pixels are in {file.path}, and read from there while they are trained on"
    notes, warnings = (file.about[each] for each in _TOLD)
    return rows, lambda: ([*notes, said], warnings)


def _known_by(path: Path) -> tuple[str, int, int]:
    """What changes with the file."""
    stat = regular(path).stat()
    return str(path), stat.st_size, stat.st_mtime_ns


def _paths(parts: Mapping[str, Files]) -> list[Path]:
    return [path for files in parts.values() for kind in files for path in files[kind]]


def _labels(files: Files, parts: Mapping[str, Files]) -> Array:
    classes = list(parts["train"])
    return np.array([classes.index(kind) for kind in files for _ in files[kind]], np.int32)


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

    sizes: of the files, (height, width), and how many have it. turned: how many were. held: their folder, where all of
    them are to fit into memory.
    """

    def __init__(self, spec: ImageFolder, colors: str, scale: Scale, looked: dict[Path, Looked], held: str) -> None:
        self.spec, self.scale, self.sizes, self.turned = spec, scale, Counter[tuple[int, int]](), 0
        self._asked, self._size = spec.size, spec.size
        self._mode = "L" if colors == "grey" else "RGB"
        self._background = spec.background
        self._looked, self._held = looked, held
        self._first: Path | None = None

    @classmethod
    def of(cls, paths: Sequence[Path], spec: ImageFolder, held: str = "") -> "_Reader":
        """Of pictures that are looked at first, all of them."""
        every = [look(path) for path in paths]
        colors = spec.colors or ("grey" if all(each.grey for each in every) else "rgb")
        return cls(spec, colors, scale_of(every), {each.path: each for each in every}, held)

    def about(self) -> tuple[list[str], list[str]]:
        """Of all that were read: notes and warnings."""
        every = list(self._looked.values())
        return _notes(every, self), _doubts(every)

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
            if self._held:
                check_memory(len(self._looked) * size[0] * size[1] * len(self._mode), self._held)
        if size != self._size:
            raise DataError(
                f"{path}: is {size[0]} x {size[1]} pixels, but {self._first} is {self._size[0]} x {self._size[1]}. "
                "Bring all to one size with size: [HEIGHT, WIDTH]."
            )
        array = np.asarray(image, np.uint8)
        return array[..., np.newaxis] if array.ndim == 2 else array


def _notes(every: Sequence[Looked], reader: _Reader) -> list[str]:
    """Formats and sizes, and what was done to how many."""
    endings = Counter(f"{each.path.suffix.lower().removeprefix('.')} {each.mode}" for each in every)
    notes = ["files: " + ", ".join(f"{count} {kind}" for kind, count in endings.most_common())]
    spec = reader.spec
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
