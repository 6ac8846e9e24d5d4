"""How good is the search on problems that nobody here made?

    uv run --group peers python -m benchmarks.tabular [--seeds 100] [--systems "tuner tpe" smac] [--variants]
        [--results FILE] [--minutes 60] [--only-print]

Fifteen tables of neural networks (`benchmarks/tables.py`), each with 100 trials, one after the other. A trial shows the
value of one training of its configuration, which one is by chance and the same for whichever system tries it at the
same place; what counts is the mean of all of its trainings. Regret: how far the configuration that had shown the best
value is from the table's best, the table's median being at 1.

Printed, over the seeds that all systems have: the mean regret after 25, 50 and 100 trials, and the mean rank among the
systems over problems and seeds, with the standard error over the seeds. A system that fails is an error and has no
rank; one whose package is missing is called not installed. Studies are kept in --results as they end, so that
a part is a result, and that called again it goes on. Exits with 1 where a system failed.
"""

import argparse
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from benchmarks.machine import machine
from benchmarks.tables import Problem, problems
from benchmarks.tabular_peers import SYSTEMS, VARIANTS, quieten

TRIALS = 100
AT = (25, 50, 100)
"""After so many trials it is looked at."""
SLOW = ("smac", "syne tune cqr", "optuna gp")
"""Asked last in each seed: their proposals take a hundred times as long."""


@dataclass(frozen=True)
class Study:
    """regrets: after each trial, of the configuration that the search would name its best. failed: why not."""

    system: str
    problem: str
    seed: int
    regrets: tuple[float, ...] = ()
    seconds: float = 0.0
    failed: str = ""


def search(system: str, problem: Problem, seed: int, trials: int = TRIALS) -> Study:
    """One search. Whatever a peer raises is that peer's failure."""
    began = time.process_time()
    chances = np.random.default_rng([seed, *problem.name.encode()]).random(trials)
    best, regret, regrets = math.inf, math.inf, []
    try:
        searcher = {**SYSTEMS, **VARIANTS}[system](problem, seed)
        for chance in chances:
            place = problem.place(searcher.ask())
            shown = problem.shown(place, float(chance))
            searcher.tell(shown)
            if shown < best:
                best, regret = shown, problem.regret(float(problem.levels[place]))
            regrets.append(round(regret, 6))
    except ModuleNotFoundError as missing:
        return Study(system, problem.name, seed, failed=f"not installed: {missing.name}")
    except Exception as error:
        words = str(error).splitlines()
        return Study(system, problem.name, seed, failed=f"{type(error).__name__}: {words[0] if words else ''}")
    return Study(system, problem.name, seed, tuple(regrets), time.process_time() - began)


def _search(system: str, name: str, seed: int) -> Study:
    quieten()
    return search(system, next(each for each in problems() if each.name == name), seed)


def main() -> int:
    options = _options()
    if options.variants:
        options.systems += [name for name in VARIANTS if name not in options.systems]
    names = [each.name for each in problems()]
    known = _read(options.results)
    if not options.only_print:
        _run(options, names, known)
    print(machine(("numpy", "optuna")))
    failed = {each.system: each.failed for each in known.values() if each.failed and each.system in options.systems}
    for system, why in failed.items():
        print(f"{system}: {why}" if why.startswith("not installed") else f"{system} FAILED: {why}")
    systems = [system for system in options.systems if system not in failed]
    seeds = {system: _complete(known, system, names) for system in systems}
    # All systems over what they share; then, without those that have fewer seeds, over more of them.
    for count in sorted({len(each) for each in seeds.values()} - {0}):
        those = [system for system in systems if len(seeds[system]) >= count]
        shared = sorted(set.intersection(*(seeds[system] for system in those)))
        if len(those) > 1 and shared:
            _table(known, those, names, shared)
    return int(any(not why.startswith("not installed") for why in failed.values()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", nargs="+", choices=[*SYSTEMS, *VARIANTS], default=list(SYSTEMS))
    parser.add_argument("--variants", action="store_true", help="other options of this program's samplers, too")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=Path("tabular.jsonl"), help="where finished studies are kept")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no study after so long")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--only-print", action="store_true", help="run nothing, show what is there")
    return parser.parse_args()


def _run(options: argparse.Namespace, names: Sequence[str], known: dict[tuple[str, str, int], Study]) -> None:
    until = time.monotonic() + 60 * options.minutes
    order = sorted(options.systems, key=lambda system: system in SLOW)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    jobs = [(system, name, seed) for seed in seeds for system in order for name in names]
    waiting = iter([job for job in jobs if job not in known])
    hopeless: set[str] = set()
    with options.results.open("a") as file, ProcessPoolExecutor(options.processes) as pool:
        under_way: set[Future[Study]] = set()
        while True:
            while len(under_way) < options.processes and time.monotonic() < until:
                job = next((each for each in waiting if each[0] not in hopeless), None)
                if job is None:
                    break
                under_way.add(pool.submit(_search, *job))
            if not under_way:
                return
            done = next(as_completed(under_way))
            under_way.remove(done)
            study = done.result()
            if study.failed:
                hopeless.add(study.system)
            known[study.system, study.problem, study.seed] = study
            file.write(json.dumps(vars(study)) + "\n")
            file.flush()


def _read(path: Path) -> dict[tuple[str, str, int], Study]:
    """What is there, without what failed: that is tried again."""
    found = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        study = Study(**json.loads(line))
        if not study.failed:
            found[study.system, study.problem, study.seed] = study
    return found


def _complete(known: Mapping[tuple[str, str, int], Study], system: str, names: Sequence[str]) -> set[int]:
    """The seeds of which every problem is there."""
    seeds = {seed for of, _, seed in known if of == system}
    return {seed for seed in seeds if all((system, name, seed) in known for name in names)}


def _table(
    known: Mapping[tuple[str, str, int], Study], systems: Sequence[str], names: Sequence[str], seeds: Sequence[int]
) -> None:
    regrets = np.array(
        [
            [[[known[system, name, seed].regrets[at - 1] for at in AT] for name in names] for seed in seeds]
            for system in systems
        ]
    )  # (systems, seeds, problems, moments)
    # To what the table's rounding hides nobody owes a rank.
    ranks = rankdata(np.round(regrets, 6), axis=0).mean(axis=2)  # (systems, seeds, moments)
    print(f"\n{len(names)} problems, {len(seeds)} seeds, {len(systems)} systems")
    print(f"{'':34}" + "".join(f"{f'regret {at}':>12}" for at in AT) + "".join(f"{f'rank {at}':>15}" for at in AT)
          + f"{'ms a trial':>12}")  # fmt: skip
    for place in np.argsort(ranks[:, :, -1].mean(axis=1)):
        system = systems[place]
        shown = "".join(f"{value:12.4f}" for value in regrets[place].mean(axis=(0, 1)))
        for moment in range(len(AT)):
            of = ranks[place, :, moment]
            error = f" ±{statistics.stdev(of) / math.sqrt(len(of)):.2f}" if len(of) > 1 else ""
            shown += f"{f'{of.mean():.2f}{error}':>15}"
        took = statistics.median(known[system, name, seed].seconds for name in names for seed in seeds)
        print(f"{system:34}{shown}{1000 * took / TRIALS:12.0f}")


if __name__ == "__main__":
    sys.exit(main())
