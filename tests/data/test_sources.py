"""Every source that needs no network, whole, damaged and missing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tuner.data.dataset import Array, Dataset, Rows
from tuner.data.raw_dataset import Found, split
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.spec.sources import DataSpec, known_sources, task_of
from tuner.spec.validation import SMALL_TABLES, Validation

BUNDLED = ("digits", "iris", "wine", "breast_cancer", "diabetes")


def loaded(name: str, seed: int = 0, validation: float | int = 0.2) -> Dataset:
    return load(DataSpec(name, validation=validation), seed)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine can reach: every address goes through a proxy that is not there."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def python(code: str, **environment: str) -> str:
    """What a fresh interpreter prints."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return done.stdout


class TestBundled:
    @pytest.mark.parametrize("name", BUNDLED)
    def test_a_bundled_source_has_checked_rows_in_three_parts(self, name: str) -> None:
        data = loaded(name)
        info = data.info
        assert (info.train_rows, info.validation_rows, info.test_rows) == tuple(
            len(part) for part in (data.train, data.validation, data.test)
        )
        for part in (data.train, data.validation, data.test):
            assert part.x.shape == (len(part), *info.input_shape)
            assert np.isfinite(part.x).all()
        assert info.task == task_of(DataSpec(name))

    def test_digits_are_small_grey_images(self, digits: Dataset) -> None:
        assert digits.info.input_shape == (8, 8, 1)
        assert digits.info.images
        assert digits.info.class_names == tuple("0123456789")
        assert digits.train.x.dtype == np.uint8
        assert digits.train.x.max() == 16
        assert digits.train.y.dtype == np.int32

    def test_a_table_has_float_rows_and_the_names_of_its_classes(self) -> None:
        data = loaded("iris")
        assert data.train.x.dtype == np.float32
        assert data.info.class_names == ("setosa", "versicolor", "virginica")
        assert not data.info.images

    def test_regression_targets_are_columns_of_floats(self) -> None:
        data = loaded("diabetes")
        assert data.info.task == "regression"
        assert data.info.outputs == 1
        assert data.info.class_names == ()
        assert data.train.y.shape == (len(data.train), 1)
        assert data.train.y.dtype == np.float32

    def test_diabetes_is_as_measured_not_scaled_by_its_test_rows(self) -> None:
        assert set(np.unique(loaded("diabetes").train.x[:, 1])) == {1.0, 2.0}

    def test_an_unknown_name_is_answered_with_the_nearest(self) -> None:
        with pytest.raises(DataError, match=r"'digit' is not known\. Did you mean digits"):
            loaded("digit")

    def test_every_known_source_has_a_loader(self) -> None:
        from tuner.data.sources import _SOURCES

        assert set(_SOURCES) == set(known_sources())


class TestSplit:
    def test_the_same_seed_gives_the_same_rows_and_another_seed_others(self, digits: Dataset) -> None:
        assert loaded("digits").digest == digits.digest
        other = loaded("digits", seed=1)
        assert other.digest != digits.digest
        assert not np.array_equal(other.validation.x, digits.validation.x)

    def test_test_rows_do_not_depend_on_the_seed_or_the_validation_rows(self, digits: Dataset) -> None:
        other = loaded("digits", seed=7, validation=100)
        assert np.array_equal(other.test.x, digits.test.x)
        assert np.array_equal(other.test.y, digits.test.y)

    def test_validation_may_be_a_number_of_rows(self) -> None:
        assert loaded("digits", validation=101).info.validation_rows == 101

    def test_no_row_is_lost_or_doubled(self, digits: Dataset) -> None:
        from sklearn.datasets import load_digits

        parts = np.concatenate([part.x for part in (digits.train, digits.validation, digits.test)])
        whole = load_digits().images.astype(np.uint8)
        assert sorted(row.tobytes() for row in parts) == sorted(row.tobytes() for row in whole)

    def test_the_digest_knows_a_changed_value_type_and_target(self, digits: Dataset) -> None:
        x, y = digits.train.x, digits.train.y
        changed = x.copy()
        changed[0, 0, 0] += 1
        swapped = y.copy()
        swapped[[0, 1]] = y[[1, 0]] if y[0] != y[1] else (y[0] + 1) % 10
        test = Rows(x[:50], y[:50])
        variants = [Rows(x, y), Rows(changed, y), Rows(x.astype(np.uint16), y), Rows(x, swapped)]
        digests = {split(Found(rows, test, digits.info.class_names), "x", 0.2, 0).digest for rows in variants * 2}
        assert len(digests) == 4

    @pytest.mark.parametrize(
        ("validation", "words"),
        [
            (0.001, "0.001 of 120 rows is 0; hold back at least one row"),
            (0.01, "1 of 120 rows cannot have each of 3 classes on both sides. Ask for 3 to 117"),
            (118, "118 of 120 rows cannot have each of 3 classes"),
            (120, "120 of 120 rows, which leaves none to train on"),
            (0, "0 of 120 rows; hold back at least one row"),
        ],
    )
    def test_too_few_or_too_many_validation_rows_say_how_many_there_may_be(
        self, validation: float | int, words: str
    ) -> None:
        with pytest.raises(DataError, match=words):
            loaded("iris", validation=validation)


class TestChecks:
    def found(
        self,
        x: Array | None = None,
        y: Array | None = None,
        names: tuple[str, ...] = ("a", "b"),
        test: Rows | None = None,
    ) -> Found:
        """20 sound rows of two columns and two classes, but for what is given."""
        x = np.arange(40, dtype=np.float32).reshape(20, 2) if x is None else x
        y = (np.arange(20) % 2).astype(np.int32) if y is None else y
        return Found(Rows(x, y), test, names, ("height", "width"))

    def test_sound_rows_pass(self) -> None:
        assert split(self.found(), "mine", 0.25, 0).info.validation_rows == 4

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_a_value_that_is_no_number_is_named_by_row_and_column(self, value: float) -> None:
        x = np.ones((20, 2), dtype=np.float32)
        x[13, 1] = value
        with pytest.raises(DataError, match=rf"mine: training rows: {value} in row 13 column width"):
            split(self.found(x=x), "mine", 0.25, 0)

    def test_a_target_that_is_no_number_is_named_by_row(self) -> None:
        y = np.ones((20, 1), dtype=np.float32)
        y[3] = np.nan
        with pytest.raises(DataError, match="mine: training targets: nan in row 3 column 0"):
            split(self.found(y=y, names=()), "mine", 0.25, 0)

    def test_one_class_is_too_few(self) -> None:
        with pytest.raises(DataError, match=r"every training row is of class b\. Two are needed"):
            split(self.found(y=np.ones(20, dtype=np.int32)), "mine", 0.25, 0)

    def test_a_class_of_one_row_cannot_be_on_both_sides(self) -> None:
        y = np.zeros(20, dtype=np.int32)
        y[5] = 1
        with pytest.raises(DataError, match="class b has 1 row"):
            split(self.found(y=y), "mine", 0.25, 0)

    def test_a_class_without_a_name_is_named_by_row(self) -> None:
        y = (np.arange(20) % 2).astype(np.int32)
        y[4] = 2
        with pytest.raises(DataError, match=r"training row 4 is of class 2, but there are 2 classes \(0 to 1\)"):
            split(self.found(y=y), "mine", 0.25, 0)

    def test_rows_and_targets_must_be_as_many(self) -> None:
        with pytest.raises(DataError, match="20 training rows, but 19 targets"):
            split(self.found(y=np.zeros(19, dtype=np.int32)), "mine", 0.25, 0)

    def test_test_rows_of_another_shape_are_refused(self) -> None:
        test = Rows(np.ones((5, 3), dtype=np.float32), np.zeros(5, dtype=np.int32))
        with pytest.raises(DataError, match=r"differ in shape \(\(3,\) and \(2,\)\)"):
            split(self.found(test=test), "mine", 0.25, 0)

    def test_no_rows_are_refused(self) -> None:
        x, y = np.ones((0, 2), dtype=np.float32), np.ones(0, dtype=np.int32)
        with pytest.raises(DataError, match="the training rows are empty"):
            split(self.found(x=x, y=y), "mine", 0.25, 0)


class TestKerasCache:
    def test_fashion_mnist_is_read_from_the_cache(
        self, fashion_mnist_home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KERAS_HOME", str(fashion_mnist_home))
        data = loaded("fashion_mnist")
        assert data.train.x.shape == (48000, 28, 28, 1)
        assert data.train.x.dtype == np.uint8
        assert (data.info.validation_rows, data.info.test_rows) == (12000, 10000)
        assert (data.info.class_names[0], data.info.class_names[9]) == ("T-shirt/top", "Ankle boot")
        assert np.bincount(data.validation.y).tolist() == [1200] * 10

    def test_reading_the_cache_imports_neither_keras_nor_scikit_learn(self, fashion_mnist_home: Path) -> None:
        code = (
            "import sys; from tuner.spec.sources import DataSpec; from tuner.data.sources import load;"
            "load(DataSpec('fashion_mnist'), 0);"
            "print([name for name in ('tensorflow', 'keras', 'sklearn', 'pandas') if name in sys.modules])"
        )
        assert python(code, KERAS_HOME=str(fashion_mnist_home)).strip() == "[]"

    @pytest.mark.parametrize("place", ["datasets/mnist", "mnist"])
    def test_mnist_needs_no_download_where_its_folder_is_in_the_cache(
        self, place: str, mnist_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_network: None
    ) -> None:
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).symlink_to(mnist_folder)
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        assert loaded("mnist").info.train_rows == 48000

    def test_the_file_that_keras_keeps_of_mnist_gives_the_same_rows(
        self, mnist_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_network: None
    ) -> None:
        from tuner.data.idx import read_folder

        (x, y), (test_x, test_y) = read_folder(mnist_folder)
        (tmp_path / "datasets").mkdir()
        kept = tmp_path / "datasets" / "mnist.npz"
        np.savez(kept, x_train=x, y_train=y, x_test=test_x, y_test=test_y)
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        assert loaded("mnist").digest == load(DataSpec("mnist", idx=mnist_folder), 0).digest
        with kept.open("r+b") as file:
            file.truncate(1_000_000)
        with pytest.raises(DataError, match=r"datasets/mnist.npz: damaged .*Delete it and get it again"):
            loaded("mnist")

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            (
                "fashion_mnist",
                "Put train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, "
                "t10k-labels-idx1-ubyte.gz into {home}/datasets/fashion-mnist.",
            ),
            ("mnist", "into {home}/datasets/mnist, or mnist.npz into {home}/datasets."),
            ("cifar10", "cifar-10-python.tar.gz, renamed cifar-10-batches-py-target_archive, into {home}/datasets."),
            ("cifar100", "cifar-100-python.tar.gz, renamed cifar-100-python-target_archive, into {home}/datasets."),
        ],
    )
    def test_without_a_network_the_error_says_which_files_to_put_where(
        self, name: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_network: None
    ) -> None:
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        with pytest.raises(DataError) as raised:
            loaded(name)
        message = str(raised.value)
        assert re.match(rf"{name} cannot be downloaded \(.+?\)\. Put ", message)
        assert message.endswith(words.format(home=tmp_path))
        assert "\n" not in message

    def test_a_half_filled_cache_asks_only_for_what_is_missing(
        self, fashion_mnist_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_network: None
    ) -> None:
        folder = tmp_path / "datasets" / "fashion-mnist"
        folder.mkdir(parents=True)
        for path in (fashion_mnist_home / "datasets" / "fashion-mnist").glob("train-*"):
            (folder / path.name).symlink_to(path)
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        words = f"Put t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz into {folder}."
        with pytest.raises(DataError, match=words):
            loaded("fashion_mnist")

    @pytest.mark.slow
    def test_keras_own_loader_gives_the_same_rows(self, fashion_mnist_home: Path) -> None:
        code = (
            "import keras, numpy as np; from tuner.data.cache import read;"
            "ours, theirs = read('fashion_mnist', 10), keras.datasets.fashion_mnist.load_data();"
            "print([bool(np.array_equal(a, b)) for i in (0, 1) for a, b in zip(ours[i], theirs[i])])"
        )
        assert python(code, KERAS_HOME=str(fashion_mnist_home)).strip() == "[True, True, True, True]"

    @pytest.mark.slow
    def test_a_damaged_archive_that_keras_cannot_replace_is_named(self, tmp_path: Path, no_network: None) -> None:
        archive = tmp_path / "datasets" / "cifar-10-batches-py-target_archive"
        archive.parent.mkdir()
        archive.write_bytes(b"half of an archive")
        code = (
            "from tuner.spec.sources import DataSpec\nfrom tuner.data.sources import load\n"
            "from tuner.errors import DataError\n"
            "try:\n    load(DataSpec('cifar10'), 0)\nexcept DataError as error:\n    print(error)"
        )
        printed = python(code, KERAS_HOME=str(tmp_path))
        # One line: what Keras prints goes to standard error.
        assert printed.startswith("cifar10 cannot be downloaded (")
        assert printed.endswith(f"into {archive.parent}.\n")
        assert printed.count("\n") == 1


def test_few_rows_of_numbers_are_parted_into_folds_where_nobody_says_otherwise_and_that_is_told() -> None:
    few = load(DataSpec("iris", validation=SMALL_TABLES), seed=0, told=True)
    assert (len(few.folds), few.validated_rows, few.info.train_rows) == (5, 120, 96)
    assert few.reading.validation.startswith(
        "5 folds of 24 rows, one after another; a figure is their mean; the rows are"
    )
    # Images are no few numbers side by side, and of many rows a share tells enough.
    assert not load(DataSpec("digits", validation=SMALL_TABLES), seed=0).folds
    many = load(DataSpec("breast_cancer", validation=Validation(folds=5, folds_below=400)), seed=0, told=True)
    assert (many.folds, many.info.validation_rows, many.reading.validation) == ((), 91, "")


def test_folds_are_told_with_what_they_are_parted_by_and_change_the_digest() -> None:
    twice = load(DataSpec("iris", validation=Validation(folds=4, repeats=2)), seed=0, told=True)
    assert (len(twice.folds), twice.repeats, twice.validated_rows) == (8, 2, 120)
    assert twice.reading.validation.startswith("4 folds of 30 rows, 2 times anew, one after another")
    once = load(DataSpec("iris", validation=Validation(folds=4)), seed=0)
    assert len({once.digest, twice.digest, load(DataSpec("iris"), seed=0).digest, once.folds[-1].digest}) == 4
    assert once.digest == load(DataSpec("iris", validation=Validation(folds=4)), seed=0).digest
