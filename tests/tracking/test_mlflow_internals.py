"""Each of MLflow's private names, exercised."""

import sqlite3
from contextlib import closing
from pathlib import Path

from mlflow import MlflowClient

from tuner.tracking import mlflow_internals


def test_a_clients_stores_have_an_engine_where_they_are_a_database(tmp_path: Path) -> None:
    runs, models = mlflow_internals.stores(MlflowClient(f"sqlite:///{tmp_path}/mlflow.db"))
    assert {str(each.engine.url.database) for each in (runs, models)} == {f"{tmp_path}/mlflow.db"}
    for each in (runs, models):
        each.engine.dispose()


def test_mlflows_tables_are_made(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "new.db")) as made:
        mlflow_internals.copy_new_database(made)
        tables = {name for (name,) in made.execute("SELECT name FROM sqlite_master")}
    assert {"runs", "experiments", "registered_models"} <= tables
