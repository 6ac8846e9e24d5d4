"""What is an older study worth to a new one, and what does a misleading one cost?

    uv run --group peers python -m benchmarks.transfer [--seeds 4] [--problems car cifar100] [--trials 100]

On the tables of `benchmarks/tables.py`: the older study is one of 100 trials (this program's TPE) on another problem of
the same family, another one from seed to seed. Compared are searches without it, with it, and with it turned upside
down, so that what it calls the best is the worst. Printed are the mean regrets after 10, 25, 50 and 100 trials
(`benchmarks/tabular.py` says what that is), and by how much they differ from those without, study by study, with the
standard error.
"""

import argparse
import math
import statistics
from collections.abc import Mapping, Sequence

import numpy as np
import optuna
from optuna.trial import FrozenTrial, create_trial

from benchmarks.machine import machine
from benchmarks.tables import Problem, problems
from benchmarks.tabular_peers import quieten, spec_of
from tuner.search.evidence import Evidence, Kept, recorded
from tuner.search.history import History
from tuner.search.proposals import proposals
from tuner.search.suggest import distributions

AT = (10, 25, 50, 100)
OLD_SEED = 1000


def search(
    problem: Problem, seed: int, trials: int, evidence: Evidence | None
) -> tuple[list[float], list[FrozenTrial]]:
    """The regret after each trial, and the trials."""
    spec = spec_of(problem)
    space, history = distributions(spec.space), History(optuna.study.StudyDirection.MINIMIZE)
    chances = np.random.default_rng([seed, *problem.name.encode()]).random(trials)
    best, regret, regrets, ended = math.inf, math.inf, list[float](), list[FrozenTrial]()
    for ordinal, chance in enumerate(chances):
        (params,) = proposals(spec, seed, history.at(ended), [ordinal], evidence=evidence)
        place = problem.place(params)  # type: ignore[arg-type]
        shown = problem.shown(place, float(chance))
        made = create_trial(value=shown, params=dict(params), distributions={name: space[name] for name in params})
        made.number = ordinal
        ended.append(made)
        if shown < best:
            best, regret = shown, problem.regret(float(problem.levels[place]))
        regrets.append(regret)
    return regrets, ended


def older(problem: Problem, trials: int) -> Kept:
    """What a study of it would leave to another."""
    study = optuna.create_study(direction="minimize")
    study.add_trials(search(problem, OLD_SEED, trials, None)[1])
    return recorded(study, spec_of(problem).space)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--problems", nargs="+", choices=[each.name for each in problems()])
    options = parser.parse_args()
    quieten()
    print(machine(("numpy", "optuna")))
    chosen = [each for each in problems() if not options.problems or each.name in options.problems]
    kept: dict[str, Kept] = {}
    found: dict[str, list[list[float]]] = {"without": [], "with": [], "with it upside down": []}
    for seed in range(options.seeds):
        for problem in chosen:
            others = [each for each in problems() if each.family == problem.family and each.name != problem.name]
            other = others[seed % len(others)]
            if other.name not in kept:
                kept[other.name] = older(other, 100)
            space = distributions(spec_of(problem).space)
            wrong = [(params, 1 - rank) for params, rank in kept[other.name]]
            for name, evidence in zip(
                found, (None, Evidence(kept[other.name], space), Evidence(wrong, space)), strict=True
            ):
                found[name].append(search(problem, seed, options.trials, evidence)[0])
        _table(found, options.trials, f"{len(chosen)} problems, {seed + 1} seeds")


def _table(found: Mapping[str, Sequence[Sequence[float]]], trials: int, head: str) -> None:
    moments = [at for at in AT if at <= trials]
    print(f"\n{head:24}" + "".join(f"{f'regret {at}':>30}" for at in moments), flush=True)
    for name, regrets in found.items():
        line = f"{name:24}"
        for at in moments:
            beside = [its[at - 1] - base[at - 1] for its, base in zip(regrets, found["without"], strict=True)]
            error = statistics.stdev(beside) / math.sqrt(len(beside)) if len(beside) > 1 else math.nan
            shown = f"{statistics.mean(its[at - 1] for its in regrets):.4f}"
            line += f"{shown if name == 'without' else f'{shown} ({statistics.mean(beside):+.4f} ±{error:.4f})':>30}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
