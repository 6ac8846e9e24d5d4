"""A server that really runs, and a client of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.web.conftest import running, settings_for
from tuner.client.client import Client
from tuner.settings import Settings
from tuner.web.server import Listening

SPACE = {
    "model": "external",
    "objective": {"metric": "loss", "direction": "minimize"},
    "parameters": {"rate": {"float": [0.001, 1.0], "log": True}, "kind": ["a", "b"], "epochs": 3},
    "search": {"trials": 3, "seed": 1, "pruner": "none"},
}


def settings_in(folder: Path) -> Settings:
    """Of a server whose MLflow is away."""
    return replace(settings_for(f"sqlite:///{folder / 'tuner.db'}", folder), tracking_uri="http://127.0.0.1:9")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[Client]:
    with running(settings, Listening(port=0)) as server, Client(server.address, patience_s=5.0) as made:
        yield made
