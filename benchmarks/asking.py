"""What does it cost to ask what to try next?

    python -m benchmarks.asking [--space fashion_mnist] [--trials 100 1000 10000] [--at-once 64]

A study of so many made-up trials of the space is held in memory, so that no database is part of it; most of them were
pruned. Asked are this program's TPE - one place, and several at once - and Optuna's own, with the same options, of the
same study. Printed are milliseconds a proposal, medians, and how many of ours fit into one of Optuna's; beside them
what it takes to read the study's trials, for which each process waits once. It is this process' processor time, which
a busy machine does not lengthen. Goal, of 64 at once: at most 5 ms a proposal at 1,000 trials and 10 ms at 10,000.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import optuna
from optuna.storages import InMemoryStorage
from optuna.trial import FrozenTrial, TrialState, create_trial

from benchmarks.machine import machine
from tuner.optuna_internals import storage_of
from tuner.search.algorithms import trial_seed
from tuner.search.history import History, history_of
from tuner.search.optuna_study import adopt, trial_template
from tuner.search.proposals import proposals
from tuner.search.suggest import answer_from, distributions
from tuner.search.tpe import Options, TpeSampler
from tuner.settings import shipped_spaces
from tuner.spec.study_spec import StudySpec, read_spec

SEED = 1


def study_of(spec: StudySpec, count: int) -> optuna.Study:
    """A study of so many trials, each of 1 to 15 epochs; who came to the thirteenth is complete."""
    study = optuna.create_study(storage=InMemoryStorage(), study_name="s", direction="maximize")
    space, chance = distributions(spec.space), np.random.default_rng(SEED)
    nothing = History(study.direction).at([])
    for params in proposals(spec, SEED, nothing, range(count)):
        values = np.cumsum(chance.random(int(chance.integers(1, 16)))) / 15
        study.add_trial(
            create_trial(
                state=TrialState.COMPLETE if len(values) > 12 else TrialState.PRUNED,
                value=float(values[-1]),
                params=dict(params),
                distributions={name: space[name] for name in params},
                intermediate_values={epoch: float(value) for epoch, value in enumerate(values, start=1)},
            )
        )
    return study


def ask_singly(spec: StudySpec, study: optuna.Study, sampler: Callable[[int], optuna.samplers.BaseSampler]) -> float:
    """Milliseconds until a trial knows all that its network asks for; it is taken out again."""
    storage, place = storage_of(study), len(study.get_trials(deepcopy=False))
    trial_id = storage.create_new_trial(storage.get_study_id_from_name("s"), trial_template(place, None))
    began = time.process_time()
    asked = optuna.load_study(storage=storage, study_name="s", sampler=sampler(trial_seed(SEED, place, "sampler")))
    spec.configure(answer_from(adopt(asked, storage, place), spec.space, {}))
    took = 1000 * (time.process_time() - began)
    storage.set_trial_state_values(trial_id, TrialState.FAIL)
    return took


def ask_at_once(spec: StudySpec, study: optuna.Study, places: int) -> float:
    """Milliseconds a proposal."""
    count = len(study.get_trials(deepcopy=False))
    began = time.process_time()
    proposals(spec, SEED, history_of(study).at(study.get_trials(deepcopy=False)), range(count, count + places))
    return 1000 * (time.process_time() - began) / places


def optunas(seed: int) -> optuna.samplers.BaseSampler:
    return optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True, constant_liar=True)


def read_once(trials: list[FrozenTrial], study: optuna.Study) -> float:
    began = time.process_time()
    History(study.direction).at(trials)
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--space", default="fashion_mnist")
    parser.add_argument("--trials", nargs="+", type=int, default=[100, 1_000, 10_000])
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    print(machine(("numpy", "optuna")))
    spec = read_spec(shipped_spaces() / f"{options.space}.yaml")
    print(f"{options.space}: {len(distributions(spec.space))} parameters; milliseconds a proposal")
    many = f"{options.at_once} at once"
    print(f"{'trials':>8}{'Optuna':>10}{'one':>8}{'ratio':>7}{many:>14}{'ratio':>7}{'read once, s':>14}")
    for count in options.trials:
        study = study_of(spec, count)
        read = read_once(study.get_trials(deepcopy=False), study)
        repeats = range(options.times)
        ask_at_once(spec, study, 1)
        theirs = statistics.median(ask_singly(spec, study, optunas) for _ in repeats)
        one = statistics.median(ask_singly(spec, study, lambda seed: TpeSampler(Options(), seed)) for _ in repeats)
        several = statistics.median(ask_at_once(spec, study, options.at_once) for _ in repeats)
        print(
            f"{count:8}{theirs:10.1f}{one:8.1f}{theirs / one:7.1f}{several:14.2f}{theirs / several:7.0f}{read:14.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
