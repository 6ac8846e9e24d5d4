"""Which sampler, which pruner, which first rung? Whole studies, replayed on recorded learning curves.

    python -m benchmarks.simulate [--space fashion_mnist] [--seeds 20] [--only pruner] [--trials 100] [--workers 2]
        [--plot docs/search.svg]

Samplers and pruners are the real ones, asked trial by trial as workers ask them; only training is replaced, by a model
of the recorded curves (`benchmarks/surrogate.py`). Two workers share a budget of seconds; each takes a trial, reports
its epochs one by one when they would be over, and may be stopped. Whatever differs between two lines is the algorithm:
each seed meets the same curves. Many workers are like the members of a cohort. What is minimized is shown with a minus,
so that more is better of every space.

Printed are medians over the seeds, the quartiles in brackets: the winner's objective after a quarter of the time and at
its end - the one it would have again, without the luck of the epoch by which it won; how many trials were begun and
completed; when the last of them ended; what was lost: by how much the best of all that were begun, had each been
trained to its end, is better; and the mean at the end with its standard error, and by how much it differs, seed by
seed, from that of the defaults.
"""

import argparse
import heapq
import json
import math
import os
import statistics
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import optuna
from optuna.samplers._tpe import _truncnorm
from optuna.storages import InMemoryStorage
from scipy.special import log_ndtr

from benchmarks.record_curves import read_curves, spec_of
from benchmarks.surrogate import Surrogate, Training
from tuner.search.algorithms import trial_seed
from tuner.search.optuna_study import (
    adopt,
    check_optuna_study,
    open_optuna_study,
    proposal_of,
    tell,
    trial_template,
)
from tuner.search.rungs import note_seconds
from tuner.search.suggest import answer_from
from tuner.spec.families import CONFIGURE, Config
from tuner.spec.metrics import sign
from tuner.spec.space import Value
from tuner.spec.space_file import Algorithm
from tuner.spec.study_spec import StudySpec

TRIAL_SECONDS = 0.5
"""Before a trial's first epoch: the proposal, the network, the rows in SQL."""


DEFAULTS = ("tpe", "percentile 40")
"""What a space that names nothing else has, by the names of the lines."""
_TPE, _PERCENTILE = Algorithm(name="tpe"), Algorithm(name="percentile")


@dataclass(frozen=True)
class Variant:
    """One way to search. group: the lines that are compared with each other. optunas: Optuna's own TPE, for ours."""

    group: str
    name: str
    sampler: Algorithm = _TPE
    pruner: Algorithm = _PERCENTILE
    patience: int | Literal["the space's"] | None = "the space's"
    baselines: bool = True
    cost: str = "epochs"
    optunas: bool = False


@dataclass(frozen=True)
class Replay:
    """What one study came to.

    steps: the end of each complete trial in seconds, the value it showed, and its level without the roughness.
    seconds: when the last trial ended.
    lost: how much the best of all that were begun, each trained to its end, would have been better.
    """

    steps: tuple[tuple[float, float, float], ...]
    begun: int
    complete: int
    seconds: float
    lost: float

    def best_at(self, seconds: float) -> float:
        """The level of the trial that the study would name its winner then: chosen by what it showed."""
        return max(((value, level) for at, value, level in self.steps if at <= seconds), default=(0.0, -math.inf))[1]


def _algorithm(name: str, **options: int | float | str | bool | None) -> Algorithm:
    return Algorithm(name=name, options=options)


def variants() -> list[Variant]:
    """All that is compared."""

    def asha(first: int, factor: int) -> Algorithm:
        return _algorithm("asha", min_epochs=first, reduction_factor=factor)

    rungs = ((1, 2), (1, 3), (1, 4), (2, 2), (2, 3), (3, 3))
    pruners = {
        "none": _algorithm("none"),
        "median": _algorithm("median"),
        "median, from 5 complete trials": _algorithm("median", startup_trials=5),
        **{f"percentile {share}": _algorithm("percentile", percentile=float(share)) for share in (33, 40, 45)},
        "percentile 40, from 5 complete trials": _algorithm("percentile", startup_trials=5),
        **{f"asha, from epoch {first}, factor {factor}": asha(first, factor) for first, factor in rungs},
        "hyperband": _algorithm("hyperband", max_epochs=15),
    }
    samplers = {
        "random": _algorithm("random"),
        "qmc": _algorithm("qmc"),
        "tpe": _algorithm("tpe"),
        "tpe, 5 to start with": _algorithm("tpe", startup_trials=5),
        "tpe, 20 to start with": _algorithm("tpe", startup_trials=20),
        "tpe, each parameter alone": _algorithm("tpe", multivariate=False),
        "tpe, three in a hundred good": _algorithm("tpe", gamma=0.03),
        "tpe, kernels as narrow as their gaps": _algorithm("tpe", min_bandwidth=0.0),
        "tpe, both": _algorithm("tpe", gamma=0.03, min_bandwidth=0.0),
        "tpe, a hundredth good": _algorithm("tpe", gamma=0.01),
        "tpe, 8 candidates": _algorithm("tpe", candidates=8),
        "tpe, 64 candidates": _algorithm("tpe", candidates=64),
        "cmaes": _algorithm("cmaes"),
    }
    return [
        *(Variant("pruner", name, pruner=each) for name, each in pruners.items()),
        *(Variant("sampler", name, sampler=each) for name, each in samplers.items()),
        Variant("sampler", "Optuna's tpe", optunas=True),
        *(
            Variant("cost", f"seconds, from epoch {first}, factor {factor}", pruner=asha(first, factor), cost="seconds")
            for first, factor in ((1, 3), (2, 3))
        ),
        *(Variant("patience", str(each), patience=each) for each in (None, 2)),
        Variant("baselines", "without", baselines=False),
        Variant(
            "baselines",
            "without, begun by chance alone",
            sampler=_algorithm("tpe", startup_defaults=False),
            baselines=False,
        ),
    ]


@dataclass(frozen=True)
class Budget:
    """Of a study: seconds, at most so many trials, and who shares them."""

    seconds: float
    trials: int | None
    workers: int


def replay(
    spec: StudySpec,
    surrogate: Surrogate,
    seed: int,
    budget: Budget,
    optunas: bool = False,
    made: "type[Running] | None" = None,
) -> Replay:
    """One study. made: of what kind its trials are."""
    seconds, trials = budget.seconds, budget.trials
    storage = InMemoryStorage()
    check_optuna_study(storage, "s", spec, begun=0)
    free = [(0.0, worker) for worker in range(budget.workers)]
    heapq.heapify(free)
    # What is under way: when its next epoch ends, and the trial.
    events: list[tuple[float, int, Running]] = []
    begun: list[Running] = []
    steps: list[tuple[float, float, float]] = []
    complete, ended = 0, 0.0
    while free or events:
        if free and (not events or free[0][0] <= events[0][0]):
            now, worker = heapq.heappop(free)
            if now >= seconds or (trials is not None and len(begun) >= trials):
                continue
            running = _begin(storage, spec, surrogate, seed, len(begun), worker, optunas, made or Running)
            begun.append(running)
            heapq.heappush(events, (now + TRIAL_SECONDS + running.training.seconds, running.ordinal, running))
            continue
        now, _, running = heapq.heappop(events)
        if now > seconds:
            # Time is up in the middle of an epoch: what the trial had reached counts.
            if running.epoch:
                steps.append((seconds, running.best, running.level))
            ended = seconds
            continue
        state = running.epoch_ends()
        if state is None:
            heapq.heappush(events, (now + running.training.seconds, running.ordinal, running))
            continue
        tell(running.study, storage, running.trial.number, state, running.told)
        if state == "complete":
            complete += 1
            steps.append((now, running.best, running.level))
        ended = now
        heapq.heappush(free, (now, running.worker))
    could = max((max(each.training.levels[: each.epochs]) for each in begun), default=-math.inf)
    replayed = Replay(tuple(steps), len(begun), complete, ended, 0.0)
    return replace(replayed, lost=could - replayed.best_at(seconds))


class Running:
    """One trial under way. best, level: more is better. sign: turns them into what Optuna is told."""

    def __init__(self, ordinal: int, worker: int, study: optuna.Study, trial: optuna.Trial, never_prune: bool) -> None:
        self.ordinal, self.worker, self.study, self.trial, self.never_prune = ordinal, worker, study, trial, never_prune
        self.training: Training = Training((), (), 0.0)
        self.epochs, self.epoch, self.best, self.best_epoch, self.level = 0, 0, -math.inf, 0, -math.inf
        self.patience: int | None = None
        self.by_seconds = False
        self.sign = 1.0
        self.config: Config | None = None

    @property
    def told(self) -> float | tuple[float, ...]:
        return self.sign * self.best

    def epoch_ends(self) -> str | None:
        """Report an epoch; gives the trial's state where it was the last."""
        self.epoch += 1
        value = self.training.values[self.epoch - 1]
        if value > self.best:
            self.best, self.best_epoch = value, self.epoch
            self.level = self.training.levels[self.epoch - 1]
        prunes = self.is_pruned(value)
        if not self.never_prune and prunes and self.epoch < self.epochs:
            return "pruned"
        waited = self.patience is not None and self.epoch - self.best_epoch >= self.patience
        return "complete" if waited or self.epoch >= self.epochs else None

    def is_pruned(self, value: float) -> bool:
        """By the study's pruner, after this epoch; asked after the last one, too."""
        if self.by_seconds:
            note_seconds(self.trial, self.epoch, self.training.seconds)
        self.trial.report(self.sign * value, self.epoch)
        return self.trial.should_prune()


def _begin(
    storage: InMemoryStorage,
    spec: StudySpec,
    surrogate: Surrogate,
    seed: int,
    ordinal: int,
    worker: int,
    optunas: bool,
    made: "type[Running]",
) -> Running:
    study = open_optuna_study(storage, "s", spec, seed, ordinal)
    if optunas:
        chance = trial_seed(seed, ordinal, "sampler")
        study.sampler = optuna.samplers.TPESampler(seed=chance, multivariate=True, group=True, constant_liar=True)
    proposal = proposal_of(spec, spec.baselines[ordinal]) if ordinal < len(spec.baselines) else None
    trial_id = storage.create_new_trial(storage.get_study_id_from_name("s"), trial_template(ordinal, proposal))
    trial = adopt(study, storage, storage.get_trial(trial_id).number)
    used: dict[str, Value] = {}
    config = CONFIGURE[spec.model](answer_from(trial, spec.space, used), spec.task, True)
    running = made(ordinal, worker, study, trial, never_prune=proposal is not None)
    running.config = config
    running.training = surrogate.train(trial.params, seed)
    running.epochs = min(int(used["epochs"]), surrogate.epochs)
    running.patience = spec.search.patience
    running.by_seconds = spec.search.cost == "seconds"
    running.sign = sign(spec.objective.direction)
    return running


@lru_cache(maxsize=2)
def world(space: str) -> tuple[StudySpec, Surrogate]:
    spec = spec_of(space)
    return spec, Surrogate(spec.space, read_curves(space), spec.objective)


def prepare() -> None:
    """Optuna quiet and quick."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    # For Optuna's TPE: the same function, compiled. Its own calls `math.erf` number by number, half of a study's time.
    _truncnorm._log_ndtr = log_ndtr


def _study(space: str, variant: Variant, seed: int, budget: Budget) -> Replay:
    prepare()
    spec, surrogate = world(space)
    update: dict[str, Any] = {"sampler": variant.sampler, "pruner": variant.pruner, "cost": variant.cost}
    update |= {} if variant.patience == "the space's" else {"patience": variant.patience}
    search = spec.search.model_copy(update=update)
    changed = replace(spec, search=search, baselines=spec.baselines if variant.baselines else ())
    return replay(changed, surrogate, seed, budget, variant.optunas)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--space", default="fashion_mnist", help="whose curves to replay")
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=200.0, help="of each study, after its start-up")
    parser.add_argument("--trials", type=int, help="of each study; without, as many as fit")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="+", default=[], help="only these groups (pruner, sampler, ...) or lines")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--results", type=Path, help="where finished studies are kept: called again, it goes on")
    parser.add_argument("--most", type=int, help="end after so many new studies")
    parser.add_argument("--plot", type=Path, help="write the curves of the samplers and pruners there (.svg, .png)")
    arguments = parser.parse_args()

    began = time.monotonic()
    chosen = [each for each in variants() if not arguments.only or {each.group, each.name} & set(arguments.only)]
    known = _read(arguments.results)
    # A seed of every variant before the next seed, so that what is there at any time is even.
    jobs = [(seed, each) for seed in range(arguments.seeds) for each in chosen]
    jobs = [(seed, each) for seed, each in jobs if _key(arguments, each, seed) not in known][: arguments.most]
    with ProcessPoolExecutor(arguments.processes) as pool:
        budget = Budget(arguments.seconds, arguments.trials, arguments.workers)
        futures = [(seed, each, pool.submit(_study, arguments.space, each, seed, budget)) for seed, each in jobs]
        for seed, each, future in futures:
            known[_key(arguments, each, seed)] = future.result()
            _keep(arguments.results, _key(arguments, each, seed), future.result())
    print(f"{len(jobs)} studies of {arguments.seconds:.0f} s in {time.monotonic() - began:.0f} s", file=sys.stderr)
    quality = world(arguments.space)[1].quality
    print(f"{arguments.space}: " + ", ".join(f"{name} {value:.3g}" for name, value in quality.items()))
    found = []
    group = ""
    for each in chosen:
        seeds = [seed for seed in range(arguments.seeds) if _key(arguments, each, seed) in known]
        replays = [known[_key(arguments, each, seed)] for seed in seeds]
        if len(replays) < 2:
            continue
        found.append((each, replays))
        if each.group != group:
            group = each.group
            print(
                f"\n{group:38}{'at a quarter':>16}{'at the end':>29}{'begun':>7}{'complete':>10}{'s':>6}{'lost':>8}"
                f"{'mean':>16}{'to the defaults':>18}"
            )
        print(
            _line(each, replays, [_defaults(arguments, known, seed) for seed in seeds], arguments.seconds), flush=True
        )
    if arguments.plot:
        from benchmarks.simulate_plot import draw

        draw(found, arguments.seconds, arguments.plot, arguments.space, DEFAULTS)


def _defaults(arguments: argparse.Namespace, known: Mapping[str, Replay], seed: int) -> Replay | None:
    """The study of the defaults with the same seed, in whichever group it was replayed."""
    keys = [_key(arguments, each, seed) for each in variants() if each.name in DEFAULTS]
    return next((known[key] for key in keys if key in known), None)


def _key(arguments: argparse.Namespace, variant: Variant, seed: int) -> str:
    budget = f"{arguments.seconds:.0f} s" + (f" {arguments.trials} trials" if arguments.trials else "")
    budget += f" {arguments.workers} workers" if arguments.workers != 2 else ""
    return f"{arguments.space} {budget}: {variant.group} {variant.name}, seed {seed}"


def _read(path: Path | None) -> dict[str, Replay]:
    if path is None or not path.exists():
        return {}
    found = {}
    for line in path.read_text().splitlines():
        key, steps, *rest = json.loads(line)
        found[key] = Replay(tuple(map(tuple, steps)), *rest)
    return found


def _keep(path: Path | None, key: str, replayed: Replay) -> None:
    if path is not None:
        with path.open("a") as file:
            file.write(json.dumps([key, *astuple(replayed)]) + "\n")


def _line(variant: Variant, replays: Sequence[Replay], defaults: Sequence[Replay | None], seconds: float) -> str:
    """defaults: the study of the defaults with the seed of each replay."""
    early = statistics.median(each.best_at(seconds / 4) for each in replays)
    low, middle, high = statistics.quantiles([each.best_at(seconds) for each in replays], n=4)
    means: Mapping[str, float] = {
        "begun": statistics.median(each.begun for each in replays),
        "complete": statistics.median(each.complete for each in replays),
        "seconds": statistics.median(each.seconds for each in replays),
        "lost": statistics.median(each.lost for each in replays),
    }
    ends = [each.best_at(seconds) for each in replays]
    pairs = zip(ends, defaults, strict=True)
    beside = [end - other.best_at(seconds) for end, other in pairs if other is not None]
    return (
        f"{variant.name:38}{early:16.4f}{middle:10.4f} ({low:.4f} to {high:.4f})"
        f"{means['begun']:7.0f}{means['complete']:10.0f}{means['seconds']:6.0f}{means['lost']:8.4f}"
        f"  {statistics.mean(ends):.4f} ±{error(ends):.4f}"
        + (f"   {statistics.mean(beside):+.4f} ±{error(beside):.4f}" if len(beside) > 1 else "")
    )


def error(values: Sequence[float]) -> float:
    """The standard error of their mean."""
    return statistics.stdev(values) / math.sqrt(len(values))


if __name__ == "__main__":
    main()
