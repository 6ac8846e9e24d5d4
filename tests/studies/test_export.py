"""A trial's parameters as a baseline, read back; a table as the exported script reads it."""

import io
import json
import runpy
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analysis.written import SPACE, TRIALS, Told, write_study
from tuner.cli.main import cli
from tuner.data.json_table import encoded_rows
from tuner.data.sources import load
from tuner.database.blobs import blob_name, blob_store
from tuner.database.connection import Database, open_database
from tuner.errors import DataError, NotFound
from tuner.spec.sources import read_data
from tuner.spec.study_spec import parse_spec
from tuner.studies.export import export_trial, parameters_yaml
from tuner.studies.export_script import rows_script
from tuner.studies.status import find_trial, study_status
from tuner.studies.stored_study import spec_of
from tuner.training.plan import WEIGHTS_ONLY


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path / 'tuner.db'}")


@pytest.mark.parametrize("number", range(len(TRIALS)))
def test_parameters_are_a_baseline_of_the_same_configuration(db: Database, number: int) -> None:
    write_study(db)
    trial = find_trial(db, "s", number)
    spec = spec_of(study_status(db, "s").study)
    written = yaml.safe_load(parameters_yaml(trial, spec))
    again = parse_spec(yaml.safe_dump({**yaml.safe_load(SPACE), "baselines": written}), "digits", Path(), "again")
    (baseline,) = again.baselines
    assert baseline.name == f"trial-{number}"
    assert {name: baseline.params[name] for name in trial.params} == dict(trial.params)


def test_what_cannot_be_exported_is_said(db: Database, tmp_path: Path) -> None:
    from tuner.database.blobs import FolderStore

    store = FolderStore(tmp_path / "artifacts")
    write_study(db, "none", [Told(TRIALS[0].params, (), "failed", "bad")], outcome=None)
    with pytest.raises(NotFound, match="has no complete trial yet"):
        export_trial(db, store, "none", None, tmp_path)
    with pytest.raises(NotFound, match="trial 0 of none has no model: it is failed"):
        export_trial(db, store, "none", 0, tmp_path)
    with pytest.raises(NotFound, match="no trial 7"):
        export_trial(db, store, "none", 7, tmp_path)


TABLES: dict[str, tuple[str, dict[str, Any], dict[str, list[Any]]]] = {
    "words for nothing": ("csv", {"missing": "impute"}, {"a": ["1.5", "NA", "", "2"], "b": ["NA", "None", "x", " x "]}),
    "decimal commas": ("csv", {"separator": ";", "decimal": ","}, {"a": ["1,5", "2", "-3,25", "4"], "b": list("uvuv")}),
    "codes": ("csv", {"categorical": ["a"]}, {"a": ["01", "1", "01", "1"], "b": ["u", "\u00a0u", "v", "v\ufeff"]}),
    "numbers that are names": ("csv", {"categorical": ["a"]}, {"a": ["1.0", "1", "2", "2.50"], "b": list("uvuv")}),
    "dates": (
        "csv",
        {"missing": "impute", "separator": ";"},
        {
            "a": ["24.12.2024 18:30", "1.2.2025 06:00", "", "13.5.2023 00:00"],
            "b": ["2024-01-05", "2025-02-28", "", "NA"],
        },
    ),
    "times of Arrow": (
        "parquet",
        {"missing": "impute"},
        {
            "a": list(pandas.to_datetime(["2024-12-24 18:30", "2025-02-01 00:00", None, "2023-05-13 07:15"])),
            "b": list("uvuv"),
        },
    ),
    "true or false": ("csv", {}, {"a": [True, False, True, True], "b": list("uvuv")}),
    "Arrow": ("parquet", {"missing": "impute"}, {"a": [1.5, None, 3.0, 2.0], "b": ["NA", None, "x", "x "]}),
}


NUMBERS = st.sampled_from(["1", "1.5", "-2", "", "NA", "+3", " 4", "2e1", "true", "n/a"])
NAMES = st.one_of(
    st.sampled_from(["1", "1.0", "+1", "01", "12345678901234567", "true", "TRUE", "", "NA"]),
    st.text("ab \u00a0\ufeff", max_size=3),
)


# Names that are all numbers are spelt in one way.
NUMERALS = st.sampled_from(["1", "1.0", "+1", "2.50", "12345678901234567", "+12345678901234567", ""])
CELLS = (st.lists(st.tuples(NUMBERS, names), min_size=4, max_size=12) for names in (NAMES, NUMERALS))


@settings(max_examples=40, deadline=None)
@given(cells=st.one_of(*CELLS))
def test_the_script_and_the_study_agree_on_any_table(cells: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        rows = [(number, text, "pq"[at % 2]) for at, (number, text) in enumerate(cells * 10)]
        frame = pandas.DataFrame(rows, columns=["a", "b", "y"])
        frame.to_csv(folder / "t.csv", index=False)
        how = {"categorical": ["b"], "missing": "impute", "test": "t.csv", "validation": "t.csv"}
        try:
            data = load(read_data({"csv": "t.csv", "target": "y", **how}, 0.2, folder, "s"), 0)
        except DataError:
            # Nothing is trained on such a table.
            return
        (folder / "metrics.json").write_text('{"class_names": []}')
        (folder / "table.json").write_text(json.dumps(data.table))
        (folder / "read.py").write_text(rows_script("2", table=True))
        patch.setattr(sys, "argv", ["read.py", str(folder / "t.csv")])
        np.testing.assert_array_equal(runpy.run_path(str(folder / "read.py"))["rows"], data.train.x)
        as_json = [{"a": number or None, "b": text or None, "y": None} for number, text, _ in rows]
        np.testing.assert_array_equal(encoded_rows(data.table, json.loads(json.dumps(as_json))), data.train.x)


@pytest.mark.parametrize("case", TABLES)
def test_the_script_reads_a_table_as_the_study_did(tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ending, how, cells = TABLES[case]
    frame = pandas.DataFrame({**{name: column * 10 for name, column in cells.items()}, "y": ["p", "q"] * 20})
    path = tmp_path / f"t.{ending}"
    if ending == "csv":
        frame.to_csv(path, index=False, sep=str(how.get("separator", ",")))
    else:
        frame.to_parquet(path)
    files = {"test": path.name, "validation": path.name}
    data = load(read_data({ending: path.name, "target": "y", **how, **files}, 0.2, tmp_path, "s"), 0)
    (tmp_path / "metrics.json").write_text('{"class_names": []}')
    (tmp_path / "table.json").write_text(json.dumps(data.table))
    (tmp_path / "read.py").write_text(rows_script("2", table=True))
    monkeypatch.setattr(sys, "argv", ["read.py", str(path)])
    np.testing.assert_array_equal(runpy.run_path(str(tmp_path / "read.py"))["rows"], data.train.x)
    if ending == "csv":
        np.testing.assert_array_equal(encoded_rows(data.table, frame.to_dict("records")), data.train.x)


def test_data_made_by_code_are_exported_where_their_code_is_named(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tmp_path / "rows.py"
    rows.write_text("def load():\n    return [[i, i % 3] for i in range(60)], ['ripe', 'raw'] * 30\n")
    space = f"dataset: {{python: '{rows}:load'}}\nmodel: {{keras_tuner: 'net.py:build'}}\nparameters: {{epochs: 3}}\n"
    write_study(db, "s", [Told({"units": 8}, (0.8,))], space=space)
    weights = io.BytesIO()
    with zipfile.ZipFile(weights, "w") as file:
        file.writestr("model.weights.h5", b"weights")
    blob_store(db, None).put(blob_name("s", 0, WEIGHTS_ONLY), weights.getvalue())
    monkeypatch.chdir(tmp_path)
    for code, names in (([], []), (["--code", "rows.py"], ["raw", "ripe"])):
        done = CliRunner().invoke(cli, ["export", "s", "--trial", "0", "--output", "out", *code])
        assert done.exit_code == 0, done.output
        assert json.loads((tmp_path / "out" / "metrics.json").read_text())["class_names"] == names
    assert np.load(tmp_path / "out" / "sample.npy").shape == (10, 2)
    done = CliRunner().invoke(cli, ["export", "s", "--trial", "0", "--code", "away.py"])
    assert isinstance(done.exception, NotFound), done.output
