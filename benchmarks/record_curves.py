"""Record learning curves once, so that `benchmarks/simulate.py` can replay whole studies on them in seconds.

    python -m benchmarks.record_curves fashion_mnist --random 160 --guided 80 --minutes 9
    python -m benchmarks.record_curves digits --random 200 --guided 100 --minutes 9

    python -m benchmarks.record_curves breast_cancer --random 80 --guided 40 --minutes 11
    python -m benchmarks.record_curves diabetes --random 80 --guided 40 --minutes 9
    python -m benchmarks.record_curves digits_cnn --random 80 --guided 40 --minutes 14

Draws configurations from a shipped space, or from one beside the tables (`benchmarks/curves/`) - first at random, then
by several searches (TPE), so that the good regions, where searches end, are dense too - and trains each by the compiled
epoch for the most epochs that the space allows. The table (`benchmarks/curves/SPACE.csv.gz`) is written after each
configuration; called again, it goes on.

Seconds are CPU seconds of one process with one thread: what an epoch costs, however busy the machine is besides.
"""

import argparse
import csv
import gzip
import io
import json
import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import optuna

from tuner.search.algorithms import sampler, trial_seed
from tuner.search.compatibility import most_epochs
from tuner.search.suggest import answer_from, distributions
from tuner.settings import shipped_spaces
from tuner.spec.families import CONFIGURE
from tuner.spec.space import Value
from tuner.spec.space_file import Algorithm
from tuner.spec.study_spec import StudySpec, read_spec

CURVES = Path(__file__).parent / "curves"
COLUMNS = ("index", "origin", "params", "values", "seconds", "setup_seconds")
_HOPELESS = 0.3
_HOPELESS_EPOCHS = 4
"""One below this accuracy after so many epochs is trained no further; the table's row is then short."""
_SEARCHES = 4
_DIVERGED = 1e6
"""What a minimized objective is said to be where there was no epoch."""


@dataclass(frozen=True)
class Curve:
    """One configuration, trained once.

    origin: random, or which guided search proposed it. params: what Optuna sampled.
    values: the space's objective after each epoch. seconds: of each epoch. setup_seconds: before the first. All CPU
    seconds.
    """

    index: int
    origin: str
    params: Mapping[str, Value]
    values: tuple[float, ...]
    seconds: tuple[float, ...]
    setup_seconds: float


def spec_of(space: str) -> StudySpec:
    """A shipped space, or one that is beside the tables."""
    own = CURVES / f"{space}.yaml"
    return read_spec(own if own.exists() else shipped_spaces() / f"{space}.yaml")


def read_curves(space: str) -> list[Curve]:
    """The recorded curves of a shipped space, in the order of the table; none where there is no table."""
    path = CURVES / f"{space}.csv.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", newline="") as file:
        return [
            Curve(
                index=int(row["index"]),
                origin=row["origin"],
                params=json.loads(row["params"]),
                values=tuple(map(float, row["values"].split())),
                seconds=tuple(map(float, row["seconds"].split())),
                setup_seconds=float(row["setup_seconds"]),
            )
            for row in csv.DictReader(file)
        ]


def write_curves(space: str, curves: list[Curve]) -> None:
    """Write the whole table, the same bytes for the same curves."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for each in curves:
        values = " ".join(f"{value:.4f}" for value in each.values)
        seconds = " ".join(f"{value:.3f}" for value in each.seconds)
        rows.writerow(
            (each.index, each.origin, json.dumps(dict(each.params)), values, seconds, f"{each.setup_seconds:.3f}")
        )
    CURVES.mkdir(exist_ok=True)
    half = CURVES / f"{space}.half"
    half.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
    half.replace(CURVES / f"{space}.csv.gz")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("space", help="a shipped space, such as digits, or digits_cnn")
    parser.add_argument("--random", type=int, default=160, help="configurations drawn at random")
    parser.add_argument("--guided", type=int, default=80, help="configurations proposed by TPE afterwards")
    parser.add_argument("--minutes", type=float, default=60.0, help="stop after so long; called again, it goes on")
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    from tuner.data.sources import load
    from tuner.training import backend

    backend.prepare(1)
    until = time.monotonic() + 60 * arguments.minutes
    spec = spec_of(arguments.space)
    dataset = load(spec.data, 0)
    curves = read_curves(arguments.space)
    while len(curves) < arguments.random + arguments.guided and time.monotonic() < until:
        index = len(curves)
        curve = _record(
            spec, dataset, curves, index, "random" if index < arguments.random else f"guided {index % _SEARCHES}"
        )
        curves.append(curve)
        write_curves(arguments.space, curves)
        spent = sum(curve.seconds)
        print(f"{index:4d} {curve.origin}: best {_best(spec, curve):.4f}, {spent:.1f} s", flush=True)


def _record(spec: StudySpec, dataset: Any, curves: list[Curve], index: int, origin: str) -> Curve:
    from tuner.data.preprocessing import fit
    from tuner.errors import TrialFailed
    from tuner.training import backend
    from tuner.training.networks.models import build
    from tuner.training.plan import EpochResult, TrainPlan, Verdict
    from tuner.training.trainer import train

    chosen = Algorithm(name="random" if origin == "random" else "tpe")
    curves = [each for each in curves if _is_known_to(each, origin)]
    drawing = replace(spec, search=spec.search.model_copy(update={"sampler": chosen}))
    metric, direction = spec.objective.metric, spec.objective.direction
    study = optuna.create_study(direction=direction, sampler=sampler(drawing, 0, index))
    space = distributions(spec.space)
    for curve in curves:
        study.add_trial(
            optuna.trial.create_trial(
                params=dict(curve.params),
                distributions={name: space[name] for name in curve.params},
                value=_best(spec, curve),
            )
        )
    trial = study.ask()
    began = time.process_time()
    config = CONFIGURE[spec.model](answer_from(trial, spec.space, {}), spec.task, dataset.info.images)
    seed = trial_seed(0, index, "training")
    # Without the space's further metrics: they cost as much as a small network, and nothing here looks at them.
    model = build(config, dataset.info, fit(config.normalization, dataset.train.x), (), seed=seed)
    plan = TrainPlan(
        batch_size=config.batch_size,
        epochs=most_epochs(spec) or 10,
        monitor=metric,
        direction=direction,
        patience=None,
        seed=seed,
        path="compiled",
    )
    setup_seconds = time.process_time() - began
    values: list[float] = []
    seconds: list[float] = []
    marks = [time.process_time()]

    def note(result: EpochResult) -> Verdict:
        values.append(result.metrics[metric])
        marks.append(time.process_time())
        seconds.append(marks[-1] - marks[-2])
        hopeless = metric == "val_accuracy" and max(values) < _HOPELESS
        return "stop" if hopeless and result.epoch >= _HOPELESS_EPOCHS else "go_on"

    try:
        train(model, dataset, plan, None, note)
    except TrialFailed as failure:
        print(f"{index:4d} {failure.reason}")
    backend.forget()
    return Curve(index, origin, dict(trial.params), tuple(values), tuple(seconds), setup_seconds)


def _best(spec: StudySpec, curve: Curve) -> float:
    """Of a curve without an epoch, what is as bad as may be."""
    if spec.objective.direction == "maximize":
        return max(curve.values, default=0.0)
    return min(curve.values, default=_DIVERGED)


def _is_known_to(curve: Curve, search: str) -> bool:
    """A guided search knows its own configurations, and a half of its own of the random ones.

    One search alone digs where it was lucky first; several find other good regions too.
    """
    if curve.origin == "random":
        return random.Random(f"{search}/{curve.index}").random() < 0.5
    return curve.origin == search


if __name__ == "__main__":
    main()
