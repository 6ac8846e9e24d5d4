"""What does looking into a network cost, in parts of the epoch?

    python -m benchmarks.health_overhead [--epochs 12]

Each network is trained as a worker trains it, and the CPU time of every look, all threads counted, is taken within the
same run as that of its epochs. The first look compiles and is told apart. Exit code 1 where a share is 3% or more.
"""

import argparse
import os
import sys
import time
from dataclasses import replace
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from tuner.data.dataset import Dataset, Rows
from tuner.data.preprocessing import fit
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.spec.families import CONFIGURE
from tuner.spec.sources import DataSpec
from tuner.spec.space import fixed
from tuner.training import backend, trainer
from tuner.training.health.probe import Probe
from tuner.training.networks.models import build
from tuner.training.plan import TrainPlan

_WIDE = {"hidden_layers": 5, **{f"units_{layer}": 512 for layer in range(1, 6)}}
_LAB = {"hidden_layers": 2, "units_1": 128, "units_2": 32}
CASES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("digits, 2 layers, batch 32", "digits", "mlp", {**_LAB, "batch_size": 32}),
    ("digits, 5 layers of 512, batch 32", "digits", "mlp", {**_WIDE, "batch_size": 32}),
    ("digits, 2 layers, batch full", "digits", "mlp", {**_LAB, "batch_size": "full"}),
    ("Fashion-MNIST, lab-8-1, batch 64", "fashion", "mlp", {**_LAB, "batch_size": 64, "input_dropout": 0.2}),
    ("Fashion-MNIST, 2 layers, batch 512", "fashion", "mlp", {**_LAB, "batch_size": 512}),
    ("Fashion-MNIST, 5 layers of 512", "fashion", "mlp", {**_WIDE, "batch_size": 512}),
    ("Fashion-MNIST, cnn, batch 128", "few", "cnn", {"batch_size": 128}),
)


class _Timed(Probe):
    """The same, with its times written down."""

    looks: list[float]
    epochs: list[float]
    ended: float

    def after(self, epoch: int) -> dict[str, float]:
        began = time.process_time()
        found = super().after(epoch)
        _Timed.epochs.append(began - _Timed.ended)
        _Timed.ended = time.process_time()
        _Timed.looks.append(_Timed.ended - began)
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=60, help="of digits [60]")
    epochs = parser.parse_args().epochs
    backend.prepare(1)
    trainer.Probe = _Timed  # type: ignore[misc, attr-defined]
    datasets = {"digits": load(DataSpec("digits"), seed=0)}
    try:
        datasets["fashion"] = load(DataSpec("fashion_mnist"), seed=0)
        datasets["few"] = _few(datasets["fashion"], 6000)
    except DataError as error:
        print(f"without Fashion-MNIST: {error}", file=sys.stderr)
    print(f"{'':38}{'epoch, ms':>11}{'looks, ms':>11}{'share':>8}{'first look, ms':>16}  (CPU)")
    worst = 0.0
    for name, data, family, params in CASES:
        if data not in datasets:
            continue
        seconds, looks = _run(datasets[data], family, {**params, "epochs": epochs if data == "digits" else 5})
        share = sum(looks[1:]) / sum(seconds[1:])
        worst = max(worst, share)
        own = sum(seconds[1:]) / (len(seconds) - 1)
        mean = sum(looks[1:]) / (len(looks) - 1)
        print(f"{name:38}{1000 * own:11.1f}{1000 * mean:11.2f}{share:8.2%}{1000 * looks[0]:16.0f}", flush=True)
    return 1 if worst >= 0.03 else 0


def _run(dataset: Dataset, family: str, params: dict[str, Any]) -> tuple[list[float], list[float]]:
    """CPU seconds of each epoch, without the look, and of each look."""
    config = CONFIGURE[family](fixed({"normalization": "minmax", **params}), dataset.info.task, dataset.info.images)
    model = build(config, dataset.info, fit(config.normalization, dataset.train.x), seed=1)
    _Timed.looks, _Timed.epochs, _Timed.ended = [], [], time.process_time()
    plan = TrainPlan(config.batch_size, config.epochs, "val_accuracy", "maximize", None, 1, health=True)
    trainer.train(model, dataset, plan)
    return _Timed.epochs, _Timed.looks


def _few(dataset: Dataset, rows: int) -> Dataset:
    part = Rows(dataset.train.x[:rows], dataset.train.y[:rows])
    return replace(dataset, info=replace(dataset.info, train_rows=rows), train=part, digest=f"{dataset.digest}-{rows}")


if __name__ == "__main__":
    sys.exit(main())
