"""Keras models as members of cohorts, and the same alone, for the tests that run under JAX."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np
import pytest

from tests.training.cohort.members import TOLERANCE, to_the_end
from tuner.data.dataset import Dataset
from tuner.data.preprocessing import fit
from tuner.spec.families import CONFIGURE
from tuner.spec.space import Value, fixed
from tuner.training.checkpoint import Checkpoint
from tuner.training.cohort.alike import model_entry
from tuner.training.cohort.alike_kind import alike_cohort
from tuner.training.cohort.port import ModelEntry
from tuner.training.custom.python_network import normalized
from tuner.training.networks.models import build
from tuner.training.plan import EpochResult, TrainPlan, TrainResult, Verdict
from tuner.training.trainer import train

Made = Callable[..., Any]
USUAL = TrainPlan(64, 3, "val_loss", "minimize", None, seed=5, path="compiled", health=True)


@dataclass(frozen=True)
class Case:
    """Networks that differ in numbers. made: of numbers, and a seed. loose: variables that rounding alone moves."""

    made: Made
    numbers: tuple[Mapping[str, Any], ...]
    plan: Mapping[str, Any] = field(default_factory=dict)
    loose: tuple[str, ...] = ()

    def model(self, i: int) -> Any:
        keras.utils.set_random_seed(40 + i)
        keras.backend.clear_session()
        return self.made(**self.numbers[i])

    def plan_of(self, i: int, **changes: Any) -> TrainPlan:
        return replace(USUAL, **{"seed": 5 + i, **self.plan, **changes})


def entry_for(case: Case, i: int, rows: Dataset, resume: Checkpoint | None = None, **plan: Any) -> ModelEntry:
    entry = model_entry(case.model(i), rows, case.plan_of(i, **plan), resume)
    assert entry is not None
    return entry


def model_alone(
    case: Case, i: int, rows: Dataset, resume: Checkpoint | None = None, **plan: Any
) -> tuple[Any, list[Checkpoint], TrainResult]:
    """The model, its checkpoints after each epoch, and its result."""
    model = case.model(i)
    checkpoints: list[Checkpoint] = []

    def keep(result: EpochResult) -> Verdict:
        checkpoints.append(result.checkpoint())
        return "go_on"

    return model, checkpoints, train(model, rows, case.plan_of(i, **plan), resume, keep)


def models_together(case: Case, rows: Dataset, slots: int | None = None) -> Any:
    """The trainer when all have ended, and each one's last checkpoint."""
    entries = [entry_for(case, i, rows) for i in range(len(case.numbers))]
    assert len({each.like for each in entries}) == 1
    cohort = alike_cohort(entries[0], slots or len(entries))
    for each in entries:
        cohort.admit(each)
    return cohort, to_the_end(cohort)


def arrays(checkpoint: Checkpoint) -> tuple[Any, ...]:
    return (*checkpoint.weights, *checkpoint.optimizer, *checkpoint.best_weights)


def check_same_model(case: Case, i: int, rows: Dataset, mine: Checkpoint, result: TrainResult, model: Any) -> None:
    """The member came to what the network comes to alone."""
    alone, checkpoints, expected = model_alone(case, i, rows)
    its = checkpoints[-1]
    names = [each.path for each in (*alone.variables, *alone.optimizer.variables, *alone.variables)]
    for name, got, wanted in zip(names, arrays(mine), arrays(its), strict=True):
        assert (got.shape, got.dtype) == (wanted.shape, wanted.dtype), name
        if not any(each in name for each in case.loose):
            assert np.linalg.norm(np.subtract(got, wanted)) <= TOLERANCE * np.linalg.norm(wanted) + 1e-7, name
    assert (mine.epoch, mine.best_epoch) == (its.epoch, its.best_epoch)
    assert (result.stopped, result.best_epoch, result.averaged, result.path) == (
        expected.stopped, expected.best_epoch, expected.averaged, "cohort",
    )  # fmt: skip
    for ours, theirs in zip(result.epochs, expected.epochs, strict=True):
        assert list(ours) == list(theirs)
        for name, value in ours.items():
            slack = 2 / len(rows.validation) if "accuracy" in name or "_units" in name else 1e-6
            assert value == pytest.approx(theirs[name], rel=2e-3 if "health" in name else 1e-4, abs=slack), name
    for got, wanted in zip(model.variables, alone.variables, strict=True):
        np.testing.assert_allclose(got.numpy(), wanted.numpy(), rtol=1e-3, atol=1e-5)


def of_family(name: str, rows: Dataset) -> Made:
    """Of parameters of a family."""

    def made(**params: Value) -> Any:
        config = CONFIGURE[name](fixed(params), rows.info.task, rows.info.images)
        return build(config, rows.info, fit(config.normalization, rows.train.x), params_metrics(rows), seed=11)

    return made


def params_metrics(rows: Dataset) -> tuple[str, ...]:
    return ("auc",) if rows.info.task == "classification" else ()


def as_own_code_sees(rows: Dataset) -> Dataset:
    return normalized(rows, fit("minmax", rows.train.x))
