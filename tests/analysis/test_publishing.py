"""A study that has ended has its report in its run in MLflow, also where MLflow was away at first."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from mlflow import MlflowClient

from tests.analysis.written import write_study
from tuner.analysis.publishing import publish, published
from tuner.database import studies
from tuner.database.blobs import FolderStore
from tuner.database.connection import Database
from tuner.errors import ServiceDown
from tuner.studies.delivery import Delivery, deliver
from tuner.studies.projection import STUDY_FILES
from tuner.studies.projector import Projector
from tuner.tracking.mlflow_recorder import MlflowRecorder


def test_the_report_reaches_mlflow_once_it_answers(db: Database, tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "artifacts")
    name = write_study(db)
    assert not published(store, name)
    away = tmp_path / "away.db"
    away.mkdir()
    with pytest.raises(ServiceDown):
        deliver(db, MlflowRecorder(f"sqlite:///{away}"), store, name, "w")
    publish(db, store, name)
    assert published(store, name)

    recorder = MlflowRecorder(f"sqlite:///{tmp_path / 'mlflow.db'}")
    deliver(db, recorder, store, name, "w")
    run_id = studies.view_study(db, name).mlflow_run_id
    client = MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")
    top = {file.path for file in client.list_artifacts(run_id)}
    assert top == {"spec.yaml", "report.html", "pictures"}
    inside = {file.path for file in client.list_artifacts(run_id, "pictures")}
    # Five trials are too few to say which parameters mattered, and one objective has no front.
    assert inside == {name for name in STUDY_FILES if "/" in name} - {
        f"pictures/{kind}.png" for kind in ("importance", "pareto", "finalists")
    }
    page = Path(client.download_artifacts(run_id, "report.html", str(tmp_path))).read_text()
    assert "Trial 1 is the best" in page

    assert deliver(db, recorder, store, name, "w") == Delivery(), "there is nothing left to deliver"


def test_a_report_that_comes_after_all_was_delivered_is_delivered_too(db: Database, tmp_path: Path) -> None:
    store, name, uri = FolderStore(tmp_path / "artifacts"), write_study(db), f"sqlite:///{tmp_path / 'mlflow.db'}"
    projector = Projector(db, lambda: MlflowRecorder(uri), store, "w")
    projector.watch(name)
    until = time.monotonic() + 120
    while projector.watched():
        assert time.monotonic() < until
        time.sleep(0.1)
    publish(db, store, name)
    projector.watch(name)
    assert projector.close(120)
    run_id = studies.view_study(db, name).mlflow_run_id
    assert "report.html" in {file.path for file in MlflowClient(uri).list_artifacts(run_id)}


def test_a_report_made_in_the_moment_when_all_is_delivered_is_delivered_too(db: Database, tmp_path: Path) -> None:
    store, name, uri = FolderStore(tmp_path / "artifacts"), write_study(db), f"sqlite:///{tmp_path / 'mlflow.db'}"
    while deliver(db, MlflowRecorder(uri), store, name, "w") != Delivery():
        pass
    made = threading.Event()
    projector = Projector(db, lambda: MlflowRecorder(uri), store, "w")

    @sa.event.listens_for(db.engine, "after_cursor_execute")
    def last_query_of_a_delivery(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        last = "FROM tuner_runs" in statement and "recording_until" in statement
        if last and threading.current_thread().name == "projector" and not made.is_set():
            made.set()
            publish(db, store, name)
            projector.watch(name)

    projector.watch(name)
    assert made.wait(60)
    assert projector.close(120)
    run_id = studies.view_study(db, name).mlflow_run_id
    assert "report.html" in {file.path for file in MlflowClient(uri).list_artifacts(run_id)}


def test_a_report_that_cannot_be_made_costs_no_study(
    db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    write_study(db)
    publish(db, FolderStore(tmp_path / "file"), "s")
    assert "the report of study s could not be made" in caplog.text
    assert studies.view_study(db, "s").outcome is not None
