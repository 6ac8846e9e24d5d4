"""Small real networks and data for the tests of training."""

from collections.abc import Callable
from typing import Any

import pytest

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import fit
from tuner.spec.families import MlpConfig, mlp
from tuner.spec.space import Value, fixed
from tuner.training.networks.models import build
from tuner.training.plan import Path, TrainPlan

Plan = Callable[..., TrainPlan]
Network = Callable[..., Any]


@pytest.fixture
def configure(digits: Dataset) -> Callable[..., MlpConfig]:
    """A small network for the digits; every hyperparameter by its name."""

    def of(**params: Value) -> MlpConfig:
        return mlp(fixed({"units": 24, "epochs": 3, "batch_size": 100, "normalization": "minmax", **params}))

    return of


@pytest.fixture
def network(digits: Dataset, configure: Callable[..., MlpConfig]) -> Network:
    """Build a compiled network for the digits."""

    def of(metrics: tuple[str, ...] = (), seed: int = 5, **params: Value) -> Any:
        config = configure(**params)
        return build(config, digits.info, fit(config.normalization, digits.train.x), metrics, seed=seed)

    return of


@pytest.fixture(params=["compiled", "fit"])
def path(request: pytest.FixtureRequest) -> Path:
    """Each way to train."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def plan() -> Plan:
    """A plan of three epochs in batches of 100 rows, the last of 50."""

    def of(**changes: Any) -> TrainPlan:
        usual = {"batch_size": 100, "epochs": 3, "monitor": "val_accuracy", "direction": "maximize", "patience": None}
        return TrainPlan(**{**usual, "seed": 5, "path": "compiled", **changes})

    return of
