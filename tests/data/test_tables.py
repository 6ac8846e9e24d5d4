"""CSV and Parquet files, from scikit-learn's bundled tables: whole, and damaged in every way that has a message."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from sklearn.datasets import load_diabetes, load_iris

from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.errors import DataError, SpecError
from tuner.spec.sources import read_data

IRIS = load_iris(as_frame=True)
DIABETES = load_diabetes(as_frame=True, scaled=False)


def iris() -> pandas.DataFrame:
    """150 flowers, with the names of their kinds and a colour that was made up."""
    frame = IRIS.data.copy()
    frame["colour"] = ["red", "white", "blue"] * 50
    frame["kind"] = [IRIS.target_names[kind] for kind in IRIS.target]
    return frame


Writer = Callable[[pandas.DataFrame, Path], None]
WRITERS: dict[str, Writer] = {
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "parquet": lambda frame, path: frame.to_parquet(path),
}


def loaded(folder: Path, frame: pandas.DataFrame, ending: str = "csv", **more: Any) -> Dataset:
    WRITERS[ending](frame, folder / f"table.{ending}")
    raw = {ending: f"table.{ending}", "target": "kind", **more}
    return load(read_data(raw, 0.2, folder, "space.yaml"), seed=0)


@pytest.mark.parametrize("ending", WRITERS)
def test_a_table_of_flowers_is_read_with_its_classes_and_categories(tmp_path: Path, ending: str) -> None:
    data = loaded(tmp_path, iris(), ending)
    assert data.info.class_names == ("setosa", "versicolor", "virginica")
    assert data.info.input_shape == (7,)
    assert data.info.name == "table"
    assert (data.info.train_rows, data.info.validation_rows, data.info.test_rows) == (96, 24, 30)
    assert data.train.x.dtype == np.float32
    np.testing.assert_array_equal(data.train.x[:, 4:].sum(axis=1), 1)
    # The same rows as the original, in whatever order.
    rows = {tuple(row) for part in (data.train, data.validation, data.test) for row in part.x[:, :4]}
    assert rows == {tuple(row) for row in IRIS.data.to_numpy(np.float32)}


def test_both_kinds_of_file_give_the_same_rows(tmp_path: Path) -> None:
    assert loaded(tmp_path, iris(), "csv").digest == loaded(tmp_path, iris(), "parquet").digest


def test_a_changed_cell_changes_the_digest(tmp_path: Path) -> None:
    frame = iris()
    before = loaded(tmp_path, frame).digest
    frame.iloc[3, 1] += 0.1
    assert loaded(tmp_path, frame).digest != before


def test_a_regression_has_the_numbers_of_one_or_more_columns(tmp_path: Path) -> None:
    frame = DIABETES.data.assign(progression=DIABETES.target)
    one = loaded(tmp_path, frame, target="progression", task="regression")
    assert one.info.task == "regression"
    assert one.train.y.shape == (len(one.train), 1)
    assert one.info.target_means[0] == pytest.approx(one.train.y.mean())
    two = loaded(tmp_path, frame, target=["progression", "bmi"], task="regression", drop=["sex"])
    assert two.info.outputs == 2
    assert two.info.input_shape == (8,)


def test_test_rows_may_have_a_file_of_their_own(tmp_path: Path) -> None:
    frame = iris()
    frame.iloc[::5].to_csv(tmp_path / "held.csv", index=False)
    data = loaded(tmp_path, frame.drop(frame.index[::5]), test="held.csv")
    assert data.info.test_rows == 30
    assert {tuple(row) for row in data.test.x[:, :4]} == {tuple(row) for row in IRIS.data.to_numpy(np.float32)[::5]}


def test_empty_cells_are_filled_from_training_rows_alone(tmp_path: Path) -> None:
    frame = iris()
    frame.iloc[::7, 0] = None
    frame.iloc[::9, 4] = None
    data = loaded(tmp_path, frame, missing="impute")
    # Four measures, three colours, and a colour that is missing.
    assert data.info.input_shape == (8,)
    lengths = frame.set_index(["sepal width (cm)", "petal length (cm)", "petal width (cm)"]).iloc[:, 0]
    given = [
        length for row in data.train.x for length in [lengths.to_numpy()[_place(frame, row)]] if not np.isnan(length)
    ]
    filled = {round(float(row[0]), 3) for row in data.train.x if np.isnan(lengths.to_numpy()[_place(frame, row)])}
    assert filled == {round(float(np.median(given)), 3)}


def _place(frame: pandas.DataFrame, row: Any) -> int:
    """Which row of the frame an encoded row is, by the three measures that are never empty."""
    near = np.isclose(frame.iloc[:, 1:4].to_numpy(np.float32), row[1:4]).all(axis=1)
    return int(np.argmax(near))


def test_a_category_that_no_training_row_has_is_nothing_at_all(tmp_path: Path) -> None:
    frame = iris()
    frame.iloc[::5].assign(colour="green").to_csv(tmp_path / "held.csv", index=False)
    data = loaded(tmp_path, frame, test="held.csv")
    assert data.info.input_shape == (7,)
    np.testing.assert_array_equal(data.test.x[:, 4:], 0)


def test_numbers_that_are_names_can_be_said_to_be(tmp_path: Path) -> None:
    frame = iris().assign(zip=np.arange(150) % 4)
    assert loaded(tmp_path, frame, categorical=["zip"]).info.input_shape == (11,)
    assert loaded(tmp_path, frame).info.input_shape == (8,)


def test_another_separator_is_read(tmp_path: Path) -> None:
    iris().to_csv(tmp_path / "table.csv", index=False, sep=";")
    raw = {"csv": "table.csv", "target": "kind", "separator": ";"}
    assert load(read_data(raw, 0.2, tmp_path, "s"), seed=0).info.input_shape == (7,)


def cell(row: int, column: str, value: Any) -> pandas.DataFrame:
    frame = iris().astype(object)
    frame.loc[row, column] = value
    return frame


BAD: dict[str, tuple[Callable[[], pandas.DataFrame], dict[str, Any], str]] = {
    "an empty cell": (
        lambda: cell(12, "petal length (cm)", None), {},
        "column petal length (cm), row 13: the cell is empty. Fill it in, or say missing: impute.",
    ),
    "a word among numbers": (
        lambda: cell(4, "petal length (cm)", "long"), {}, "column petal length (cm), row 5: 'long' is not a number",
    ),
    "an endless number": (
        lambda: cell(4, "petal length (cm)", "inf").astype({"petal length (cm)": float}), {},
        "column petal length (cm), row 5: 'inf' is no finite number",
    ),
    "no such target": (iris, {"target": "kinds"}, "there is no column 'kinds', named under target. Did you mean kind?"),
    "no such column to drop": (iris, {"drop": ["color"]}, "named under drop. Did you mean colour?"),
    "an empty target": (lambda: cell(9, "kind", None), {}, "target kind, row 10 is empty"),
    "a text to predict": (
        iris, {"task": "regression"}, "target kind, row 1 is 'setosa'; a regression needs a number in every row.",
    ),
    "a class of one row": (lambda: cell(9, "kind", "rosa"), {}, "class rosa has 1 row"),
    "names of rows": (
        lambda: iris().assign(name=[f"flower {i}" for i in range(150)]), {},
        "column name has 150 different texts in 150 rows",
    ),
    "a date that is none": (
        lambda: iris().assign(day=[f"2024-01-{1 + i % 28:02d}" if i != 7 else "2024-01-32" for i in range(150)]), {},
        "column day, row 8: '2024-01-32' is no date like the others",
    ),
    "dates of which nobody knows the month": (
        lambda: iris().assign(day=[f"{1 + i % 12:02d}/{1 + i % 11:02d}/2024" for i in range(150)]), {},
        "column day: of dates such as '01/01/2024' nobody knows which is the month. Say dates: {day: FORMAT} with "
        "'%d/%m/%Y' or '%m/%d/%Y'.",
    ),
    "a column without a cell": (
        lambda: iris().assign(nothing=None), {"missing": "impute"}, "column nothing is empty in every training row",
    ),
    "too few rows": (lambda: iris().iloc[[0, 1, 60, 61]], {}, "test rows"),
    "no rows": (lambda: iris().iloc[:0], {}, "the table has no rows"),
    "one class": (lambda: iris().iloc[:50], {}, "every training row is of class setosa"),
    "nothing but the target": (lambda: iris()[["kind"]], {}, "beside the target there is no column"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_damaged_table_gets_one_line_that_names_file_column_and_row(tmp_path: Path, case: str) -> None:
    make, more, words = BAD[case]
    with pytest.raises(DataError) as raised:
        loaded(tmp_path, make(), **more)
    message = str(raised.value)
    assert message.startswith(f"{tmp_path / 'table.csv'}: ")
    assert words in message
    assert "\n" not in message


def test_too_many_classes_ask_for_a_regression(tmp_path: Path) -> None:
    frame = DIABETES.data.assign(kind=DIABETES.target + np.arange(442) / 1000)
    with pytest.raises(DataError, match=r"442 different values in 442 rows, too many for classes.*task: regression"):
        loaded(tmp_path, frame)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read"),
        (b"a,kind\n1,x\n2,y,3,4\n", "cannot be read"),
        (b"a, a,kind\n1,2,x\n", "two columns are called 'a'. Rename one."),
        (b"a,a,kind\n1,2,x\n", "two columns are called 'a'. Rename one."),
    ],
)
def test_a_file_that_is_no_table_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(DataError) as raised:
        load(read_data({"csv": "t.csv", "target": "kind"}, 0.2, tmp_path, "s"), seed=0)
    assert str(raised.value).startswith(f"{tmp_path / 't.csv'}: ")
    assert words in str(raised.value)


def test_half_a_parquet_file_and_cells_that_are_no_cells_are_named(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    for cell, words in (([1, 2], "ndarray"), ({"a": 1}, "dict"), (b"a", "bytes")):
        iris().assign(nested=[cell] * 150).to_parquet(path)
        for target in ("kind", "nested"):
            with pytest.raises(DataError, match=rf"t\.parquet: column nested, row 1 holds a {words}, .* under drop"):
                load(read_data({"parquet": "t.parquet", "target": target}, 0.2, tmp_path, "s"), seed=0)
    iris().to_parquet(path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"t\.parquet: cannot be read"):
        load(read_data({"parquet": "t.parquet", "target": "kind"}, 0.2, tmp_path, "s"), seed=0)


def test_a_file_that_is_not_there_and_test_rows_that_do_not_fit_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no\.csv: no such file"):
        load(read_data({"csv": "no.csv", "target": "kind"}, 0.2, tmp_path, "s"), seed=0)
    iris().drop(columns="colour").to_csv(tmp_path / "held.csv", index=False)
    with pytest.raises(DataError, match=r"held\.csv: column 'colour' is missing; table\.csv has it"):
        loaded(tmp_path, iris(), test="held.csv")
    iris().assign(kind="rosa").to_csv(tmp_path / "held.csv", index=False)
    with pytest.raises(DataError, match=r"held\.csv: target kind, row 1 is of class 'rosa', which no training row has"):
        loaded(tmp_path, iris(), test="held.csv")


def test_how_cells_became_rows_is_told(tmp_path: Path) -> None:
    frame = iris()
    frame.iloc[::9, 4] = None
    told = loaded(tmp_path, frame, missing="impute").table
    assert [each["column"] for each in told] == list(frame.columns[:-1])
    assert told[-1]["categories"] == ["blue", "red", "white", None]
    assert isinstance(told[0]["median"], float)


def test_texts_beside_other_columns_are_the_words_that_training_rows_share(tmp_path: Path) -> None:
    rows = ["4,Good food; GOOD!,p", "5,bad food,q", "6,,p", "7,never again,q"] * 10
    (tmp_path / "t.csv").write_text("\n".join(["age,review,y", *rows]))
    how = {"csv": "t.csv", "target": "y", "test": "t.csv", "validation": "t.csv"}
    data = load(read_data({**how, "words": ["review"]}, 0.2, tmp_path, "s"), 0, told=True)
    words = ["food", "again", "bad", "good", "never"]
    assert data.table == ({"column": "age", "median": 5.5}, {"column": "review", "words": words})
    assert data.train.x[:4].tolist() == [[4, 1, 0, 0, 1, 0], [5, 1, 0, 1, 0, 0], [6, *5 * [0]], [7, 0, 1, 0, 0, 1]]
    assert [each.taken_as for each in data.reading.columns] == ["number", "text", "target"]
    # In another file there are others.
    (tmp_path / "other.csv").write_text("age,review,y\n1,new good,p\n2,bad bad,q\n")
    other = load(read_data({**how, "words": ["review"], "test": "other.csv"}, 0.2, tmp_path, "s"), 0)
    assert other.test.x.tolist() == [[1, 0, 0, 0, 1, 0], [2, 0, 0, 1, 0, 0]]
    with pytest.raises(SpecError, match=r"words: 'review' is named under another key too"):
        read_data({**how, "words": ["review"], "categorical": ["review"]}, 0.2, tmp_path, "s")


def test_targets_by_name_are_outputs_and_in_a_list_numbers_of_one(tmp_path: Path) -> None:
    lines = [f"{i},{2 * i},{3 * i},{4 * i}" for i in range(1, 41)]
    (tmp_path / "t.csv").write_text("\n".join(["x,a,b,c", *lines]))
    how = {"csv": "t.csv", "task": "regression"}
    data = load(read_data({**how, "target": {"size": ["a", "b"], "price": ["c"]}}, 0.2, tmp_path, "s"), 0, told=True)
    assert [(each.name, each.shape) for each in data.info.targets] == [("size", (2,)), ("price", (1,))]
    np.testing.assert_array_equal(data.train.y["size"], data.train.x * [[2, 3]])
    np.testing.assert_array_equal(data.train.y["price"], data.train.x * 4)
    assert [each.name for each in data.reading.columns] == ["x", "a", "b", "c"]
    data = load(read_data({**how, "target": ["c", "a"], "drop": ["b"]}, 0.2, tmp_path, "s"), 0)
    assert data.info.target_columns == ("c", "a")
    np.testing.assert_array_equal(data.train.y, data.train.x * [[4, 2]])
    with pytest.raises(SpecError, match=r"target: names of outputs, each with its columns, are for task: regression"):
        read_data({"csv": "t.csv", "target": {"size": ["a"]}}, 0.2, tmp_path, "s")
