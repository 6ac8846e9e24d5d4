"""Run some steps of a space's smallest and largest network, and estimate from them how long a study takes.

Owns: the trial of a few rows, and the estimate; `python -m tuner.studies.trying` does it in a process of its own, with
a worker's share of the machine.
Leaves to others: which networks (preflight), training (training), who starts it and shows what it found (cli).

Reads one JSON object on stdin - text, name and folder of the specification, files of code that may be run for the data,
how many workers there will be - and writes one on stdout.
"""

import contextlib
import json
import math
import statistics
import sys
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tuner.code import find_code
from tuner.data.dataset import Dataset, Rows
from tuner.data.preprocessing import fit
from tuner.data.sources import load
from tuner.errors import TrialFailed, TunerError
from tuner.search.cells import budget
from tuner.settings import read_share
from tuner.spec import StudySpec, parse_spec
from tuner.studies.preflight import Network, draw, ends
from tuner.training import backend
from tuner.training.checkpoint import Checkpoint
from tuner.training.models import build, parameters
from tuner.training.plan import Metrics, TrainPlan
from tuner.training.trainer import train

# Enough that what an epoch costs beside its steps makes no difference.
_LEAST_STEPS = 12
_LEAST_ROWS = 3000
_VALIDATION_ROWS = 256
_EPOCHS = 3
_DRAWS = 300
_SEED = 0


@dataclass(frozen=True)
class Tried:
    """A network that was built and trained a little.

    step_s: seconds of one step. fixed_s: of building, and of what the first epoch takes longer.
    problem: why it cannot be trained; then both are 0. diverged: it can, but with these numbers it does not converge.
    """

    network: Network
    parameters: int
    batch_size: int
    step_s: float
    fixed_s: float
    problem: str = ""
    diverged: bool = False


def try_network(spec: StudySpec, dataset: Dataset, network: Network) -> Tried:
    """Build a network and train it for three epochs of some steps, on this process' device."""
    config, info = network.config, dataset.info
    batch_size = network.batch_size(info.train_rows)
    few = _few(dataset, min(info.train_rows, max(_LEAST_ROWS, batch_size * _LEAST_STEPS)))
    began = time.perf_counter()
    model = build(config, few.info, fit(config.normalization, few.train.x), spec.metrics, seed=_SEED)
    built_s = time.perf_counter() - began
    objective = spec.objective
    plan = TrainPlan(batch_size, _EPOCHS, objective.metric, objective.direction, None, seed=_SEED)
    seconds: list[float] = []

    def note(epoch: int, metrics: Metrics, spent: float, checkpoint: Checkpoint) -> bool:
        seconds.append(spent)
        return True

    try:
        result = train(model, few, plan, None, note)
    except TrialFailed as failure:
        return Tried(network, parameters(model), batch_size, 0.0, 0.0, failure.reason)
    finally:
        backend.forget()
    if not seconds:
        return Tried(network, parameters(model), batch_size, 0.0, 0.0, diverged=True)
    quickest = min(seconds)
    steps = math.ceil(len(few.train) / batch_size)
    # The first epoch traces graphs, which later trials share.
    fixed_s = built_s + seconds[0] - quickest
    diverged = result.stopped == "diverged"
    return Tried(network, parameters(model), batch_size, quickest / steps, fixed_s, diverged=diverged)


def _few(dataset: Dataset, rows: int) -> Dataset:
    held = min(_VALIDATION_ROWS, len(dataset.validation))
    train_rows = Rows(dataset.train.x[:rows], dataset.train.y[:rows])
    validation = Rows(dataset.validation.x[:held], dataset.validation.y[:held])
    info = replace(dataset.info, train_rows=rows, validation_rows=held)
    return Dataset(info, train_rows, validation, dataset.test, f"few-{rows}-{dataset.digest}")


def study_seconds(spec: StudySpec, dataset: Dataset, tried: tuple[Tried, Tried], workers: int) -> float | None:
    """How long all trials take if none is pruned or stops early; None where no network could be trained.

    A step's time is taken to be a constant and a share for its products; both from the two networks that were tried.
    Over random configurations of the space, that gives a trial's mean time.
    """
    good = [each for each in tried if each.step_s > 0]
    if not good:
        return None
    works = np.array([each.batch_size * each.network.size.products for each in good], np.float64)
    times = np.array([each.step_s for each in good])
    slope = max(0.0, float((times[-1] - times[0]) / (works[-1] - works[0]))) if len(set(works)) > 1 else 0.0
    constant = max(0.0, float(times[0] - slope * works[0]))
    rows = dataset.info.train_rows
    trials = []
    for each in draw(spec, dataset.info, _DRAWS):
        batch = each.batch_size(rows)
        step_s = constant + slope * batch * each.size.products
        trials.append(each.config.epochs * math.ceil(rows / batch) * step_s)
    fixed_s = max(each.fixed_s for each in good)
    return (statistics.fmean(trials) + fixed_s) * budget(spec, None) / workers


def main() -> None:
    warnings.simplefilter("ignore")
    request = json.load(sys.stdin)
    # What a library prints is not the answer.
    with contextlib.redirect_stdout(sys.stderr):
        try:
            answer = _answer(request)
        except TunerError as error:
            answer = {"error": str(error)}
    print(json.dumps(answer))


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    share = read_share()
    backend.prepare(share.threads, share.gpu_memory_mib, share.mixed_precision)
    spec = parse_spec(request["text"], request["name"], Path(request["folder"]), request["name"])
    dataset = load(spec.data, _SEED, [find_code(each) for each in request["codes"]])
    small, large = (try_network(spec, dataset, each) for each in ends(spec, dataset.info))
    return {
        "tried": [
            {"parameters": each.parameters, "batch_size": each.batch_size, "step_s": each.step_s,
             "problem": each.problem, "diverged": each.diverged}
            for each in (small, large)
        ],
        "study_s": study_seconds(spec, dataset, (small, large), request["workers"]),
    }  # fmt: skip


if __name__ == "__main__":
    main()
