"""Trials that are recorded together are in MLflow's database as those that were recorded one by one."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from mlflow import MlflowClient

from tests.tracking.records import STUDY, model_file, trial
from tuner.tracking import mlflow_mapping
from tuner.tracking.mlflow_recorder import MlflowRecorder
from tuner.tracking.recorder import EpochRecord, State, TrialRecord

ODD = (math.nan, math.inf, -math.inf, 0.5, 0.5)


def trials(folder: Path) -> list[TrialRecord]:
    """Of every state, with and without a model, a data set, files, and figures that are no numbers."""
    folder.mkdir()
    model = model_file(folder)
    learnt = {"dataset": "digits", "dataset_digest": "0123456789abcdef", "parameters": "4810"}
    states: Sequence[State] = ("complete", "pruned", "diverged", "failed", "cancelled", "complete")
    made = [trial(number, count=4, state=state) for number, state in enumerate(states)]
    made = [replace(each, tags={**each.tags, **learnt}) for each in made]
    odd = tuple(
        EpochRecord(at, 1_700_000_000.0 + at // 2, 0.5, {"loss": value, "val_accuracy": -value})
        for at, value in enumerate(ODD, start=1)
    )
    made[0] = replace(made[0], model=model, files={"parameters.yaml": b"units: 64\n"})
    made[1] = replace(made[1], model=model)
    made[2] = replace(made[2], value=None, epochs=odd)
    made[3] = replace(made[3], value=None, epochs=(), best_epoch=0, tags=trial().tags)
    made[5] = replace(made[5], params={**made[5].params, "a//b": 1, "long": "x" * 7000}, baseline="mine")
    return made


def rows(uri: str) -> dict[str, list[dict[str, Any]]]:
    """All of MLflow's rows, with names for ids, and without what the clock says."""
    engine = sa.create_engine(uri)
    names: dict[str, str] = {}
    found: dict[str, list[dict[str, Any]]] = {}
    with engine.connect() as connection:
        tables = sa.MetaData()
        tables.reflect(engine)
        read = {
            name: [dict(each) for each in connection.execute(sa.select(table)).mappings()]
            for name, table in tables.tables.items()
        }
    engine.dispose()
    names |= {each["run_uuid"]: each["name"] for each in read["runs"]}
    names |= {each["model_id"]: f"model of {names[each['source_run_id']]}" for each in read["logged_models"]}
    names |= {each["dataset_uuid"]: each["name"] for each in read["datasets"]}
    for each in read["inputs"]:
        names[each["input_uuid"]] = f"{names[each['source_id']]} to {names[each['destination_id']]}"
    for name, every in read.items():
        found[name] = sorted((_named(each, names, uri) for each in every), key=repr)
    return found


def _named(row: dict[str, Any], names: dict[str, str], uri: str) -> dict[str, Any]:
    clock = ("creation_time", "last_update_time", "creation_timestamp_ms", "last_updated_timestamp_ms")
    shown = {}
    for column, value in row.items():
        if column in clock or (column == "value" and row.get("key") == mlflow_mapping.CREATED):
            continue
        text = value
        if isinstance(value, str):
            text = text.replace(str(Path(uri.removeprefix("sqlite:///")).parent), "folder")
            for known, name in names.items():
                text = text.replace(known, name)
        shown[column] = text
    return shown


def files(folder: Path) -> dict[str, int]:
    """Names of all files, of models and runs by how many there are."""
    found = sorted(each for each in (folder / "mlartifacts").rglob("*") if each.is_file())
    return {f"{at} {each.name}": each.stat().st_size for at, each in enumerate(sorted(found, key=lambda e: e.name))}


def test_the_rows_are_those_that_mlflows_interface_writes(tmp_path: Path) -> None:
    records = trials(tmp_path / "records")
    uris = {}
    for way in ("alone", "together"):
        (tmp_path / way).mkdir()
        uris[way] = f"sqlite:///{tmp_path / way / 'mlflow.db'}"
        recorder = MlflowRecorder(uris[way])
        study = replace(STUDY, run_id=recorder.record_study(STUDY))
        if way == "alone":
            for record in records:
                recorder.record_trial(study, record)
        else:
            made = recorder.record_together(study, records)
            assert sorted(made) == list(range(len(records)))
    alone, together = rows(uris["alone"]), rows(uris["together"])
    for name in alone:
        assert together[name] == alone[name], name
    assert {len(alone["runs"]), len(alone["logged_models"]), len(alone["inputs"])} == {len(records) + 1, 2, 7}
    for way in uris:
        assert files(tmp_path / way).keys() == files(tmp_path / "alone").keys()


def test_what_is_recorded_together_goes_on_alone(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    recorder = MlflowRecorder(uri)
    study = replace(STUDY, run_id=recorder.record_study(STUDY))
    records = trials(tmp_path / "records")
    made = recorder.record_together(study, records)
    before = rows(uri)
    for other in (recorder, MlflowRecorder(uri)):
        # Its answer was lost: it is found again, and nothing is there twice.
        assert other.record_together(study, records) == {}
        assert {place: other.record_trial(study, each) for place, each in enumerate(records)} == made
    assert rows(uri) == before


def test_what_is_under_way_or_would_be_refused_is_left_to_be_recorded_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    recorder = MlflowRecorder(uri)
    study = replace(STUDY, run_id=recorder.record_study(STUDY))
    running, known, finalist = trial(1, state="running"), replace(trial(2), run_id="r"), trial(3, role="finalist")
    broken = replace(trial(4), model=tmp_path / "none.keras")
    assert recorder.record_together(study, [running, known, finalist, broken]) == {}
    monkeypatch.setattr("tuner.tracking.mlflow_entities.named", lambda name: name)
    refused = replace(trial(5), params={"a//b": 1})
    assert sorted(recorder.record_together(study, [refused, trial(6)])) == [1]


def test_a_run_that_a_person_deleted_is_not_made_again(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    recorder = MlflowRecorder(uri)
    study = replace(STUDY, run_id=recorder.record_study(STUDY))
    made = recorder.record_together(study, [trial(1), trial(2)])
    MlflowClient(uri).delete_run(made[0])
    assert MlflowRecorder(uri).record_together(study, [trial(1), trial(2), trial(3)]).keys() == {2}
