"""Does it pay to prune where there are several objectives? Whole studies, replayed on recorded learning curves.

    python -m benchmarks.front [--space fashion_mnist] [--seeds 8] [--seconds 200]

As `benchmarks.simulate`, but of two objectives, val_accuracy and parameters, under the sampler that a study of several
has. What is compared is the hypervolume of the front at equal time: of its levels, without the roughness that no study
sees; parameters on a logarithm. 1 would be an accuracy of 0.9 with the fewest parameters of the space.
"""

import argparse
import heapq
import math
import os
import statistics
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import optuna
from optuna.samplers._tpe import _truncnorm
from optuna.storages import InMemoryStorage
from scipy.special import log_ndtr

from benchmarks.record_curves import read_curves
from benchmarks.simulate import TRIAL_SECONDS
from benchmarks.surrogate import Surrogate
from tuner.search.front import Course, cannot_reach
from tuner.search.optuna_study import adopt, check_optuna_study, open_optuna_study, tell, trial_template
from tuner.search.suggest import answer_from
from tuner.settings import shipped_spaces
from tuner.spec.families import CONFIGURE
from tuner.spec.families.sizes import size
from tuner.spec.space import Value
from tuner.spec.space_file import Algorithm, Objective
from tuner.spec.study_spec import StudySpec, read_spec

RULES = {"unpruned": None, "median gain": 0.5, "9 of 10 gain less": 0.9, "no gain": 0.0}
_WORST, _BEST = 0.5, 0.9
_LEAST, _MOST = 1e4, 1e6
_WORKERS = 2


def spec_of(space: str) -> StudySpec:
    spec = read_spec(shipped_spaces() / f"{space}.yaml")
    search = spec.search.model_copy(update={"pruner": Algorithm(name="none")})
    return replace(
        spec, search=search, baselines=(), further_objectives=(Objective(metric="parameters", direction="minimize"),)
    )


def hypervolume(points: Sequence[tuple[float, float]]) -> float:
    """points: levels and parameters. From 0 to 1."""
    inside = [
        (min(1.0, (level - _WORST) / (_BEST - _WORST)), 1 - math.log(count / _LEAST) / math.log(_MOST / _LEAST))
        for level, count in points
        if level > _WORST and count < _MOST
    ]
    area, height = 0.0, 0.0
    for x, y in sorted(((x, min(1.0, y)) for x, y in inside), reverse=True):
        if y > height:
            area, height = area + x * (y - height), y
    return area


def study(space: str, rule: float | None, seed: int, seconds: float) -> tuple[float, float, int, int]:
    """Hypervolume at a half of the time and at its end; trials begun and complete."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    _truncnorm._log_ndtr = log_ndtr  # noqa: SLF001 (as in simulate)
    spec = spec_of(space)
    surrogate = Surrogate(spec.space, read_curves(space))
    storage = InMemoryStorage()
    check_optuna_study(storage, "s", spec, begun=0)
    free = [(0.0, worker) for worker in range(_WORKERS)]
    events: list[tuple[float, int]] = []
    running: dict[int, tuple] = {}
    complete: list[Course] = []
    steps: list[tuple[float, float, float, float]] = []
    begun = 0
    while free or events:
        if free and (not events or free[0][0] <= events[0][0]):
            now, worker = heapq.heappop(free)
            if now >= seconds:
                continue
            optuna_study = open_optuna_study(storage, "s", spec, seed, begun)
            trial_id = storage.create_new_trial(storage.get_study_id_from_name("s"), trial_template(begun, None))
            trial = adopt(optuna_study, storage, storage.get_trial(trial_id).number)
            used: dict[str, Value] = {}
            config = CONFIGURE[spec.model](answer_from(trial, spec.space, used), spec.task, True)
            count = float(size(config, (28, 28), 10).parameters)
            training = surrogate.train(trial.params, seed)
            running[begun] = (
                worker,
                optuna_study,
                trial,
                count,
                training,
                min(int(used["epochs"]), surrogate.epochs),
                [],
            )
            heapq.heappush(events, (now + TRIAL_SECONDS + training.seconds, begun))
            begun += 1
            continue
        now, ordinal = heapq.heappop(events)
        worker, optuna_study, trial, count, training, epochs, values = running[ordinal]
        if now > seconds:
            continue
        values.append(training.values[len(values)])
        bests = tuple(max(values[: each + 1]) for each in range(len(values)))
        mine, epoch = Course((count,), bests), len(values)
        patience = spec.search.patience
        waited = patience is not None and epoch - (values.index(max(values)) + 1) >= patience
        state = "complete" if epoch >= epochs or waited else None
        if state is None and rule is not None and cannot_reach(mine, complete, rule):
            state = "pruned"
        if state is None:
            heapq.heappush(events, (now + training.seconds, ordinal))
            continue
        tell(optuna_study, storage, trial.number, state, [bests[-1], count])
        if state == "complete":
            complete.append(mine)
            steps.append((now, bests[-1], training.levels[values.index(max(values))], count))
        heapq.heappush(free, (now, worker))
    found = []
    for until in (seconds / 2, seconds):
        known = [each for each in steps if each[0] <= until]
        # The front is chosen by what the study saw, and judged by what is behind it.
        front = [one for one in known if not any(o[1] >= one[1] and o[3] < one[3] for o in known)]
        found.append(hypervolume([(level, count) for _, _, level, count in front]))
    return found[0], found[1], begun, len(complete)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--space", default="fashion_mnist")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=200.0)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    with ProcessPoolExecutor(arguments.processes) as pool:
        futures = {
            (name, seed): pool.submit(study, arguments.space, rule, seed, arguments.seconds)
            for seed in range(arguments.seeds)
            for name, rule in RULES.items()
        }
        print(f"{'':20}{'at a half':>12}{'at the end':>12}{'over unpruned':>22}{'begun':>8}{'complete':>10}")
        plain = [futures["unpruned", seed].result()[1] for seed in range(arguments.seeds)]
        for name in RULES:
            found = [futures[name, seed].result() for seed in range(arguments.seeds)]
            half, end, begun, complete = (statistics.fmean(each[place] for each in found) for place in range(4))
            over = [each[1] - one for each, one in zip(found, plain, strict=True)]
            error = statistics.stdev(over) / math.sqrt(len(over)) if len(over) > 1 else 0.0
            gained = "" if name == "unpruned" else f"{statistics.fmean(over):+.4f} +- {error:.4f}"
            print(f"{name:20}{half:12.4f}{end:12.4f}{gained:>22}{begun:8.0f}{complete:10.0f}", flush=True)


if __name__ == "__main__":
    main()
