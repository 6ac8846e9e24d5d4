"""A model of a table's columns reads them as a served model, and with it the study, reads the same cells."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.data.dataset import Dataset
from tuner.data.json_table import encoded_rows
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.spec.sources import read_data
from tuner.training.networks.raw_columns import of_raw_columns, written_of

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="strings go through TensorFlow")

LEARNT = {
    "number": ["1", "2.5", "", "7"],
    "flag": ["True", "False", "False", "True"],
    "holes": ["true", "false", "", "true"],
    "numerals": ["1.0", "2.50", "", "3"],
    "codes": ["01", "1", "", "7"],
    "name of it": ["a", "b", "", "ö"],
    "iso": ["2024-02-29", "", "1999-12-31 23:59", "2001-1-1"],
    "day": ["24.12.2024 18:30", "1.2.2025 6:00", "", "13.05.2023 00:07"],
    "short": ["12/31/99", "1/2/05", "", "02/03/68"],
    "text": ["good bad", "good", "", "bad it's"],
}
HOW = {"categorical": ["numerals", "codes"], "words": ["text"], "dates": {"short": "%m/%d/%y"}, "missing": "impute"}
TRUTH = {"True": 1.0, "False": 0.0, "true": 1.0, "false": 0.0}
AS_NUMBERS = ("number", "flag", "holes", "numerals")


def unpadded(at: date) -> str:
    return f"{at.year}-{at.month}-{at.day}"


DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))
TIMES = st.datetimes(datetime(1000, 1, 1), datetime(2200, 1, 1))
CELLS = st.fixed_dictionaries(
    {
        "number": st.sampled_from(["1", "1.5", "-2", "", "NA", "2e1"]),
        "flag": st.sampled_from(["True", "False", ""]),
        "holes": st.sampled_from(["True", "false", ""]),
        "numerals": st.sampled_from(["1", "2.5", "+3", "4", ""]),
        "codes": st.sampled_from(["01", "1", "001", "NA", ""]),
        "name of it": st.sampled_from(["a", "b", "ö", "unseen", ""]),
        "iso": DAYS.map(str) | DAYS.map(unpadded) | TIMES.map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}") | st.just(""),
        "day": TIMES.map(lambda at: f"{at.day}.{at.month:02}.{at.year} {at.hour}:{at.minute}") | st.just("NA"),
        "short": DAYS.map(lambda at: f"{at.month}/{at.day}/{at:%y}") | st.just(""),
        "text": st.lists(st.sampled_from(["good", "Bad!", "it's", "ünder", "-", "NA"]), max_size=4).map(" ".join),
    }
)  # fmt: skip


def columns_of(rows: list[dict[str, str]]) -> dict[str, Any]:
    """As a program sends them that knows the types of its columns."""
    given: dict[str, Any] = {}
    for name in rows[0]:
        cells = [row[name] for row in rows]
        if name in AS_NUMBERS:
            numbers = [np.nan if cell in ("", "NA") else float(TRUTH.get(cell, cell)) for cell in cells]
            given[name] = keras.ops.convert_to_tensor(np.array(numbers, np.float32).reshape(-1, 1))
        else:
            given[name] = keras.ops.convert_to_tensor(cells, dtype="string")[:, None]
    return given


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, Any]:
    """Its data, and a model of their columns that gives what the network would take."""
    folder = tmp_path_factory.mktemp("table")
    table = {**{name: cells * 10 for name, cells in LEARNT.items()}, "y": [*"pq"] * 20}
    pandas.DataFrame(table).to_csv(folder / "t.csv", index=False)
    how = {"csv": "t.csv", "target": "y", "test": "t.csv", "validation": "t.csv", **HOW}
    data = load(read_data(how, 0.2, folder, "s"), 0)
    inner = keras.Sequential([keras.Input(data.info.input_shape), keras.layers.Rescaling(1.0)])
    return data, of_raw_columns(inner, data.table)


@settings(max_examples=3, deadline=None)
@given(rows=st.lists(CELLS, min_size=12, max_size=12))
def test_columns_by_name_are_the_rows_of_a_served_model(
    learnt: tuple[Dataset, Any], rows: list[dict[str, str]]
) -> None:
    data, model = learnt
    np.testing.assert_array_equal(np.asarray(model(columns_of(rows))), encoded_rows(data.table, rows))


def test_what_training_rows_have_is_read_as_then(learnt: tuple[Dataset, Any]) -> None:
    data, model = learnt
    rows = [dict(zip(LEARNT, cells, strict=True)) for cells in zip(*LEARNT.values(), strict=True)]
    np.testing.assert_array_equal(np.asarray(model(columns_of(rows))), data.train.x[:4])


def test_what_is_no_such_date_is_not_guessed(learnt: tuple[Dataset, Any]) -> None:
    data, model = learnt
    wrong = {
        "iso": [
            "2023-02-29",
            "2024-13-01",
            "24-01-01",
            "2024/01/01",
            "yesterday",
            "2024-01-01T10:00:00+02:00",
            "2024-01-",
        ],
        "day": ["2024-12-24", "24.12.2024", "24.12.2024 25:00", "024.12.2024 18:30", "0.1.2024 00:00"],
        "short": ["1/1/2024", "13/01/24", "1-1-24"],
    }
    row = {name: cells[0] for name, cells in LEARNT.items()}
    rows = [{**row, column: cell} for column, cells in wrong.items() for cell in cells]
    usual, *found = np.asarray(model(columns_of([row, *rows])))
    of_column = np.array([each["column"] for each in data.table for _ in range(width(each))])
    for each, column in zip(found, [column for column, cells in wrong.items() for _ in cells], strict=True):
        np.testing.assert_array_equal(np.isnan(each), of_column == column)
        np.testing.assert_array_equal(each[of_column != column], usual[of_column != column])


def width(column: Any) -> int:
    return len(column.get("categories", column.get("parts", column.get("words", [0]))))


def test_it_is_a_file_that_keras_alone_reads_and_several_targets_are_outputs_by_name(tmp_path: Path) -> None:
    table = [
        {"column": "a", "median": 1.0, "inputs": ["wide"]},
        {"column": "b", "categories": ["x", None], "inputs": ["wide", "deep"]},
    ]
    wide, deep = keras.Input((3,), name="wide"), keras.Input((2,), name="deep")
    both = keras.ops.concatenate([wide, deep], axis=1)
    keras.Model({"wide": wide, "deep": deep}, keras.layers.Rescaling(2.0)(both)[:, 1:3]).save(tmp_path / "model.keras")
    written_of(tmp_path / "model.keras", table, ["p", "q"], tmp_path / "columns.keras")
    model = keras.models.load_model(tmp_path / "columns.keras")
    cells = keras.ops.convert_to_tensor([["x"], [""], ["new"]], dtype="string")
    given = model.predict({"a": np.array([[1.0], [np.nan], [3.0]], np.float32), "b": cells}, verbose=0)
    assert {name: each.tolist() for name, each in given.items()} == {
        "p": [[2.0], [0.0], [0.0]], "q": [[0.0], [2.0], [0.0]]
    }  # fmt: skip
    keras.utils.clear_session(free_memory=False)


@pytest.mark.parametrize(
    ("column", "said"),
    [({"column": "km/h", "median": 1.0}, r"column 'km/h': no input of Keras has a / in its name"),
     ({"column": "day", "date": "%d %b %Y", "parts": ["year"], "median": 0.0}, r"'day': dates of the format %d %b"),
     ({"column": "day", "date": "%Y%m%d", "parts": ["year"], "median": 0.0}, r"with one sign between two")],
)  # fmt: skip
def test_what_no_model_can_read_is_said(column: Any, said: str) -> None:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Rescaling(1.0)])
    with pytest.raises(DataError, match=said):
        of_raw_columns(model, [column])
