"""Everything that is wrong with a table is told at once, with a line that reads it all the same."""

from pathlib import Path
from typing import Any

import pandas
import pytest

from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.spec.safe_yaml import load as read_yaml
from tuner.spec.sources import read_data

ROWS = 60
FRAME = pandas.DataFrame(
    {
        "id": [f"row-{i}" for i in range(ROWS)],
        "age": [None if i == 3 else i for i in range(ROWS)],
        "size": ["tall" if i == 5 else i / 2 for i in range(ROWS)],
        "day": [f"{1 + i % 12}/{1 + i % 11}/2024" for i in range(ROWS)],
        "price": ["1,200" if i % 2 else "7" for i in range(ROWS)],
        "colour": ["red", "blue", "green"] * (ROWS // 3),
        "y": ["u", "v"] * (ROWS // 2),
    }
)


def loaded(folder: Path, dataset: dict[str, Any]) -> Dataset:
    return load(read_data(dataset, 0.2, folder, "space.yaml"), seed=0, told=True)


def test_all_problems_are_told_and_the_line_that_is_offered_reads_the_table(tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DataError) as raised:
        loaded(tmp_path, {"csv": "t.csv", "target": "y", "drop": ["colour"]})
    first, *more, line = raised.value.lines
    assert first == f"{tmp_path / 't.csv'}: 5 things cannot be read:"
    assert [each.split(":")[0].strip().split(",")[0] for each in more] == [
        "column id has 60 different texts in 60 rows", "column size", "column day", "column price", "column age"
    ]  # fmt: skip
    words, offered = line.split(": dataset: ")
    assert words == "  So it can be read all the same"
    data = loaded(tmp_path, read_yaml(offered, "line"))
    assert [each.name for each in data.reading.columns] == ["age", "day", "y"]
    assert "\n" not in str(raised.value)


def test_what_has_to_be_mended_in_the_file_is_said_to_be(tmp_path: Path) -> None:
    FRAME.assign(y=[None, *FRAME.y[1:]]).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DataError) as raised:
        loaded(tmp_path, {"csv": "t.csv", "target": "y"})
    *_, target, line = raised.value.lines
    assert target == "  target y, row 1 is empty. Mend or remove the row."
    assert line.startswith("  What the file need not be mended for: dataset: {csv: t.csv, target: 'y', drop: [")


def test_one_problem_is_a_line(tmp_path: Path) -> None:
    FRAME[["age", "y"]].to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DataError) as raised:
        loaded(tmp_path, {"csv": "t.csv", "target": "y"})
    assert raised.value.lines == (str(raised.value),)
