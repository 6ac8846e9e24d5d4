"""Pictures of every mode that every format can hold, against the intensities that were written; files that are none.

The formats are written by Pillow, and where it cannot (sixteen bits of colour), by hand.
"""

import os
import socket
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFile

from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.spec.sources import read_data

Picture = NDArray[Any]

GREY = np.linspace(0, 255, 120).round().astype(np.uint8).reshape(10, 12)
COLOUR = np.stack([GREY, GREY[::-1], GREY[:, ::-1]], axis=-1)
ALPHA = np.where(np.arange(12) < 6, 255, 128).astype(np.uint8) * np.ones((10, 1), np.uint8)
TRANSPARENT = np.where(np.arange(12) < 6, 255, 0).astype(np.uint8) * np.ones((10, 1), np.uint8)


def upon(colour: Picture, alpha: Picture, ground: int) -> Picture:
    share = alpha[..., np.newaxis] / 255
    return np.asarray(colour * share + ground * (1 - share))


def picture(mode: str) -> Image.Image:
    """COLOUR, or GREY, in a mode; with ALPHA, where it has some."""
    colour = Image.fromarray(COLOUR)
    match mode:
        case "RGBA" | "PA":
            with_alpha = colour.copy()
            with_alpha.putalpha(Image.fromarray(ALPHA))
            return with_alpha if mode == "RGBA" else with_alpha.convert("PA")
        case "LA":
            grey = Image.fromarray(GREY)
            grey.putalpha(Image.fromarray(ALPHA))
            return grey
        case "L":
            return Image.fromarray(GREY)
        case "1":
            return Image.fromarray(GREY).point(lambda value: 255 * (value > 127), "1")
        case "P":
            return colour.quantize(255, dither=Image.Dither.NONE)
        case "I;16" | "I;16B":
            wide = GREY.astype(np.uint16) * 257
            order = ">u2" if mode == "I;16B" else "<u2"
            return Image.frombytes(mode, (12, 10), wide.astype(order).tobytes())
        case "I":
            return Image.fromarray(GREY.astype(np.int32) * 257)
        case "F":
            return Image.fromarray(GREY.astype(np.float32) / 255)
        case _:
            return colour.convert(mode)


def expected(mode: str) -> Picture:
    match mode:
        case "RGBA":
            return upon(COLOUR, ALPHA, 255)
        case "PA" | "P":
            shown = np.asarray(picture(mode).convert("RGBA"))
            return upon(shown[..., :3], shown[..., 3], 255)
        case "LA":
            return upon(GREY[..., np.newaxis], ALPHA, 255)
        case "1":
            return np.asarray(255 * (GREY > 127))[..., np.newaxis]
        case "L" | "I" | "F" | "I;16" | "I;16B":
            return GREY[..., np.newaxis]
        case _:
            return COLOUR


FORMATS: dict[str, tuple[str, ...]] = {
    "png": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "bmp": ("1", "L", "P", "RGB", "RGBA"),
    "gif": ("L", "P"),
    "webp": ("RGB", "RGBA"),
    "tiff": ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16", "I;16B"),
    "jpg": ("L", "RGB", "CMYK", "YCbCr"),
}


def folder(tmp_path: Path, one: Any, ending: str = "png", **options: Any) -> Path:
    """Two classes, six files of the same picture in each: bytes, or what Pillow is to save."""
    for i in range(12):
        path = tmp_path / f"kind-{i % 2}" / f"{i}.{ending}"
        path.parent.mkdir(exist_ok=True)
        if isinstance(one, bytes):
            path.write_bytes(one)
        else:
            one.save(path, **options)
    return tmp_path


def loaded(place: Path, validation: int = 2, **more: Any) -> Dataset:
    return load(read_data({"images": str(place), **more}, validation, Path(), "space.yaml"), seed=0, told=True)


def read(place: Path, **more: Any) -> Picture:
    return np.asarray(loaded(place, **more).train.x[0]).astype(float)


@pytest.mark.parametrize(("ending", "mode"), [(ending, mode) for ending, modes in FORMATS.items() for mode in modes])
def test_a_picture_is_read_as_it_was_written(tmp_path: Path, ending: str, mode: str) -> None:
    options: dict[str, Any] = {"webp": {"lossless": True}, "jpg": {"quality": 100, "subsampling": 0}}.get(ending, {})
    got = read(folder(tmp_path, picture(mode), ending, **options))
    wanted = expected(mode)
    # Pillow's BMP has no alpha, and its WebP and some GIFs are of colour where the picture is grey.
    wanted = COLOUR.astype(float) if (ending, mode) == ("bmp", "RGBA") else wanted
    if got.shape[-1] == 3 and wanted.shape[-1] == 1:
        wanted = np.repeat(wanted, 3, axis=-1)
    assert got.shape == wanted.shape
    off = {"jpg": 12 if mode in ("RGB", "YCbCr", "CMYK") else 3}.get(ending, 3 if mode == "YCbCr" else 1)
    assert np.abs(got - wanted).max() <= off


def png(colours: int, bits: int, values: Picture, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG file. colours: its colour type. values: (height, width, channels) of that many bits."""
    height, width, _ = values.shape
    lines = b"".join(b"\0" + line.astype(">u2" if bits == 16 else "u1").tobytes() for line in values)
    head = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


WIDE = COLOUR.astype(np.uint16) * 257
WIDE_ALPHA = np.repeat(ALPHA[..., np.newaxis], 1, axis=-1).astype(np.uint16) * 257


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (png(2, 16, WIDE), COLOUR),
        (png(6, 16, np.concatenate([WIDE, WIDE_ALPHA], axis=-1)), upon(COLOUR, ALPHA, 255)),
        (png(0, 16, WIDE[..., :1]), GREY[..., np.newaxis]),
        # One grey that stands for transparent.
        (png(0, 8, GREY[..., np.newaxis], (b"tRNS", b"\0\0")), np.where(GREY == 0, 255, GREY)[..., np.newaxis]),
        (
            png(2, 8, COLOUR, (b"tRNS", struct.pack(">3H", *COLOUR[0, 0]))),
            np.where((COLOUR[0, 0] == COLOUR).all(axis=-1, keepdims=True), 255, COLOUR),
        ),
    ],
    ids=["sixteen bits of colour", "and of alpha", "and of grey", "a transparent grey", "a transparent colour"],
)
def test_a_picture_that_pillow_does_not_write_is_read_as_it_was_written(
    tmp_path: Path, content: bytes, wanted: Picture
) -> None:
    assert np.abs(read(folder(tmp_path, content)) - wanted).max() <= 1


def test_what_is_drawn_on_a_transparent_ground_is_seen_on_the_background_that_is_asked_for(tmp_path: Path) -> None:
    drawn = Image.fromarray(np.dstack([np.zeros_like(COLOUR), TRANSPARENT]))
    np.testing.assert_array_equal(read(folder(tmp_path, drawn))[0, :, 0], np.where(np.arange(12) < 6, 0, 255))
    with pytest.raises(DataError, match=r"png: is drawn in black on a transparent ground.* Say background: white\."):
        loaded(tmp_path, background="black")
    drawn = Image.fromarray(np.dstack([np.full_like(COLOUR, 255), TRANSPARENT]))
    with pytest.raises(DataError, match=r"png: is drawn in white on a transparent ground.* Say background: black\."):
        loaded(folder(tmp_path, drawn))
    data = loaded(tmp_path, background="black")
    np.testing.assert_array_equal(data.train.x[0][0, :, 0], np.where(np.arange(12) < 6, 255, 0))
    assert "laid upon black where they are transparent: 12" in data.reading.notes


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_grey_of_more_bits_is_brought_to_bytes_by_the_bits_that_all_pictures_use(tmp_path: Path, bits: int) -> None:
    values = np.linspace(0, 2**bits - 1, 120).round().astype(np.uint16).reshape(10, 12)
    folder(tmp_path, Image.fromarray(values))
    # A dark one among them is read by the same scale.
    Image.fromarray(values // 32).save(tmp_path / "kind-1" / "dark.png")
    data = loaded(tmp_path)
    rows = [row for part in (data.train, data.validation, data.test) for row in part.x[..., 0].astype(int)]
    assert np.abs(rows[0] - GREY).max() <= 1 or np.abs(rows[0] - GREY // 32).max() <= 1
    assert sum(int(row.max()) < 10 for row in rows) == 1
    assert sum(int(row.max()) == 255 for row in rows) == 12
    assert any(note.startswith(f"brought from {bits} bits to 8: 13 (") for note in data.reading.notes)


def test_real_numbers_are_of_0_to_1_or_of_0_to_255_or_refused(tmp_path: Path) -> None:
    real = GREY.astype(np.float32)
    assert np.abs(read(folder(tmp_path, Image.fromarray(real), "tiff"))[..., 0] - GREY).max() <= 1
    assert np.abs(read(folder(tmp_path, Image.fromarray(real / 255), "tiff"))[..., 0] - GREY).max() <= 1
    for wrong, words in (
        (real - 9, "go from -9 to 246"), (real * 9, "go from 0 to 2295"), (real * np.nan, "no finite number"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=words):
            loaded(folder(tmp_path, Image.fromarray(wrong), "tiff"))
    with pytest.raises(DataError, match=r"tiff: its pixels go from 0 to 70000, and which of them is white is not said"):
        loaded(folder(tmp_path, Image.fromarray(np.where(GREY == 255, 70_000, 0).astype(np.int32)), "tiff"))


def test_colours_that_have_no_rgb_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"tiff: its colours are LAB, which are not read\. Save it as RGB\."):
        loaded(folder(tmp_path, Image.new("LAB", (12, 10), (100, 130, 120)), "tiff"))


@pytest.mark.parametrize(
    ("ending", "options"),
    [("jpg", {"quality": 100}), ("png", {}), ("tiff", {}), ("tiff", {"compression": "tiff_lzw"}), ("webp", {})],
)
def test_a_picture_is_upright_as_its_camera_says(tmp_path: Path, ending: str, options: dict[str, Any]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    grey = Image.fromarray(GREY)
    options = {**options, "lossless": True} if ending == "webp" else options
    data = loaded(folder(tmp_path, grey, ending, exif=exif, **options), colors="grey")
    assert data.info.input_shape == (12, 10, 1)
    assert np.abs(data.train.x[0][..., 0].astype(int) - np.rot90(GREY, -1)).max() <= 3
    assert "turned as their camera says: 12" in data.reading.notes


def test_a_png_is_unpacked_once_and_upright_also_where_it_says_so_behind_its_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    place = folder(tmp_path, Image.fromarray(GREY), "png", exif=exif)
    for path in place.rglob("*.png"):
        content = path.read_bytes()
        begins = content.index(b"eXIf") - 4
        ends = begins + 12 + struct.unpack(">I", content[begins : begins + 4])[0]
        end = content.index(b"IEND") - 4
        path.write_bytes(content[:begins] + content[ends:end] + content[begins:ends] + content[end:])
    unpacked: list[int] = []
    prepare = ImageFile.ImageFile.load_prepare
    monkeypatch.setattr(ImageFile.ImageFile, "load_prepare", lambda image: unpacked.append(1) or prepare(image))
    data = loaded(place)
    assert len(unpacked) == 12
    np.testing.assert_array_equal(data.train.x[0][..., 0], np.rot90(GREY, -1))
    assert "turned as their camera says: 12" in data.reading.notes


@pytest.mark.parametrize("ending", ["gif", "tiff", "webp", "png"])
def test_of_several_frames_the_first_is_taken_and_it_is_said(tmp_path: Path, ending: str) -> None:
    frames = [Image.fromarray(COLOUR), Image.new("RGB", (12, 10), (9, 200, 9)), Image.new("RGB", (12, 10))]
    data = loaded(folder(tmp_path, frames[0], ending, save_all=True, append_images=frames[1:]))
    assert np.abs(data.train.x[0].astype(int) - COLOUR).mean() < 12
    (warning,) = data.reading.warnings
    assert warning.startswith("12 files have several frames, such as 0.")


def test_a_folder_has_training_validation_and_test_pictures(tmp_path: Path) -> None:
    for part, value in (("train", 10), ("val", 20), ("test", 30)):
        (tmp_path / part).mkdir()
        folder(tmp_path / part, Image.new("L", (4, 4), value))
    data = load(read_data({"images": str(tmp_path)}, 0.2, Path(), "space.yaml"), 0)
    assert [set(part.x.ravel()) for part in (data.train, data.validation, data.test)] == [{10}, {20}, {30}]
    assert data.info.class_names == ("kind-0", "kind-1")
    (tmp_path / "test").rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").rename(tmp_path.parent / f"{tmp_path.name}-away")
    assert set(loaded(tmp_path, validation=12).validation.x.ravel()) == {20}
    (tmp_path / "valid").mkdir()
    with pytest.raises(DataError, match="valid and val are one part"):
        loaded(tmp_path)


def test_folders_whose_names_differ_by_spaces_alone_are_refused(tmp_path: Path) -> None:
    place = folder(tmp_path, Image.fromarray(GREY))
    (place / "kind-1 ").mkdir()
    Image.fromarray(GREY).save(place / "kind-1 " / "a.png")
    with pytest.raises(DataError, match="the folders 'kind-1' and 'kind-1 ' differ by spaces alone"):
        loaded(place)


def test_what_is_no_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    place = folder(tmp_path, Image.fromarray(GREY))
    odd = place / "kind-0" / "odd.png"

    def refused(words: str) -> None:
        with pytest.raises(DataError, match=words):
            loaded(place)
        odd.rmdir() if odd.is_dir() and not odd.is_symlink() else odd.unlink()

    os.mkfifo(odd)
    refused(r"odd\.png: is a pipe and no file\. Mend it, or take it out of there\.")
    odd.symlink_to("/dev/zero")
    refused(r"odd\.png: is a device and no file")
    odd.symlink_to("nowhere.png")
    refused(r"odd\.png: a link to a file that is not there")
    odd.symlink_to("odd.png")
    refused(r"odd\.png: cannot be read \(Too many levels of symbolic links\)")
    odd.mkdir()
    refused(r"odd\.png: a folder in the folder of a class")
    odd.touch()
    refused(r"odd\.png: is no image")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(odd.parent)
        try:
            listener.bind("odd.png")
        finally:
            os.chdir(here)
        refused(r"odd\.png: is a socket and no file")


def test_a_damaged_picture_of_every_format_is_named(tmp_path: Path) -> None:
    place = folder(tmp_path, Image.fromarray(GREY))
    for ending in FORMATS:
        odd = place / "kind-0" / f"odd.{ending}"
        Image.fromarray(np.random.default_rng(0).integers(0, 255, (10, 12), dtype=np.uint8)).save(odd)
        whole = odd.read_bytes()
        for size in (3, len(whole) // 3, len(whole) // 2):
            odd.write_bytes(whole[:size])
            with pytest.raises(DataError, match=rf"odd\.{ending}: (is no image|damaged)") as raised:
                loaded(place)
            assert "\n" not in str(raised.value)
        odd.unlink()


def test_a_picture_that_promises_more_pixels_than_anyone_has_is_refused(tmp_path: Path) -> None:
    place = folder(tmp_path, Image.fromarray(GREY))
    head = png(0, 8, GREY[..., np.newaxis])
    bomb = head[:16] + struct.pack(">II", 40_000, 40_000) + head[24:29]
    (place / "kind-0" / "odd.png").write_bytes(bomb + struct.pack(">I", zlib.crc32(bomb[12:])) + head[33:])
    with pytest.raises(DataError, match=r"odd\.png: has more than 179 million pixels\. Make it smaller\."):
        loaded(place)
