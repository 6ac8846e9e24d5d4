"""How many networks does one device train at once, and how fast? Held against `fit` and the compiled epoch of one.

    python -m benchmarks.cohort [--seconds 220] [--members 1 16 64] [--batches 64 512] [--rows 60000] [--json]

All on JAX, in one process, with validation. Lab 8-1 (784-128-32-10, Adam) is trained by Keras' `fit` on rows already
normalized, by the compiled epoch of one network, and as cohorts of so many members, each with its own learning rate,
order of rows and dropout. Two kinds of programs: one as wide as Lab 8-1, and the one that every trial of the default
space of Fashion-MNIST shares (five layers of 512 units at most), with members drawn from that space. The first epoch of
each is left out of the speed, and is the seconds until it was there.

    python -m benchmarks.cohort --alike [--members 8] [--batches 64] [--rows 6000]

Keras models whose graphs are alike - dense code of one's own, the family cnn, an LSTM - one by one by the compiled
epoch of one network, in a cohort that trains them one after the other, and in one that trains them side by side.

What is not told in 220 seconds is not begun, the most telling first; so it may be run where time is short.
"""

import argparse
import itertools
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"

from benchmarks.epoch_throughput import LAB_8_1, published_rows
from benchmarks.machine import machine

SPACE = Path(__file__).parents[1] / "search_spaces" / "fashion_mnist.yaml"


@dataclass(frozen=True)
class Measured:
    """epochs_per_s: of all members together. first_s: until the first epoch was there. programs: compiled for it."""

    what: str
    batch: int
    members: int
    epochs_per_s: float
    first_s: float
    programs: int


def main() -> int:
    arguments = _arguments()
    import jax

    from tuner.training import backend

    backend.prepare(0)
    gpu = jax.default_backend() != "cpu"
    ends = time.monotonic() + arguments.seconds
    members = arguments.members or ([1, 64, 256] if gpu else [1, 4, 16])
    batches = arguments.batches or ([64, 512] if gpu else [64])
    rows = arguments.rows or (60_000 if gpu else 6_000)
    print(f"{machine()}\n{jax.devices()}, {rows} rows", flush=True)
    print(
        f"{'':26}{'batch':>6}{'members':>9}{'epochs/s':>10}{'times':>11}{'first, s':>10}{'programs':>10}",
        flush=True,
    )
    cases = _alike_cases if arguments.alike else _cases
    fit: dict[int, float] = {}
    for each in cases(_dataset(rows), batches, members):
        if time.monotonic() > ends:
            print("time is up")
            break
        measured = each()
        if measured.what.startswith(("fit", "one by one")):
            fit[measured.batch] = measured.epochs_per_s
        _show(measured, fit.get(measured.batch), arguments.json)
    return 0


def _cases(dataset: Any, batches: list[int], members: list[int]) -> Iterator[Any]:
    for batch in batches:
        yield lambda batch=batch: _fit(dataset, batch)
        yield lambda batch=batch: _alone(dataset, batch)
    for count, batch in itertools.product(reversed(members), batches):
        for name in ("Lab 8-1", "default space"):
            yield lambda name=name, batch=batch, count=count: _cohort(dataset, name, batch, count)


def _alike_cases(dataset: Any, batches: list[int], members: list[int]) -> Iterator[Any]:
    """The compiled epoch, one by one, stands where `fit` does among the others."""
    for name, batch, count in itertools.product(("dense", "cnn", "lstm"), batches, members):
        yield lambda name=name, batch=batch, count=count: _one_by_one(dataset, name, batch, count)
        for in_turn in (True, False):
            yield lambda name=name, batch=batch, count=count, in_turn=in_turn: _alike(
                dataset, name, batch, count, in_turn
            )


def _show(measured: Measured, fit: float | None, as_json: bool) -> None:
    if as_json:
        print(json.dumps(vars(measured)), flush=True)
        return
    times = f"{measured.epochs_per_s / fit:.1f}" if fit else "-"
    print(
        f"{measured.what:26}{measured.batch:6}{measured.members:9}{measured.epochs_per_s:10.2f}{times:>11}"
        f"{measured.first_s:10.1f}{measured.programs:10}",
        flush=True,
    )


def _fit(dataset: Any, batch: int) -> Measured:
    from tuner.training.compilations import now, since

    begun = now() or 0
    seconds: list[float] = []
    model, preprocessing, _ = _lab(dataset, batch)
    started = time.perf_counter()
    x, validation = (preprocessing.apply(part.x) for part in (dataset.train, dataset.validation))
    # The rows are normalized here, as a person would do it, and the model's own normalization is left out.
    layers = [layer for layer in model.layers if layer.name not in ("centre", "scale")]
    import keras

    plain = keras.Sequential([keras.Input(dataset.info.input_shape), *layers])
    plain.compile(model.optimizer.from_config(model.optimizer.get_config()), model.loss, metrics=["accuracy"])
    for _ in range(3):
        plain.fit(x, dataset.train.y, batch_size=batch, epochs=1, verbose=0, shuffle=True,
                  validation_data=(validation, dataset.validation.y), validation_batch_size=1024)  # fmt: skip
        seconds.append(time.perf_counter() - started)
        started = time.perf_counter()
    return Measured("fit", batch, 1, 1 / min(seconds[1:]), seconds[0], len(since(begun)))


def _alone(dataset: Any, batch: int) -> Measured:
    from tuner.training.compilations import now, since
    from tuner.training.plan import TrainPlan
    from tuner.training.trainer import ModelTrainer

    begun, started = now() or 0, time.perf_counter()
    model, _, _ = _lab(dataset, batch)
    trainer = ModelTrainer(model, dataset, TrainPlan(batch, 3, "val_accuracy", "maximize", None, seed=1))
    seconds: list[float] = []
    while trainer.step():
        seconds.append(time.perf_counter() - started)
        started = time.perf_counter()
    return Measured("compiled epoch", batch, 1, 1 / min(seconds[1:]), seconds[0], len(since(begun)))


def _cohort(dataset: Any, name: str, batch: int, count: int) -> Measured:
    from tuner.data.preprocessing import fit
    from tuner.training.cohort.bucket import bucket_of, reach_of
    from tuner.training.cohort.padded import padded_cohort
    from tuner.training.cohort.port import Entry
    from tuner.training.compilations import now, since
    from tuner.training.plan import TrainPlan

    configs, reach = _members(name, dataset, batch, count)
    bucket = bucket_of(configs[0], dataset.info, reach or reach_of(configs))
    fitted = {kind: fit(kind, dataset.train.x) for kind in {each.normalization for each in configs}}
    plan = TrainPlan(batch, 4, "val_accuracy", "maximize", None, seed=1, health=True)
    begun, started = now() or 0, time.perf_counter()
    cohort = padded_cohort(bucket, dataset, count, health=True)
    for i, config in enumerate(configs):
        cohort.admit(Entry(config, replace(plan, seed=i), fitted[config.normalization]))
    seconds: list[float] = []
    while len(seconds) < 4 and cohort.step():
        seconds.append(time.perf_counter() - started)
        started = time.perf_counter()
    return Measured(f"cohort, {name}", batch, count, count / min(seconds[1:]), seconds[0], len(since(begun)))


def _one_by_one(dataset: Any, name: str, batch: int, count: int) -> Measured:
    from tuner.training.compilations import now, since
    from tuner.training.plan import TrainPlan
    from tuner.training.trainer import ModelTrainer

    begun, started, seconds, first = now() or 0, time.perf_counter(), 0.0, 0.0
    for i in range(count):
        plan = TrainPlan(batch, 3, "val_accuracy", "maximize", None, seed=i)
        trainer = ModelTrainer(_model(name, dataset, i), dataset, plan)
        trainer.step()
        first = first or time.perf_counter() - started
        seconds += min(trainer.step()[0].seconds, trainer.step()[0].seconds)
    return Measured(f"one by one, {name}", batch, count, count / seconds, first, len(since(begun)))


def _alike(dataset: Any, name: str, batch: int, count: int, in_turn: bool) -> Measured:
    from tuner.training.cohort.alike import model_entry
    from tuner.training.cohort.alike_kind import alike_cohort
    from tuner.training.compilations import now, since
    from tuner.training.plan import TrainPlan

    begun, started = now() or 0, time.perf_counter()
    entries = []
    for i in range(count):
        plan = TrainPlan(batch, 4, "val_accuracy", "maximize", None, seed=i)
        entry = model_entry(_model(name, dataset, i), dataset, plan)
        assert entry is not None
        entries.append(replace(entry, like=replace(entry.like, one_after_the_other=in_turn)))
    cohort = alike_cohort(entries[0], count)
    for entry in entries:
        cohort.admit(entry)
    seconds: list[float] = []
    while len(seconds) < 4 and cohort.step():
        seconds.append(time.perf_counter() - started)
        started = time.perf_counter()
    how = "in turn" if in_turn else "side by side"
    return Measured(f"{name}, {how}", batch, count, count / min(seconds[1:]), seconds[0], len(since(begun)))


def _model(name: str, dataset: Any, i: int) -> Any:
    """One of several that differ in numbers."""
    import keras
    from keras import layers

    from tuner.data.preprocessing import fit
    from tuner.spec.families import CONFIGURE
    from tuner.spec.space import fixed
    from tuner.training import backend
    from tuner.training.networks.models import build

    backend.name_anew()
    keras.utils.set_random_seed(i)
    rate = 1e-3 * 1.3**i
    if name == "cnn":
        config = CONFIGURE["cnn"](fixed({"learning_rate": rate, "blocks": 2, "filters": 8}), "classification", True)
        return build(config, dataset.info, fit(config.normalization, dataset.train.x), seed=i)
    inside = {
        "dense": [layers.Flatten(), layers.Dense(128, "relu"), layers.Dropout(0.2), layers.Dense(32, "relu")],
        "lstm": [layers.Reshape((28, 28)), layers.LSTM(32)],
    }[name]
    shape = dataset.info.input_shape
    model = keras.Sequential(
        [keras.Input(shape), layers.Rescaling(1 / 255), *inside, layers.Dense(10, activation="softmax")]
    )
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _lab(dataset: Any, batch: int) -> Any:
    from tuner.data.preprocessing import fit
    from tuner.spec.families import mlp
    from tuner.spec.space import fixed
    from tuner.training.networks.models import build

    config = mlp(fixed({**LAB_8_1, "input_dropout": 0.2, "batch_size": batch, "epochs": 100}))
    preprocessing = fit(config.normalization, dataset.train.x)
    return build(config, dataset.info, preprocessing, seed=1), preprocessing, config


def _members(name: str, dataset: Any, batch: int, count: int) -> Any:
    """Configurations, and how far their program reaches; None where it is as far as they do."""
    import numpy as np

    from tuner.spec.families import CONFIGURE, mlp
    from tuner.spec.space import Choice, IntRange, answers, fixed
    from tuner.spec.study_spec import read_spec
    from tuner.training.cohort.bucket import reach_of_space

    if name == "Lab 8-1":
        rates = np.geomspace(1e-4, 1e-2, count)
        lab = {**LAB_8_1, "input_dropout": 0.2, "batch_size": batch, "epochs": 100}
        return [mlp(fixed({**lab, "learning_rate": float(rate)})) for rate in rates], None
    spec, random = read_spec(SPACE), np.random.default_rng(0)

    def choose(parameter: Any) -> Any:
        domain = parameter.domain
        if parameter.name in ("batch_size", "epochs"):
            return {"batch_size": batch, "epochs": 15}[parameter.name]
        if isinstance(domain, Choice):
            return domain.values[random.integers(len(domain.values))]
        drawn = random.uniform(*(np.log([domain.low, domain.high]) if domain.log else (domain.low, domain.high)))
        drawn = float(np.exp(drawn)) if domain.log else float(drawn)
        return round(drawn) if isinstance(domain, IntRange) else min(max(drawn, domain.low), domain.high)

    configs = [CONFIGURE["mlp"](answers(spec.space, choose, {}), "classification", True) for _ in range(count)]
    return configs, reach_of_space(spec.space, "classification", dataset.info.images)


def _dataset(rows: int) -> Any:
    whole = published_rows()
    validation = max(1, rows // 6)
    train, validated = (
        type(part)(part.x[:most], part.y[:most]) for part, most in ((whole.train, rows), (whole.validation, validation))
    )
    info = replace(whole.info, train_rows=len(train), validation_rows=len(validated), images=True)
    return replace(whole, info=info, train=train, validation=validated, digest=f"cohort-{rows}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=220, help="after so many no further case is begun")
    parser.add_argument("--members", type=int, nargs="+", help="sizes of cohorts")
    parser.add_argument("--batches", type=int, nargs="+")
    parser.add_argument("--rows", type=int, help="of training")
    parser.add_argument("--alike", action="store_true", help="Keras models whose graphs are alike")
    parser.add_argument("--json", action="store_true", help="a line of JSON a case")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
