"""One picture as the bytes of its pixels, whatever its format holds, through Pillow.

Owns: what becomes of transparency, of more than eight bits, of palettes and other colours, of a camera's rotation; what
of that is refused; the words for a file that is no picture.
Leaves to others: which files there are, sizes that differ, classes (images).
"""

import logging
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tuner.data.files import regular
from tuner.errors import DataError

# Of a damaged file it logs what it then raises, and that is told once.
logging.getLogger("PIL").setLevel(logging.CRITICAL)

_GREY_MODES = ("1", "L", "LA", "La", "I", "F")
_COLOUR_MODES = ("P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr")
_DEPTHS = (8, 10, 12, 16)
_ORIENTATION = 0x0112
_MEND = "Mend it, or take it out of there."


@dataclass(frozen=True)
class Looked:
    """What a file says of itself. deep: it has more than eight bits a pixel. low, high: of its pixels, if it is deep.

    grey: it has one channel. alpha: it says how transparent its pixels are. frames: it has several.
    """

    path: Path
    mode: str
    grey: bool
    alpha: bool
    frames: bool
    deep: bool
    low: float = 0.0
    high: float = 0.0


def size_of(path: Path) -> tuple[int, int]:
    """(height, width), as it is stored. Raises DataError for a file that is no picture."""
    with _opened(path) as image:
        return image.height, image.width


def look(path: Path) -> Looked:
    """Open a picture; the pixels of a deep one are read. Raises DataError for a file that is none."""
    with _opened(path) as image:
        mode = image.mode
        deep = mode == "F" or mode.startswith("I")
        if not deep and mode not in (*_GREY_MODES, *_COLOUR_MODES):
            raise DataError(f"{path}: its colours are {mode}, which are not read. Save it as RGB.")
        low, high = (float(each) for each in _finite(path, np.asarray(image))) if deep else (0.0, 0.0)
        frames = bool(getattr(image, "is_animated", False)) and image.format != "MPO"
        return Looked(path, mode, deep or mode in _GREY_MODES, image.has_transparency_data, frames, deep, low, high)


def _finite(path: Path, pixels: Any) -> tuple[Any, Any]:
    if not np.isfinite(pixels).all():
        raise DataError(f"{path}: a pixel of it is no finite number. {_MEND}")
    return pixels.min(), pixels.max()


def _turned(image: Any) -> bool:
    try:
        return int(image.getexif().get(_ORIENTATION, 1)) > 1
    except Exception:  # What a camera wrote about itself may be damaged where the picture is not.
        return False


@dataclass(frozen=True)
class Scale:
    """How deep pixels become bytes: whole numbers by their bits, real ones of 0 to 1 or of 0 to 255."""

    bits: int = 8
    unit: bool = False


def scale_of(looked: list[Looked]) -> Scale:
    """One scale for all deep pictures of a source: the least that holds every one of them.

    Sixteen bits often hold the ten or twelve of a camera, or eight; brought to bytes as sixteen they would be black.
    Raises DataError for pictures whose white is not known.
    """
    reals = [each for each in looked if each.mode == "F"]
    whole = [each for each in looked if each.deep and each.mode != "F"]
    for each in (*reals, *whole):
        most = 255.0 if each.mode == "F" else 65535.0
        if each.low < 0 or each.high > most:
            kind = "0 to 1, or 0 to 255" if each.mode == "F" else "0 to 65535 at most"
            raise DataError(
                f"{each.path}: its pixels go from {each.low:g} to {each.high:g}, and which of them is white is not "
                f"said. Bring them to {kind}."
            )
    highest = max((each.high for each in whole), default=255.0)
    bits = next(depth for depth in _DEPTHS if highest < 2**depth)
    return Scale(bits, max((each.high for each in reals), default=255.0) <= 1)


def pixels(looked: Looked, scale: Scale, mode: str, background: str) -> tuple[Any, bool]:
    """The first frame as a Pillow image of mode L or RGB, upright, transparency laid upon the background.

    Also, whether it had to be turned.

    Raises DataError for a damaged file, and for a picture that cannot be seen on that background.
    """
    from PIL import Image, ImageOps

    with _opened(looked.path) as image:
        # A TIFF says it before its pixels are read, and Pillow's reader turns it; a PNG may say it behind them.
        by_reader = image.format == "TIFF"
        if not by_reader:
            image.load()
        turned = _turned(image)
        if turned and not by_reader:
            image = ImageOps.exif_transpose(image)
        if looked.deep:
            return Image.fromarray(_bytes_of(np.asarray(image), looked.mode, scale)).convert(mode), turned
        if not looked.alpha:
            return image.convert(mode), turned
        image = image.convert("RGBA")
        lowest, highest = image.getchannel("A").getextrema()
        ground = Image.new("RGBA", image.size, background)
        seen = Image.alpha_composite(ground, image).convert("RGB").convert(mode)
    if lowest < highest and (np.asarray(seen) == np.asarray(seen)[0, 0]).all():
        other = "black" if background == "white" else "white"
        raise DataError(
            f"{looked.path}: is drawn in {background} on a transparent ground, and cannot be seen on {background}. Say "
            f"background: {other}."
        )
    return seen, turned


def _bytes_of(values: Any, mode: str, scale: Scale) -> Any:
    if mode == "F":
        return np.round(values * (255.0 if scale.unit else 1.0)).clip(0, 255).astype(np.uint8)
    return (values.astype(np.uint32) >> (scale.bits - 8)).astype(np.uint8)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from PIL import Image, UnidentifiedImageError

    regular(path, _MEND)
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures, and of odd things beside the pixels; what it cannot read, it raises.
            warnings.simplefilter("ignore")
            # From a stream, because Pillow maps a TIFF into memory by its name, and then turns it wrongly.
            with path.open("rb") as file, Image.open(file) as image:
                yield image
    except DataError:
        raise
    except UnidentifiedImageError as error:
        raise DataError(f"{path}: is no image, whatever its name says. Take it out of there.") from error
    except Image.DecompressionBombError as error:
        most = 2 * (Image.MAX_IMAGE_PIXELS or math.inf) / 1e6
        raise DataError(f"{path}: has more than {most:.0f} million pixels. Make it smaller.") from error
    # The readers of each format raise what they meet in a damaged file; none of it is a bug of ours.
    except Exception as error:
        words = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataError(f"{path}: damaged ({words}). Get it again, or take it out of there.") from error
