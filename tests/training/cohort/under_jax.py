"""What holds of cohorts. Run with KERAS_BACKEND=jax, by test_cohort or by hand.

Members are trained together once, every choice of the catalogue among them; each is then compared with the same
network trained alone.
"""

from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np
import pytest

from tuner.data.dataset import Dataset, Rows
from tuner.data.preprocessing import fit
from tuner.spec.families import (
    ACTIVATIONS,
    BINARY,
    CLASSIFICATION_LOSSES,
    INITIALIZERS,
    OPTIMIZERS,
    OUTPUT_ACTIVATIONS,
    REGRESSION_LOSSES,
    SCHEDULES,
    MlpConfig,
    mlp,
)
from tuner.spec.space import Value, fixed
from tuner.training import backend
from tuner.training.checkpoint import Checkpoint
from tuner.training.cohort.bucket import Bucket, bucket_of, reach_of
from tuner.training.cohort.port import Entry
from tuner.training.cohort.trainer import CohortTrainer
from tuner.training.networks.models import build
from tuner.training.plan import EpochResult, TrainPlan, TrainResult, Verdict
from tuner.training.trainer import train

TOLERANCE = 1e-4
EPOCHS = 3
Params = dict[str, Value]


def _turn(values: tuple[Value, ...], i: int) -> Value:
    return values[i % len(values)]


EACH_OPTIMIZER: list[Params] = [
    {"optimizer": name, "schedule": _turn(SCHEDULES, i), "normalization": "standard", "batch_size": _turn((100, 80), i)}
    for i, name in enumerate(OPTIMIZERS)
]
_LOSSES: tuple[Params, ...] = (
    *(Params(loss=name) for name in CLASSIFICATION_LOSSES if name != BINARY),
    {"loss": "sparse_categorical_crossentropy", "label_smoothing": 0.1},
    {"loss": "categorical_crossentropy", "label_smoothing": 0.1},
    {"loss": "focal", "focal_gamma": 1.0, "label_smoothing": 0.2},
)
EVERYTHING_ELSE: list[Params] = [
    {
        **_LOSSES[i % len(_LOSSES)],
        "initializer": name,
        "initializer_value": 0.02,
        "activation": _turn(ACTIVATIONS, i),
        "activation_2": _turn(ACTIVATIONS, i + 3),
        "hidden_layers": 1 + i % 3,
        "units": 40 - i,
        "output_activation": _turn(OUTPUT_ACTIVATIONS, i // 2),
        "normalization": _turn(("none", "minmax", "standard"), i) if i else "minmax",
        "batch_normalization": i % 2 == 1,
        "l1": _turn((0.0, 1e-4), i),
        "l2": _turn((0.0, 0.0, 1e-3), i),
        "schedule": _turn(SCHEDULES, i),
        "optimizer": "adam" if i % 3 else "momentum",
        "batch_size": _turn((100, 128, 65), i),
    }
    for i, name in enumerate(INITIALIZERS)
]
CASES = [*EACH_OPTIMIZER, *EVERYTHING_ELSE]
WHITENED: list[Params] = [{"normalization": "whiten"}, {"normalization": "whiten", "hidden_layers": 0}]
ONE_OUTPUT: list[Params] = [
    {"loss": BINARY, "output_activation": output, "normalization": "standard", "label_smoothing": smoothing}
    for output, smoothing in (("sigmoid", 0.0), ("linear", 0.1))
]
REGRESSION: list[Params] = [
    {"loss": name, "huber_delta": 20.0, "normalization": "standard", "target_normalization": normal}
    for name, normal in zip(REGRESSION_LOSSES, ("standard", "none", "standard"), strict=True)
]


@pytest.fixture(scope="module", autouse=True)
def whole_precision() -> None:
    backend.prepare(2)
    jax.config.update("jax_default_matmul_precision", "highest")


@pytest.fixture(scope="module")
def few(digits: Dataset) -> Dataset:
    """450 training and 150 validation rows of the digits."""
    train, validation = (Rows(part.x[:n], part.y[:n]) for part, n in ((digits.train, 450), (digits.validation, 150)))
    info = replace(digits.info, train_rows=450, validation_rows=150)
    return replace(digits, info=info, train=train, validation=validation, digest="few")


@dataclass
class Trained:
    """What became of some networks: each one's checkpoint after its last epoch, and its result."""

    checkpoints: dict[int, Checkpoint]
    results: list[TrainResult]


def _config(params: Params, dataset: Dataset) -> MlpConfig:
    usual = {"hidden_layers": 2, "units": 24, "epochs": EPOCHS, "batch_size": 100}
    return mlp(fixed({**usual, **params}), dataset.info.task, dataset.info.images)


def _plan(**changes: Any) -> TrainPlan:
    return replace(TrainPlan(None, EPOCHS, "val_loss", "minimize", None, seed=5, path="compiled"), **changes)


def _entry(params: Params, dataset: Dataset, resume: Checkpoint | None = None, **plan: Any) -> Entry:
    config = _config(params, dataset)
    return Entry(config, _plan(**plan), fit(config.normalization, dataset.train.x), resume)


def _bucket(cases: list[Params], dataset: Dataset) -> Bucket:
    configs = [_config(params, dataset) for params in cases]
    return bucket_of(configs[0], dataset.info, reach_of(configs))


def _cohort(cases: list[Params], dataset: Dataset, slots: int | None = None) -> CohortTrainer:
    whitening = fit("whiten", dataset.train.x) if cases[0].get("normalization") == "whiten" else None
    return CohortTrainer(_bucket(cases, dataset), dataset, slots or len(cases), health=True, whitening=whitening)


def _to_the_end(cohort: CohortTrainer) -> dict[int, Checkpoint]:
    checkpoints = {}
    while results := cohort.step():
        for each in results:
            if each.ended != "diverged":
                checkpoints[each.member] = each.checkpoint()
    return checkpoints


def _together(cases: list[Params], dataset: Dataset, **plan: Any) -> Trained:
    cohort = _cohort(cases, dataset)
    members = [cohort.admit(_entry(params, dataset, **plan)) for params in cases]
    checkpoints = _to_the_end(cohort)
    return Trained(checkpoints, [cohort.result(member) for member in members])


def _alone(params: Params, dataset: Dataset, resume: Checkpoint | None = None, **plan: Any) -> tuple[Any, Trained]:
    entry = _entry(params, dataset, **plan)
    model = build(entry.config, dataset.info, entry.preprocessing, seed=entry.plan.seed)
    last: dict[int, Checkpoint] = {}

    def keep(result: EpochResult) -> Verdict:
        last[0] = result.checkpoint()
        return "go_on"

    own = replace(entry.plan, batch_size=entry.config.batch_size)
    result = train(model, dataset, own, resume, keep)
    return model, Trained(last, [result])


def _check_same(params: Params, dataset: Dataset, mine: Checkpoint, result: TrainResult, **plan: Any) -> None:
    model, alone = _alone(params, dataset, **plan)
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


@pytest.fixture(scope="module")
def together(few: Dataset) -> Trained:
    return _together(CASES, few)


@pytest.mark.parametrize("case", range(len(CASES)), ids=lambda i: f"{i}-{next(iter(CASES[i].values()))}")
def test_a_member_comes_to_the_weights_to_which_it_comes_alone(together: Trained, few: Dataset, case: int) -> None:
    _check_same(CASES[case], few, together.checkpoints[case], together.results[case])
