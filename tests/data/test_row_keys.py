"""Rows parted by a column of a table, or an array: groups stay together, the latest are held back; what is damaged is
named."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest

from tuner.data.dataset import Dataset
from tuner.data.sources import load
from tuner.errors import DataError, SpecError
from tuner.spec.code import find_code
from tuner.spec.sources import read_data
from tuner.spec.validation import Validation, read_mapping

ROWS = 60


def frame() -> pandas.DataFrame:
    """20 patients of three visits each; `size` is the patient, `day` the row, so that both are seen in the inputs."""
    patient = np.repeat(np.arange(20), 3)
    return pandas.DataFrame(
        {
            "patient": [f"P{each:02}" for each in patient],
            "date": pandas.date_range("2024-01-01", periods=ROWS, freq="D").strftime("%Y-%m-%d"),
            "size": patient.astype(float),
            "day": np.arange(ROWS, dtype=float),
            "ill": np.where(np.arange(ROWS) % 2, "yes", "no"),
        }
    )


def loaded(folder: Path, rule: Validation, table: pandas.DataFrame | None = None, **more: Any) -> Dataset:
    (frame() if table is None else table).to_csv(folder / "visits.csv", index=False)
    return load(read_data({"csv": "visits.csv", "target": "ill", **more}, rule, folder, "space.yaml"), seed=3)


def test_no_patient_is_on_two_sides_of_a_table_not_even_of_the_test_rows(tmp_path: Path) -> None:
    data = loaded(tmp_path, Validation(group="patient"), drop=["date"])
    assert data.info.input_shape == (2,)
    sides = [{row[0] for row in part.x} for part in (data.train, data.validation, data.test)]
    assert sum(map(len, sides)) == len(set.union(*sides)) == 20
    assert (data.info.test_rows, data.info.validation_rows) == (12, 9)


def test_the_latest_rows_are_for_the_test_and_those_before_it_for_validation(tmp_path: Path) -> None:
    shuffled = frame().sample(frac=1, random_state=1)
    data = loaded(tmp_path, Validation(time="date"), shuffled, drop=["patient"])
    days = [sorted(row[1] for row in part.x) for part in (data.train, data.validation, data.test)]
    assert [*days[0], *days[1], *days[2]] == list(range(ROWS))
    assert len(days[2]) == 12


def test_a_column_that_rows_are_parted_by_is_learnt_from_where_that_is_said(tmp_path: Path) -> None:
    without = loaded(tmp_path, Validation(time="day"), drop=["patient", "date"])
    with_it = loaded(tmp_path, Validation(time="day", as_input=True), drop=["patient", "date"])
    assert (without.info.input_shape, with_it.info.input_shape) == ((1,), (2,))


@pytest.mark.parametrize(
    ("rule", "cells", "words"),
    [
        (Validation(group="patients"), {}, "no column 'patients', named under validation. Did you mean patient?"),
        (Validation(group="patient"), {4: None}, "column patient: row 5: '' is empty"),
        (Validation(time="date"), {7: "03/04/2025"}, "row 8: '03/04/2025' is no date such as 2025-04-03"),
        (Validation(time="date"), {0: None}, "row 1: '' is"),
    ],
)
def test_a_column_that_cannot_part_rows_is_named(
    tmp_path: Path, rule: Validation, cells: dict[int, str | None], words: str
) -> None:
    table = frame()
    for row, cell in cells.items():
        table.loc[row, str(rule.key)] = cell
    with pytest.raises(DataError, match=r"visits\.csv") as error:
        loaded(tmp_path, rule, table, drop=["date"] if rule.group else ["patient"])
    assert words in str(error.value)


def test_one_group_alone_cannot_be_parted(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="patient has 1 different values; 2 are needed"):
        loaded(tmp_path, Validation(group="patient"), frame().assign(patient="P00"), drop=["date"])


def arrays() -> dict[str, Any]:
    table = frame()
    return {
        "x": table[["size", "day"]].to_numpy(np.float32),
        "y": (table["ill"] == "yes").to_numpy(np.int32),
        "patient": table["size"].to_numpy(np.int64),
        "date": pandas.to_datetime(table["date"]).to_numpy(),
    }


def test_arrays_beside_the_rows_part_them(tmp_path: Path) -> None:
    np.savez(tmp_path / "visits.npz", **arrays())
    by_group, by_time = (
        load(read_data({"npz": "visits.npz"}, rule, tmp_path, "space.yaml"), seed=0)
        for rule in (Validation(group="patient"), Validation(time="date"))
    )
    assert not {row[0] for row in by_group.train.x} & {row[0] for row in by_group.validation.x}
    assert by_time.train.x[:, 1].max() < by_time.validation.x[:, 1].min()
    assert by_time.validation.x[:, 1].max() < by_time.test.x[:, 1].min()


def test_an_array_that_is_not_there_or_too_short_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "visits.npz", **{**arrays(), "short": np.arange(5)})
    for key, words in (("patiens", "no array 'patiens'"), ("short", "60 training rows need one value each")):
        with pytest.raises(DataError, match=words):
            load(read_data({"npz": "visits.npz"}, Validation(group=key), tmp_path, "space.yaml"), seed=0)


def test_a_function_gives_the_groups_of_its_rows_in_whatever_order_they_come(tmp_path: Path) -> None:
    (tmp_path / "rows.py").write_text(
        "import numpy as np\n"
        "def rows():\n"
        "    who = np.repeat(np.arange(20), 3)\n"
        "    x = np.stack([who, np.arange(60)], axis=1).astype('float32')\n"
        "    return {'train': (x, who % 2), 'patient': who}\n"
        "def bare():\n"
        "    return rows()['train']\n"
    )
    codes = [find_code(str(tmp_path / "rows.py"))]
    data = read_data({"python": "rows.py:rows"}, Validation(group="patient"), tmp_path, "space.yaml")
    found = load(data, 0, codes)
    assert not {row[0] for row in found.train.x} & {row[0] for row in found.validation.x}
    bare = read_data({"python": "rows.py:bare"}, Validation(group="patient"), tmp_path, "space.yaml")
    with pytest.raises(DataError, match="without 'patient', named under validation"):
        load(bare, 0, codes)


@pytest.mark.parametrize("rule", [Validation(group="patient"), Validation(folds=3)])
def test_rows_for_validation_of_its_own_leave_nothing_to_part(tmp_path: Path, rule: Validation) -> None:
    x, y, *_ = arrays().values()
    np.savez(tmp_path / "own.npz", x_train=x[:40], y_train=y[:40], x_val=x[40:], y_val=y[40:], patient=np.arange(40))
    with pytest.raises(DataError, match="20 validation rows of its own"):
        load(read_data({"npz": "own.npz"}, rule, tmp_path, "space.yaml"), seed=0)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"grup": "a"}, "validation.grup: there is no such key. Did you mean group?"),
        ({"group": "a", "time": "b"}, "group and time"),
        ({"repeats": 3}, "validation.repeats: is of folds"),
        ({"folds": 1}, "validation.folds"),
        ({"folds": 5, "share": 0.1}, "validation.share: 5 folds validate every row"),
        ({"folds": 5, "repeats": 2, "time": "a"}, "rows have one order in time"),
        ({"as_input": True}, "validation.as_input: is of a column"),
        ({"folds": "5"}, "validation.folds"),
    ],
)
def test_keys_that_do_not_go_together_are_refused(raw: dict[str, object], words: str) -> None:
    with pytest.raises(SpecError) as error:
        read_mapping(raw, "space.yaml")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("raw", "rule", "words"),
    [
        ("iris", Validation(group="species"), "validation.group: names a column of a table"),
        ({"images": "folder"}, Validation(time="taken"), "validation.time: names a column"),
        ({"npz": "a.npz"}, Validation(group="g", as_input=True), "Put the array into x"),
        ({"csv": "a.csv", "target": "ill"}, Validation(group="ill"), "'ill' is the target"),
    ],
)
def test_a_source_that_has_no_such_column_is_refused_before_it_is_read(
    tmp_path: Path, raw: Any, rule: Validation, words: str
) -> None:
    with pytest.raises(SpecError) as error:
        read_data(raw, rule, tmp_path, "space.yaml")
    assert words in str(error.value)
