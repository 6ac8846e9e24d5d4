"""A study is deleted with all that is kept of it, here and in MLflow; while workers run on it, it is not."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from mlflow.tracking import MlflowClient

from tests.service.conftest import create
from tuner.database import budget, runs, studies, workers
from tuner.database.blobs import blob_name, blob_store
from tuner.database.connection import Database
from tuner.database.epochs import EpochView
from tuner.database.tables import Base
from tuner.database.trial_facts import TrialFacts
from tuner.errors import NotFound, StudyConflict
from tuner.search.optuna_study import trial_template
from tuner.service.deleting import delete
from tuner.service.requests import DeleteRequest
from tuner.settings import Settings


@pytest.fixture
def settings(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings(storage=db.url, tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}", artifacts=None)


def with_a_trial(db: Database, folder: Path, name: str) -> None:
    """A study with a trial, an epoch and a model, whose worker has gone."""
    create(db, folder, name)
    workers.enter(db, f"w-{name}", "cpu")
    workers.beat(db, f"w-{name}", name, "training")
    job = budget.take(db, name, f"w-{name}")
    assert job is not None
    budget.fill(db, job, trial_template(job.ordinal, None), "")
    runs.start(db, job, TrialFacts(), {"units": 8})
    runs.finish_epoch(db, job, EpochView(1, {"val_accuracy": 0.5}, 0.1, 1.0), 0.5, 1)
    runs.finish(db, job, "complete", "", 0.5, 1, TrialFacts())
    runs.finalize(db, job)
    blob_store(db, None).put(blob_name(name, 0, "model.keras"), b"x" * 1000)


def rows_of(db: Database, name: str) -> dict[str, int]:
    with db.session() as session:
        return {
            table.name: session.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.study_name == name))
            or 0
            for table in Base.metadata.sorted_tables
            if "study_name" in table.c and table.name != "tuner_workers"
        }


def test_a_study_is_deleted_with_all_that_is_kept_of_it_and_no_other_is(
    db: Database, tmp_path: Path, settings: Settings
) -> None:
    for name in ("s", "s2"):
        with_a_trial(db, tmp_path, name)
        workers.leave(db, f"w-{name}")
        (tmp_path / "tuner-logs" / name).mkdir(parents=True)
        (tmp_path / "tuner-logs" / name / "worker-1.log").write_text("x" * 234)
    done = delete(db, settings, DeleteRequest(study_name="s"))
    assert done.freed_bytes == 1234
    assert not any(rows_of(db, "s").values())
    assert sum(rows_of(db, "s2").values()) == 4, "itself, its counter, a run and an epoch"
    assert [each.study_name for each in studies.view_studies(db)] == ["s2"]
    assert studies.names_in_optuna(db) == ["s2"]
    store = blob_store(db, None)
    assert (store.has(blob_name("s", 0, "model.keras")), store.has(blob_name("s2", 0, "model.keras"))) == (False, True)
    assert [each.name for each in (tmp_path / "tuner-logs").iterdir()] == ["s2"]
    with pytest.raises(NotFound):
        delete(db, settings, DeleteRequest(study_name="s"))
    # Its name is free.
    create(db, tmp_path, "s")


def test_a_study_that_a_worker_runs_on_is_not_deleted(db: Database, tmp_path: Path, settings: Settings) -> None:
    with_a_trial(db, tmp_path, "s")
    with pytest.raises(StudyConflict, match=r"a worker runs on study .s.\. End it first: tune cancel s"):
        delete(db, settings, DeleteRequest(study_name="s"))
    assert sum(rows_of(db, "s").values()) == 4


def test_a_study_whose_name_goes_on_from_it_keeps_its_own(db: Database, tmp_path: Path, settings: Settings) -> None:
    for name in ("s", "s/wide"):
        with_a_trial(db, tmp_path, name)
        workers.leave(db, f"w-{name}")
    delete(db, settings, DeleteRequest(study_name="s"))
    store = blob_store(db, None)
    assert not store.has(blob_name("s", 0, "model.keras"))
    assert store.has(blob_name("s/wide", 0, "model.keras"))


def in_mlflow(db: Database, uri: str, champion: bool) -> tuple[MlflowClient, str, str]:
    """A study's run and a trial's under it, with a version of its model in the registry."""
    client = MlflowClient(uri, uri)
    experiment = client.create_experiment("small")
    parent = client.create_run(experiment).info.run_id
    child = client.create_run(experiment, tags={"mlflow.parentRunId": parent}).info.run_id
    client.create_registered_model("small")
    version = client.create_model_version("small", "file:///tmp/model", run_id=child)
    if champion:
        client.set_registered_model_alias("small", "champion", version.version)
    with db.session() as session, session.begin():
        session.execute(sa.text("UPDATE tuner_studies SET mlflow_run_id = :run, mlflow_uri = :uri"),
                        {"run": parent, "uri": uri})  # fmt: skip
    return client, parent, child


def test_what_mlflow_has_of_it_goes_too_where_that_is_asked(db: Database, tmp_path: Path, settings: Settings) -> None:
    create(db, tmp_path)
    client, parent, child = in_mlflow(db, settings.tracking_uri, champion=True)
    with pytest.raises(StudyConflict, match="made the champion small version 1"):
        delete(db, settings, DeleteRequest(study_name="s", mlflow=True))
    assert studies.view_study(db, "s").study_name == "s"
    done = delete(db, settings, DeleteRequest(study_name="s", mlflow=True, champion=True))
    assert (done.mlflow_runs, done.mlflow_versions) == (2, 1)
    assert {client.get_run(each).info.lifecycle_stage for each in (parent, child)} == {"deleted"}
    assert client.search_model_versions("name = 'small'") == []


def test_mlflow_keeps_what_it_has_unless_that_is_asked(db: Database, tmp_path: Path, settings: Settings) -> None:
    create(db, tmp_path)
    client, parent, _ = in_mlflow(db, settings.tracking_uri, champion=False)
    delete(db, settings, DeleteRequest(study_name="s"))
    assert client.get_run(parent).info.lifecycle_stage == "active"
