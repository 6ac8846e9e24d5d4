"""IDX files, whole and damaged in every way that happens to files."""

import gzip
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from tuner.data.dataset import Dataset
from tuner.data.idx import FILES, PUBLISHED, read, read_folder
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.spec.sources import DataSpec

IMAGES = "train-images-idx3-ubyte"
LABELS = "train-labels-idx1-ubyte"


def idx_bytes(values: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


@pytest.fixture
def plain(digits: Dataset, tmp_path: Path) -> Path:
    """600 training and 200 test rows of the bundled digits, as MNIST would publish them, unpacked."""
    folder = tmp_path / "mine"
    folder.mkdir()
    train, test = (digits.train, slice(600)), (digits.test, slice(200))
    for name, (part, rows) in zip(FILES, (train, train, test, test), strict=True):
        values = part.x[rows, :, :, 0] if "images" in name else part.y[rows].astype(np.uint8)
        (folder / name).write_bytes(idx_bytes(values))
    return folder


def test_mnist_is_read_whole(mnist_folder: Path) -> None:
    (x, y), (test_x, test_y) = read_folder(mnist_folder)
    assert (x.shape, y.shape, test_x.shape, test_y.shape) == ((60000, 28, 28), (60000,), (10000, 28, 28), (10000,))
    # As every tutorial prints them.
    assert y[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert test_y[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_plain_packed_and_dotted_names_hold_the_same(plain: Path, dotted: bool, packed: bool) -> None:
    before = load(DataSpec("mine", idx=plain), 0)
    for name in FILES:
        content = (plain / name).read_bytes()
        (plain / name).unlink()
        renamed = name.replace("-idx", ".idx") if dotted else name
        (plain / (renamed + ".gz" * packed)).write_bytes(gzip.compress(content) if packed else content)
    assert load(DataSpec("mine", idx=plain), 0).digest == before.digest


def test_a_file_that_was_unpacked_but_kept_its_name_is_read(plain: Path) -> None:
    (plain / LABELS).rename(plain / f"{LABELS}.gz")
    assert len(read_folder(plain)[0][1]) == 600


def test_labels_that_count_from_one_or_leave_gaps_become_classes(plain: Path) -> None:
    for name in (LABELS, "t10k-labels-idx1-ubyte"):
        labels = read(plain / name, 1)
        (plain / name).write_bytes(idx_bytes(np.where(labels == 9, 20, labels + 1).astype(np.uint8)))
    data = load(DataSpec("mine", idx=plain), 0)
    assert data.info.class_names == ("1", "2", "3", "4", "5", "6", "7", "8", "9", "20")
    assert set(np.unique(data.train.y)) == set(range(10))


def test_a_folder_named_like_a_known_set_has_its_class_names(plain: Path) -> None:
    data = load(DataSpec("Fashion-MNIST", idx=plain), 0)
    assert data.info.class_names[0] == "T-shirt/top"
    assert data.info.name == "Fashion-MNIST"


def cut(path: Path) -> None:
    path.write_bytes(gzip.compress(path.read_bytes())[:-2000])


def bad_checksum(path: Path) -> None:
    packed = bytearray(gzip.compress(path.read_bytes()))
    packed[-6] ^= 0xFF
    path.write_bytes(packed)


def half_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:6])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flipped_magic(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[2] ^= 0xFF
    path.write_bytes(content)


def web_page(path: Path) -> None:
    path.write_text("<!DOCTYPE html><title>Not found</title>")


def short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def long(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def huge_header(path: Path) -> None:
    path.write_bytes(b"\0\0\x08\x03" + b"\xff" * 12 + path.read_bytes()[16:])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut, "cut short or damaged. Delete it and get it again"),
        (bad_checksum, "cut short or damaged. Delete it and get it again"),
        (half_header, "cut short or damaged. Delete it and get it again"),
        (empty, "cut short or damaged. Delete it and get it again"),
        (flipped_magic, "not an IDX file of images: it begins with 00 00 f7 03 instead of 00 00 08 03"),
        (web_page, "not an IDX file of images: it begins with 3c 21 44 4f"),
        (short, "promises 600x8x8 values, the file holds only 38399"),
        (long, "promises 600x8x8 values, the file holds more"),
        (huge_header, "promises 4294967295x4294967295x4294967295 values, the file holds only 38400"),
    ],
)
def test_a_damaged_file_is_named_with_what_to_do(plain: Path, damage: Callable[[Path], None], words: str) -> None:
    damage(plain / IMAGES)
    with pytest.raises(DataError) as raised:
        read_folder(plain)
    message = str(raised.value)
    assert message.startswith(f"{plain / IMAGES}: ")
    assert words in message
    assert "again" in message
    assert "\n" not in message


def test_a_published_file_cut_short_is_named(mnist_folder: Path, tmp_path: Path) -> None:
    for path in mnist_folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    damaged = tmp_path / "t10k-images-idx3-ubyte.gz"
    content = damaged.read_bytes()
    damaged.unlink()
    damaged.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=rf"{damaged}: cut short or damaged"):
        read_folder(tmp_path)


def test_labels_in_the_place_of_images_are_told_apart(plain: Path) -> None:
    (plain / IMAGES).write_bytes((plain / LABELS).read_bytes())
    with pytest.raises(DataError, match=f"{IMAGES}: not an IDX file of images"):
        read_folder(plain)


def test_labels_of_another_part_do_not_belong_to_the_images(plain: Path) -> None:
    (plain / LABELS).write_bytes((plain / "t10k-labels-idx1-ubyte").read_bytes())
    with pytest.raises(DataError, match=f"{LABELS}: 200 labels, but {IMAGES} has 600 images"):
        read_folder(plain)


def test_a_label_beyond_the_classes_is_named_by_row(plain: Path) -> None:
    labels = read(plain / LABELS, 1).copy()
    labels[17] = 10
    (plain / LABELS).write_bytes(idx_bytes(labels))
    with pytest.raises(DataError, match=rf"{LABELS}: label 10 in row 17, but there are 10 classes \(0 to 9\)"):
        load(DataSpec("mnist", idx=plain), 0)


def test_a_test_label_that_no_training_row_has_is_named(plain: Path) -> None:
    path = plain / "t10k-labels-idx1-ubyte"
    labels = read(path, 1).copy()
    labels[3] = 77
    path.write_bytes(idx_bytes(labels))
    with pytest.raises(DataError, match="test row 3 has label 77, which no training row has"):
        load(DataSpec("mine", idx=plain), 0)


def test_parts_of_different_image_size_are_refused(plain: Path) -> None:
    path = plain / "t10k-images-idx3-ubyte"
    path.write_bytes(idx_bytes(read(path, 3)[:, :4]))
    with pytest.raises(DataError, match=r"differ in size \(8x8 and 4x8\)"):
        read_folder(plain)


def test_no_images_at_all_are_refused(plain: Path) -> None:
    (plain / IMAGES).write_bytes(idx_bytes(np.zeros((0, 8, 8), np.uint8)))
    (plain / LABELS).write_bytes(idx_bytes(np.zeros(0, np.uint8)))
    with pytest.raises(DataError, match=f"{IMAGES}: no images"):
        read_folder(plain)


def test_missing_files_are_listed(plain: Path, tmp_path: Path) -> None:
    (plain / LABELS).unlink()
    with pytest.raises(DataError, match=rf"{plain}: {LABELS}.gz not there. Put it there"):
        read_folder(plain)
    with pytest.raises(DataError, match=rf"nowhere: no such folder. It should hold {', '.join(PUBLISHED)}"):
        read_folder(tmp_path / "nowhere")


def test_a_little_file_that_unpacks_to_more_than_memory_is_refused(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (plain / IMAGES).unlink()
    with gzip.open(plain / f"{IMAGES}.gz", "wb") as file:
        file.write(bytes([0, 0, 8, 3]) + (2**31).to_bytes(4, "big") * 3 + bytes(2**26 + 2**20))
    free = psutil.virtual_memory()._replace(available=2**25)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    with pytest.raises(DataError, match=rf"{IMAGES}\.gz: its rows need 0\.1 GiB of memory, and 0\.0 GiB are free"):
        read_folder(plain)


def test_a_pipe_among_the_files_is_not_waited_for(plain: Path) -> None:
    (plain / LABELS).unlink()
    os.mkfifo(plain / LABELS)
    with pytest.raises(DataError, match=rf"{LABELS}\.gz not there"):
        read_folder(plain)
