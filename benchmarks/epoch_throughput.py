"""How many times faster is a compiled epoch than one of `Model.fit`, validation included?

    python -m benchmarks.epoch_throughput [--quick] [--threads 1 0] [--cases adam ...] [--backends tensorflow jax]

Both train the same network on the same rows, in turns within one process. `fit` gets what a person would give it: rows
already normalized, one call for many epochs, TensorFlow as it comes; the compiled epoch runs as under a worker. The
first epoch of each is left out (it compiles), and the best of the others counts, since what a machine does besides only
ever adds time. Then the compiled epoch on JAX trains the same networks in a process of its own, and is held against
TensorFlow's `fit` of this run. Threads: 1 is a worker a core, 0 leaves the choice to the framework.

Rows are Fashion-MNIST where Keras has it in its cache, else random ones of its shape.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

from benchmarks.machine import machine

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

LAB_8_1: Mapping[str, Any] = {
    "hidden_layers": 2, "units_1": 128, "units_2": 32, "activation": "relu", "optimizer": "adam",
    "normalization": "minmax",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One network and the ratio that it has to reach. rows: of training; None is all. jax: the ratio there, if any."""

    name: str
    params: Mapping[str, Any]
    target: float
    rows: int | None = 20_000
    jax: float = 0.0


CASES = (
    Case("lab-8-1, batch 32", {"input_dropout": 0.2, "batch_size": 32}, 4.0, None, jax=6.0),
    Case("lab-8-1, batch 64", {"input_dropout": 0.2, "batch_size": 64}, 3.5, None),
    Case("lab-8-1, batch 512", {"input_dropout": 0.2, "batch_size": 512}, 3.0, None),
    *(
        Case(name, {"optimizer": name, "batch_size": 128}, 0.95)
        for name in ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "nadam", "adadelta")
    ),
    Case("batch normalization", {"batch_normalization": True, "batch_size": 128}, 0.95),
    Case("augmentation", {"augmentation": "shift+flip+rotate", "batch_size": 128}, 0.95, 10_000),
    Case("batch 1", {"batch_size": 1}, 0.95, 2_000),
    Case("batch full", {"batch_size": "full"}, 0.95, None),
    Case("five layers of 512", {"hidden_layers": 5, "units_1": 512, "units_2": 512, "units": 512, "batch_size": 128},
         0.95),
)  # fmt: skip
QUICK_ROWS = 6_000


def main() -> int:
    arguments = _arguments()
    if arguments.one is not None:
        _run(arguments.one, arguments.cases, arguments.quick)
        return 0
    print(f"{machine()}\n")
    missed = 0
    for threads in arguments.threads:
        fit: dict[str, float] = {}
        for backend in arguments.backends:
            if find_spec(backend) is None:
                print(f"{backend} is not installed")
                continue
            print(f"{backend}, threads: {threads or 'as it chooses'}")
            head = "fit (TF), s" if backend == "jax" else "fit, s"
            print(f"{'':24}{head:>12}{'compiled, s':>13}{'times':>8}{'target':>8}{'first epoch, s':>16}")
            for row in _rows(arguments, threads, backend):
                fit.setdefault(row["name"], row["fit"])
                missed += _show(row, fit[row["name"]], row["target" if backend == "tensorflow" else "jax"])
            print()
    return 1 if missed and not arguments.quick else 0


def _rows(arguments: argparse.Namespace, threads: int, backend: str) -> Iterator[dict[str, Any]]:
    """What a process of its own measures, case by case."""
    command = [sys.executable, "-m", "benchmarks.epoch_throughput", "--one", str(threads)]
    command += [*(["--quick"] if arguments.quick else []), *(["--cases", *arguments.cases] if arguments.cases else [])]
    environment = {**os.environ, "KERAS_BACKEND": backend}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("{"):
                yield json.loads(line)
            else:
                print(line, end="")
    if process.returncode:
        raise SystemExit(process.returncode)


def _show(row: Mapping[str, Any], fit: float, target: float) -> int:
    """Print a case; 1 where it misses its target. fit: NaN where it was not measured."""
    ratio = fit / row["compiled"]
    bad = ratio < target
    print(
        f"{row['name']:24}{fit:12.3f}{row['compiled']:13.3f}{ratio:8.2f}{f'{target:.2f}' if target else '-':>8}"
        f"{row['first']:16.2f}{'  missed' if bad else ''}",
        flush=True,
    )
    return int(bad)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"at most {QUICK_ROWS} rows, one round")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 0], help="numbers of CPU threads to try")
    parser.add_argument("--cases", nargs="+", default=[], help="only those whose name has one of these words")
    parser.add_argument("--backends", nargs="+", default=["tensorflow", "jax"], choices=["tensorflow", "jax"])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def published_rows() -> Any:
    """60,000 training rows, and the 10,000 test rows for validation."""
    import numpy as np

    from tuner.data import idx
    from tuner.data.cache import keras_home
    from tuner.data.dataset import DataInfo, Dataset, Rows

    folder = keras_home() / "datasets" / "fashion-mnist"
    if len(idx.find(folder)) == len(idx.FILES):
        train, validation = (Rows(x[..., np.newaxis], y.astype(np.int32)) for x, y in idx.read_folder(folder))
        print("rows: Fashion-MNIST", flush=True)
    else:
        draws = np.random.default_rng(0)
        train, validation = (
            Rows(
                draws.integers(0, 256, (count, 28, 28, 1), dtype=np.uint8),
                draws.integers(0, 10, count, dtype=np.int32),
            )
            for count in (60_000, 10_000)
        )
        print("rows: random (Fashion-MNIST is not in Keras' cache)", flush=True)
    names = tuple(str(each) for each in range(10))
    info = DataInfo("rows", "classification", (28, 28, 1), 10, names, len(train), len(validation), 0)
    return Dataset(info, train, validation, Rows(validation.x[:0], validation.y[:0]), digest="benchmark")


def _run(threads: int, wanted: list[str], quick: bool) -> None:
    import keras

    from tuner.training import backend

    on_tensorflow = keras.backend.backend() == "tensorflow"
    backend.prepare(threads)
    dataset = published_rows()
    for case in CASES:
        if wanted and not any(word in case.name for word in wanted):
            continue
        rows = min(case.rows or len(dataset.train), QUICK_ROWS if quick else len(dataset.train))
        few = replace(
            dataset,
            train=type(dataset.train)(dataset.train.x[:rows], dataset.train.y[:rows]),
            info=replace(dataset.info, train_rows=rows),
            digest=f"benchmark-{rows}",
        )
        fit: list[float] = []
        compiled: list[float] = []
        first = 0.0
        for turn in range(1 if quick else 3):
            if on_tensorflow:
                fit += _fit(case, few)
            seconds = _compiled(case, few)
            first = first if turn else seconds[0]
            compiled += seconds[1:]
        best = {"fit": min(fit, default=math.nan), "compiled": min(compiled), "first": first}
        print(json.dumps({"name": case.name, "target": case.target, "jax": case.jax, **best}), flush=True)


def _network(case: Case, dataset: Any) -> tuple[Any, Any, Any]:
    from tuner.data.preprocessing import fit
    from tuner.spec.families import mlp
    from tuner.spec.space import fixed
    from tuner.training.networks.models import build

    config = mlp(fixed({**LAB_8_1, **case.params, "epochs": 100}))
    preprocessing = fit(config.normalization, dataset.train.x)
    return config, preprocessing, build(config, dataset.info, preprocessing, seed=1)


def _fit(case: Case, dataset: Any) -> list[float]:
    """Seconds an epoch, the first left out."""
    import keras
    import tensorflow as tf

    config, preprocessing, model = _network(case, dataset)
    train_x, validation_x = dataset.train.x, dataset.validation.x
    if "augmentation" not in case.params:
        # A person normalizes once, before training.
        train_x, validation_x = preprocessing.apply(train_x), preprocessing.apply(validation_x)
        layers = [layer for layer in model.layers if layer.name not in ("centre", "scale")]
        optimizer, loss = model.optimizer, model.loss
        model = keras.Sequential([keras.Input((28, 28, 1)), *layers])
        model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    seconds = clock()
    # As TensorFlow comes, where a worker has changed it.
    tf.config.optimizer.set_experimental_options({"remapping": True})
    model.fit(
        train_x,
        dataset.train.y,
        batch_size=config.batch_size or len(train_x),
        epochs=4,
        validation_data=(validation_x, dataset.validation.y),
        verbose=0,
        callbacks=[seconds],
    )
    tf.config.optimizer.set_experimental_options({"remapping": False})
    return list(seconds.seconds[1:])


def clock() -> Any:
    """A callback with the seconds of each epoch."""
    import keras

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is Any here
        def __init__(self) -> None:
            super().__init__()
            self.seconds: list[float] = []

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.began = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.seconds.append(time.perf_counter() - self.began)

    return Clock()


def _compiled(case: Case, dataset: Any) -> list[float]:
    """Seconds an epoch, the first included, which compiles."""
    from tuner.training.plan import EpochResult, TrainPlan, Verdict
    from tuner.training.trainer import train

    config, _, model = _network(case, dataset)
    plan = TrainPlan(config.batch_size, 4, "val_accuracy", "maximize", None, seed=1, path="compiled")
    seconds: list[float] = []

    def note(result: EpochResult) -> Verdict:
        seconds.append(result.seconds)
        return "go_on"

    train(model, dataset, plan, None, note)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
