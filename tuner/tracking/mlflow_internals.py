"""MLflow's private names: all that this project uses of what MLflow does not offer in public, and nothing else.

Tried on MLflow 3.17. `tests/tracking/test_mlflow_internals.py` exercises each, and fails where a release has taken one
away.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.store.db import utils as mlflow_database
from mlflow.store.tracking.dbmodels import models
from mlflow.utils.uri import append_to_uri_path
from mlflow.utils.validation import _validate_batch_log_data


def stores(client: MlflowClient) -> Sequence[Any]:
    """Of runs, and of registered models; each has an `engine` where it is a database."""
    return client._tracking_client.store, registry(client).store


def registry(client: MlflowClient) -> Any:
    """Asked for the first time, it opens its store."""
    return client._get_registry_client()


def copy_new_database(into: sqlite3.Connection) -> None:
    """All of MLflow's tables, into an empty database."""
    engine = mlflow_database.create_sqlalchemy_engine("sqlite://")  # in memory
    try:
        mlflow_database._initialize_tables(engine)
        with closing(engine.raw_connection()) as connection:
            connection.driver_connection.backup(into)
    finally:
        engine.dispose()


def database_store(client: MlflowClient) -> Any | None:
    """The store of runs, where this process has its database open itself; None where a server has."""
    store = client._tracking_client.store
    return store if hasattr(store, "engine") and hasattr(store, "ManagedSessionMaker") else None


class Rows:
    """The classes of its rows. in_order: their names, such that what a row names is there before it."""

    run, tag, param = models.SqlRun, models.SqlTag, models.SqlParam
    metric, latest_metric = models.SqlMetric, models.SqlLatestMetric
    dataset, input, input_tag = models.SqlDataset, models.SqlInput, models.SqlInputTag
    model, model_param = models.SqlLoggedModel, models.SqlLoggedModelParam
    model_tag, model_metric = models.SqlLoggedModelTag, models.SqlLoggedModelMetric
    in_order = (
        "run", "tag", "param", "metric", "latest_metric", "dataset", "input", "input_tag", "model", "model_param",
        "model_tag", "model_metric",
    )  # fmt: skip


def check_entities(metrics: Sequence[Metric], params: Sequence[Param], tags: Sequence[RunTag]) -> None:
    """Their names and values, as MLflow takes them. Raises MlflowException."""
    _validate_batch_log_data(list(metrics), list(params), list(tags))


def artifacts_within(location: str, *names: str) -> str:
    """Where a run's or a model's files are kept. location: of its experiment's. names: of folders."""
    return str(append_to_uri_path(location, *names, "artifacts"))


def put_files(location: str, folder: str) -> None:
    """All files of a folder of this machine."""
    get_artifact_repository(location).log_artifacts(folder)
