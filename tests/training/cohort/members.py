"""Members of cohorts and the same networks alone, for the tests that run under JAX."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import fit
from tuner.spec.families import (
    MlpConfig,
    mlp,
)
from tuner.spec.space import Value, fixed
from tuner.training.checkpoint import Checkpoint
from tuner.training.class_weights import class_weights
from tuner.training.cohort.bucket import Bucket, bucket_of, reach_of
from tuner.training.cohort.padded import padded_cohort
from tuner.training.cohort.port import Entry
from tuner.training.cohort.trainer import CohortTrainer
from tuner.training.networks.models import build
from tuner.training.plan import EpochResult, TrainPlan, TrainResult, Verdict
from tuner.training.trainer import train

TOLERANCE = 1e-4
EPOCHS = 3
Params = dict[str, Value]


@dataclass
class Trained:
    """What became of some networks: each one's checkpoint after its last epoch, and its result."""

    checkpoints: dict[int, Checkpoint]
    results: list[TrainResult]


def config_of(params: Params, dataset: Dataset) -> MlpConfig:
    usual = {"hidden_layers": 2, "units": 24, "epochs": EPOCHS, "batch_size": 100}
    return mlp(fixed({**usual, **params}), dataset.info.task, dataset.info.images)


def plan_of(**changes: Any) -> TrainPlan:
    return replace(TrainPlan(None, EPOCHS, "val_loss", "minimize", None, seed=5, path="compiled"), **changes)


def entry_of(params: Params, dataset: Dataset, resume: Checkpoint | None = None, **plan: Any) -> Entry:
    config = config_of(params, dataset)
    own = plan_of(**plan, class_weights=class_weights(config.class_weight, dataset))
    return Entry(config, own, fit(config.normalization, dataset.train.x), resume)


def bucket_for(cases: list[Params], dataset: Dataset) -> Bucket:
    configs = [config_of(params, dataset) for params in cases]
    return bucket_of(configs[0], dataset.info, reach_of(configs))


def cohort_for(cases: list[Params], dataset: Dataset, slots: int | None = None) -> CohortTrainer:
    whitening = fit("whiten", dataset.train.x) if cases[0].get("normalization") == "whiten" else None
    return padded_cohort(bucket_for(cases, dataset), dataset, slots or len(cases), health=True, whitening=whitening)


def to_the_end(cohort: CohortTrainer) -> dict[int, Checkpoint]:
    checkpoints = {}
    while results := cohort.step():
        for each in results:
            if each.ended != "diverged":
                checkpoints[each.member] = each.checkpoint()
    return checkpoints


def trained_together(cases: list[Params], dataset: Dataset, **plan: Any) -> Trained:
    cohort = cohort_for(cases, dataset)
    members = [cohort.admit(entry_of(params, dataset, **plan)) for params in cases]
    checkpoints = to_the_end(cohort)
    return Trained(checkpoints, [cohort.result(member) for member in members])


def trained_alone(
    params: Params, dataset: Dataset, resume: Checkpoint | None = None, **plan: Any
) -> tuple[Any, Trained]:
    entry = entry_of(params, dataset, **plan)
    model = build(entry.config, dataset.info, entry.preprocessing, seed=entry.plan.seed)
    last: dict[int, Checkpoint] = {}

    def keep(result: EpochResult) -> Verdict:
        last[0] = result.checkpoint()
        return "go_on"

    own = replace(entry.plan, batch_size=entry.config.batch_size)
    result = train(model, dataset, own, resume, keep)
    return model, Trained(last, [result])


def check_same(params: Params, dataset: Dataset, mine: Checkpoint, result: TrainResult, **plan: Any) -> None:
    model, alone = trained_alone(params, dataset, **plan)
    its, expected = alone.checkpoints[0], alone.results[0]
    names = [*(each.path for each in model.variables), *(each.path for each in model.optimizer.variables)]
    names += [each.path for each in model.variables]
    pairs = zip((*mine.weights, *mine.optimizer, *mine.best_weights), (*its.weights, *its.optimizer, *its.best_weights),
                strict=True)  # fmt: skip
    for name, (got, wanted) in zip(names, pairs, strict=True):
        assert (got.shape, got.dtype) == (wanted.shape, wanted.dtype), name
        # A bias before batch normalization has no effect and so no gradient but rounding, which Adam makes steps of.
        if params.get("batch_normalization") and "hidden" in name and "bias" in name:
            continue
        # That bias is part of the mean, whose own share is near nothing.
        tolerance = 1e-2 if params.get("batch_normalization") and "moving_mean" in name else TOLERANCE
        assert np.linalg.norm(np.subtract(got, wanted)) <= tolerance * np.linalg.norm(wanted) + 1e-7, name
    assert (mine.epoch, mine.best_epoch) == (its.epoch, its.best_epoch)
    assert (result.stopped, result.best_epoch, result.averaged) == (
        expected.stopped, expected.best_epoch, expected.averaged,
    )  # fmt: skip
    for ours, theirs in zip(result.epochs, expected.epochs, strict=True):
        assert set(ours) == set(theirs)
        for name, value in ours.items():
            slack = 2 / len(dataset.validation) if "accuracy" in name or "_units" in name else 1e-6
            assert value == pytest.approx(theirs[name], rel=2e-3 if "health" in name else 1e-4, abs=slack), name
