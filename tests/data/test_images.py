"""Folders of images, written from scikit-learn's digits: one folder a class, with and without parts; damaged ones."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.spec.sources import read_data

DIGITS = load_digits()


def write(folder: Path, start: int = 0, stop: int = 60, mode: str = "L", ending: str = "png") -> Path:
    """Digits 0 to 2, as images of 8 x 8."""
    for i in range(start, stop):
        kind = folder / f"digit-{DIGITS.target[i] % 3}"
        kind.mkdir(parents=True, exist_ok=True)
        Image.fromarray((DIGITS.images[i] * 15).astype(np.uint8)).convert(mode).save(kind / f"{i:03d}.{ending}")
    return folder


def loaded(folder: Path, **more: Any) -> Dataset:
    return load(read_data({"images": str(folder), **more}, 0.2, Path(), "space.yaml"), seed=0)


def test_a_folder_of_grey_images_gives_their_bytes(tmp_path: Path) -> None:
    data = loaded(write(tmp_path / "digits"))
    assert data.info.class_names == ("digit-0", "digit-1", "digit-2")
    assert data.info.input_shape == (8, 8, 1)
    assert data.train.x.dtype == np.uint8
    found = {row.tobytes() for part in (data.train, data.validation, data.test) for row in part.x}
    assert found == {(image * 15).astype(np.uint8).tobytes() for image in DIGITS.images[:60]}


def test_colours_are_three_channels_or_grey_if_asked(tmp_path: Path) -> None:
    folder = write(tmp_path / "digits", mode="RGB", ending="jpg")
    assert loaded(folder).info.input_shape == (8, 8, 3)
    assert loaded(folder, colors="grey").info.input_shape == (8, 8, 1)


def test_sizes_that_differ_are_an_error_unless_one_is_asked_for(tmp_path: Path) -> None:
    folder = write(tmp_path / "digits")
    Image.new("L", (5, 9)).save(folder / "digit-1" / "999.png")
    with pytest.raises(DataError, match=r"999\.png: is 9 x 5 pixels, but .*png is 8 x 8\. .*size: \[HEIGHT, WIDTH\]"):
        loaded(folder)
    assert loaded(folder, size=[12, 10]).info.input_shape == (12, 10, 1)


def test_folders_train_and_test_are_the_parts(tmp_path: Path) -> None:
    write(tmp_path / "digits" / "train", 0, 60)
    write(tmp_path / "digits" / "test", 60, 80)
    data = loaded(tmp_path / "digits")
    assert data.info.test_rows == 20
    (tmp_path / "digits" / "test" / "digit-9").mkdir()
    Image.new("L", (8, 8)).save(tmp_path / "digits" / "test" / "digit-9" / "a.png")
    with pytest.raises(DataError, match=r"digit-9: there is no class 'digit-9' in train"):
        loaded(tmp_path / "digits")


def test_sixteen_bits_of_grey_are_brought_to_eight(tmp_path: Path) -> None:
    folder = write(tmp_path / "digits")
    for path in folder.rglob("*.png"):
        with Image.open(path) as image:
            wide = np.asarray(image).astype(np.uint16) << 8
        Image.fromarray(wide).save(path)
    assert loaded(folder).digest == loaded(write(tmp_path / "bytes")).digest


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("digit-1/000.png", b"half", r"digit-1/000\.png: is no image, whatever its name says"),
        ("digit-1/notes.txt", b"words", r"digit-1/notes\.txt: is no image \("),
        ("readme.txt", b"words", r"readme\.txt: a file beside the folders of the classes"),
    ],
)
def test_a_file_that_is_no_image_is_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    folder = write(tmp_path / "digits")
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=words):
        loaded(folder)


def test_half_an_image_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "digits")
    path = folder / "digit-2" / "big.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (8, 8), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:70])
    with pytest.raises(DataError, match=r"big\.png: (damaged|cannot be read|is no image)"):
        loaded(folder)


def test_folders_without_classes_or_images_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        loaded(tmp_path / "none")
    (tmp_path / "digits" / "only").mkdir(parents=True)
    with pytest.raises(DataError, match="only: has no images"):
        loaded(tmp_path / "digits")
    Image.new("L", (8, 8)).save(tmp_path / "digits" / "only" / "a.png")
    with pytest.raises(DataError, match=r"the only folder in it is only.* there must be two at least"):
        loaded(tmp_path / "digits")
    write(tmp_path / "half" / "train")
    with pytest.raises(DataError, match=r"half: has train and no test\. Add it, or name .*train itself"):
        loaded(tmp_path / "half")
    (tmp_path / "half" / "train" / "digit-1" / "more").mkdir()
    with pytest.raises(DataError, match="more: a folder in the folder of a class"):
        loaded(tmp_path / "half" / "train")
