"""Does every illness get its verdict, and no healthy network any?

    python -m benchmarks.illnesses [--seeds 10] [--cases relu ...]

Networks of every activation, built to have one illness each or none, are trained on scikit-learn's digits (and, where
Keras has it in its cache, on 8,000 rows of Fashion-MNIST), over so many seeds; the table counts the verdicts.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from tuner.data.dataset import Dataset, Rows
from tuner.data.preprocessing import fit
from tuner.data.sources import load
from tuner.errors import DataError
from tuner.families import ACTIVATIONS, mlp
from tuner.sources import DataSpec
from tuner.space import Value, fixed
from tuner.training.models import build
from tuner.training.plan import Metrics, Path, TrainPlan
from tuner.training.trainer import train
from tuner.training.verdicts import Kind, Verdict, judge

_DEEP = {"hidden_layers": 5, "optimizer": "sgd"}
_WIDE = {"hidden_layers": 2, "units": 256, "epochs": 40, "batch_size": 32, "learning_rate": 0.003}


@dataclass(frozen=True)
class Case:
    """One network. data: digits, wrong (300 rows of them, a quarter with any class), or fashion.

    quick: among the tests, too."""

    name: str
    illness: Kind | None
    params: Mapping[str, Value] = field(default_factory=dict)
    data: str = "digits"
    quick: bool = False
    health: bool = True
    path: Path = "auto"


def _normal(deviation: float) -> dict[str, Value]:
    return {"initializer": "random_normal", "initializer_stddev": deviation}


CASES = (
    Case("sigmoid, normal 0.01", "vanishing gradients", {**_DEEP, **_normal(0.01), "activation": "sigmoid"},
         quick=True),
    Case("sigmoid, 6 layers", "vanishing gradients", {**_DEEP, "hidden_layers": 6, "activation": "sigmoid"}),
    Case("tanh, normal 0.01", "vanishing gradients", {**_DEEP, **_normal(0.01), "activation": "tanh"}, quick=True),
    Case("relu, normal 0.01", "vanishing gradients", {**_DEEP, **_normal(0.01)}),
    *(
        Case(f"{name}, normal 1", "exploding gradients",
             {**_DEEP, **_normal(1.0), "activation": name, "learning_rate": 1e-6},
             quick=name == "relu")
        for name in ("relu", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu", "linear")
    ),
    Case("tanh, normal 1", "exploding gradients", {**_DEEP, **_normal(1.0), "activation": "tanh"}, quick=True),
    Case("mse of raw outputs, rate 10", "diverged",
         {"optimizer": "sgd", "learning_rate": 10.0, "loss": "mse", "output_activation": "linear",
          "activation": "linear", "normalization": "none"}, quick=True),
    Case("relu, adam, rate 0.3", "dead units", {"hidden_layers": 3, "learning_rate": 0.3}, quick=True),
    Case("relu on raw rows, 2 layers, rate 1", "dead units",
         {"hidden_layers": 2, "optimizer": "sgd", "learning_rate": 1.0, "normalization": "none"}),
    *(
        Case(f"{name} on raw rows, normal 1", "saturated units",
             {"hidden_layers": 2, **_normal(1.0), "activation": name, "normalization": "none"}, quick=name == "tanh")
        for name in ("tanh", "sigmoid")
    ),
    Case("tanh, adam, rate 0.3", "saturated units", {"hidden_layers": 2, "activation": "tanh", "learning_rate": 0.3}),
    *(
        Case(f"{name}, {start}", "units alike",
             {"hidden_layers": 2, "activation": name, "initializer": start, "initializer_value": 0.05})
        for name in ("tanh", "sigmoid")
        for start in ("constant", "zeros")
    ),
    Case("constant", "units alike",
         {"hidden_layers": 2, "initializer": "constant", "initializer_value": 0.05, "input_dropout": 0.2}, quick=True),
    Case("zeros", "units alike", {"hidden_layers": 2, "initializer": "zeros"}, quick=True),
    Case("wrong classes, 30 epochs", "over-fits", {**_WIDE, "epochs": 30}, data="wrong", quick=True),
    Case("wrong classes, tanh", "over-fits", {**_WIDE, "epochs": 30, "activation": "tanh"}, data="wrong"),
    Case("Fashion-MNIST, 256 units, 25 epochs", "over-fits",
         {**_WIDE, "epochs": 25, "learning_rate": 0.001, "normalization": "minmax"}, data="fashion"),
    Case("sgd, rate 0.0001", "under-fits",
         {"optimizer": "sgd", "learning_rate": 1e-4, "epochs": 10, "normalization": "minmax"}, quick=True),
    Case("adam, rate 0.00001", "under-fits", {"hidden_layers": 2, "learning_rate": 1e-5, "epochs": 10}),
    Case("batch full, rate 0.0001", "under-fits",
         {"batch_size": "full", "learning_rate": 1e-4, "epochs": 10, "normalization": "minmax"}),
    *(
        Case(f"{name}, {layers} layers", None,
             {"hidden_layers": layers, "activation": name, "epochs": 24 if name == "sigmoid" else 8,
              "learning_rate": 0.003 if layers == 1 else 0.001},
             quick=layers == 3)
        for name in ACTIVATIONS
        for layers in (1, 3)
    ),
    *(
        Case(f"{name}, momentum", None,
             {"hidden_layers": 2, "activation": name, "optimizer": "momentum", "learning_rate": 0.03,
              "epochs": 24 if name == "sigmoid" else 8,
              "normalization": "minmax"})
        for name in ACTIVATIONS
    ),
    *(
        Case(f"{name}, batch normalization, dropout", None,
             {"hidden_layers": 2, "activation": name, "initializer": "he_normal", "batch_normalization": True,
              "dropout": 0.2, "learning_rate": 0.003, "epochs": 10})
        for name in ACTIVATIONS
    ),
    *(
        Case(f"{name}, Fashion-MNIST", None,
             {"hidden_layers": 2, "activation": name, "epochs": 6, "input_dropout": 0.2, "normalization": "minmax"},
             data="fashion")
        for name in ACTIVATIONS
    ),
    Case("relu by He, 5 layers", None, {"hidden_layers": 5, "initializer": "he_normal", "epochs": 8}),
    Case("tanh by Glorot, 5 layers", None, {"hidden_layers": 5, "activation": "tanh", "epochs": 8}),
    Case("no hidden layer", None, {"hidden_layers": 0, "epochs": 10, "learning_rate": 0.003}),
    Case("mse of sigmoids", None,
         {"hidden_layers": 2, "loss": "mse", "output_activation": "sigmoid", "epochs": 10, "learning_rate": 0.003}),
)  # fmt: skip


def epochs_of(case: Case, dataset: Dataset, seed: int) -> tuple[tuple[Metrics, ...], str, Mapping[str, Value]]:
    """Train it; gives each epoch's metrics, the state and the parameters in use."""
    used: dict[str, Value] = {}
    given = {"units": 64, "epochs": 6, "batch_size": 64, "normalization": "standard", **case.params}
    answer = fixed(given)

    def ask(parameter: Any) -> Value:
        used[parameter.name] = answer(parameter)
        return used[parameter.name]

    config = mlp(ask)
    model = build(config, dataset.info, fit(config.normalization, dataset.train.x), seed=seed)
    plan = TrainPlan(
        config.batch_size, config.epochs, "val_accuracy", "maximize", None, seed, case.path, health=case.health
    )
    result = train(model, dataset, plan)
    return result.epochs, "diverged" if result.stopped == "diverged" else "complete", used


def verdicts_of(case: Case, digits: Dataset, seed: int) -> tuple[Verdict, ...]:
    """What is found when it is trained on digits."""
    dataset = wrong(digits) if case.data == "wrong" else digits
    epochs, state, params = epochs_of(case, dataset, seed)
    return judge(params, epochs, state)


def few(dataset: Dataset, rows: int) -> Dataset:
    """Only the first training rows."""
    part = Rows(dataset.train.x[:rows], dataset.train.y[:rows])
    info = replace(dataset.info, train_rows=rows)
    return replace(dataset, info=info, train=part, digest=f"{dataset.digest}-{rows}")


def wrong(dataset: Dataset) -> Dataset:
    """A few rows, of which some have a class by chance: all that can be learnt of those is learnt by heart."""
    part, chance = few(dataset, 300), np.random.default_rng(0)
    y = np.where(chance.random(300) < 0.25, chance.integers(0, 10, 300), part.train.y).astype(np.int32)
    return replace(part, train=Rows(part.train.x, y), digest=f"{part.digest}-wrong")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--cases", nargs="+", default=[], help="only those whose name has one of these words")
    arguments = parser.parse_args()
    datasets = {"digits": load(DataSpec("digits"), seed=0)}
    datasets["wrong"] = datasets["digits"]
    try:
        fashion = load(DataSpec("fashion_mnist"), seed=0)
        datasets["fashion"] = few(replace(fashion, validation=_first(fashion.validation, 2000)), 8000)
    except DataError as error:
        print(f"without Fashion-MNIST: {error}", file=sys.stderr)
    wrong = judged = 0
    for case in CASES:
        if case.data not in datasets or (arguments.cases and not any(word in case.name for word in arguments.cases)):
            continue
        found = [verdicts_of(case, datasets[case.data], seed) for seed in range(arguments.seeds)]
        expected = (case.illness,) if case.illness else ()
        kinds = Counter(tuple(each.kind for each in verdicts) for verdicts in found)
        judged += arguments.seeds
        wrong += arguments.seeds - kinds[expected]
        seen = ", ".join(f"{' + '.join(kind) or 'none'} {count}" for kind, count in kinds.most_common())
        words = next((each.words for verdicts in found for each in verdicts), "")
        print(f"{case.name:36} {case.illness or 'healthy':16} {seen:24} {words}", flush=True)
    print(f"\n{wrong} of {judged} networks judged otherwise than they were built")
    return 1 if wrong else 0


def _first(rows: Rows, count: int) -> Rows:
    return Rows(rows.x[:count], rows.y[:count])


if __name__ == "__main__":
    sys.exit(main())
