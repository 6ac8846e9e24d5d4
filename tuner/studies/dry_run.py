"""Run some steps of a space's smallest and largest network, and estimate from them how long a study takes.

Owns: the trial of a few rows, and the estimate; `python -m tuner.studies.dry_run` does it in a process of its own, with
a worker's share of the machine.
Leaves to others: which networks (preflight), training (training), who starts it and shows what it found (cli).

Reads one JSON object on stdin - the specification (sent_spec), files of code that may be run for the data,
how many workers there will be - and writes one on stdout.
"""

import math
import statistics
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import psutil

from tuner.data.dataset import Dataset
from tuner.data.preprocessing import fit
from tuner.data.sources import load
from tuner.errors import TrialFailed
from tuner.search.cells import budget
from tuner.settings import read_share
from tuner.spec.code import find_code
from tuner.spec.study_spec import StudySpec
from tuner.studies.child_process import Answer, serve
from tuner.studies.limits import wants_finalists
from tuner.studies.preflight import Network, draw, ends
from tuner.studies.sent_spec import received
from tuner.training import backend
from tuner.training.network import FamilyNetwork
from tuner.training.plan import EpochResult, TrainPlan, Verdict

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

    step_s: seconds of one step. fixed_s: of all else that a trial does: building, tracing, looking at it, saving it.
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
    # A worker fits it once.
    preprocessing = fit(config.normalization, few.train.x)
    made = FamilyNetwork(replace(config, batch_size=batch_size, epochs=_EPOCHS), spec.metrics)
    objective = spec.objective
    plan = TrainPlan(None, 0, objective.metric, objective.direction, None, seed=_SEED, health=True)
    seconds: list[float] = []

    def note(epoch: EpochResult) -> Verdict:
        seconds.append(epoch.seconds)
        return "go_on"

    began = time.perf_counter()
    try:
        result = made.train(few, lambda kind: preprocessing, plan, None, note)
        if seconds:
            # What a trial does with a network once it is trained.
            made.export()
            made.answers(few)
            made.in_words()
    except TrialFailed as failure:
        return Tried(network, made.parameters(), batch_size, 0.0, 0.0, failure.reason)
    finally:
        backend.forget()
    spent = time.perf_counter() - began
    if not seconds:
        return Tried(network, made.parameters(), batch_size, 0.0, 0.0, diverged=True)
    quickest = min(seconds)
    steps = math.ceil(len(few.train) / batch_size)
    diverged = result.stopped == "diverged"
    fixed_s = spent - len(seconds) * quickest
    return Tried(network, made.parameters(), batch_size, quickest / steps, fixed_s, diverged=diverged)


def _few(dataset: Dataset, rows: int) -> Dataset:
    held = min(_VALIDATION_ROWS, len(dataset.validation))
    train_rows, validation = dataset.train.take(slice(rows)), dataset.validation.take(slice(held))
    info = replace(dataset.info, train_rows=rows, validation_rows=held)
    return Dataset(info, train_rows, validation, dataset.test, f"few-{rows}-{dataset.digest}")


@dataclass(frozen=True)
class MeanTrial:
    """Seconds, if none is pruned or stops early. training_s: of its epochs. fixed_s: of all else, as `Tried` has it."""

    training_s: float
    fixed_s: float


def mean_trial(spec: StudySpec, dataset: Dataset, tried: tuple[Tried, Tried]) -> MeanTrial | None:
    """What a trial takes; None where no network could be trained.

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
    networks = max(1, len(dataset.folds))
    return MeanTrial(networks * statistics.fmean(trials), networks * statistics.fmean(each.fixed_s for each in good))


def study_seconds(spec: StudySpec, trial: MeanTrial, workers: int, startup_s: float = 0.0) -> float:
    """How long a study takes at most: its workers' start, all trials, and the finalists as far as their share goes.

    startup_s: until a worker has loaded the framework and the data.
    Compared with trials in one process, in CPU seconds (TensorFlow 2.21), a trial of digits took 0.83 s and 0.83 s were
    expected; of breast_cancer 1.48 and 1.13, of diabetes 1.52 and 1.55.
    """
    trials = budget(spec, None)
    seconds = trials * (trial.training_s + trial.fixed_s)
    wanted = spec.search.finalists
    if wants_finalists(spec):
        compared = wanted.seeds * wanted.configurations if wanted.configurations > 1 else 0
        runs = float(compared + wanted.seeds)
        if wanted.share is not None:
            runs = min(runs, wanted.share * trials)
        seconds += runs * (trial.training_s + trial.fixed_s)
    whole = startup_s + seconds / workers
    return whole if spec.search.timeout is None else min(whole, spec.search.timeout)


def main() -> None:
    warnings.simplefilter("ignore")
    serve(_answer)


def _answer(request: Mapping[str, Any]) -> Answer:
    share = read_share()
    backend.prepare(share.threads, share.gpu_memory_mib, share.mixed_precision)
    spec = received(request["spec"])
    dataset = load(spec.data, _SEED, [find_code(each) for each in request["codes"]])
    # As long as a worker will take to come so far.
    startup_s = time.time() - psutil.Process().create_time()
    small, large = (try_network(spec, dataset, each) for each in ends(spec, dataset.info))
    trial = mean_trial(spec, dataset, (small, large))
    return {
        "tried": [
            {"parameters": each.parameters, "batch_size": each.batch_size, "step_s": each.step_s,
             "problem": each.problem, "diverged": each.diverged}
            for each in (small, large)
        ],
        "study_s": None if trial is None else study_seconds(spec, trial, request["workers"], startup_s),
    }  # fmt: skip


if __name__ == "__main__":
    main()
