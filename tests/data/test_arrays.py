"""`.npz` files: images, tables, labels of every kind; damaged ones, and ones that would have to be unpickled."""

from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from sklearn.datasets import load_diabetes, load_digits

from tuner.data.arrays import Part, Parts, found_of
from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.spec.sources import read_data

DIGITS = load_digits()
IMAGES = DIGITS.images[:400].astype(np.uint8)
LABELS = DIGITS.target[:400]


def loaded(folder: Path, arrays: dict[str, Any], **more: Any) -> Dataset:
    np.savez(folder / "mine.npz", **arrays)
    return load(read_data({"npz": "mine.npz", **more}, 0.2, folder, "space.yaml"), seed=0, told=True)


def test_rows_keep_their_shape_and_are_images_where_the_space_says_so(tmp_path: Path) -> None:
    given = loaded(tmp_path, {"x": IMAGES, "y": LABELS})
    assert (given.info.input_shape, given.info.images) == ((8, 8), False)
    data = loaded(tmp_path, {"x": IMAGES, "y": LABELS}, rows="images")
    assert (data.info.input_shape, data.info.images) == ((8, 8, 1), True)
    assert data.train.x.dtype == given.train.x.dtype == np.uint8
    np.testing.assert_array_equal(data.train.x[..., 0], given.train.x)
    assert "rows: images" in given.reading.warnings[0]
    assert not data.reading.warnings
    assert data.info.class_names == tuple("0123456789")
    assert data.info.test_rows == 80


def test_parts_are_taken_as_they_are_named(tmp_path: Path) -> None:
    arrays = {"x_train": IMAGES[:300], "y_train": LABELS[:300], "x_test": IMAGES[300:], "y_test": LABELS[300:]}
    data = loaded(tmp_path, arrays)
    np.testing.assert_array_equal(data.test.x, IMAGES[300:])
    assert data.info.train_rows + data.info.validation_rows == 300


@pytest.mark.parametrize("word", ["x_val", "x_valid", "x_validation", "X_val", "val_x", "validation_x", "xval"])
def test_validation_rows_of_the_file_are_the_validation_rows(tmp_path: Path, word: str) -> None:
    other = word.replace("x", "y").replace("X", "Y")
    arrays = {"x_train": IMAGES[:250], "y_train": LABELS[:250], word: IMAGES[250:300], other: LABELS[250:300]}
    data = loaded(tmp_path, {**arrays, "x_test": IMAGES[300:], "y_test": LABELS[300:]})
    np.testing.assert_array_equal(data.train.x, IMAGES[:250])
    np.testing.assert_array_equal(data.validation.x, IMAGES[250:300])
    np.testing.assert_array_equal(data.validation.y, LABELS[250:300])
    np.testing.assert_array_equal(data.test.x, IMAGES[300:])
    whole = loaded(tmp_path, {"x": IMAGES[:250], "y": LABELS[:250], word: IMAGES[250:300], other: LABELS[250:300]})
    assert (whole.info.train_rows, whole.info.validation_rows, whole.info.test_rows) == (200, 50, 50)


def test_validation_rows_and_a_share_that_says_otherwise_are_one_line(tmp_path: Path) -> None:
    arrays = {"x": IMAGES[:350], "y": LABELS[:350], "x_val": IMAGES[350:], "y_val": LABELS[350:]}
    np.savez(tmp_path / "mine.npz", **arrays)
    for same in (50, 0.125, 0.2):
        assert load(read_data({"npz": "mine.npz"}, same, tmp_path, "s"), 0).info.validation_rows == 50
    for other in (51, 0.3):
        with pytest.raises(DataError, match=rf"has 50 validation rows of its own, .* says validation: {other}\. Leave"):
            load(read_data({"npz": "mine.npz"}, other, tmp_path, "s"), 0)


def test_the_reading_says_what_was_taken_and_what_was_left(tmp_path: Path) -> None:
    data = loaded(tmp_path, {"x": IMAGES.astype(np.float64), "y": LABELS, "weights": np.ones(400)})
    assert data.reading.rows == {"training": 256, "validation": 64, "test": 80}
    assert data.reading.classes == {str(digit): int((digit == LABELS).sum()) for digit in range(10)}
    assert (data.reading.low, data.reading.high, data.reading.dtype) == (0.0, 16.0, "float32")
    assert data.reading.left_out == ("array weights",)
    assert data.reading.notes == ("x is float64, stored as float32",)
    first = np.moveaxis(np.repeat(IMAGES[..., np.newaxis], 3, axis=-1), -1, 1)
    assert "channels come first" in loaded(tmp_path, {"x": first, "y": LABELS}).reading.warnings[0]


def test_texts_that_differ_by_spaces_are_one_class_and_by_case_are_two_that_are_told(tmp_path: Path) -> None:
    fruit = np.array(["pear", "pear ", "\ufeffapple", "apple\u00a0"] * 100)
    assert loaded(tmp_path, {"x": IMAGES, "y": fruit}).reading.classes == {"apple": 200, "pear": 200}
    fruit[:40] = "Pear"
    (warning,) = loaded(tmp_path, {"x": IMAGES, "y": fruit}, rows="images").reading.warnings
    assert warning.startswith("classes: 'Pear' (40 rows) and 'pear' (180 rows) are 2 and look like one")


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
    "half of the validation rows": (
        {"x": IMAGES, "y": LABELS, "x_val": IMAGES}, {}, "has x_val, but not the other of x_val and y_val"
    ),
    "validation rows twice": (
        {"x": IMAGES, "y": LABELS, "x_val": IMAGES, "y_val": LABELS, "x_valid": IMAGES}, {}, "x_val and x_valid are one"
    ),
    "validation rows of another shape": (
        {"x": IMAGES, "y": LABELS, "x_val": IMAGES[:, :4], "y_val": LABELS}, {}, "validation and training rows differ"
    ),
    "no number among validation rows": (
        {"x": IMAGES * 1.0, "y": LABELS, "x_val": IMAGES * np.nan, "y_val": LABELS}, {}, "validation rows: nan in row 0"
    ),
    "a number too large": ({"x": IMAGES * 1e300, "y": LABELS}, {}, "training rows: inf in row 0"),
    "objects": ({"x": np.array([{"a": 1}] * 4), "y": np.arange(4)}, {}, "holds Python objects, which are not read"),
    "text for rows": ({"x": np.array([["a", "b"]] * 4), "y": np.arange(4)}, {}, "x: holds <U1; rows are whole or real"),
    "images of two dimensions": ({"x": IMAGES[0], "y": LABELS[:8]}, {"rows": "images"}, "images are (rows, height"),
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
        # An archive that asks for a version, or a way of packing, that there is not.
        (whole.replace(b"PK\x01\x02-\x03-", b"PK\x01\x02-\x03\xff"), "damaged, or no .npz file"),
        (whole.replace(b"y.npy", b"z.npy", 1), "damaged, or no .npz file"),
    ):
        (tmp_path / "mine.npz").write_bytes(content)
        with pytest.raises(DataError, match=words):
            load(spec, 0)
    np.save(tmp_path / "one.npy", IMAGES)
    with pytest.raises(DataError, match="one array alone"):
        load(read_data({"npz": "one.npy"}, 0.2, tmp_path, "s"), 0)
    with pytest.raises(DataError, match=r"no\.npz: no such file"):
        load(read_data({"npz": "no.npz"}, 0.2, tmp_path, "s"), 0)


def test_only_the_arrays_in_use_have_to_fit_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = np.zeros(2**20, np.uint8)
    np.savez_compressed(tmp_path / "mine.npz", x=IMAGES, y=LABELS, embeddings=beside)
    free = psutil.virtual_memory()._replace(available=2**19)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    assert load(read_data({"npz": "mine.npz"}, 0.2, tmp_path, "s"), 0).info.test_rows == 80
    np.savez_compressed(tmp_path / "mine.npz", x=beside.reshape(-1, 8), y=np.arange(2**17) % 2)
    with pytest.raises(DataError, match=r"mine\.npz: its rows need 0\.0 GiB of memory"):
        load(read_data({"npz": "mine.npz"}, 0.2, tmp_path, "s"), 0)


def test_rows_given_as_a_list_are_converted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    x, asked = [[float(i), float(i % 3)] for i in range(40)], []
    as_array = np.asarray

    def counted(values: Any, *more: Any, **how: Any) -> Any:
        asked.append(values is x)
        return as_array(values, *more, **how)

    monkeypatch.setattr(np, "asarray", counted)
    found = found_of(Parts(Part(x, [i % 2 for i in range(40)])), "classification", "rows")
    assert sum(asked) == 1
    assert found.reading().notes == ("x is float64, stored as float32",)
