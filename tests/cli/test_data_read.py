"""What is shown of the data before the first trial: every kind of column, in few lines, whatever the data."""

import json
from pathlib import Path

import numpy as np
import pandas
import pytest
from click.testing import CliRunner

from tuner.cli.data_read import lines, printed, told
from tuner.cli.main import cli
from tuner.data.reading import ColumnRead, Reading
from tuner.data.sources import load
from tuner.spec.sources import read_data

ROWS = 60


def table(folder: Path) -> Path:
    """A table with a column of every kind, and one that is dropped."""
    columns = {
        "age": [None, *range(1, ROWS)], "sex": ["m", "f"] * 30, "note": ["a"] * ROWS, "y": ["Yes", "yes", "no"] * 20,
    }  # fmt: skip
    pandas.DataFrame(columns).to_csv(folder / "t.csv", index=False)
    space = "dataset: {csv: t.csv, target: y, missing: impute, drop: [note]}\nparameters: {units: [8, 16], epochs: 1}\n"
    (folder / "space.yaml").write_text(f"{space}validation: 0.2\n")
    return folder / "space.yaml"


def test_check_shows_every_column_the_classes_and_what_was_left_out(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["spaces", "check", "--quick", str(table(tmp_path))])
    assert done.exit_code == 0
    shown = done.stdout.splitlines()
    assert shown[1:7] == [
        "  data              60 rows: 38 training, 10 validation, 12 test; 3 numbers a row",
        "  target y          3 classes: Yes (20), no (20), yes (20)",
        "  1 number          age 1 to 59, 1 empty",
        "  1 category        sex (f, m)",
        "  left out          column note (drop)",
        "  warning           classes: 'Yes' (20 rows) and 'yes' (20 rows) are 2 and look like one. If they are one, "
        "write them alike",
    ]


def test_the_same_is_in_the_object(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["spaces", "check", "--quick", "--json", str(table(tmp_path))])
    data = json.loads(done.stdout)["data"]
    assert data["kind"] == "table"
    assert [(each["name"], each["taken_as"], each["missing"]) for each in data["columns"]] == [
        ("age", "number", 1), ("sex", "category", 0), ("y", "target", 0),
    ]  # fmt: skip
    assert data["classes"] == {"Yes": 20, "no": 20, "yes": 20}
    assert data["left_out"] == ["column note (drop)"]
    assert len(data["warnings"]) == 1


def test_start_tells_it_before_the_first_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tuner.cli import running

    at_first_trial: list[str] = []
    monkeypatch.setattr(running, "_run", lambda *_: at_first_trial.append("begins"))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["start", "--space", str(table(tmp_path)), "--workers", "1", "--device", "cpu"])
    assert done.exit_code == 0, done.output
    assert at_first_trial == ["begins"]
    assert "tune: data: 60 rows: 38 training, 10 validation, 12 test; 3 numbers a row" in done.stderr
    assert "tune: 1 category: sex (f, m)" in done.stderr


def test_a_wide_table_and_many_classes_are_a_dozen_short_lines() -> None:
    columns = [ColumnRead(f"measure {i}", "number", 9, low=-1.0, high=2.5) for i in range(77)]
    columns += [ColumnRead(f"kind {i}", "category", 9, examples=("a", "b")) for i in range(77)]
    classes = {f"class {i}": i for i in range(300)}
    rows = {"training": 100, "validation": 20, "test": 30}
    warnings = tuple(f"column {i}: odd" for i in range(90))
    shown = list(printed(Reading("table", tuple(columns), rows, classes, (500,), warnings=warnings)))
    assert len(shown) <= 12
    assert max(map(len, shown)) < 160
    assert "and 73 more" in "\n".join(shown)
    assert "300 classes: class 0 (0), class 1 (1)" in "\n".join(shown)
    assert shown[-1].endswith("and 85 more; --json has all")


def test_names_that_a_terminal_would_obey_are_shown_and_not_obeyed() -> None:
    name = "a\x1b[2Jb\n" * 200
    reading = Reading(
        "table", (ColumnRead(name, "number", 2, low=0.0, high=1.0),), {}, {name: 3}, (1,), left_out=(name,)
    )
    for shown in (*printed(reading), *told(reading)):
        assert shown.isprintable()
        assert len(shown) < 700


def test_arrays_and_pictures_say_what_a_row_is(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.arange(640.0).reshape(40, 4, 4), y=np.arange(40) % 2, z=np.ones(3))
    found = dict(lines(load(read_data({"npz": "a.npz"}, 0.2, tmp_path, "s"), 0, told=True).reading))
    assert found["data"] == "40 rows: 26 training, 6 validation, 8 test; a row is 4 x 4 float32, 0 to 639"
    assert found["left out"] == "array z"
