"""Does every illness get its verdict, and no healthy network any?

    python -m benchmarks.illnesses [--seeds 10] [--cases relu ...]

Networks of both families and every activation, built to have one illness each or none, are trained on scikit-learn's
digits and diabetes (and, where Keras has it in its cache, on 8,000 rows of Fashion-MNIST), over so many seeds; the
table counts the verdicts.
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
from tuner.spec.families import ACTIVATIONS, CLASSIFICATION_LOSSES, CONFIGURE, OPTIMIZERS, REGRESSION_LOSSES
from tuner.spec.sources import DataSpec
from tuner.spec.space import Value, fixed
from tuner.training.health.diagnosis import Kind, Verdict, judge
from tuner.training.networks.models import build
from tuner.training.plan import Metrics, Path, TrainPlan
from tuner.training.trainer import train

_DEEP = {"hidden_layers": 5, "optimizer": "sgd"}
_WIDE = {"hidden_layers": 2, "units": 256, "epochs": 40, "batch_size": 32, "learning_rate": 0.003}
_CNN = {"blocks": 2, "filters": 16, "learning_rate": 0.003}
_DIABETES = {"hidden_layers": 2, "units": 16, "batch_size": 32, "epochs": 20, "learning_rate": 0.003,
             "target_normalization": "standard"}  # fmt: skip
_RATES = {"sgd": 0.05, "momentum": 0.01, "nesterov": 0.01, "adagrad": 0.05, "adadelta": 1.0}


@dataclass(frozen=True)
class Case:
    """One network. data: digits, wrong (300 rows of them, a quarter with any class), diabetes, cancer, or fashion.

    quick: among the tests, too.
    """

    name: str
    illness: Kind | None
    params: Mapping[str, Value] = field(default_factory=dict)
    data: str = "digits"
    quick: bool = False
    health: bool = True
    path: Path = "auto"
    family: str = "mlp"


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
    Case("cnn, sigmoid, 6 convolutions, normal 0.01", "vanishing gradients",
         {**_CNN, **_normal(0.01), "convolutions": 3, "activation": "sigmoid", "optimizer": "sgd"}, family="cnn"),
    Case("cnn, relu, 6 convolutions, normal 1", "exploding gradients",
         {**_CNN, **_normal(1.0), "convolutions": 3, "optimizer": "sgd", "learning_rate": 1e-6}, family="cnn"),
    Case("cnn, relu, adam, rate 0.3", "dead units", {**_CNN, "learning_rate": 0.3}, family="cnn"),
    Case("cnn, tanh on raw rows, normal 5", "saturated units",
         {**_CNN, **_normal(5.0), "activation": "tanh", "normalization": "none"}, family="cnn"),
    Case("cnn, constant", "units alike",
         {**_CNN, "initializer": "constant", "initializer_value": 0.05}, family="cnn"),
    Case("diabetes, sgd, rate 10", "diverged",
         {**_DIABETES, "optimizer": "sgd", "learning_rate": 10.0, "activation": "linear"}, data="diabetes"),
    Case("diabetes, constant", "units alike",
         {**_DIABETES, "initializer": "constant", "initializer_value": 0.05}, data="diabetes"),
    Case("diabetes, 256 units, 100 epochs", "over-fits",
         {**_WIDE, "epochs": 100, "target_normalization": "standard"}, data="diabetes"),
    Case("diabetes, sgd, rate 0.00000001", "under-fits",
         {**_DIABETES, "optimizer": "sgd", "learning_rate": 1e-8}, data="diabetes"),
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
    *(
        Case(f"{name}, {optimizer}, rate {rate:g}", "unstable",
             {"activation": name, "optimizer": optimizer, "learning_rate": rate, "epochs": 10},
             quick=optimizer == "momentum")
        for name, optimizer, rate in (
            ("linear", "momentum", 0.3), ("linear", "rmsprop", 0.1), ("leaky_relu", "rmsprop", 0.1))
    ),
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
    *(
        Case(f"{name}, 5 layers", None,
             {"hidden_layers": 5, "activation": name, "epochs": 8, "batch_normalization": name == "sigmoid",
              "initializer": "he_normal" if name.endswith("elu") else "glorot_uniform"})
        for name in ACTIVATIONS
    ),
    *(Case(f"no hidden layer, {loss}", None, {"hidden_layers": 0, "epochs": 10, "learning_rate": 0.003, "loss": loss})
      for loss in ("sparse_categorical_crossentropy", "mse")),
    *(Case(f"relu, {optimizer}", None,
           {"hidden_layers": 2, "optimizer": optimizer, "epochs": 16,
            "learning_rate": _RATES.get(optimizer, 0.003)})
      for optimizer in OPTIMIZERS),
    *(Case(f"relu, {loss}", None, {"hidden_layers": 2, "loss": loss, "epochs": 10,
                                     "learning_rate": 0.001 if loss == "binary_crossentropy" else 0.003},
           data="cancer" if loss == "binary_crossentropy" else "digits")
      for loss in CLASSIFICATION_LOSSES),
    Case("mse of sigmoids", None,
         {"hidden_layers": 2, "loss": "mse", "output_activation": "sigmoid", "epochs": 10, "learning_rate": 0.003}),
    *(Case(f"{name}, diabetes", None, {**_DIABETES, "activation": name}, data="diabetes") for name in ACTIVATIONS),
    *(Case(f"relu, diabetes, {loss}, {layers} layers", None,
           {**_DIABETES, "loss": loss, "hidden_layers": layers}, data="diabetes")
      for loss in REGRESSION_LOSSES for layers in (0, 2)),
    Case("relu, diabetes in its own units", None,
         {**_DIABETES, "target_normalization": "none", "learning_rate": 0.01, "epochs": 60}, data="diabetes"),
    *(Case(f"cnn, {name}", None, {**_CNN, "activation": name, "epochs": 24 if name == "sigmoid" else 8}, family="cnn",
           quick=name == "relu")
      for name in ACTIVATIONS),
    *(Case(f"cnn, {name}, batch normalization, head of 32", None,
           {**_CNN, "activation": name, "batch_normalization": True, "head": "global_average", "head_units": 32,
            # The means that batch normalization keeps for new rows need some hundreds of steps.
            "batch_size": 16, "epochs": 12, "learning_rate": 0.001}, family="cnn")
      for name in ACTIVATIONS),
    *(Case(f"cnn, {name}, Fashion-MNIST", None, {**_CNN, "activation": name, "epochs": 4, "normalization": "minmax"},
           data="fashion", family="cnn")
      for name in ("relu", "tanh")),
)  # fmt: skip


def epochs_of(case: Case, dataset: Dataset, seed: int) -> tuple[tuple[Metrics, ...], str, Mapping[str, Value]]:
    """Train it; gives each epoch's metrics, the state and the parameters in use."""
    used: dict[str, Value] = {}
    given = {"units": 64, "epochs": 6, "batch_size": 64, "normalization": "standard", **case.params}
    answer = fixed(given)

    def ask(parameter: Any) -> Value:
        used[parameter.name] = answer(parameter)
        return used[parameter.name]

    config = CONFIGURE[case.family](ask, dataset.info.task, dataset.info.images)
    model = build(config, dataset.info, fit(config.normalization, dataset.train.x), seed=seed)
    plan = TrainPlan(
        config.batch_size, config.epochs, "val_loss", "minimize", None, seed, case.path, health=case.health
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
    datasets = {name: load(DataSpec(name), seed=0) for name in ("digits", "diabetes")}
    datasets["cancer"] = load(DataSpec("breast_cancer"), seed=0)
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
        print(f"{case.name:42} {case.illness or 'healthy':20} {seen:23} {words}", flush=True)
    print(f"\n{wrong} of {judged} networks judged otherwise than they were built")
    return 1 if wrong else 0


def _first(rows: Rows, count: int) -> Rows:
    return Rows(rows.x[:count], rows.y[:count])


if __name__ == "__main__":
    sys.exit(main())
