"""Rows of several inputs, with several targets and with weights, from a function of one's own."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from tuner.data.dataset import DataInfo, Dataset
from tuner.data.records import arrays_of, for_keras, write_arrays
from tuner.data.sources import load, parted, read
from tuner.data.views import of_target, plain_rows, target_of
from tuner.errors import DataError, SpecError
from tuner.spec.code import find_code
from tuner.spec.sources import read_data

HEAD = """
import numpy as np
r = np.random.RandomState(0)
a, b = r.normal(size=(60, 3)), r.randint(0, 256, (60, 4, 4), dtype="uint8")
y, z, word = np.arange(60) % 2, r.normal(size=60), np.where(np.arange(60) % 3, "cat", "dog")
w = np.arange(60) / 60 + 0.5
"""

Rows = Callable[..., Dataset]


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    """Load what a function of these lines gives."""

    def of(given: str, task: str = "classification") -> Dataset:
        (tmp_path / "mine.py").write_text(f"{HEAD}\ndef rows():\n    {given}\n")
        spec = read_data({"python": "mine.py:rows", "task": task}, 0.2, tmp_path, "space.yaml")
        found = read(spec, [find_code(str(tmp_path / "mine.py"))])
        return parted(found, spec, 0, told=True)

    return of


def test_inputs_by_name_keep_their_names_types_and_rows(rows: Rows) -> None:
    data = rows("return {'wide': a, 'deep': b}, y")
    assert [(each.name, each.shape, each.dtype) for each in data.info.inputs] == [
        ("wide", (3,), "float32"), ("deep", (4, 4), "uint8"),
    ]  # fmt: skip
    assert (data.info.input_shape, data.info.outputs, data.info.task) == ((19,), 2, "classification")
    given = for_keras(data.train.x)
    assert {name: each.shape for name, each in given.items()} == {"wide": (38, 3), "deep": (38, 4, 4)}
    np.testing.assert_array_equal(plain_rows(data).train.x[:, 3:], given["deep"].reshape(38, 16))
    assert data.reading.notes == ("2 inputs: wide (3), deep (4 x 4)",)
    assert DataInfo.read(asdict(data.info)) == data.info


@pytest.mark.parametrize(
    "given",
    [
        "return (a, b), y",
        "return [a, b], y",
        "return ((a[:40], b[:40]), y[:40]), ((a[40:], b[40:]), y[40:])",
        "import tensorflow as tf; return tf.data.Dataset.from_tensor_slices(((a, b), y)).batch(7)",
        "import tensorflow as tf; return tf.data.Dataset.from_tensor_slices(((a, b), y))",
    ],
)
def test_inputs_without_names_are_given_in_their_order(rows: Rows, given: str) -> None:
    data = rows(given)
    assert [each.name for each in data.info.inputs] == ["1", "2"]
    first, second = for_keras(data.train.x)
    assert (first.shape[1:], second.shape[1:]) == ((3,), (4, 4))


FLOW = "import tensorflow as tf; return tf.data.Dataset.from_tensor_slices(GIVEN)"


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ("return (a, b), (y, word)", "return [a, b], [y, word]"),
        ("return {'a': a, 'b': b}, {'y': y, 'word': word}",
         FLOW.replace("GIVEN", "({'a': a, 'b': b}, {'y': y, 'word': word})")),
        ("return a, y, w", "import tensorflow as tf; return tf.data.Dataset.from_tensor_slices((a, y, w)).batch(8)"),
        ("return a, y, w", "return a, y, w.reshape(-1, 1)"),
        ("return (a[:40], y[:40]), (a[40:], y[40:])", "return {'train': (a[:40], y[:40]), 'test': (a[40:], y[40:])}"),
        ("return (a[:40], y[:40], w[:40]), (a[40:], y[40:])",
         "return {'train': (a[:40], y[:40], w[:40]), 'test': (a[40:], y[40:])}"),
    ],
)  # fmt: skip
def test_what_is_given_in_two_ways_is_the_same_data(rows: Rows, given: str, same: str) -> None:
    assert rows(given).digest == rows(same).digest


def test_each_target_is_classes_or_numbers_as_it_was_given(rows: Rows) -> None:
    data = rows("return a, {'kind': word, 'sign': y + 1, 'size': z, 'ones': np.eye(3)[np.arange(60) % 3]}")
    assert [(each.name, each.class_names) for each in data.info.targets] == [
        ("kind", ("cat", "dog")), ("sign", ("0", "1", "2")), ("size", ()), ("ones", ("0", "1", "2")),
    ]  # fmt: skip
    # Counted from 1, it stays so: nothing is numbered anew but texts.
    assert set(arrays_of(data.train.y)["sign"].tolist()) == {1, 2}
    assert (of_target(data, "kind").info.outputs, of_target(data, "size").info.task) == (2, "regression")
    np.testing.assert_array_equal(of_target(data, "ones").train.y, arrays_of(data.train.y)["ones"].argmax(axis=1))
    assert target_of("val_sign_accuracy", data.info) is not None
    assert target_of("val_loss", data.info) is None
    assert not rows("return a, {'n': y, 'm': z}", task="regression").info.targets[0].class_names


def test_names_types_and_weights_are_part_of_the_digest(rows: Rows) -> None:
    ways = ["{'p': a, 'q': b}, y", "{'p': a, 'r': b}, y", "{'p': a, 'q': b.astype('float32')}, y",
            "{'p': a, 'q': b}, y, w", "{'p': a, 'q': b}, y, w + 1"]  # fmt: skip
    assert len({rows(f"return {way}").digest for way in ways}) == len(ways)


def test_weights_go_where_their_rows_go(rows: Rows) -> None:
    data = rows("return a, np.arange(60), w", task="regression")
    assert data.info.weighted
    for part in (data.train, data.validation, data.test):
        assert part.weights is not None
        np.testing.assert_allclose(part.weights, part.y[:, 0] / 60 + 0.5, rtol=1e-6)


BAD = {
    "inputs of other lengths": ("(a, b[1:]), y", r"x: 60 rows of '1', but 59 of '2'\. They must be as many"),
    "fewer targets": ("{'a': a}, {'y': y[1:]}", "60 training rows, but 59 targets"),
    "targets of other lengths": ("a, {'y': y, 'z': z[1:]}", "y: 60 rows of 'y', but 59 of 'z'"),
    "no inputs": ("{}, y", "x: is an empty dict"),
    "a name that is a number": ("{1: a, 2: b}, y", r"x: 1 is no name of an array\. Give texts"),
    "inputs in inputs": ("{'a': {'b': a}}, y", "x 'a': holds several arrays"),
    "two texts a row": (
        "{'a': a, 'b': np.stack([word, word], axis=1)}, y", r"x 'b': holds texts, of shape \(\d+, 2\); give one a row",
    ),
    "an input that is one number": ("{'a': a, 'b': 3}, y", "x 'b': is one number"),
    "numbers too large": ("{'a': a, 'b': np.full(60, 2**40)}, y", "x 'b': holds whole numbers beyond"),
    "no finite number": ("{'a': a, 'b': np.where(z > 0, np.nan, z)}, y", r"rows 'b': nan in row"),
    "no finite target": ("a, {'y': y, 'z': np.where(z > 0, np.inf, z)}", r"targets 'z': inf in row"),
    "parts with other names": (
        "{'train': ({'a': a, 'b': b}, y), 'test': ({'a': a, 'c': b}, y)}",
        "test x: has a, c, and the training rows have a, b. Name them alike",
    ),
    "a part of one array": ("{'train': ({'a': a}, y), 'test': (a, y)}", "test x: is one array, and that"),
    "parts of other shapes": (
        "{'train': ({'a': a, 'b': b}, y), 'test': ({'a': a, 'b': b[:, :2]}, y)}", "test 'b' and training rows differ",
    ),
    "a class of the test rows": (
        "{'train': (a, {'k': word}), 'test': (a, {'k': np.full(60, 'cow')})}", "'k': row 0 is of class cow",
    ),
    "too few weights": ("a, y, w[1:]", r"weights: is float64 of shape \(59,\); weights are \(60,\), one a row"),
    "a weight below 0": ("a, y, w - 1", r"weights: row 0 is -0\.5\. A weight is 0 or more"),
    "weights of 0": ("a, y, 0 * w", "every weight is 0"),
    "weights that are no numbers": ("a, y, word", "weights: is <U3"),
    "weights by target": ("a, {'y': y, 'z': z}, {'y': w}", "weights: is several arrays; .* use loss_weights"),
    "weights of one part": (
        "{'train': (a, y), 'val': (a, y, w), 'test': (a, y)}", "training rows have no weights, and others have",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_go_together_is_told_in_one_line(rows: Rows, case: str) -> None:
    given, words = BAD[case]
    with pytest.raises(DataError, match=words) as raised:
        rows(f"return {given}")
    assert "\n" not in str(raised.value)


def test_rows_in_another_order_are_the_same_rows(tmp_path: Path) -> None:
    digests = []
    for order in ("np.arange(60)", "np.arange(60)[::-1]"):
        body = f"    o = {order}\n    return {{'a': a[o], 'b': b[o]}}, {{'y': y[o], 'z': z[o]}}, w[o]\n"
        (tmp_path / "mine.py").write_text(f"{HEAD}\ndef rows():\n{body}")
        data = read_data({"python": "mine.py:rows"}, 0.2, tmp_path, "space.yaml")
        digests.append(load(replace(data, one_order=True), 0, [find_code(str(tmp_path / "mine.py"))]).digest)
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    ("names", "inputs", "targets"),
    [
        (("x_wide", "x_deep", "y"), ["wide", "deep"], []),
        (("x_wide", "x_deep", "y_kind", "y_size"), ["wide", "deep"], ["kind", "size"]),
        (("x", "y_kind", "y_size"), [], ["kind", "size"]),
    ],
)
@pytest.mark.parametrize("parts", [("",), ("_train", "_test"), ("_train", "_val", "_test")])
def test_arrays_of_a_file_are_inputs_and_targets_by_their_names(
    tmp_path: Path, names: tuple[str, ...], inputs: list[str], targets: list[str], parts: tuple[str, ...]
) -> None:
    made = {f"{name}{part}": np.arange(80).reshape(40, 2) % 2 if "x" in name else np.arange(40) % 2
            for name in names for part in parts}  # fmt: skip
    np.savez(tmp_path / "mine.npz", allow_pickle=False, **made)
    data = load(read_data({"npz": "mine.npz"}, 0.2, tmp_path, "space.yaml"), 0, told=True)
    assert [each.name for each in data.info.inputs] == inputs
    assert [each.name for each in data.info.targets] == targets
    assert data.reading.left_out == ()


def test_a_file_of_arrays_may_name_inputs_and_weights(tmp_path: Path) -> None:
    x, y = np.random.RandomState(0).normal(size=(40, 2)), np.arange(40) % 2
    np.savez(tmp_path / "mine.npz", p=x, q=x, y=y, w=1.0 + y, x=x)
    data = load(read_data({"npz": "mine.npz", "x": ["p", "q"], "weights": "w"}, 0.2, tmp_path, "s.yaml"), 0, told=True)
    assert [each.name for each in data.info.inputs] == ["p", "q"]
    assert data.train.weights is not None
    np.testing.assert_array_equal(data.train.weights, data.train.y + 1)
    assert data.reading.left_out == ("array x",)
    with pytest.raises(DataError, match="needs arrays p and z"):
        load(read_data({"npz": "mine.npz", "x": ["p", "z"]}, 0.2, tmp_path, "s.yaml"), 0)
    np.savez(tmp_path / "mine.npz", x_a_train=x, x_b_train=x, y_train=y, x_a_test=x, y_test=y)
    with pytest.raises(DataError, match="has x_a_test, but not the other of x_a_test and x_b_test and y_test"):
        load(read_data({"npz": "mine.npz"}, 0.2, tmp_path, "s.yaml"), 0)


TABLE = "age,colour,height,note,sold,weight\n" + "".join(
    f"{20 + i % 7},{('red', 'blue')[i % 2]},{i / 10},{i},{('no', 'yes')[i % 3 > 0]},{1 + i % 2}\n" for i in range(60)
)


def test_columns_of_a_table_are_parted_by_input(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(TABLE)
    said = {
        "csv": "mine.csv",
        "target": "sold",
        "weights": "weight",
        "inputs": {"who": ["colour", "age"], "how": ["height"]},
    }
    data = load(read_data(said, 0.2, tmp_path, "space.yaml"), 0, told=True)
    assert [(each.name, each.shape) for each in data.info.inputs] == [("who", (3,)), ("how", (1,))]
    assert data.info.weighted
    assert "column note (of no input)" in data.reading.left_out
    assert "2 inputs: who (3), how (1)" in data.reading.notes
    assert [(each["column"], each["inputs"]) for each in data.table] == [
        ("age", ["who"]), ("colour", ["who"]), ("height", ["how"]),
    ]  # fmt: skip
    one = load(read_data({"csv": "mine.csv", "target": "sold", "drop": ["note", "weight"]}, 0.2, tmp_path, "s.yaml"), 0)
    np.testing.assert_array_equal(plain_rows(data).train.x, one.train.x)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"inputs": {"who": ["agee"]}}, "there is no column 'agee', named under inputs"),
        ({"inputs": {"who": []}}, "inputs: 'who' has no columns"),
        ({"inputs": {"who": ["sold"]}}, "inputs: 'sold' is the target"),
        ({"inputs": {"who": ["age"]}, "drop": ["age"]}, "inputs: who: 'age' is named under drop too"),
        ({"weights": "sold"}, "weights: 'sold' is the target"),
        ({"weights": "colour"}, r"column colour: row 1 is nan\. A weight is 0 or more"),
        ({"weights": "kilos"}, "there is no column 'kilos', named under weights"),
    ],
)
def test_inputs_and_weights_that_a_table_has_not_are_named(tmp_path: Path, said: dict[str, object], words: str) -> None:
    (tmp_path / "mine.csv").write_text(TABLE)
    with pytest.raises((DataError, SpecError), match=words):
        load(read_data({"csv": "mine.csv", "target": "sold", **said}, 0.2, tmp_path, "space.yaml"), 0)


@pytest.mark.parametrize("names", [["file", "allow_pickle"], ["args", "kwds"], ["a.npy", "b c", "../d"]])
def test_inputs_may_have_any_names_in_a_file(tmp_path: Path, names: list[str]) -> None:
    arrays = {name: np.arange(6, dtype=np.float32).reshape(3, 2) + at for at, name in enumerate(names)}
    write_arrays(tmp_path / "sample.npz", {**arrays, "words": np.array(["a", "bc", ""])})
    with np.load(tmp_path / "sample.npz", allow_pickle=False) as file:
        for name, each in arrays.items():
            np.testing.assert_array_equal(file[name], each)
        assert file["words"].tolist() == ["a", "bc", ""]
