"""Each of MLflow's private names, exercised."""

from pathlib import Path

import sqlalchemy as sa
from mlflow import MlflowClient

from tuner.tracking import mlflow_internals


def test_a_clients_stores_have_an_engine_where_they_are_a_database(tmp_path: Path) -> None:
    runs, models = mlflow_internals.stores(MlflowClient(f"sqlite:///{tmp_path}/mlflow.db"))
    assert {str(each.engine.url.database) for each in (runs, models)} == {f"{tmp_path}/mlflow.db"}
    for each in (runs, models):
        each.engine.dispose()


def test_mlflows_tables_are_made(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/new.db")
    mlflow_internals.make_tables(engine)
    assert {"runs", "experiments", "registered_models"} <= set(sa.inspect(engine).get_table_names())
    engine.dispose()
