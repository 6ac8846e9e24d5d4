"""`.npz` files: images, tables, labels of every kind; damaged ones, and ones that would have to be unpickled."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_digits

from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.sources import read_data

DIGITS = load_digits()
IMAGES = DIGITS.images[:400].astype(np.uint8)
LABELS = DIGITS.target[:400]


def loaded(folder: Path, arrays: dict[str, Any], **more: Any) -> Dataset:
    np.savez(folder / "mine.npz", **arrays)
    return load(read_data({"npz": "mine.npz", **more}, 0.2, folder, "space.yaml"), seed=0)


def test_bytes_of_three_dimensions_are_grey_images(tmp_path: Path) -> None:
    data = loaded(tmp_path, {"x": IMAGES, "y": LABELS})
    assert data.info.input_shape == (8, 8, 1)
    assert data.train.x.dtype == np.uint8
    assert data.info.class_names == tuple("0123456789")
    assert data.info.test_rows == 80


def test_parts_are_taken_as_they_are_named(tmp_path: Path) -> None:
    arrays = {"x_train": IMAGES[:300], "y_train": LABELS[:300], "x_test": IMAGES[300:], "y_test": LABELS[300:]}
    data = loaded(tmp_path, arrays)
    np.testing.assert_array_equal(data.test.x[..., 0], IMAGES[300:])
    assert data.info.train_rows + data.info.validation_rows == 300


@pytest.mark.parametrize(
    "labels",
    [
        LABELS.reshape(-1, 1),
        LABELS.astype(np.float64),
        np.eye(10)[LABELS],
        np.array([f"digit {label}" for label in LABELS]),
    ],
    ids=["column", "floats", "one-hot", "text"],
)
def test_labels_come_in_several_forms_and_mean_the_same(tmp_path: Path, labels: Any) -> None:
    data = loaded(tmp_path, {"x": IMAGES, "y": labels})
    expected = loaded(tmp_path, {"x": IMAGES, "y": LABELS})
    np.testing.assert_array_equal(data.train.y, expected.train.y)
    assert len(data.info.class_names) == 10


def test_a_table_with_numbers_to_predict(tmp_path: Path) -> None:
    bunch = load_diabetes()
    data = loaded(tmp_path, {"features": bunch.data, "grade": bunch.target}, x="features", y="grade", task="regression")
    assert data.info.input_shape == (10,)
    assert data.info.outputs == 1


BAD: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "no array": ({"a": IMAGES}, {}, "needs arrays x and y, or x_train and y_train; it has a."),
    "half of a part": (
        {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES}, {}, "has x_test, but not the other"
    ),
    "objects": ({"x": np.array([{"a": 1}] * 4), "y": np.arange(4)}, {}, "holds Python objects, which are not read"),
    "text for rows": ({"x": np.array([["a", "b"]] * 4), "y": np.arange(4)}, {}, "x: holds <U1; rows are whole or real"),
    "flat rows": ({"x": np.arange(20.0), "y": np.arange(20) % 2}, {}, "x: has the shape (20,)"),
    "fewer labels": ({"x": IMAGES, "y": LABELS[:-1]}, {}, "400 training rows, but 399 targets"),
    "fractions for classes": ({"x": IMAGES, "y": LABELS + 0.5}, {}, "y: row 0 is 0.5, which is no class"),
    "no number": ({"x": np.full((20, 2), np.nan), "y": np.arange(20) % 2}, {}, "nan in row 0 column 0"),
    "not one-hot": ({"x": IMAGES, "y": np.zeros((400, 10))}, {}, "y: row 0 is not one-hot"),
    "a class in the test rows alone": (
        {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:20], "y_test": LABELS[:20] + 9},
        {}, "which no training row has",
    ),
    "test rows of another shape": (
        {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:, :4], "y_test": LABELS}, {}, "differ in shape"
    ),
    "too few rows": ({"x": IMAGES[:15], "y": LABELS[:15]}, {}, "test rows"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_arrays_that_do_not_fit_get_one_line_that_names_the_file(tmp_path: Path, case: str) -> None:
    arrays, more, words = BAD[case]
    with pytest.raises(DataError) as raised:
        loaded(tmp_path, arrays, **more)
    message = str(raised.value)
    assert message.startswith(f"{tmp_path / 'mine.npz'}: ")
    assert words in message
    assert "\n" not in message


def test_a_damaged_file_one_array_alone_and_no_file_are_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", x=IMAGES, y=LABELS)
    whole = (tmp_path / "mine.npz").read_bytes()
    spec = read_data({"npz": "mine.npz"}, 0.2, tmp_path, "s")
    for content, words in (
        (whole[:9000], "damaged, or no .npz file"),
        (b"just words", r"is no \.npz file\. Save it with numpy\.savez"),
        (b"", "damaged, or no .npz file"),
    ):
        (tmp_path / "mine.npz").write_bytes(content)
        with pytest.raises(DataError, match=words):
            load(spec, 0)
    np.save(tmp_path / "one.npy", IMAGES)
    with pytest.raises(DataError, match="one array alone"):
        load(read_data({"npz": "one.npy"}, 0.2, tmp_path, "s"), 0)
    with pytest.raises(DataError, match=r"no\.npz: no such file"):
        load(read_data({"npz": "no.npz"}, 0.2, tmp_path, "s"), 0)
