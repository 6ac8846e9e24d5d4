"""One law of three readers: whatever rows come later, a served model and an exported script read a cell as the study
itself reads it in a file of test rows."""

import json
import runpy
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.data.dataset import Dataset
from tuner.data.json_table import encoded_rows, example_row
from tuner.data.sources import load
from tuner.errors import DataError, InputError
from tuner.spec.sources import read_data
from tuner.studies.export_script import rows_script

LEARNT = {
    "number": ["1.5", "-2", "", "7e1", "NA"],
    "comma": ["1,5", "-2", "", "0,25", "4"],
    "names": ["red", " blue", "", "NA", "red"],
    "numerals": ["1", "2.50", "1.0", "+3", ""],
    "codes": ["01", "1", "7", "01", ""],
    "mixed": ["1", "x", "2", "x", "y"],
    "flag": ["True", "False", "True", "True", "False"],
    "holes": ["true", "false", "", "true", "false"],
    "iso": ["2024-02-29", "2023-1-5", "", "1999-12-31", "2001-01-01 06:05"],
    "day": ["24.12.2024 18:30", "1.2.2025 6:00", "", "13.05.2023 00:07", "1.1.2024 00:00"],
    "text": ["good bad", "Good, it's", "", "bad!", "good ünder"],
}
HOW = {
    "separator": ";", "missing": "impute", "words": ["text"], "categorical": ["numerals", "codes"],
    "dates": {"iso": "ISO8601"}, "target": "y", "csv": "t.csv",
}  # fmt: skip
LATER: dict[str, st.SearchStrategy[str]] = {
    "number": st.sampled_from(["1", "1.50", "", " 4", "n/a", "+3", "2e1", "12345678901234567"]),
    "comma": st.sampled_from(["1", "1,50", "-0,5", "", "NA", "-2e1"]),
    "names": st.sampled_from(["red", "blue ", "Red", "", "NA", "None", "1"]) | st.text("red \u00a0\ufeff", max_size=4),
    "numerals": st.sampled_from(["1.00", "+1", "2.5", "3", "4", "x", "", "NA"]),
    "codes": st.sampled_from(["01", "1", "1.0", "7", "+7", "", "001"]),
    "mixed": st.sampled_from(["1", "1.0", "+1", "x", "", "2"]),
    "flag": st.sampled_from(["True", "FALSE", "true", ""]),
    "holes": st.sampled_from(["True", "false", "TRUE", "", "maybe"]),
    "iso": st.sampled_from(["2024-3-1", "2024-03-01", "1999-12-31T23:59", "2024-03-01 6:05", "", "NA"]),
    "day": st.sampled_from(["1.3.2024 6:05", "01.03.2024 06:05", "", "31.12.1999 23:59", "null"]),
    "text": st.lists(st.sampled_from(["good", "Bad!", "it's", "ünder", "NA", "7"]), max_size=4).map(" ".join),
}


def study_of(folder: Path, columns: Mapping[str, Sequence[str]], how: Mapping[str, Any], later: Any) -> Dataset:
    """Its test rows are those that come later. Every learnt row is a training row."""
    first = {**{name: [*cells] * 8 for name, cells in columns.items()}, "y": ["p", "q"] * 20}
    pandas.DataFrame(first).to_csv(folder / "t.csv", index=False, sep=";")
    last = pandas.DataFrame(later).assign(y="p")
    last.to_csv(folder / "later.csv", index=False, sep=";")
    return load(read_data({**how, "test": "later.csv", "validation": "t.csv"}, 0.2, folder, "s"), 0)


def by_script(data: Dataset, folder: Path, file: str, **how: Any) -> Any:
    (folder / "metrics.json").write_text('{"class_names": []}')
    (folder / "table.json").write_text(json.dumps(data.table))
    (folder / "read.py").write_text(rows_script("2", table=bool(data.table), **how))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["read.py", str(folder / file)])
        return runpy.run_path(str(folder / "read.py"))["rows"]


@pytest.fixture(scope="module")
def folder() -> Any:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@settings(max_examples=4, deadline=None)
@given(rows=st.lists(st.fixed_dictionaries(LATER), min_size=5, max_size=15))
def test_what_comes_later_is_read_alike_by_study_script_and_server(folder: Path, rows: list[dict[str, str]]) -> None:
    # A file has one decimal sign.
    for comma, columns in ((True, LEARNT.keys() - {"number"}), (False, LEARNT.keys() - {"comma"})):
        ours = [{name: row[name] for name in LEARNT if name in columns} for row in rows]
        how = {**HOW, "decimal": "," if comma else "."}
        data = study_of(folder, {name: LEARNT[name] for name in LEARNT if name in columns}, how, ours)
        np.testing.assert_array_equal(by_script(data, folder, "later.csv"), data.test.x)
        as_json = [{name: cell or None for name, cell in row.items()} for row in ours]
        np.testing.assert_array_equal(encoded_rows(data.table, json.loads(json.dumps(as_json))), data.test.x)
        # What a row may have been written as is read as it was.
        examples = [example_row(data.table, {"": numbers.tolist()}) for numbers in data.test.x]
        np.testing.assert_array_equal(encoded_rows(data.table, examples), data.test.x)
        # And none is read by those beside it.
        one_by_one = [encoded_rows(data.table, [row]) for row in as_json]
        np.testing.assert_array_equal(np.concatenate(one_by_one), data.test.x)


def test_a_number_or_truth_value_of_json_is_what_a_file_has(folder: Path) -> None:
    rows = [
        {"number": "1.5", "mixed": "1", "flag": "True", "holes": "false"},
        {"number": "1", "mixed": "x", "flag": "False", "holes": "true"},
    ]
    data = study_of(folder, {name: LEARNT[name] for name in rows[0]}, {"target": "y", "csv": "t.csv", "separator": ";",
                    "missing": "impute"}, rows)  # fmt: skip
    given = [
        {"number": 1.5, "mixed": 1, "flag": True, "holes": False},
        {"number": True, "mixed": "x", "flag": 0, "holes": True},
    ]
    np.testing.assert_array_equal(encoded_rows(data.table, given), data.test.x)
    assert [each["column"] for each in data.table if each.get("spelling") == "truth"] == ["holes"]


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("number", "abc", "is not a number"), ("number", "inf", "is too large, or not finite"),
        ("number", "1e39", "is too large, or not finite"), ("number", "1,5", "is not a number"),
        ("day", "2024-01-05", "is not such a date"), ("iso", "yesterday", "is not such a date"),
    ],
)  # fmt: skip
def test_what_the_study_refuses_they_refuse(folder: Path, column: str, cell: str, said: str) -> None:
    how = {"target": "y", "csv": "t.csv", "separator": ";", "decimal": ".", "missing": "impute"}
    data = study_of(folder, {column: LEARNT[column]}, how, {column: LEARNT[column]})
    with pytest.raises(DataError, match=column):
        study_of(folder, {column: LEARNT[column]}, how, {column: [cell]})
    with pytest.raises(InputError, match=f"row 0: column '{column}': '{cell}' {said}"):
        encoded_rows(data.table, [{column: cell}])
    with pytest.raises(SystemExit, match=f"column {column}, row 1: '{cell}' {said}"):
        by_script(data, folder, "later.csv")


def test_a_column_of_texts_alone_is_read_from_a_table_too(folder: Path) -> None:
    texts = ["good film", ' bad; it\'s "long"', "", "NA", "word " * 900]
    how = {"target": "y", "csv": "t.csv", "separator": ";", "missing": "impute", "text": "text"}
    data = study_of(folder, {"text": LEARNT["text"]}, how, {"text": texts})
    rows = by_script(data, folder, "later.csv", texts=True, text_column="text")
    assert rows.tolist() == data.test.x.tolist()
    (folder / "t.txt").write_text("good film\nNA\n", encoding="utf-8")
    assert by_script(data, folder, "t.txt", texts=True, text_column="text").tolist() == ["good film", "NA"]
    assert by_script(data, folder, "t.txt", texts=True).tolist() == ["good film", "NA"]
    with pytest.raises(SystemExit, match="there is no column 'review'"):
        by_script(data, folder, "later.csv", texts=True, text_column="review")
