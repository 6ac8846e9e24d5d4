"""Every way to train comes to the same weights: `Model.fit` is the measure, with the same rows in the same order."""

import re
from dataclasses import replace
from pathlib import Path as Path_
from typing import Any

import keras
import numpy as np
import psutil
import pytest

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import fit
from tuner.data.sources import load
from tuner.spec.families import (
    ACTIVATIONS,
    BINARY,
    CLASSIFICATION_LOSSES,
    CONFIGURE,
    INITIALIZERS,
    NORMALIZATIONS,
    OPTIMIZERS,
    OUTPUT_ACTIVATIONS,
    REGRESSION_LOSSES,
    SCHEDULES,
)
from tuner.spec.sources import DataSpec
from tuner.spec.space import Value, fixed
from tuner.training.class_weights import class_weights
from tuner.training.compiled import device_rows
from tuner.training.networks.models import build
from tuner.training.plan import EpochResult, Path, TrainPlan, TrainResult, Verdict
from tuner.training.trainer import train

if keras.backend.backend() == "jax":
    from tuner.training.compiled.epoch_jax import JaxTensors as TENSORS
else:
    from tuner.training.compiled.epoch_tensorflow import TensorFlowTensors as TENSORS

TOLERANCE = 1e-4
EPOCHS = 3
BATCH = 100  # of 1,150 rows: the last batch has 50

Params = dict[str, Value]


def _turn(values: tuple[Value, ...], i: int) -> Value:
    return values[i % len(values)]


# One run for each optimizer, on an otherwise ordinary network.
EACH_OPTIMIZER: list[Params] = [
    {"optimizer": name, "schedule": _turn(SCHEDULES, i), "l2": _turn((0.0, 1e-3), i)}
    for i, name in enumerate(OPTIMIZERS)
]

# Every value of everything else, in as many runs as the longest list is long.
_LOSSES: tuple[Params, ...] = (
    *({"loss": name} for name in CLASSIFICATION_LOSSES if name != BINARY),
    {"loss": "sparse_categorical_crossentropy", "label_smoothing": 0.1},
    {"loss": "categorical_crossentropy", "label_smoothing": 0.1},
    {"loss": "focal", "focal_gamma": 1.0},
)
EVERYTHING_ELSE: list[Params] = [
    {
        **_LOSSES[i % len(_LOSSES)],
        "initializer": name,
        "initializer_value": 0.02,
        "activation": _turn(ACTIVATIONS, i),
        "output_activation": _turn(OUTPUT_ACTIVATIONS, i // 2),
        "normalization": _turn(NORMALIZATIONS[1:] if i else NORMALIZATIONS, i),
        "batch_normalization": i % 2 == 1,
        "l1": _turn((0.0, 1e-4), i),
        "l2": _turn((0.0, 0.0, 1e-3), i),
        "schedule": _turn(SCHEDULES, i),
        "optimizer": "adam" if i % 3 else "momentum",
        "batch_size": _turn((BATCH, BATCH, BATCH, "full"), i),
        "class_weight": _turn(("balanced", "none"), i // 3),
    }
    for i, name in enumerate(INITIALIZERS)
]

ONE_OUTPUT: list[Params] = [
    {
        "loss": BINARY,
        "output_activation": output,
        "normalization": "standard",
        "label_smoothing": smoothing,
        "class_weight": weight,
    }
    for output, smoothing, weight in (("sigmoid", 0.0, "none"), ("linear", 0.1, "balanced"))
]

REGRESSION: list[Params] = [
    {
        "loss": name,
        "huber_delta": 20.0,
        "normalization": "standard",
        "target_normalization": _turn(("none", "standard"), i),
    }
    for i, name in enumerate(REGRESSION_LOSSES)
]


# Every choice of the convolutional family, on small ones.
CONVOLUTIONAL: list[Params] = [
    {"blocks": 2, "filters": 4, "head_units": 8, "normalization": "minmax"},
    {"blocks": 1, "filters": 6, "convolutions": 2, "pooling": "average", "head": "global_average",
     "batch_normalization": True, "activation": "elu", "optimizer": "momentum", "normalization": "standard"},
    {"blocks": 2, "filters": 4, "pooling": "stride", "head": "global_max", "l2": 1e-3, "schedule": "cosine",
     "normalization": "whiten", "loss": "mse"},
    {"blocks": 2, "filters": 4, "pooling": "none", "kernel_size": 5, "activation": "prelu", "optimizer": "rmsprop",
     "augmentation": "shift+flip", "normalization": "minmax"},
]  # fmt: skip


# Every choice of the families that read sequences.
SEQUENCES: list[tuple[str, Params]] = [
    ("rnn", {"units": 6, "normalization": "minmax", "recurrent_dropout": 0.0, "l2": 1e-3}),
    ("rnn", {"cell": "gru", "units": 5, "bidirectional": True, "recurrent_layers": 2, "head": "global_max",
             "normalization": "whiten", "optimizer": "momentum"}),
    ("rnn", {"cell": "simple", "units": 7, "head": "global_average", "head_units": 8, "activation": "prelu",
             "normalization": "standard", "schedule": "cosine"}),
    ("timeseries", {"blocks": 2, "filters": 4, "head": "flatten", "normalization": "minmax", "pooling": "average"}),
    ("timeseries", {"blocks": 2, "filters": 4, "head": "global_max", "pooling": "stride", "activation": "prelu",
                    "normalization": "whiten", "optimizer": "rmsprop"}),
]  # fmt: skip


def _name(params: Params) -> str:
    return "-".join(f"{value:g}" if isinstance(value, float) else str(value) for value in params.values())


@pytest.fixture(scope="module")
def diabetes() -> Dataset:
    return load(DataSpec("diabetes"), seed=0)


@pytest.fixture(scope="module")
def tumours() -> Dataset:
    return load(DataSpec("breast_cancer"), seed=0)


def _run(
    dataset: Dataset,
    params: Params,
    path: Path,
    seed: int = 5,
    on_device: bool = False,
    room: int | None = None,
    family: str = "mlp",
) -> tuple[dict[str, Any], TrainResult]:
    """Train; the last epoch's variables by name, which need not be the best's, and the optimizer's with them."""
    config = CONFIGURE[family](
        fixed({"hidden_layers": 2, "units": 24, "epochs": EPOCHS, "batch_size": BATCH, **params}),
        dataset.info.task,
        dataset.info.images,
    )
    metrics = ("r2", "rmse") if dataset.info.task == "regression" else ("auc",) if dataset.info.outputs == 2 else ()
    model = build(config, dataset.info, fit(config.normalization, dataset.train.x), metrics, seed=seed)
    model.optimizer.build(model.trainable_variables)
    weights_of = class_weights(config.class_weight, dataset)
    plan = TrainPlan(
        config.batch_size, EPOCHS, "val_loss", "minimize", None, seed=seed, path=path, class_weights=weights_of
    )
    names = [*(each.path for each in model.variables), *(each.path for each in model.optimizer.variables)]
    weights: dict[str, Any] = {}

    def keep(result: EpochResult) -> Verdict:
        checkpoint = result.checkpoint()
        weights.update(zip(names, [*checkpoint.weights, *checkpoint.optimizer], strict=True))
        return "go_on"

    with pytest.MonkeyPatch.context() as patch:
        if on_device:
            # As with a GPU, on any machine.
            patch.setattr(TENSORS, "own_memory", lambda self: True)
            patch.setattr(TENSORS, "room", lambda self: room)
        return weights, train(model, dataset, plan, None, keep)


def _check_agreement(
    dataset: Dataset, params: Params, on_device: bool = False, room: int | None = None, family: str = "mlp"
) -> None:
    expected, by_fit = _run(dataset, params, "fit", family=family)
    actual, compiled = _run(dataset, params, "compiled", on_device=on_device, room=room, family=family)
    assert compiled.path == "compiled"
    assert by_fit.path.startswith("fit")
    # Keras numbers a process's optimizers, so the names differ; the order does not.
    for (name, wanted), got in zip(expected.items(), actual.values(), strict=True):
        # A bias before batch normalization has no effect and so no gradient but rounding, which Adam makes steps of.
        if params.get("batch_normalization") and re.search(r"(hidden_\d|convolution_\d_\d)[_/]bias", name):
            continue
        # That bias is part of the mean, whose own share is near nothing.
        tolerance = 1e-2 if params.get("batch_normalization") and "moving_mean" in name else TOLERANCE
        assert np.linalg.norm(got - wanted) <= tolerance * np.linalg.norm(wanted) + 1e-7, name
    assert len(compiled.epochs) == EPOCHS
    for mine, its in zip(compiled.epochs, by_fit.epochs, strict=True):
        assert set(mine) == set(its)
        for name in mine:
            # A row whose two best classes are all but equal may fall either way.
            slack = 2 / len(dataset.validation) if "accuracy" in name else 0
            assert mine[name] == pytest.approx(its[name], rel=1e-4, abs=1e-6 + slack)
    assert compiled.best_epoch == by_fit.best_epoch


@pytest.mark.parametrize("params", EACH_OPTIMIZER, ids=_name)
def test_both_paths_come_to_the_same_weights_with_every_optimizer(digits: Dataset, params: Params) -> None:
    _check_agreement(digits, {"normalization": "standard", **params})


@pytest.mark.parametrize("params", EVERYTHING_ELSE, ids=_name)
def test_both_paths_come_to_the_same_weights_with_every_layer_and_loss(digits: Dataset, params: Params) -> None:
    _check_agreement(digits, params)


@pytest.mark.parametrize("params", ONE_OUTPUT, ids=_name)
def test_both_paths_come_to_the_same_weights_with_one_output(tumours: Dataset, params: Params) -> None:
    _check_agreement(tumours, params)


@pytest.mark.parametrize("params", REGRESSION, ids=_name)
def test_both_paths_come_to_the_same_weights_in_regression(diabetes: Dataset, params: Params) -> None:
    _check_agreement(diabetes, params)


@pytest.mark.parametrize("params", CONVOLUTIONAL, ids=_name)
def test_both_paths_come_to_the_same_weights_in_a_convolutional_network(digits: Dataset, params: Params) -> None:
    _check_agreement(digits, params, family="cnn")


@pytest.mark.parametrize(("family", "params"), SEQUENCES, ids=lambda each: each if isinstance(each, str) else "")
def test_both_paths_come_to_the_same_weights_in_a_network_of_sequences(
    digits: Dataset, family: str, params: Params
) -> None:
    _check_agreement(digits, params, family=family)


def test_both_paths_come_to_the_same_weights_in_single_rows(digits: Dataset) -> None:
    few = replace(digits, train=type(digits.train)(digits.train.x[:60], digits.train.y[:60]), digest="few")
    _check_agreement(few, {"batch_size": 1, "optimizer": "sgd", "normalization": "minmax"})


@pytest.mark.parametrize("on_device", [True, False])
def test_augmented_rows_are_the_same_wherever_they_live(digits: Dataset, on_device: bool) -> None:
    params: Params = {"augmentation": "shift+flip+rotate", "normalization": "standard", "schedule": "cosine"}
    _check_agreement(digits, params, on_device)


def test_dropout_is_keras_own_where_rows_live_on_the_device(digits: Dataset) -> None:
    _check_agreement(digits, {"dropout": 0.3, "input_dropout": 0.2, "normalization": "minmax"}, on_device=True)


def test_rows_too_many_for_the_device_are_fed_to_it(digits: Dataset) -> None:
    _check_agreement(digits, {"normalization": "standard"}, on_device=True, room=1000)


def test_rows_that_need_no_copy_may_be_more_than_memory_holds(
    digits: Dataset, tmp_path: Path_, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = np.lib.format.open_memmap(tmp_path / "rows.npy", "w+", np.uint8, digits.train.x.shape)
    file[:] = digits.train.x
    mapped = replace(digits, train=type(digits.train)(file, digits.train.y), digest="mapped")
    params: Params = {"normalization": "minmax"}
    expected, _ = _run(digits, params, "compiled")
    free = psutil.virtual_memory().available
    monkeypatch.setattr(device_rows, "MOST_OF_FREE_MEMORY", 6 * digits.validation.x.size / free)
    assert _run(replace(digits, digest="whole"), {"normalization": "whiten"}, "auto")[1].path.startswith("fit: 0.0 GiB")
    actual, result = _run(mapped, params, "auto")
    assert result.path == "compiled"
    for wanted, got in zip(expected.values(), actual.values(), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_with_fed_dropout_losses_agree_in_the_mean_over_seeds(digits: Dataset) -> None:
    params: Params = {"dropout": 0.3, "input_dropout": 0.2, "normalization": "minmax", "learning_rate": 0.003}
    losses = {
        path: np.array([_run(digits, params, path, seed=seed)[1].epochs[-1]["val_loss"] for seed in range(5)])
        for path in ("compiled", "fit")
    }
    difference = losses["compiled"].mean() - losses["fit"].mean()
    error = np.sqrt(sum(each.var(ddof=1) / len(each) for each in losses.values()))
    assert abs(difference) < 3 * error


_IN_64_BITS = pytest.param(
    "float64",
    marks=pytest.mark.skipif(keras.backend.backend() == "jax", reason="JAX has 64 bits only with jax_enable_x64"),
)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16", "mixed_float16", _IN_64_BITS])
def test_both_paths_agree_under_every_precision(policy: str, digits: Dataset) -> None:
    def trained(path: Path) -> TrainResult:
        keras.utils.set_random_seed(1)
        layers = [keras.Input((8, 8, 1)), keras.layers.Rescaling(1 / 16), keras.layers.Flatten()]
        model = keras.Sequential([*layers, keras.layers.Dense(16, "relu"), keras.layers.Dense(10, "softmax")])
        model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
        return train(model, digits, TrainPlan(BATCH, EPOCHS, "val_loss", "minimize", None, seed=1, path=path))

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        fast, slow = trained("compiled"), trained("fit")
    finally:
        keras.config.set_dtype_policy(before)
    # As much as the coarsest of them rounds.
    for one, other in zip(fast.epochs, slow.epochs, strict=True):
        assert one["val_loss"] == pytest.approx(other["val_loss"], rel=0.02)
        assert one["val_accuracy"] == pytest.approx(other["val_accuracy"], abs=0.03)
