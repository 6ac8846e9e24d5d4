"""Rows from a function of one's own: what it may give, what goes wrong, and that it runs only where it was named."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from sklearn.datasets import load_digits

from tuner.data import flows
from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.errors import DataError, InputError, SpecError
from tuner.spec.code import Code, find_code
from tuner.spec.sources import read_data

DIGITS = load_digits()
HEAD = """
import numpy as np
from sklearn.datasets import load_digits
digits = load_digits()
x, y = digits.images[:300].astype("uint8"), digits.target[:300]
"""

Rows = Callable[..., Dataset]


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    """Write a file with a function `rows` of these lines, name it, and load what it gives."""

    def of(lines: str, named: bool = True, function: str = "rows", task: str = "classification") -> Dataset:
        body = "\n".join(f"    {line}" for line in lines.splitlines())
        (tmp_path / "mine.py").write_text(f"{HEAD}\ndef rows():\n{body}\n")
        spec = read_data({"python": f"mine.py:{function}", "task": task}, 0.2, tmp_path, "space.yaml")
        codes: list[Code] = [find_code(str(tmp_path / "mine.py"))] if named else []
        return load(spec, 0, codes)

    return of


def test_a_function_gives_arrays_with_or_without_test_rows(rows: Rows) -> None:
    whole = rows("return x, y")
    assert whole.info.input_shape == (8, 8)
    assert whole.info.test_rows == 60
    parts = rows("return (x[:200], y[:200]), (x[200:], y[200:])")
    np.testing.assert_array_equal(parts.test.x, DIGITS.images[200:300])


@pytest.mark.parametrize("batches", ["", ".batch(32)", ".batch(32, drop_remainder=False).prefetch(2)"])
def test_a_function_gives_a_tensorflow_dataset_in_rows_or_batches(rows: Rows, batches: str) -> None:
    data = rows(f"import tensorflow as tf\nreturn tf.data.Dataset.from_tensor_slices((x, y)){batches}")
    assert data.digest == rows("return x, y").digest


ONE_HOT = "import tensorflow as tf\nones = np.eye(10, dtype='float32')[y]\n"


@pytest.mark.parametrize(
    "given",
    [
        "(x, ones))",
        "(x, ones)).batch(32)",
        "(x, ones)).batch(30, drop_remainder=True)",
        "(x, y)).batch(30, drop_remainder=True)",
        "(x, y)).batch(60, drop_remainder=True).prefetch(1)",
    ],
)
def test_one_hot_rows_and_batches_of_a_tensorflow_dataset_are_told_apart(rows: Rows, given: str) -> None:
    data = rows(f"{ONE_HOT}return tf.data.Dataset.from_tensor_slices({given}")
    assert data.digest == rows("return x, y").digest


AMBIGUOUS = "import tensorflow as tf\nz, eight = x, np.eye(8, dtype='float32')[np.minimum(y, 7)]\n"


def test_pictures_of_as_many_lines_as_classes_are_read_right_or_asked_about(rows: Rows) -> None:
    expected = rows("return x, np.minimum(y, 7)")
    with pytest.raises(DataError, match=r"shape \(8, 8\) and \(8,\) .* may be rows or batches\. Add \.batch\(32\)"):
        rows(f"{AMBIGUOUS}return tf.data.Dataset.from_tensor_slices((z, eight))")
    assert rows(f"{AMBIGUOUS}return tf.data.Dataset.from_tensor_slices((z, eight)).batch(32)").digest == expected.digest
    # As many numbers in a row as rows in a batch, and labels of which no row is one-hot.
    table = "z = x.reshape(300, 64)[:, :8]\n"
    flow = f"{AMBIGUOUS}{table}return tf.data.Dataset.from_tensor_slices((z, np.minimum(y, 7)))"
    assert rows(f"{flow}.batch(4, drop_remainder=True)").digest == rows(f"{table}return z, np.minimum(y, 7)").digest


def test_targets_of_a_regression_with_several_outputs_are_rows_of_their_own(rows: Rows) -> None:
    lines = "import tensorflow as tf\nz = x.reshape(300, 64) / 16\n"
    flow = f"{lines}return tf.data.Dataset.from_tensor_slices((z, z[:, 20:23]))"
    expected = rows(f"{lines}return z, z[:, 20:23]", task="regression")
    assert rows(flow, task="regression").digest == expected.digest
    assert rows(f"{flow}.batch(7)", task="regression").digest == expected.digest


@pytest.mark.parametrize("batch", [".batch(10)", ".batch(10, drop_remainder=True)", ".batch(7)"])
def test_batches_of_single_numbers_are_not_taken_for_rows_of_several(rows: Rows, batch: str) -> None:
    lines = "import tensorflow as tf\nz = np.arange(300, dtype='float32')\n"
    with pytest.raises(DataError, match=r"has the shape \(300,\)|may be rows or batches"):
        rows(f"{lines}return tf.data.Dataset.from_tensor_slices((z, 2 * z)){batch}", task="regression")


def test_a_row_of_as_many_numbers_as_classes_is_a_row(rows: Rows) -> None:
    lines = f"{AMBIGUOUS}z = x.reshape(300, 64)[:, 20:28]\n"
    given = rows(f"{lines}return tf.data.Dataset.from_tensor_slices((z, eight))")
    assert given.digest == rows(f"{lines}return z, np.minimum(y, 7)").digest


@pytest.mark.parametrize("empty", ["x[:0], np.array([], dtype=object)", "np.array([], dtype=object), y[:0]"])
def test_rows_of_no_objects_are_empty(rows: Rows, empty: str) -> None:
    with pytest.raises(DataError, match=r"[xy]: is empty, of shape \(0,\)"):
        rows(f"return {empty}")


@pytest.mark.parametrize(
    "made",
    [
        "(x[:200], y[:200]), (x[200:240], y[200:240]), (x[240:], y[240:])",
        "{'train': (x[:200], y[:200]), 'validation': (x[200:240], y[200:240]), 'test': (x[240:], y[240:])}",
        "tuple(tf.data.Dataset.from_tensor_slices((x[a:b], y[a:b])).batch(7) for a, b in CUTS)",
    ],
)
def test_three_parts_are_training_validation_and_test_rows(rows: Rows, made: str) -> None:
    data = rows(f"import tensorflow as tf\nCUTS = (0, 200), (200, 240), (240, 300)\nreturn {made}")
    images = DIGITS.images[:300].astype(np.uint8)
    for part, (start, stop) in ((data.train, (0, 200)), (data.validation, (200, 240)), (data.test, (240, 300))):
        np.testing.assert_array_equal(part.x, images[start:stop])
        np.testing.assert_array_equal(part.y, DIGITS.target[start:stop])


def test_validation_rows_without_test_rows_leave_a_fifth_of_the_training_rows_for_the_test(rows: Rows) -> None:
    data = rows("return {'train': (x[:200], y[:200]), 'val': (x[200:], y[200:])}")
    assert (data.info.train_rows, data.info.validation_rows, data.info.test_rows) == (160, 100, 40)


TEXTS = "import pandas as pd\nnames = [f'digit {each}' for each in y]\n"


@pytest.mark.parametrize(
    "labels",
    [
        "names", "np.array(names)", "np.array(names, dtype=object)", "pd.Series(names)",
        "pd.Series(names, dtype=object)",
        "pd.Series(names, dtype='string')", "pd.Series(names).astype('category')", "pd.Categorical(names)",
        "pd.DataFrame({'y': names})", "np.array([each + '  ' for each in names])", "pd.Index(names)",
        "[each.encode() for each in names]",
    ],
)  # fmt: skip
def test_labels_are_texts_in_whatever_pandas_or_numpy_hold_them(rows: Rows, labels: str) -> None:
    data = rows(f"{TEXTS}return x, {labels}")
    assert data.info.class_names == tuple(f"digit {each}" for each in range(10))
    assert data.digest == rows("return x, y").digest


@pytest.mark.parametrize(
    "labels",
    ["pd.Series(y, dtype='Int64')", "y.tolist()", "pd.Series(y.astype(object))", "y.astype('float32')", "pd.Series(y)"],
)
def test_labels_are_numbers_in_whatever_pandas_or_numpy_hold_them(rows: Rows, labels: str) -> None:
    data = rows(f"import pandas as pd\nreturn x, {labels}")
    assert data.info.class_names == tuple("0123456789")
    assert data.digest == rows("return x, y").digest


def test_truth_values_and_targets_of_objects_are_taken(rows: Rows) -> None:
    lines = "import pandas as pd\n"
    assert rows(f"{lines}return x, pd.Series(y > 4)").info.class_names == ("False", "True")
    assert rows(f"{lines}return x, pd.Series(y > 4, dtype='boolean')").info.class_names == ("False", "True")
    numbers = rows(f"{lines}return x.reshape(300, 64), (y / 2).astype(object)", task="regression")
    assert numbers.digest == rows("return x.reshape(300, 64), y / 2", task="regression").digest


def test_two_tensorflow_datasets_are_training_and_test_rows(rows: Rows) -> None:
    data = rows(
        "import tensorflow as tf\nwhole = tf.data.Dataset.from_tensor_slices((x, y))\n"
        "return whole.take(200), whole.skip(200).batch(7)"
    )
    assert data.info.test_rows == 100


def test_a_regression_takes_numbers(rows: Rows) -> None:
    data = rows("return x.reshape(300, 64), y / 10", task="regression")
    assert data.info.task == "regression"
    assert data.info.input_shape == (64,)


def test_code_that_was_not_named_is_not_run(rows: Rows, tmp_path: Path) -> None:
    words = r"the data is made by mine\.py:rows\. If you trust that code, add --code .*mine\.py"
    with pytest.raises(InputError, match=words):
        rows("open('trace', 'w').close()\nreturn x, y", named=False)
    assert not (tmp_path / "trace").exists()
    spec = read_data({"python": "mine.py:rows"}, 0.2, tmp_path, "space.yaml")
    with pytest.raises(InputError):
        load(spec, 0, [find_code(f"{tmp_path / 'mine.py'}:other")])
    (tmp_path / "theirs.py").write_text("")
    with pytest.raises(InputError):
        load(spec, 0, [find_code(str(tmp_path / "theirs.py"))])


def test_the_same_file_in_another_folder_may_be_named_on_another_machine(rows: Rows, tmp_path: Path) -> None:
    here = rows("return x, y")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "mine.py").rename(tmp_path / "elsewhere" / "mine.py")
    spec = read_data({"python": "mine.py:rows"}, 0.2, tmp_path, "space.yaml")
    assert load(spec, 0, [find_code(str(tmp_path / "elsewhere" / "mine.py"))]).digest == here.digest


def test_what_a_file_imports_from_beside_itself_is_found(rows: Rows, tmp_path: Path) -> None:
    (tmp_path / "helper_of_mine.py").write_text("def double(x):\n    return 2 * x\n")
    data = rows("import helper_of_mine\nreturn helper_of_mine.double(x[:, :4]), y")
    assert data.info.input_shape == (4, 8)


BAD = {
    "it raises": ("1 / 0\nreturn x, y", r"mine\.py: rows, line 8: ZeroDivisionError: division by zero"),
    "it returns nothing": ("pass", r"rows returns NoneType\. Return \(x, y\) or \(x, y, weights\); or"),
    "it returns three": ("return x, y, x", r"rows returns tuple of 3\."),
    "it returns words": ("return 'x', 'y'", r"rows returns str and str\."),
    "too few labels": ("return x, y[:-1]", "300 training rows, but 299 targets"),
    "no numbers": ("z = x.astype('float32')\nz[7, 1, 2] = np.nan\nreturn z, y", "nan in row"),
    "it never ends": (
        "import tensorflow as tf\nreturn tf.data.Dataset.from_tensor_slices((x, y)).repeat()",
        r"never ends\. Leave out \.repeat\(\)",
    ),
    "rows without labels": (
        "import tensorflow as tf\nreturn tf.data.Dataset.from_tensor_slices(x)",
        r"has to give \(x, y\), or \(x, y, weights\)",
    ),
    "a generator that never ends": (
        "import tensorflow as tf\nimport itertools\nspec = tf.TensorSpec((2**17,)), tf.TensorSpec((), tf.int64)\n"
        "big = np.zeros(2**17, 'float32')\n"
        "pairs = lambda: ((big, 0) for _ in itertools.count())\n"
        "return tf.data.Dataset.from_generator(pairs, output_signature=spec)",
        r"rows: the tf\.data\.Dataset gave 0\.0 GiB and goes on.* add \.take\(N\)",
    ),
    "a generator that raises": (
        "import tensorflow as tf\nspec = tf.TensorSpec((2,)), tf.TensorSpec((), tf.int64)\n"
        "def pairs():\n    yield 1 / 0\n"
        "return tf.data.Dataset.from_generator(pairs, output_signature=spec)",
        r"mine\.py: rows, line 11: ZeroDivisionError: division by zero$",
    ),
    "an empty label": (
        "names = [f'digit {each}' for each in y]\nnames[7] = None\nreturn x, names", r"rows: y: row 7 is empty",
    ),
    "a label that is no number": (
        "return x, [float('nan') if each == 2 else f'digit {each}' for each in y]", "rows: y: row 2 is empty",
    ),
    "a label of spaces": ("return x, ['  ' if each == 4 else str(each) for each in y]", r"rows: y: row 4 is empty"),
    "texts and numbers": (
        "return x, ['four' if each == 4 else int(each) for each in y]", "y: texts and numbers in one place: row 4",
    ),
    "labels that are lists": ("return x, [{'digit': each} for each in y]", r"y: row 0 holds .*, a dict\."),
    "a masked label": ("return x, np.ma.array(y, mask=y == 3)", r"y: row 3 is masked"),
    "a sparse matrix": ("import scipy.sparse as s\nreturn s.csr_matrix(x.reshape(300, 64)), y", r"Give its \.toarray"),
    "text among the columns": (
        "import pandas as pd\nreturn pd.DataFrame({'a': x[:, 0, 0], 'b': ['u'] * 300}), y", "x: texts and numbers",
    ),
    "a class that only the validation rows have": (
        "return (x[:200], y[:200]), (x[200:250], y[200:250] + 9), (x[250:], y[250:])",
        "validation y: row .* is of class .*, which no training row has",
    ),
    "rows of different lengths": ("return [[1, 2], [3], [4]], [0, 1, 0]", "rows: x: the rows differ in shape"),
    "it leaves": ("raise SystemExit(3)", "rows, line 8: SystemExit: 3"),
    "an empty dataset": (
        "import tensorflow as tf\nreturn tf.data.Dataset.from_tensor_slices((x, y)).take(0)", "is empty",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_a_function_does_wrong_is_told_in_one_line(rows: Rows, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines, words = BAD[case]
    if case == "a generator that never ends":
        # Not gigabytes, to see it.
        monkeypatch.setattr(flows, "MEMORY_SHARE", 2.0**23 / psutil.virtual_memory().available)
    with pytest.raises(DataError, match=words) as raised:
        rows(lines)
    assert "\n" not in str(raised.value)


def test_a_function_that_is_not_there_and_a_file_that_is_not_python_are_named(rows: Rows, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"mine\.py: row is no function in that file"):
        rows("return x, y", function="row")
    with pytest.raises(SpecError, match=r"mine\.py: line 8: not Python"):
        rows("return return")
    with pytest.raises(SpecError, match=r"space\.yaml: dataset\.python: .*mine"):
        read_data({"python": "mine.py"}, 0.2, tmp_path, "space.yaml")
