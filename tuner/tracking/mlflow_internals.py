"""MLflow's private names: all that this project uses of what MLflow does not offer in public, and nothing else.

Tried on MLflow 3.17. `tests/tracking/test_mlflow_internals.py` exercises each, and fails where a release has taken one
away.
"""

from collections.abc import Sequence
from typing import Any

from mlflow import MlflowClient
from mlflow.store.db import utils as mlflow_database


def stores(client: MlflowClient) -> Sequence[Any]:
    """Of runs, and of registered models; each has an `engine` where it is a database."""
    return client._tracking_client.store, registry(client).store


def registry(client: MlflowClient) -> Any:
    """Asked for the first time, it opens its store."""
    return client._get_registry_client()


def make_tables(engine: Any) -> None:
    """All of MLflow's, in an empty database."""
    mlflow_database._initialize_tables(engine)
