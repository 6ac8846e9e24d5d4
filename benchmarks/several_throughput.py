"""How many times faster is a compiled epoch than one of `Model.fit` with several inputs, targets, or weights?

    python -m benchmarks.several_throughput [--rows 20000] [--batch 32] [--epochs 3]

The same network on the same rows, in turns within one process: two inputs of numbers and one of ids, an output of
classes and one of numbers, each with its loss and a metric. `fit` is one call for all epochs.
Validation is included, the first epoch, which compiles, left out; the best of the others counts, since what a machine
does besides only ever adds time. KERAS_BACKEND says of which framework.
"""

import argparse
import os
import sys
from dataclasses import replace
from typing import Any

from benchmarks.machine import machine

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

CASES = ("several inputs and targets", "the same, with weights", "one array, with weights")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=3, help="that count, a turn")
    parser.add_argument("--turns", type=int, default=2)
    arguments = parser.parse_args()

    import keras

    from tuner.training import backend

    backend.prepare(1)
    print(f"{machine()}\n{keras.backend.backend()}, 1 thread, {arguments.rows} rows, batches of {arguments.batch}\n")
    print(f"{'':28}{'fit, s':>10}{'compiled, s':>13}{'times':>8}")
    for case in CASES:
        dataset = _dataset(arguments.rows, case)
        seconds: dict[str, list[float]] = {"fit": [], "compiled": []}
        for _ in range(arguments.turns):
            for path, measured in (("fit", _fit), ("compiled", _compiled)):
                seconds[path] += measured(dataset, arguments.batch, 1 + arguments.epochs)[1:]
        fit, compiled = (min(each) for each in seconds.values())
        print(f"{case:28}{fit:10.3f}{compiled:13.3f}{fit / compiled:8.2f}", flush=True)
    return 0


def _dataset(rows: int, case: str) -> Any:
    import numpy as np

    from tuner.data.dataset import DataInfo, Dataset, Rows
    from tuner.data.fields import fields_of
    from tuner.data.records import packed

    random = np.random.default_rng(0)
    wide, deep = (random.normal(size=(rows, width)).astype(np.float32) for width in (16, 64))
    kind = (wide[:, 0] + deep[:, 0] > 0).astype(np.int32)
    x, y = wide, kind
    if case.startswith(("several", "the same")):
        code = random.integers(0, 50, (rows, 2)).astype(np.int32)
        x = packed({"wide": wide, "deep": deep, "code": code})
        y = packed({"kind": kind, "size": wide[:, 1] - deep[:, 1]})
    weights = random.uniform(0.1, 2, rows).astype(np.float32) if "weights" in case else None
    train = rows * 5 // 6
    parts = [
        Rows(x[at], y[at], None if weights is None else weights[at])
        for at in (slice(train), slice(train, rows), slice(0))
    ]
    names = {"kind": ("no", "yes")}
    info = DataInfo("rows", "classification", (16,), 2, ("no", "yes"), train, rows - train, 0)
    info = replace(info, inputs=fields_of(x, {}), targets=fields_of(y, names), weighted=weights is not None)
    return Dataset(info, *parts, digest=case)


def _model(dataset: Any) -> Any:
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(1)
    if not dataset.info.inputs:
        chain = [keras.Input((16,)), layers.Dense(128, "relu"), layers.Dense(32, "relu"), layers.Dense(2, "softmax")]
        model = keras.Sequential(chain)
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model
    wide, deep, code = keras.Input((16,), name="wide"), keras.Input((64,), name="deep"), keras.Input((2,), name="code")
    rows = layers.concatenate([wide, deep, layers.Flatten()(layers.Embedding(50, 8)(code))])
    rows = layers.Dense(32, "relu")(layers.Dense(128, "relu")(rows))
    outputs = [layers.Dense(2, "softmax", name="kind")(rows), layers.Dense(1, name="size")(rows)]
    model = keras.Model([wide, deep, code], outputs)
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    model.compile("adam", losses, {"kind": 1.0, "size": 0.5}, metrics={"kind": ["accuracy"], "size": ["mae"]})
    return model


def _fit(dataset: Any, batch: int, epochs: int) -> list[float]:
    """Seconds an epoch."""
    from benchmarks.epoch_throughput import clock
    from tuner.training.batch import fed

    model, seconds = _model(dataset), clock()
    train, validation = (fed(part, dataset.info, model) for part in (dataset.train, dataset.validation))
    how = {"batch_size": batch, "epochs": epochs, "verbose": 0, "callbacks": [seconds]}
    model.fit(**train.arguments(), validation_data=validation.tuple(), **how)
    return list(seconds.seconds)


def _compiled(dataset: Any, batch: int, epochs: int) -> list[float]:
    """The same."""
    from tuner.training.plan import EpochResult, TrainPlan, Verdict
    from tuner.training.trainer import train

    seconds: list[float] = []

    def note(result: EpochResult) -> Verdict:
        seconds.append(result.seconds)
        return "go_on"

    plan = TrainPlan(batch, epochs, "val_loss", "minimize", None, seed=1, path="compiled")
    train(_model(dataset), dataset, plan, None, note)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
